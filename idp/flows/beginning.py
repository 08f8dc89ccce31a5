"""A session begins, by whatever was shown: whose browser it was before, what is unusual, and how long it lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from idp.base.opaque import Handle
from idp.flows.logout import end_session
from idp.provider import Provider
from idp.sessions import device, risk
from idp.sessions.beginning import Beginning, Known
from idp.sessions.visitor import Visitor

PUBLIC_DEVICE_LIFETIME = 3600
"""Longest life of a session on a device that others use, in seconds."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session has begun; `handle` is its cookie. `held` when it has to show a second factor before anything else."""

    handle: Handle
    account_id: UUID
    held: bool = False


async def take_over(provider: Provider, visitor: Visitor, known: Known) -> Known:
    """If somebody else was signed in at this browser, their session ends, and their services are told."""
    present = known.present
    if present is None or present.account_id == known.account_id:
        return known
    async with provider.database.transaction() as tx:
        await end_session(provider, tx, present.id, present.account_id, "sign-in", visitor.network)
    return replace(known, present=None)


def prepare(
    provider: Provider,
    visitor: Visitor,
    known: Known,
    factors: Mapping[str, int],
    *,
    public_device: bool,
    failures: int = 0,
    **told: object,
) -> Beginning:
    """The session of somebody who has just shown `factors`, after `failures` wrong passwords; `told` is told of it as well."""
    settings, now = provider.settings, provider.clock.now()
    verdict = risk.judge(known.facts(visitor.network, now, failures), settings.risk)
    made = provider.new_handle()
    lifetime = settings.lifetimes.session_absolute
    return Beginning(
        handle=made if known.present is None else replace(made, id=known.present.id),
        factors=factors,
        now=now,
        expires_at=now + (min(lifetime, PUBLIC_DEVICE_LIFETIME) if public_device else lifetime),
        remember=not public_device,
        verdict=verdict,
        alert_at=now + settings.risk.gather if verdict.notify else None,
        event=provider.new_id(),
        detail={
            **told,
            "known_device": known.known_device,
            "public_device": public_device,
            "risk": list(verdict.met),
            "device": device.name(visitor.user_agent),
        },
    )

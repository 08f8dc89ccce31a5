"""What happened in an account, read from its audit trail in the words of its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, place, session
from idp.store.database import Tx

PAGE = 20

SHOWN = (
    "account.activated",
    "account.changed",
    "account.disabled",
    "account.enabled",
    "account.read",
    "account.restricted",
    "account.unrestricted",
    "code.redeemed",
    "consent.given",
    "consent.refused",
    "consent.withdrawn",
    "contact.changed",
    "contact.reverted",
    "device.forgotten",
    "document.added",
    "factor.added",
    "factor.always",
    "factor.not_always",
    "factor.proved",
    "factor.refused",
    "factor.removed",
    "grant.revoked",
    "identity.asked",
    "identity.contested",
    "identity.referred",
    "identity.rejected",
    "identity.submitted",
    "identity.verified",
    "identity.viewed",
    "newsletter.left",
    "newsletter.subscribed",
    "passkey.count_went_back",
    "password.changed",
    "privacy.cancelled",
    "privacy.completed",
    "privacy.downloaded",
    "privacy.exported",
    "privacy.refused",
    "privacy.requested",
    "recovery.requested",
    "refresh.replayed",
    "session.disowned",
    "session.ended",
    "session.ended_everywhere",
    "session.refused",
    "session.started",
    "terms.accepted",
)
"""The events that have a sentence, `aktivitas.<event>`; what concerns operators alone has none."""
BY_OTHERS = frozenset(
    {
        "account.read",
        "identity.asked",
        "identity.contested",
        "identity.referred",
        "identity.rejected",
        "identity.verified",
        "identity.viewed",
        "privacy.completed",
        "privacy.refused",
    }
)
"""Those of them that officers or registries did: nobody signed in for them, so nobody can say that it was not them."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event. `device` is (browser, system); `vicinity` where it came from; `risk` the rules that were met; `at` UNIX seconds."""

    id: UUID
    at: int
    event: str
    client_id: str | None
    session_id: UUID | None
    device: tuple[str, str] | None
    vicinity: str
    risk: tuple[str, ...]
    detail: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of happenings, the newest first; `following` leads to older ones."""

    happenings: list[Happening]
    following: UUID | None


async def read(
    provider: Provider,
    stands: Standing,
    before: UUID | None = None,
    *,
    events: tuple[str, ...] = SHOWN,
    limit: int = PAGE,
) -> Chapter:
    """What happened in this account, older than the event `before`."""
    async with provider.database.reading() as tx:
        rows = await provider.audit.read(
            tx, account_id=stands.account_id, events=events, before=before, limit=limit + 1
        )
        told = await _told(tx, stands.account_id, rows[:limit])
    return Chapter(told, rows[limit - 1].id if len(rows) > limit else None)


async def one(provider: Provider, stands: Standing, event_id: UUID) -> Happening | None:
    """One event of this account; None for another's, and for what has no sentence."""
    async with provider.database.reading() as tx:
        row = await provider.audit.event(tx, stands.account_id, event_id)
        if row is None or row.event not in SHOWN:
            return None
        return (await _told(tx, stands.account_id, [row]))[0]


async def _told(tx: Tx, account_id: UUID, rows: list[Any]) -> list[Happening]:
    wanted = {row.session_id for row in rows if row.session_id is not None}
    agents = {one.id: one.user_agent for one in await session.of_account(tx, account_id, sorted(wanted))}
    return [_happening(row, agents.get(row.session_id)) for row in rows]


def _happening(row: Any, user_agent: str | None) -> Happening:
    detail = row.detail or {}
    noted = detail.get("device")
    seen = (str(noted[0]), str(noted[1])) if noted else device.name(user_agent) if user_agent else None
    # A service calls from its own machine: where that stands says nothing about the person.
    network = None if row.event in ("code.redeemed", "grant.revoked", "refresh.replayed") else row.network
    return Happening(
        row.id,
        row.at,
        row.event,
        row.client_id,
        row.session_id,
        seen,
        place.vicinity(network),
        tuple(detail.get("risk", ())),
        detail,
    )

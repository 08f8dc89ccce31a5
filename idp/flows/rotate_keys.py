"""Signing keys by the timetable: what is missing is made, what has served its time is succeeded.

Making an RSA key takes a second of processor time, so keys are made in a thread, before any transaction begins. Several
replicas may do this at once: the conditional update of the one active row, and the unique indexes, let one of them through.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from joserfc.jwk import Key

from idp.base.jose import ALGORITHMS, generate
from idp.keys.key import ACTIVE, NEXT, SigningKey, afterlife, due, notice, ready
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx

MEMORY = "keys"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What became of one algorithm. `refused` says why nothing changed; empty when `active` is a new key."""

    algorithm: str
    retired: str | None = None
    active: str | None = None
    next: str | None = None
    refused: str = ""


class _Overtaken(Exception):
    """Another replica has moved the keys in between; what this one began is rolled back."""


async def ensure(provider: Provider) -> list[str]:
    """Make the active and the next key of every algorithm that lacks one; the kids of those that were made.

    The first two keys of an algorithm may sign at once: no JWKS without them was ever handed out that anybody could need
    them from. A next key that is made later waits until every cached JWKS holds it.
    """
    missing = _missing(await _read(provider))
    if not missing:
        return []
    keys = await _generate(provider, [algorithm for algorithm, _, _ in missing])
    now = provider.clock.now()
    made: list[str] = []
    async with provider.database.transaction() as tx:
        for (algorithm, state, founding), key in zip(missing, keys, strict=True):
            signs_from = now if founding else now + notice(provider.settings.lifetimes)
            kid = await provider.vault.create(tx, algorithm, key, state, now, signs_from)
            if kid is not None:
                made.append(kid)
        if made:
            await provider.audit.append(tx, Event("keys.created", detail={"kids": made}))
            await provider.database.bump(tx, MEMORY)
    await provider.refresh_memory()
    return made


async def rotate(
    provider: Provider, *, algorithm: str | None = None, force: bool = False, actor: str | None = None
) -> list[Rotation]:
    """Let the next key of `algorithm`, or of each, sign from now on, and make the one after it.

    A successor that some cached JWKS may lack is refused with the moment from which it may sign. `force` takes it all the
    same: relying parties that do not look a second time fail for up to a cache life, which is the lesser evil when a
    private key is known to others.
    """
    keys = await _read(provider)
    wanted = ALGORITHMS if algorithm is None else (algorithm,)
    rotations = [await _rotate(provider, keys, each, force, actor) for each in wanted]
    await provider.refresh_memory()
    return rotations


async def due_rotations(provider: Provider) -> list[str]:
    """The algorithms whose active key has served its time and whose successor may sign."""
    now, keys = provider.clock.now(), await _read(provider)
    return [
        active.algorithm
        for active in keys
        if active.state == ACTIVE and due(active, now, provider.settings.lifetimes)
        if (successor := _find(keys, active.algorithm, NEXT)) is not None and ready(successor, now)
    ]


async def sweep(provider: Provider) -> int:
    """Delete keys whose publication is over; how many."""
    async with provider.database.transaction() as tx:
        removed = await provider.vault.remove(tx, provider.clock.now())
        if removed:
            await provider.audit.append(tx, Event("keys.removed", detail={"count": removed}))
            await provider.database.bump(tx, MEMORY)
    return removed


async def _rotate(
    provider: Provider, keys: Sequence[SigningKey], algorithm: str, force: bool, actor: str | None
) -> Rotation:
    active, successor = _find(keys, algorithm, ACTIVE), _find(keys, algorithm, NEXT)
    if active is None or successor is None:
        return Rotation(algorithm, refused="has no active or no next key; make what is missing first")
    if not force and not ready(successor, provider.clock.now()):
        return Rotation(
            algorithm, active=active.kid, next=successor.kid, refused=f"too young, may sign from {successor.signs_from}"
        )
    [key] = await _generate(provider, [algorithm])
    try:
        async with provider.database.transaction() as tx:
            made = await _promote(provider, tx, active, successor, key)
            await provider.audit.append(
                tx,
                Event(
                    "keys.rotated",
                    actor=actor,
                    detail={
                        "algorithm": algorithm,
                        "retired": active.kid,
                        "active": successor.kid,
                        "next": made,
                        "forced": force,
                    },
                ),
            )
            await provider.database.bump(tx, MEMORY)
    except _Overtaken:
        return Rotation(algorithm, refused="rotated by another replica at this moment")
    return Rotation(algorithm, retired=active.kid, active=successor.kid, next=made)


async def _promote(provider: Provider, tx: Tx, active: SigningKey, successor: SigningKey, key: Key) -> str:
    now, lifetimes = provider.clock.now(), provider.settings.lifetimes
    if not await provider.vault.promote(tx, active.kid, successor.kid, now, now + afterlife(lifetimes)):
        raise _Overtaken
    made = await provider.vault.create(tx, active.algorithm, key, NEXT, now, now + notice(lifetimes))
    if made is None:
        raise _Overtaken
    return made


async def _read(provider: Provider) -> list[SigningKey]:
    async with provider.database.reading() as tx:
        return await provider.vault.all(tx)


async def _generate(provider: Provider, algorithms: Sequence[str]) -> list[Key]:
    bits = provider.settings.rsa_bits
    return await asyncio.gather(*(asyncio.to_thread(generate, algorithm, bits) for algorithm in algorithms))


def _missing(keys: Sequence[SigningKey]) -> list[tuple[str, str, bool]]:
    """(algorithm, state, whether it founds its algorithm) of every key that should be there and is not."""
    known = {key.algorithm for key in keys}
    return [
        (algorithm, state, algorithm not in known)
        for algorithm in ALGORITHMS
        for state in (ACTIVE, NEXT)
        if _find(keys, algorithm, state) is None
    ]


def _find(keys: Sequence[SigningKey], algorithm: str, state: str) -> SigningKey | None:
    return next((key for key in keys if key.algorithm == algorithm and key.state == state), None)

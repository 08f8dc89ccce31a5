"""How often guesses may be made, per person: counted before a guess is looked at, so that two hundred at once are no more than five.

A row counts the failures of one subject (an account, or an identifier that nobody has) at one place:

- a network, for browsers that have not signed in to this account before: from the sixth failure on, delays that double;
- a known device, by itself, so that nobody else's failures keep an owner from their own telephone (T32);
- anywhere: consecutive failures of all unknown devices. At a hundred their passwords are no longer looked at until the
  password is reset (NIST SP 800-63B-4 section 3.2.2), while known devices still get in;
- codes: wrong one-time codes in a day, whatever the session or the network (T29).

Aliases of one account share its rows, since the subject is the account (T31).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Delete, text, update

from idp.base.settings import Limits
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import throttles

ANYWHERE_LIMIT = 100
FORGOTTEN_AFTER = 86_400
"""Failures at one place count together when no more than this lies between them, in seconds."""

_DAY = 86_400

COUNT_IN_WINDOW = text(
    """
    INSERT INTO throttles (subject, place, failures, blocked_until, updated_at) VALUES (:subject, :place, 1, :ends, :now)
    ON CONFLICT (subject, place) DO UPDATE SET
        failures = CASE WHEN throttles.blocked_until <= :now THEN 1 ELSE throttles.failures + 1 END,
        blocked_until = CASE WHEN throttles.blocked_until <= :now THEN excluded.blocked_until ELSE throttles.blocked_until END,
        updated_at = excluded.updated_at
    RETURNING failures, blocked_until
    """
)
"""Counts one event in a window that begins with its first and ends at `blocked_until`, which blocks only past a limit."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a visitor's guesses are counted."""

    network: bytes
    device: bytes
    anywhere: bytes
    codes: bytes


def places(material: Material, network: str, device: bytes) -> Places:
    """The places of a visitor. Keyed, since the table shall not tell who was where."""
    return Places(
        network=_place(material, "network", network),
        device=_place(material, "device", device),
        anywhere=_place(material, "anywhere"),
        codes=_place(material, "codes"),
    )


def counted(least: str, *, now: str, limits: tuple[str, str, str]) -> str:
    """The SQL that counts one more attempt in a row that is there, unless the row is blocked.

    `least` is the dialect's word for a minimum; `now` and `limits` (free failures, first and longest delay) are
    arguments. The row comes back with the new attempt's id if, and only if, that attempt was let through.
    """
    free, first, longest = limits
    blocked = f"throttles.blocked_until > {now}"
    anew = f"throttles.updated_at <= {now} - {FORGOTTEN_AFTER}"
    delay = f"{least}({longest}, {first} << {least}(throttles.failures - {free}, 20)::int)"
    return f"""
        failures = CASE WHEN {blocked} THEN throttles.failures WHEN {anew} THEN 1 ELSE throttles.failures + 1 END,
        attempt = CASE WHEN {blocked} THEN throttles.attempt ELSE excluded.attempt END,
        updated_at = CASE WHEN {blocked} THEN throttles.updated_at ELSE {now} END,
        blocked_until = CASE WHEN {blocked} THEN throttles.blocked_until
            WHEN {anew} OR throttles.failures < {free} THEN 0 ELSE {now} + {delay} END
    """


async def reserve_code(tx: Tx, account_id: UUID, place: bytes, limits: Limits, now: int) -> int | None:
    """Count one entry of a one-time code before it is compared. None if it may be; else when the next one may (UNIX seconds).

    The row is locked until the caller's transaction ends, so parallel entries queue and each finds the true count.
    """
    row = (
        await tx.execute(COUNT_IN_WINDOW, {"subject": account_id.bytes, "place": place, "now": now, "ends": now + _DAY})
    ).one()
    return row.blocked_until if row.failures > limits.code_failures_per_day else None


async def give_back_code(tx: Tx, account_id: UUID, place: bytes) -> None:
    """The entry was right: it is no failure. Earlier ones stay, or a thief could let the owner clear them."""
    await tx.execute(
        update(throttles)
        .where(throttles.c.subject == account_id.bytes, throttles.c.place == place)
        .values(failures=throttles.c.failures - 1)
    )


async def clear(tx: Tx, subject: bytes, *where: bytes) -> None:
    """Forget failures of an account at some places, one after the other: that of all attempts last, as they are counted."""
    for place in where:
        await tx.execute(_of(subject).where(throttles.c.place == place))


async def clear_all(tx: Tx, material: Material, subject: bytes) -> None:
    """Forget all failures of an account, after its password was reset.

    In the order in which they are counted, too: who sets the password, and a stranger who guesses on, would else wait for
    each other.
    """
    last = throttles.c.place == _place(material, "anywhere")
    await tx.execute(_of(subject).where(~last))
    await tx.execute(_of(subject).where(last))


def _place(material: Material, *parts: str | bytes) -> bytes:
    return material.mac("throttle").of(*parts)[:16]


def _of(subject: bytes) -> Delete:
    return throttles.delete().where(throttles.c.subject == subject)

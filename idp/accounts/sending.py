"""How often messages may go to one destination: a pause between two of them, so many in an hour, so many in a day.

Each journey counts by itself, so that whoever asks for resets in somebody's name uses up no codes of theirs. What all of them
together may send to one number is counted once more when it leaves, with the notices, which no journey counts: whoever
proves a number that earns money by being written to must not get it written to without end (T40).

Counted in SQL beside the guesses, since losing these counts would let a stranger fill somebody's mailbox and spend the
operator's money. The destination is hashed with a key: the table tells nobody who was written to.
"""

from dataclasses import dataclass

from sqlalchemy import update

from idp.accounts.throttle import COUNT_IN_WINDOW
from idp.base.settings import Limits
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import throttles

_HOUR, _DAY = 3600, 86_400


@dataclass(frozen=True, slots=True)
class Wait:
    """One message too many. The next one is welcome at `until` (UNIX seconds); `pause` when that is soon."""

    until: int
    pause: bool


async def count(tx: Tx, material: Material, destination: str, limits: Limits, now: int) -> Wait | None:
    """Count one message that is about to be sent; None if it may be. What is too soon counts for nothing but the pause."""
    mac = material.mac("destination")
    subject = mac.of(destination)[:16]
    windows = ((limits.resend_pause, 1), (_HOUR, limits.resend_per_hour), (_DAY, limits.resend_per_day))
    for window, allowed in windows:
        place = mac.of("window", str(window))[:16]
        row = (
            await tx.execute(COUNT_IN_WINDOW, {"subject": subject, "place": place, "now": now, "ends": now + window})
        ).one()
        if row.failures > allowed:
            return Wait(row.blocked_until, window == limits.resend_pause)
    return None


async def leaves(tx: Tx, material: Material, number: str, allowed: int, now: int) -> bool:
    """Count one message to a number that is about to leave, whatever it is about; False when it is one too many in a day."""
    where = _leaving(material, number)
    row = (await tx.execute(COUNT_IN_WINDOW, {**where, "now": now, "ends": now + _DAY})).one()
    return bool(row.failures <= allowed)


async def stays(tx: Tx, material: Material, number: str) -> None:
    """It did not leave."""
    where = _leaving(material, number)
    counted = (throttles.c.subject == where["subject"]) & (throttles.c.place == where["place"])
    await tx.execute(update(throttles).where(counted).values(failures=throttles.c.failures - 1))


def _leaving(material: Material, number: str) -> dict[str, bytes]:
    mac = material.mac("destination")
    return {"subject": mac.of(number)[:16], "place": mac.of("leaving")[:16]}

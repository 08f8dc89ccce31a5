"""How often messages may go to one destination: a pause between two of them, so many in an hour, so many in a day.

Counted in SQL beside the guesses, since losing these counts would let a stranger fill somebody's mailbox and spend the
operator's money. The destination is hashed with a key: the table tells nobody who was written to.
"""

from dataclasses import dataclass

from idp.accounts.throttle import COUNT_IN_WINDOW
from idp.base.settings import Limits
from idp.store.database import Tx
from idp.store.material import Material

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

"""Circuit breakers: who fails again and again is left alone for a while, so that nobody waits for what will not come.

A target is the kind and the target of an outbox item (`mail:contoh.go.id`), or a way out that many items share, under a name
of its own (`gateway:smtp`).
"""

from sqlalchemy import select, text

from idp.store.database import Tx
from idp.store.tables import breakers, outbox

THRESHOLD = 5
PAUSE = 60
"""Failures in a row that trip a breaker, and for how many seconds each further one does."""

SHARED = "gateway:"
"""How the names of shared ways out begin: they are few, and their failures count on while nothing waits for them."""

_OUTLIVED = 86_400

# One statement on both databases, since two failures of one target may be counted at once.
_FAILED = text(
    """
    INSERT INTO breakers (target, failures, open_until) VALUES (:target, 1, 0)
    ON CONFLICT (target) DO UPDATE SET failures = breakers.failures + 1,
        open_until = CASE WHEN breakers.failures + 1 >= :threshold THEN :until ELSE 0 END
    """
)
_TRIP = text(
    """
    INSERT INTO breakers (target, failures, open_until) VALUES (:target, 1, :until)
    ON CONFLICT (target) DO UPDATE SET open_until = excluded.open_until
    """
)


async def failed(tx: Tx, target: str, now: int) -> None:
    """Count a failure; the fifth in a row, and each after it, trips the breaker for a minute."""
    await tx.execute(_FAILED, {"target": target, "threshold": THRESHOLD, "until": now + PAUSE})


async def recovered(tx: Tx, target: str) -> None:
    """Close a breaker, and forget its failures."""
    await tx.execute(breakers.delete().where(breakers.c.target == target))


async def trip(tx: Tx, target: str, until: int) -> None:
    """Open a breaker until a moment (UNIX seconds), however few failures there were."""
    await tx.execute(_TRIP, {"target": target, "until": until})


async def tripped(tx: Tx, now: int) -> dict[str, int]:
    """Targets that are left alone, each until when (UNIX seconds)."""
    rows = await tx.execute(select(breakers.c.target, breakers.c.open_until).where(breakers.c.open_until > now))
    return {row.target: row.open_until for row in rows}


async def forget(tx: Tx, now: int) -> int:
    """Delete breakers of targets that nothing waits for any more, save those that are open or were a day ago; how many.

    Whoever types invented mail domains by the thousand while the mail server is away would else leave one for each.
    """
    awaited = select(outbox.c.id).where(
        outbox.c.state == "waiting", outbox.c.kind + ":" + outbox.c.target == breakers.c.target
    )
    gone = breakers.delete().where(
        breakers.c.open_until < now - _OUTLIVED, ~breakers.c.target.startswith(SHARED), ~awaited.exists()
    )
    return (await tx.execute(gone)).rowcount

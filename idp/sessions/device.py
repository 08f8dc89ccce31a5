"""Devices that an account has signed in on before: they are counted by themselves when somebody guesses passwords."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from ua_parser import parse

from idp.store.database import Tx
from idp.store.tables import known_devices

REMEMBERED = 30 * 86_400
"""How long after its last sign-in a device is known, in seconds."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is known; `digest` is that of its cookie. Times are UNIX seconds."""

    digest: bytes
    user_agent: str | None
    network: str | None
    created_at: int
    used_at: int


def name(user_agent: str | None) -> tuple[str, str] | None:
    """(browser, system) as people call them; None for what says neither."""
    seen = parse(user_agent or "")
    if seen.user_agent is None or seen.os is None:
        return None
    return seen.user_agent.family, seen.os.family


async def known(tx: Tx, account_id: UUID, now: int) -> list[Device]:
    """The devices of an account that are remembered, the one used last first."""
    rows = await tx.execute(
        select(known_devices)
        .where(known_devices.c.account_id == account_id, known_devices.c.used_at > now - REMEMBERED)
        .order_by(known_devices.c.used_at.desc(), known_devices.c.device)
    )
    return [Device(row.device, row.user_agent, row.network, row.created_at, row.used_at) for row in rows]


async def forget(tx: Tx, account_id: UUID, digest: bytes) -> bool:
    """Forget one device of an account; False if it was not known."""
    gone = await tx.execute(
        known_devices.delete().where(known_devices.c.account_id == account_id, known_devices.c.device == digest)
    )
    return gone.rowcount == 1


async def forget_all(tx: Tx, account_id: UUID) -> None:
    """Forget every device of an account: whoever had the old password may have left one behind."""
    await tx.execute(known_devices.delete().where(known_devices.c.account_id == account_id))

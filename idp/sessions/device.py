"""Devices that an account has signed in on before: they are counted by themselves when somebody guesses passwords."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select, text, update
from ua_parser import parse

from idp.sessions import place
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.store.tables import Id, known_devices

REMEMBERED = 30 * 86_400
"""How long after its last sign-in a device is known, in seconds."""

REMEMBER_AGAIN = """
    ON CONFLICT (account_id, device) DO UPDATE SET used_at = excluded.used_at, user_agent = excluded.user_agent,
        network = excluded.network, country = COALESCE(excluded.country, known_devices.country)
"""
"""What becomes of the row of a device that is known already."""


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


_REMEMBER = text(
    f"""
    INSERT INTO known_devices (account_id, device, created_at, used_at, user_agent, network, country, factor_until)
    VALUES (:account, :device, :now, :now, :user_agent, :network, :country, :factor_until)
    {REMEMBER_AGAIN}, factor_until = COALESCE(excluded.factor_until, known_devices.factor_until)
    """
).bindparams(bindparam("account", type_=Id))


async def remember(tx: Tx, account_id: UUID, visitor: Visitor, factor_until: int | None, now: int) -> None:
    """Know this browser from now on. Until `factor_until` it is not asked for the second factor that its person wants at
    every sign-in; None leaves that as it was."""
    values = {
        "account": account_id,
        "device": visitor.device,
        "now": now,
        "user_agent": visitor.user_agent,
        "network": visitor.network,
        "country": place.country(visitor.network),
        "factor_until": factor_until,
    }
    await tx.execute(_REMEMBER, values)


async def is_known(tx: Tx, account_id: UUID, digest: bytes, now: int) -> bool:
    """Whether an account has signed in on a device not long ago."""
    wanted = select(known_devices.c.device).where(
        known_devices.c.account_id == account_id,
        known_devices.c.device == digest,
        known_devices.c.used_at > now - REMEMBERED,
    )
    return (await tx.execute(wanted)).first() is not None


async def ask_all(tx: Tx, account_id: UUID) -> None:
    """Ask every device for the second factor again; they stay known."""
    asked = update(known_devices).where(known_devices.c.account_id == account_id)
    await tx.execute(asked.where(known_devices.c.factor_until.is_not(None)).values(factor_until=None))


async def forget(tx: Tx, account_id: UUID, digest: bytes) -> bool:
    """Forget one device of an account; False if it was not known."""
    gone = await tx.execute(
        known_devices.delete().where(known_devices.c.account_id == account_id, known_devices.c.device == digest)
    )
    return gone.rowcount == 1


async def forget_all(tx: Tx, account_id: UUID) -> None:
    """Forget every device of an account: whoever had the old password may have left one behind."""
    await tx.execute(known_devices.delete().where(known_devices.c.account_id == account_id))

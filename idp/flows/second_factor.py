"""The second factor: a code from the authenticator app raises the session that the password began."""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import throttle, totp
from idp.base.opaque import Handle
from idp.grants import standing
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels, session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx


@dataclass(frozen=True, slots=True)
class Proved:
    """The session has risen; `handle` is its new cookie."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Wrong:
    """No code of this account, or one that has worked before."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many wrong codes in a day; the code was not looked at. The next one is welcome at `until` (UNIX seconds)."""

    until: int


async def present(provider: Provider, visitor: Visitor, client_id: str = "") -> Standing | None:
    """Whose second factor may be asked: the browser's live session, if its account has one."""
    return await standing.read(
        provider.database, visitor.session, client_id, provider.settings.lifetimes, provider.clock.now()
    )


async def prove(
    provider: Provider, visitor: Visitor, stands: Standing, code: str, *, excuse: bool = False
) -> Proved | Wrong | Paused:
    """Compare a code and raise the session with it. `excuse` as in `admit`."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        refused = await check(provider, tx, visitor, stands.account_id, code)
        if refused is not None:
            return refused
        handle = Handle(stands.session.id, provider.new_handle().secret)
        factors = {**stands.session.factors, levels.TOTP: now}
        assert visitor.session is not None
        if not await session.raise_to(tx, visitor.session, handle, factors, now):
            return Wrong()
        await admit(provider, tx, visitor, stands, excuse=excuse)
        detail = {"factor": levels.TOTP}
        event = Event(
            "factor.proved",
            actor=str(stands.account_id),
            account_id=stands.account_id,
            session_id=handle.id,
            network=visitor.network,
            detail=detail,
        )
        await provider.audit.append(tx, event)
        return Proved(handle)


async def admit(provider: Provider, tx: Tx, visitor: Visitor, stands: Standing, *, excuse: bool) -> None:
    """Settle what a sign-in left open while it waited for its second factor: its failures are forgotten, its device known.

    `excuse`: the person wants a second factor at every sign-in, but on this device not again for thirty days. That never
    makes a session stronger: it has shown what it has shown.
    """
    now = provider.clock.now()
    if not stands.held:
        return
    where = throttle.places(provider.material, visitor.network, visitor.device)
    known = await device.is_known(tx, stands.account_id, visitor.device, now)
    places = (where.device,) if known else (where.network, where.anywhere)
    await throttle.clear(tx, stands.account_id.bytes, *places)
    if not stands.session.public_device:
        until = now + device.REMEMBERED if excuse and stands.may_be_excused else None
        await device.remember(tx, stands.account_id, visitor, until, now)


async def check(provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, code: str) -> Wrong | Paused | None:
    """Compare a code inside `tx`, counted before it is looked at; None when it is right, and with that spent.

    There is one counter per account, whatever the session, the network or the journey that asks (T29). What is returned
    has to be committed, or the count would be lost.
    """
    now = provider.clock.now()
    place = throttle.places(provider.material, visitor.network, visitor.device).codes
    paused = await throttle.reserve_code(tx, account_id, place, provider.settings.limits, now)
    if paused is not None:
        return Paused(paused)
    if not await _accept(provider, tx, account_id, code, now):
        session_id = visitor.session.id if visitor.session else None
        event = Event("factor.refused", account_id=account_id, session_id=session_id, network=visitor.network)
        await provider.audit.append(tx, event)
        return Wrong()
    await throttle.give_back_code(tx, account_id, place)
    return None


async def _accept(provider: Provider, tx: Tx, account_id: UUID, code: str, now: int) -> bool:
    for app in await totp.read(tx, provider.sealer, account_id):
        step = totp.step_of(app.secret, code, now)
        if step is not None:
            return await totp.accept(tx, app.id, step, now)
    return False

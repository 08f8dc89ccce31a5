"""The second factor: a code from the authenticator app raises the session that the password began."""

from dataclasses import dataclass

from idp.accounts import throttle, totp
from idp.base.opaque import Handle
from idp.grants import standing
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels, session
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


async def prove(provider: Provider, visitor: Visitor, stands: Standing, code: str) -> Proved | Wrong | Paused:
    """Compare a code, counted before it is looked at: one counter per account, whatever the session or the network (T29)."""
    now = provider.clock.now()
    place = throttle.places(provider.material, visitor.network, visitor.device).codes
    async with provider.database.transaction() as tx:
        paused = await throttle.reserve_code(tx, stands.account_id, place, provider.settings.limits, now)
        if paused is not None:
            return Paused(paused)
        if not await _accept(provider, tx, stands, code, now):
            event = Event("factor.refused", account_id=stands.account_id, session_id=stands.session.id, network=visitor.network)
            await provider.audit.append(tx, event)
            return Wrong()
        await throttle.give_back_code(tx, stands.account_id, place)
        handle = Handle(stands.session.id, provider.new_handle().secret)
        factors = {**stands.session.factors, levels.TOTP: now}
        assert visitor.session is not None
        if not await session.raise_to(tx, visitor.session, handle, factors, now):
            return Wrong()
        detail = {"factor": levels.TOTP}
        event = Event(
            "factor.proved", actor=str(stands.account_id), account_id=stands.account_id, session_id=handle.id,
            network=visitor.network, detail=detail,
        )
        await provider.audit.append(tx, event)
        return Proved(handle)


async def _accept(provider: Provider, tx: Tx, stands: Standing, code: str, now: int) -> bool:
    for app in await totp.read(tx, provider.sealer, stands.account_id):
        step = totp.step_of(app.secret, code, now)
        if step is not None:
            return await totp.accept(tx, app.id, step, now)
    return False

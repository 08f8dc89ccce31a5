"""The account at a glance: services and sessions, and ending them."""

from dataclasses import dataclass
from uuid import UUID

from idp.flows import logout, owner, security
from idp.flows.security import Methods
from idp.grants import consent, grant
from idp.grants.grant import Connection
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, session
from idp.sessions.device import Device
from idp.sessions.session import Session
from idp.sessions.visitor import Visitor
from idp.store.database import Tx


@dataclass(frozen=True, slots=True)
class Home:
    """What the account's own page shows. The present session comes first."""

    services: list[Connection]
    sessions: list[Session]
    methods: Methods
    terms_version: str | None
    """The terms that were accepted last."""


async def look(provider: Provider, stands: Standing) -> Home:
    """Services, sessions and how one signs in."""
    async with provider.database.reading() as tx:
        used = await _services(provider, tx, stands)
        live = await _sessions(provider, tx, stands)
        person = await owner.read(tx, stands)
        found = await security.methods_of(provider, tx, person)
    return Home(used, live, found, person.terms_version)


async def services(provider: Provider, stands: Standing) -> list[Connection]:
    """The services that hold something of this account, the one used last first."""
    async with provider.database.reading() as tx:
        return await _services(provider, tx, stands)


async def devices(provider: Provider, stands: Standing) -> tuple[list[Session], list[Device]]:
    """Where one is signed in, the present session first; and the browsers that are remembered."""
    async with provider.database.reading() as tx:
        live = await _sessions(provider, tx, stands)
        return live, await device.known(tx, stands.account_id, provider.clock.now())


async def forget_device(provider: Provider, visitor: Visitor, stands: Standing, digest: bytes) -> None:
    """Forget a remembered browser of one's own; its next sign-in is that of a new one (T38: nobody else's is touched)."""
    async with provider.database.transaction() as tx:
        if await device.forget(tx, stands.account_id, digest):
            await provider.audit.append(tx, owner.did("device.forgotten", visitor, stands))


async def _services(provider: Provider, tx: Tx, stands: Standing) -> list[Connection]:
    """What services hold by grants, and by consents that outlive them."""
    now = provider.clock.now()
    held = {one.client_id: one for one in await grant.connections(tx, stands.account_id, now)}
    allowed = {one.client_id: one for one in await consent.of(tx, stands.account_id) if one.expires_at > now}
    found = []
    for client_id in held.keys() | allowed.keys():
        grants, yes = held.get(client_id), allowed.get(client_id)
        sinces = [one for one in (grants and grants.since, yes and yes.granted_at) if one]
        scope = (grants.scope if grants else frozenset()) | frozenset(yes.scope.split() if yes else ())
        claims = (grants.claims if grants else frozenset()) | frozenset(yes.claims if yes else ())
        found.append(Connection(client_id, min(sinces), grants.used if grants else max(sinces), scope, claims))
    return sorted(found, key=lambda one: (-one.used, one.client_id))


async def _sessions(provider: Provider, tx: Tx, stands: Standing) -> list[Session]:
    live = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
    return sorted(live, key=lambda one: one.id != stands.session.id)


async def end_one(provider: Provider, visitor: Visitor, stands: Standing, session_id: UUID) -> None:
    """End another session of one's own; somebody else's is not touched (T38)."""
    async with provider.database.transaction() as tx:
        own = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
        if any(one.id == session_id for one in own):
            await logout.end_session(provider, tx, session_id, stands.account_id, "person", visitor.network)


async def end_everywhere(provider: Provider, visitor: Visitor, stands: Standing) -> str:
    """End every session, this one too, and every grant. A slip by which this browser may watch the services confirm."""
    async with provider.database.transaction() as tx:
        own = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
        await logout.end_all(provider, tx, stands.account_id, "person", visitor.network)
    return logout.watching(provider, visitor, [one.id for one in own])

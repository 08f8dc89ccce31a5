"""The owner of an account: while signed in, who is here and for how long, still in their session, and what they do as an event
of the audit trail; and the language in which they read.
"""

from uuid import UUID

from idp.accounts import account
from idp.accounts.account import Account
from idp.base.errors import PageFault
from idp.grants import standing
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx

# How often looking around is written down as use of the session, in seconds.
_SEEN_EVERY = 60


async def here(provider: Provider, visitor: Visitor, client_id: str = "") -> Standing | None:
    """Who is signed in at this browser, and where they stand with a service; None for nobody. One round trip."""
    return await standing.read(
        provider.database, visitor.session, client_id, provider.settings.lifetimes, provider.clock.now()
    )


async def present(provider: Provider, visitor: Visitor) -> Standing | None:
    """Who is at this browser, and that they are: looking at one's account is use of the session."""
    now = provider.clock.now()
    stands = await here(provider, visitor)
    if stands is not None and stands.held:
        return None
    if stands is not None and stands.session.seen_at < now - _SEEN_EVERY:
        async with provider.database.transaction() as tx:
            await session.touch(tx, stands.session.id, now)
    return stands


async def stay(provider: Provider, visitor: Visitor) -> int | None:
    """Somebody who reads on says so: their session goes on. Until when (UNIX seconds), or None when it is over."""
    now = provider.clock.now()
    stands = await here(provider, visitor)
    if stands is None or stands.held:
        return None
    async with provider.database.transaction() as tx:
        await session.touch(tx, stands.session.id, now)
    return min(stands.session.expires_at, now + provider.settings.lifetimes.session_idle)


def ends_at(provider: Provider, stands: Standing) -> int:
    """When this session ends if nobody uses it after this page, in UNIX seconds."""
    now, seen = provider.clock.now(), stands.session.seen_at
    last = now if seen < now - _SEEN_EVERY else seen
    return min(stands.session.expires_at, last + provider.settings.lifetimes.session_idle)


async def read(tx: Tx, stands: Standing) -> Account:
    """The account of whoever is signed in. PageFault 409 when it was erased since they were recognised."""
    person = await account.read(tx, stands.account_id)
    if person is None:
        raise erased()
    return person


def erased() -> PageFault:
    """What whoever was recognised a moment ago hears when their account is gone by now."""
    return PageFault("kesalahan.formulir", "account erased meanwhile", 409)


async def look(provider: Provider, stands: Standing) -> Account:
    """The same, outside of a transaction."""
    async with provider.database.reading() as tx:
        return await read(tx, stands)


async def language(provider: Provider, account_id: UUID) -> str:
    """The language that their letters are written in, for the pages that a letter leads to; empty when the account is gone."""
    async with provider.database.reading() as tx:
        person = await account.read(tx, account_id)
    return person.locale if person is not None else ""


async def hold(provider: Provider, tx: Tx, stands: Standing) -> Account:
    """The same as it is now, locked for `tx`, while the session still stands. PageFault 409 when it has ended meanwhile.

    Whose request it is was read before the transaction. In between, somebody may have said «that was not me» of this very
    session: what it was about to do would come after all that it did was taken back, and stay.
    """
    await account.lock(tx, stands.account_id)
    live = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
    if all(one.id != stands.session.id for one in live):
        raise PageFault("kesalahan.formulir", "session ended meanwhile", 409)
    return await read(tx, stands)


def did(event: str, visitor: Visitor, stands: Standing, *, client_id: str | None = None, **detail: object) -> Event:
    """An event by the owner's own hand: in which session, and from where. `client_id` and `detail` as in `Event`."""
    return Event(
        event,
        actor=str(stands.account_id),
        account_id=stands.account_id,
        client_id=client_id,
        session_id=stands.session.id,
        network=visitor.network,
        detail=detail,
    )

"""What the owner of an account does while signed in: still in their session, and as an event of the audit trail."""

from idp.accounts import account
from idp.accounts.account import Account
from idp.base.errors import PageFault
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx


async def hold(provider: Provider, tx: Tx, stands: Standing) -> Account:
    """The account as it is now, locked for `tx`, while the session still stands. PageFault 409 when it has ended meanwhile.

    Whose request it is was read before the transaction. In between, somebody may have said «that was not me» of this very
    session: what it was about to do would come after all that it did was taken back, and stay.
    """
    await account.lock(tx, stands.account_id)
    live = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
    person = await account.read(tx, stands.account_id)
    if person is None or all(one.id != stands.session.id for one in live):
        raise PageFault("kesalahan.formulir", "session ended meanwhile", 409)
    return person


def did(event: str, visitor: Visitor, stands: Standing, **detail: object) -> Event:
    """An event by the owner's own hand: in which session, and from where. `detail` as in `Event`."""
    return Event(
        event,
        actor=str(stands.account_id),
        account_id=stands.account_id,
        session_id=stands.session.id,
        network=visitor.network,
        detail=detail,
    )

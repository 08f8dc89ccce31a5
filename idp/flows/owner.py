"""What the owner of an account does while signed in, as an event of the audit trail."""

from idp.grants.standing import Standing
from idp.sessions.visitor import Visitor
from idp.store.audit import Event


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

"""What could not be delivered: look at it, and let the worker try again. What was to be delivered is never shown."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from idp.flows import deliver_again, officers
from idp.web.admin import cursor as cursors
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Cursor, Limit, Page

ROOM = "outbox"
router = APIRouter(prefix="/outbox", tags=["Outbox"], route_class=GuardedRoute)


class DeadItem(BaseModel):
    """An item that was given up. Times are UNIX seconds."""

    id: UUID
    kind: str = Field(description="mail, sms, backchannel or registry.")
    target: str = Field(description="Mail domain, country of a phone number, or client.")
    attempts: int
    created_at: int
    settled_at: int = Field(description="When it was given up.")
    last_error: str | None


@router.get("/dead", summary="List dead letters", **needs("outbox:read", 400))
async def list_dead_letters(desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> Page[DeadItem]:
    """Items that were given up, newest first, page by page."""
    before = cursors.read_id(desk.provider, ROOM, cursor)
    rows = await deliver_again.dead(desk.provider, before=before, limit=limit)
    following = cursors.seal(desk.provider, ROOM, str(rows[-1].id)) if len(rows) == limit else None
    return Page(items=[DeadItem.model_validate(row, from_attributes=True) for row in rows], next=following)


@router.post("/{item_id}/retry", status_code=204, summary="Try a dead letter again", **needs("outbox:write", 404))
async def retry_dead_letter(desk: AtDesk, item_id: Annotated[UUID, Path(description="Id of the item.")]) -> None:
    """Bring an item back to life, with all its tries."""
    await officers.retry(desk.provider, desk.officer, item_id)

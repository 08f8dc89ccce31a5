"""The audit trail: read it, and check that nobody changed it. There is no way to write or delete."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from idp.flows import officers
from idp.web.admin import cursor as cursors
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Cursor, Limit, Page

ROOM = "audit"
router = APIRouter(prefix="/audit", tags=["Audit"], route_class=GuardedRoute)


class AuditEvent(BaseModel):
    """Something that happened. Times are UNIX seconds."""

    id: UUID
    at: int
    event: str
    actor: str | None
    account_id: UUID | None
    client_id: str | None
    session_id: UUID | None
    network: str | None
    detail: dict[str, Any]
    sequence: int | None = Field(description="Gapless number in the chain; null for the second until it is linked.")


class Verification(BaseModel):
    """How the chain stands."""

    checked: int = Field(description="Linked events that were looked at.")
    broken_at: int | None = Field(description="Number of the first event that does not fit; null when all do.")
    waiting: int = Field(description="Events that are not linked yet.")


@router.get("", summary="Read the audit trail", **needs("audit:read", 400))
async def list_audit_events(
    desk: AtDesk,
    account_id: Annotated[UUID | None, Query(description="Only events about this account.")] = None,
    event: Annotated[
        str | None, Query(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=48, description="Only events of this name.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditEvent]:
    """Events, newest first, page by page."""
    before = cursors.read_id(desk.provider, ROOM, cursor)
    rows = await officers.audit_page(desk.provider, account_id=account_id, event=event, before=before, limit=limit)
    following = cursors.seal(desk.provider, ROOM, str(rows[-1].id)) if len(rows) == limit else None
    return Page(items=[AuditEvent.model_validate(row, from_attributes=True) for row in rows], next=following)


@router.get("/verification", summary="Check the audit chain", **needs("audit:read"))
async def verify_audit_chain(desk: AtDesk) -> Verification:
    """Compute every link of the chain again. Reads the whole trail: not for every minute."""
    checked, broken_at, waiting = await officers.verify_audit(desk.provider)
    return Verification(checked=checked, broken_at=broken_at, waiting=waiting)

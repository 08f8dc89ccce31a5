"""Reports: what people told us, read and closed. Reading one is itself an event of the audit trail."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from idp.flows import report as flow
from idp.web.admin import cursor as cursors
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Cursor, Limit, Page

ROOM = "reports"
router = APIRouter(prefix="/reports", tags=["Reports"], route_class=GuardedRoute)

Reference = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9-]{1,16}$", description="The report's number, such as GB-7K3M-92QF.")
]


class ReportLine(BaseModel):
    """A report without what was written. Times are UNIX seconds."""

    id: UUID
    reference: str
    kind: str = Field(description="suspicious or feedback.")
    category: str = Field(description="What the form offered, or the event that was disowned.")
    about: UUID | None = Field(description="The session or event that was disowned.")
    account_id: UUID | None
    network: str | None
    state: str = Field(description="open or closed.")
    created_at: int
    closed_at: int | None
    closed_by: str | None


class ReportFile(ReportLine):
    """A report with what was written."""

    text: str
    contact: str


@router.get("", summary="List reports", **needs("reports:read", 400))
async def list_reports(
    desk: AtDesk,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Only open or closed ones.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReportLine]:
    """Reports, newest first, page by page."""
    before = cursors.read_id(desk.provider, ROOM, cursor)
    found = await flow.page(desk.provider, state=state, before=before, limit=limit)
    following = cursors.seal(desk.provider, ROOM, str(found[-1].id)) if len(found) == limit else None
    return Page(items=[ReportLine.model_validate(one, from_attributes=True) for one in found], next=following)


@router.get("/{reference}", summary="Read a report", **needs("reports:read", 404))
async def get_report(desk: AtDesk, reference: Reference) -> ReportFile:
    """One report with what was written; that it was read is kept."""
    found = await flow.read(desk.provider, reference, by=desk.officer.actor)
    return ReportFile.model_validate(found, from_attributes=True)


@router.post("/{reference}/close", status_code=204, summary="Close a report", **needs("reports:write", 404))
async def close_report(desk: AtDesk, reference: Reference) -> None:
    """Close an open report."""
    await flow.close(desk.provider, reference, by=desk.officer.actor)

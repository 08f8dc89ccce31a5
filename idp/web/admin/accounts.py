"""Accounts: list, find, look at, turn off and on. Officers never see or choose passwords, and never see a whole NIK."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, Field

from idp.accounts.account import Account as Row
from idp.flows import officers, people
from idp.flows.officers import File
from idp.web.admin import cursor as cursors
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Cursor, Limit, Page

ROOM = "accounts"
router = APIRouter(prefix="/accounts", tags=["Accounts"], route_class=GuardedRoute)
Purpose = Annotated[
    str,
    Header(
        alias="Gerbang-Purpose",
        max_length=200,
        description="Why the account is looked at: a ticket, a call. The person can read it.",
    ),
]
AccountId = Annotated[UUID, Path(description="Id of the account.")]


class Account(BaseModel):
    """An account, without anything that proves who somebody is. Times are UNIX seconds."""

    id: UUID
    status: Literal["active", "restricted", "disabled", "deceased"] = Field(
        description="`restricted`: the person has frozen what services may do with their data."
    )
    name: str
    email: str | None
    email_verified: bool
    phone: str | None = Field(description="Mobile number, E.164.")
    phone_verified: bool
    kpj: str | None = Field(description="Participant number, as declared.")
    identity_level: int = Field(description="0 declared, 1 registry match, 2 document and face, or branch.")
    locale: str
    created_at: int
    updated_at: int
    password_changed_at: int | None


class AccountFile(Account):
    """An account with what surrounds it."""

    factors: list[str] = Field(
        description="What the person can show: `pwd`, `passkey`, `otp` (an app), `sms`, `rec` (recovery codes)."
    )
    sessions: int = Field(description="Live sessions.")


@router.get("", summary="List accounts", **needs("accounts:read", 400))
async def list_accounts(
    desk: AtDesk,
    status: Annotated[
        Literal["active", "restricted", "disabled", "deceased"] | None,
        Query(description="Only accounts in this state."),
    ] = None,
    identifier: Annotated[
        str | None,
        Query(
            min_length=1, max_length=254, description="Only the account with this id, email address or mobile number."
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    purpose: Purpose = "",
) -> Page[Account]:
    """Accounts in the order in which they came, page by page; or the one that an identifier leads to."""
    if identifier is not None:
        found = await officers.find_account(desk.provider, desk.officer, identifier, purpose=purpose)
        return Page(items=[_account(found)] if found is not None and status in (None, found.status) else [], next=None)
    after = cursors.read_id(desk.provider, ROOM, cursor)
    rows = await officers.account_page(
        desk.provider, desk.officer, status=status, after=after, limit=limit, purpose=purpose
    )
    following = cursors.seal(desk.provider, ROOM, str(rows[-1].id)) if len(rows) == limit else None
    return Page(items=[_account(row) for row in rows], next=following)


@router.get("/{account_id}", summary="Look at an account", **needs("accounts:read", 404))
async def get_account(desk: AtDesk, account_id: AccountId, purpose: Purpose = "") -> AccountFile:
    """One account, with its factors and the number of its live sessions."""
    return _file(await officers.look_at_account(desk.provider, desk.officer, account_id, purpose=purpose))


@router.post("/{account_id}/disable", summary="Disable an account", **needs("accounts:write", 404))
async def disable_account(desk: AtDesk, account_id: AccountId) -> AccountFile:
    """Turn an account off and end all its sessions, tokens and grants: effective on every replica at once, and services with
    back-channel logout are told. Disabling twice is no error."""
    await people.switch(desk.provider, account_id, enabled=False, by=desk.officer.actor)
    return _file(await officers.account_file(desk.provider, account_id))


@router.post("/{account_id}/enable", summary="Enable an account", **needs("accounts:write", 404))
async def enable_account(desk: AtDesk, account_id: AccountId) -> AccountFile:
    """Let the person sign in again. What was ended stays ended."""
    await people.switch(desk.provider, account_id, enabled=True, by=desk.officer.actor)
    return _file(await officers.account_file(desk.provider, account_id))


def _account(row: Row) -> Account:
    return Account.model_validate(row, from_attributes=True)


def _file(file: File) -> AccountFile:
    return AccountFile(**_account(file.account).model_dump(), factors=file.factors, sessions=file.sessions)

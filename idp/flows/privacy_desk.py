"""The officers' side of requests about personal data: the queue and its clock, an answer, and who was affected by a breach."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from idp.accounts import account, birthdate, requests
from idp.accounts.requests import Request
from idp.base.errors import Fault
from idp.flows import messages, people, privacy
from idp.grants import claims as claims_of
from idp.grants import grant
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

_SCANNED = 1_000


class NotARequest(Fault):
    """There is no open request with this id, or it cannot be answered in this way."""


class UnknownField(Fault):
    """Nothing is told to anybody under this name."""


async def queue(provider: Provider, *, everything: bool, limit: int) -> list[Request]:
    """Requests, the one that is due first at the top."""
    async with provider.database.reading() as tx:
        return await requests.queue(tx, provider.sealer, everything=everything, limit=limit)


async def show(provider: Provider, request_id: UUID, *, by: str) -> Request:
    """One request with what the person wrote; the look is written down. Raises NotARequest."""
    async with provider.database.transaction() as tx:
        found = await requests.read(tx, provider.sealer, request_id)
        if found is None:
            raise NotARequest(f"no request {request_id}")
        detail = {"fields": sorted(found.detail), "purpose": f"privacy request {request_id}"}
        await provider.audit.append(tx, Event(privacy.READ, actor=by, account_id=found.account_id, detail=detail))
    return found


async def complete(provider: Provider, request_id: UUID, *, by: str, note: str = "") -> Request:
    """Do what was asked, and tell the person; a correction is written into the account. Raises NotARequest."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        found = await requests.read(tx, provider.sealer, request_id)
        if found is None:
            raise NotARequest(f"no open request {request_id}")
        if found.kind == requests.DELETE:
            raise NotARequest("a deletion is carried out by itself, when its days are over")
        await account.lock(tx, found.account_id)
        if not await requests.decide(tx, provider.sealer, request_id, requests.DONE, by, now, outcome=note):
            raise NotARequest(f"no open request {request_id}")
        if found.kind == requests.CORRECT:
            values: dict[str, Any] = {}
            if name := found.detail.get("name"):
                values["name"] = name
            if born := found.detail.get("birthdate"):
                values["birthdate_sealed"] = birthdate.seal(provider.sealer, found.account_id, born)
            await account.correct(tx, found.account_id, now, **values)
        await _answer(provider, tx, found, "permintaan_selesai")
        event = Event("privacy.completed", actor=by, account_id=found.account_id, detail=_detail(found))
        await provider.audit.append(tx, event)
    return found


async def refuse(provider: Provider, request_id: UUID, ground: str, *, by: str, note: str = "") -> Request:
    """Say no, on one of the law's grounds, and tell the person which. Raises NotARequest."""
    if ground not in requests.GROUNDS:
        raise NotARequest(f"a ground is one of {', '.join(requests.GROUNDS)}")
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        found = await requests.read(tx, provider.sealer, request_id)
        if found is None or not await requests.decide(
            tx, provider.sealer, request_id, requests.REFUSED, by, now, ground=ground, outcome=note
        ):
            raise NotARequest(f"no open request {request_id}")
        await _answer(provider, tx, found, "permintaan_ditolak", alasan=Message(f"alasan.{ground}"))
        event = Event("privacy.refused", actor=by, account_id=found.account_id, detail=_detail(found, ground=ground))
        await provider.audit.append(tx, event)
    return found


async def affected(provider: Provider, field: str, since: int, until: int) -> dict[UUID, set[str]]:
    """Account → who was told `field` of it between two moments: services by id, officers by name (UU PDP art. 46).

    `field` is a claim, or a scope of ours. For an operator: it reads much, and takes its time. UnknownField for a name that
    nothing is told under: a misspelt one would find nobody, and nobody would be told of the breach.
    """
    found: dict[UUID, set[str]] = {}
    scopes = {scope for scope, claims in claims_of.SCOPE_CLAIMS.items() if field in claims} | {field}
    async with provider.database.reading() as tx:
        for row in await grant.released_between(tx, since, until):
            if _gave(field, scopes, row.scope, row.claims or {}, row.withheld or ()):
                found.setdefault(row.account_id, set()).add(row.client_id)
        async for row in provider.audit.between(tx, ("code.redeemed", privacy.READ), since, until, _SCANNED):
            told = row.detail
            if row.event == privacy.READ:
                if field in told.get("fields", ()):
                    found.setdefault(row.account_id, set()).add(row.actor)
            elif _gave(field, scopes, told.get("scope", ""), told.get("claims", {}), told.get("withheld", ())):
                found.setdefault(row.account_id, set()).add(row.client_id)
    # After the search: a scope may be that of a client that is gone by now.
    scopes_of_clients = {scope for each in provider.clients.all() for scope in each.scopes or ()}
    if not found and field not in {*claims_of.CLAIMS, *claims_of.SCOPE_CLAIMS, *people.SEEN, *scopes_of_clients}:
        raise UnknownField(f"{field} is no claim and no scope; there are {', '.join(sorted(claims_of.CLAIMS))}")
    return found


def _gave(
    field: str, scopes: set[str], scope: str, claims: Mapping[str, Collection[str]], withheld: Collection[str]
) -> bool:
    """Whether a grant of `scope` and single `claims` gave `field`, which comes with `scopes` as well."""
    named = any(field in place for place in claims.values())
    return field not in withheld and (named or bool(scopes & set(scope.split())))


async def _answer(provider: Provider, tx: Tx, found: Request, template: str, **values: Any) -> None:
    person = await account.read(tx, found.account_id)
    if person is not None and person.email is not None:
        await messages.mail(
            provider, tx, person.email, template, person.locale, person.id, nama=person.name,
            permintaan=Message(f"permintaan.{found.kind}"), tautan=f"{provider.settings.issuer}/akun/privasi", **values,
        )  # fmt: skip


def _detail(found: Request, **more: str) -> dict[str, str]:
    return {"request": str(found.id), "kind": found.kind, **more}

"""What people do about their own data: see it, see who read it, freeze it, ask for a correction, object (UU PDP 27/2022).

What can be done at once is done at once, and only written down as a request that was met; what needs an officer waits in
the queue under the law's clock of 3 × 24 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.accounts import account, birthdate, contact, requests
from idp.accounts.requests import Request
from idp.flows import logout, messages, owner
from idp.grants import claims as claims_of
from idp.grants import consent, grant
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.theme.language import CODES, ZONES, Message

MAX_WORDS = 1000
"""Characters of what a person may write to us in one request."""
READ = "account.read"
"""The event of an officer, or somebody at the command line, who looked at an account."""
_SHOWN_READINGS = 100
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Centre:
    """What the front page of the privacy centre shows."""

    restricted_at: int | None
    requests: list[Request]
    terms_version: str | None
    terms_accepted_at: int | None

    @property
    def deletion(self) -> Request | None:
        """The deletion that waits, if one does."""
        return next((one for one in self.requests if one.kind == requests.DELETE and one.state == requests.OPEN), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody was told something of this person: a service on a day, or an officer at a moment.

    `data` are names of claims and scopes for a service, of fields for an officer; `last` is in UNIX seconds.
    """

    who: str
    service: bool
    last: int
    data: tuple[str, ...]
    purpose: str = ""


async def centre(provider: Provider, stands: Standing) -> Centre:
    """The account's state, and what it asked."""
    async with provider.database.reading() as tx:
        person = await owner.read(tx, stands)
        asked = await requests.of(tx, provider.sealer, stands.account_id)
    return Centre(person.restricted_at, asked, person.terms_version, person.terms_accepted_at)


async def consents(provider: Provider, account_id: UUID) -> tuple[list[Any], list[Any]]:
    """(consents that count now, everything that was ever said about consent, newest first)."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        current = [one for one in await consent.of(tx, account_id) if one.expires_at > now]
        return current, await consent.history(tx, account_id)


async def readings(provider: Provider, account_id: UUID, limit: int = _SHOWN_READINGS) -> list[Reading]:
    """Who was told what, and when last, newest first; one line per service and day, one per look of an officer.

    Services: each redemption of a code is in the audit trail; the grant knows when a refresh or userinfo last told
    something, userinfo to the hour. So the first and the last day of a connection are exact, and nothing is written on the
    way of each call.
    """
    async with provider.database.reading() as tx:
        grants = await grant.releases(tx, account_id)
        redeemed = await provider.audit.read(tx, account_id=account_id, event="code.redeemed", limit=limit * 5)
        looked = await provider.audit.read(tx, account_id=account_id, event=READ, limit=limit)
    days: dict[tuple[str, int], tuple[int, set[str]]] = {}

    def told(client_id: str, at: int, data: set[str]) -> None:
        last, known = days.get((client_id, at // _DAY), (0, set()))
        days[client_id, at // _DAY] = max(last, at), known | data

    for row in redeemed:
        given = row.detail
        names = _names(given.get("scope", ""), given.get("claims", {}), given.get("withheld", ()))
        told(row.client_id, row.at, names)
    for row in grants:
        names = _names(row.scope, row.claims or {}, row.withheld or ())
        for at in {row.code_used_at, row.rotated_at, row.read_at} - {None}:
            told(row.client_id, at, names)
    services = [Reading(client_id, True, last, tuple(sorted(data))) for (client_id, _), (last, data) in days.items()]
    officers = [
        Reading(row.actor, False, row.at, tuple(row.detail.get("fields", ())), row.detail.get("purpose", ""))
        for row in looked
    ]
    return sorted([*services, *officers], key=lambda one: -one.last)[:limit]


async def restrict(provider: Provider, visitor: Visitor, stands: Standing) -> None:
    """Freeze: no service is told anything any more, effective at commit on every replica, and all are told so (art. 41).

    PageFault as `owner.hold`.
    """
    now, account_id = provider.clock.now(), stands.account_id
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        if await account.restrict(tx, account_id, now):
            await logout.disconnect_all(provider, tx, account_id, "restricted")
            await done(provider, tx, account_id, requests.RESTRICT)
            await _tell(provider, tx, stands, "dibatasi")
            await provider.audit.append(tx, owner.did("account.restricted", visitor, stands))


async def lift(provider: Provider, visitor: Visitor, stands: Standing) -> None:
    """Undo `restrict`; the caller has made sure that the person has just shown their strongest factors. PageFault as `owner.hold`."""
    now, account_id = provider.clock.now(), stands.account_id
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        if await account.lift(tx, account_id):
            # A code that was on its way when the account was frozen must not come to life with it.
            await grant.revoke_of_account(tx, account_id, now, "restricted")
            await _tell(provider, tx, stands, "batas_dicabut")
            await provider.audit.append(tx, owner.did("account.unrestricted", visitor, stands))


async def ask(
    provider: Provider, visitor: Visitor, stands: Standing, kind: str, detail: dict[str, str]
) -> Message | None:
    """Put a request into the queue; what is in its way, if something is. PageFault as `owner.hold`."""
    now = provider.clock.now()
    request = Request(
        provider.new_id(), stands.account_id, kind, requests.OPEN, now, now + requests.CLOCK, detail=detail
    )
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        if not await requests.add(tx, provider.sealer, request):
            return Message("privasi.sudah_diminta")
        await provider.audit.append(
            tx, owner.did("privacy.requested", visitor, stands, kind=kind, request=str(request.id))
        )
    return None


async def take_back(provider: Provider, visitor: Visitor, stands: Standing, request_id: UUID) -> None:
    """Cancel one's own open request; somebody else's, and a deletion, which has its own way back, are not touched (T38)."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        found = await requests.read(tx, provider.sealer, request_id)
        if found is None or found.account_id != stands.account_id or found.kind == requests.DELETE:
            return
        if await requests.decide(tx, provider.sealer, request_id, requests.CANCELLED, str(stands.account_id), now):
            await provider.audit.append(tx, owner.did("privacy.cancelled", visitor, stands, request=str(request_id)))


def correction(typed: Mapping[str, str], now: int) -> tuple[dict[str, str], dict[str, Message]]:
    """A wish for a correction as it came: what it says, the birth date as YYYY-MM-DD; and what is wrong with it, by field."""
    name, reason = (" ".join(typed[field].split()) for field in ("name", "reason"))
    day, month, year = (typed[f"birth_{part}"] for part in ("day", "month", "year"))
    dated = any(part.strip() for part in (day, month, year))
    errors: dict[str, Message] = {}
    born = ""
    if not name and not dated:
        errors["name"] = Message("perbaikan.kosong")
    elif len(name) > contact.MAX_NAME or not name.isprintable():
        errors["name"] = Message("nama")
    if dated:
        try:
            born = birthdate.read(day, month, year, now).isoformat()
        except contact.NotAContact as fault:
            errors["birth_day"] = Message(fault.key)
    if not reason or len(reason) > MAX_WORDS:
        errors["reason"] = Message("perbaikan.alasan_kosong", n=MAX_WORDS)
    said = {"name": name, "birthdate": born, "reason": reason}
    return {field: text for field, text in said.items() if text}, errors


async def prefer(provider: Provider, visitor: Visitor, stands: Standing, locale: str, zone: str) -> bool:
    """Language and time zone need nobody's leave; False for ones that we do not have. PageFault as `owner.hold`."""
    if locale not in CODES or zone not in ZONES:
        return False
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        claims = {**person.claims, "zoneinfo": zone}
        await account.correct(tx, stands.account_id, now, locale=locale, claims=claims)
        await provider.audit.append(tx, owner.did("account.changed", visitor, stands, fields=["locale", "zoneinfo"]))
    return True


async def accept(provider: Provider, visitor: Visitor, stands: Standing) -> None:
    """The person has read the present terms and privacy notice."""
    version = provider.theme.notice_version
    async with provider.database.transaction() as tx:
        await account.accept_terms(tx, stands.account_id, version, provider.clock.now())
        await provider.audit.append(tx, owner.did("terms.accepted", visitor, stands, version=version))


async def done(provider: Provider, tx: Tx, account_id: UUID, kind: str) -> None:
    """Write down a request that was met at once: what was asked and answered in time can be shown."""
    now = provider.clock.now()
    met = Request(
        provider.new_id(), account_id, kind, requests.DONE, now, now + requests.CLOCK,
        decided_at=now, decided_by=str(account_id),
    )  # fmt: skip
    await requests.add(tx, provider.sealer, met)


def _names(scope: str, claims: Any, withheld: Any) -> set[str]:
    """Claims and scopes that a grant lets its client know."""
    wanted = frozenset(scope.split())
    named = {name for place in claims.values() for name in place if name in claims_of.CLAIMS}
    abilities = wanted - {"openid", "offline_access", *claims_of.SCOPE_CLAIMS}
    return ({*claims_of.names(wanted), *named} | abilities) - set(withheld)


async def _tell(provider: Provider, tx: Tx, stands: Standing, template: str) -> None:
    person = await owner.read(tx, stands)
    link = f"{provider.settings.issuer}/akun/privasi"
    await messages.tell_everywhere(provider, tx, person, template, tautan=link)

"""Signing out: RP-initiated (OIDC RP-Initiated Logout 1.0), from our own pages, and everywhere at once.

Every end of a session tells the services that took part, by back-channel logout through the durable outbox: written in
the same transaction, so that no crash can end a session here and leave it standing there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from idp.accounts import account
from idp.base.errors import PageFault
from idp.base.jose import JoseFault
from idp.base.opaque import same
from idp.clients.client import Client
from idp.flows import access, owner
from idp.grants import grant
from idp.provider import Provider
from idp.sessions import session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.store.outbox import BACKCHANNEL

_POSTED = "posted-logout"
_WAY_BACK = 300
"""Seconds for a redirect to our own address, on the slowest network."""
_STATES = {"delivered": "confirmed", "waiting": "pending", "dead": "failed"}
_SEVERITY = ("confirmed", "pending", "failed", "unreached")
_ENDED = "signed-out"
_SHOWN = 900
"""Seconds for which one may watch the services confirm."""
_WATCHED = 20


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A session has ended. `location` is where the client wants the person; without it they see our page. `by` is the client,
    and `written_in` the language that whoever has left is written to in."""

    session_id: UUID | None
    location: str | None
    by: str | None = None
    written_in: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """Sessions that have ended, as `watching` names them."""

    by: str
    language: str
    sessions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """The person has to be asked, since nobody proved that a service of theirs wants this (T10)."""


async def by_relying_party(provider: Provider, values: Mapping[str, str], visitor: Visitor) -> SignedOut | Confirm:
    """The end_session endpoint. Without a hint of ours the person is asked, and sent nowhere.

    PageFault for an address that is not registered, and for a hint of another client than the one that asks.
    """
    hint = _read_hint(provider, values.get("id_token_hint"))
    if hint is None:
        return Confirm()
    claims, client = hint
    if values.get("client_id") not in (None, client.client_id):
        raise PageFault("kesalahan.keluar", "id_token_hint of another client")
    location = _location(client, values.get("post_logout_redirect_uri"), values.get("state"))
    stands = await owner.here(provider, visitor, client.client_id)
    if stands is not None and not same(provider.subjects.of(stands.account_id, client.sector), str(claims.get("sub"))):
        # Somebody else sits at this browser now: ask them, and send them nowhere.
        return Confirm()
    if stands is None:
        # Nobody is signed in at this browser, and an ID token that somebody found ends no session elsewhere.
        return SignedOut(None, location)
    async with provider.database.transaction() as tx:
        await end_session(
            provider, tx, stands.session.id, stands.account_id, f"client:{client.client_id}", visitor.network
        )
    return SignedOut(stands.session.id, location, client.client_id, stands.person.locale)


def park(provider: Provider, values: Mapping[str, str]) -> str:
    """A posted request, sealed for its way back by GET: whoever posts a hint keeps it out of addresses, and so do we."""
    expires_at = provider.clock.now() + _WAY_BACK
    return provider.slips.write(_POSTED, b"", values, expires_at)


def parked(provider: Provider, text: str) -> Mapping[str, str]:
    """The request that `park` sealed; nothing, as if no hint had come, once it is old."""
    values: Mapping[str, str] | None = provider.slips.read(_POSTED, b"", text, provider.clock.now())
    return values or {}


async def by_person(provider: Provider, visitor: Visitor) -> SignedOut:
    """The person confirmed on our own page."""
    stands = await owner.here(provider, visitor)
    if stands is None:
        return SignedOut(None, None)
    async with provider.database.transaction() as tx:
        await end_session(provider, tx, stands.session.id, stands.account_id, "person", visitor.network)
    return SignedOut(stands.session.id, None, written_in=stands.person.locale)


def watching(provider: Provider, visitor: Visitor, sessions: Sequence[UUID], by: str = "") -> str:
    """A slip by which this browser, and no other, may watch for a while how services confirm that sessions have ended.

    `by` is the client that asked for it, if one did. The language of this page goes along: whose it was, or who wished for
    it, is not known on the next one.
    """
    value = [by, visitor.language, *(str(one) for one in sessions[:_WATCHED])]
    return provider.slips.write(_ENDED, visitor.device, value, provider.clock.now() + _SHOWN)


def watched(provider: Provider, visitor: Visitor, text: str) -> Watched:
    """What a slip lets this browser see; nothing if it is another browser's, or old."""
    value = provider.slips.read(_ENDED, visitor.device, text, provider.clock.now())
    by, language, *sessions = value or ("", "")
    return Watched(by, language, tuple(map(UUID, sessions)))


async def all_confirmations(provider: Provider, seen: Watched, language: str) -> list[tuple[str, str]]:
    """`confirmations` of all its sessions, one line per service: what is worst among them."""
    told: dict[str, str] = {}
    for session_id in seen.sessions:
        for name, state in await confirmations(provider, session_id, language, seen.by or None):
            told[name] = max(told.get(name, state), state, key=_SEVERITY.index)
    return sorted(told.items())


async def confirmations(
    provider: Provider, session_id: UUID, language: str, but: str | None = None
) -> list[tuple[str, str]]:
    """(service as it is called in `language`, confirmed | pending | failed) for every one that had to be told of a session's end.

    Websites that were visited in it and cannot be told are `unreached`: their own sessions may go on. Not `but`, which
    asked for the end itself; not the apps on a device, which hold nothing besides our tokens.
    """
    async with provider.database.reading() as tx:
        items = await provider.outbox.about(tx, session_id, BACKCHANNEL)
        visited = await grant.clients_of_session(tx, session_id)
    found = [(provider.clients.known(client_id), _STATES[state]) for client_id, state in items]
    untold = {*visited} - {client_id for client_id, _ in items} - {but}
    found += [(provider.clients.known(client_id), "unreached") for client_id in sorted(untold)]
    return [
        (client.localised_name(language), state)
        for client, state in found
        if client is not None and not (state == "unreached" and (client.public or client.backchannel_logout_uri))
    ]


async def end_session(
    provider: Provider,
    tx: Tx,
    session_id: UUID,
    account_id: UUID,
    by: str,
    network: str | None,
    *,
    offline_too: bool = False,
) -> None:
    """End one session and what was granted in it, and tell its services. `by` and `network`: who did it, and from where.

    Grants with offline_access outlive a plain sign-out; with `offline_too` they end as well, also when the session itself
    is over already: whoever signed in shall keep nothing.
    """
    now = provider.clock.now()
    if not await session.end(tx, session_id, now, by.partition(":")[0]) and not offline_too:
        return
    told = [(session_id, client_id) for client_id in await grant.clients_of_session(tx, session_id)]
    await grant.revoke_of_session(tx, session_id, now, "logout", offline_too=offline_too)
    await _tell(provider, tx, account_id, told)
    event = Event("session.ended", actor=by, account_id=account_id, session_id=session_id, network=network)
    await provider.audit.append(tx, event)


async def end_all(
    provider: Provider, tx: Tx, account_id: UUID, by: str, network: str | None, but: UUID | None = None
) -> None:
    """End every session of an account, offline grants too, save the session `but`; effective at commit, on every replica.

    `network` is None when nobody at a browser asked for it.
    """
    now = provider.clock.now()
    # A session that begins in this very moment is there already, and ends with the rest; or it waits, and sees what was done.
    await account.lock(tx, account_id)
    live = [one.id for one in await session.live_of(tx, account_id, provider.settings.lifetimes, now) if one.id != but]
    told = await grant.reached_by_account(tx, account_id, live, but)
    for session_id in live:
        await session.end(tx, session_id, now, by.partition(":")[0])
    await grant.revoke_of_account(tx, account_id, now, "logout", but=but)
    if but is None:
        # What a request under way is about to write was decided before this moment, and dies with the rest.
        await account.set_not_before(tx, account_id, now)
    await _tell(provider, tx, account_id, told)
    event = Event(
        "session.ended_everywhere",
        actor=by,
        account_id=account_id,
        session_id=but,
        network=network,
        detail={"sessions": len(live)},
    )
    await provider.audit.append(tx, event)


async def disconnect(provider: Provider, tx: Tx, account_id: UUID, client_id: str, by: str) -> None:
    """End everything that one service holds of an account, and tell it; the person stays signed in here."""
    told = [(session_id, client_id) for session_id in await grant.reached_by_client(tx, account_id, client_id)]
    await grant.revoke_of_client(tx, account_id, client_id, provider.clock.now(), by)
    await _tell(provider, tx, account_id, told)


async def disconnect_all(provider: Provider, tx: Tx, account_id: UUID, by: str) -> None:
    """End everything that any service holds of an account, and tell them all; the person stays signed in here."""
    now = provider.clock.now()
    live = [one.id for one in await session.live_of(tx, account_id, provider.settings.lifetimes, now)]
    told = await grant.reached_by_account(tx, account_id, live, None)
    await grant.revoke_of_account(tx, account_id, now, by)
    await _tell(provider, tx, account_id, told)


async def _tell(provider: Provider, tx: Tx, account_id: UUID, told: list[tuple[UUID, str]]) -> None:
    for session_id, client_id in told:
        client = provider.clients.known(client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            payload = {
                "sub": provider.subjects.of(account_id, client.sector),
                "sid": provider.subjects.session(session_id, client.sector),
            }
            await provider.outbox.put(tx, BACKCHANNEL, client_id, payload, subject_id=session_id)


def _read_hint(provider: Provider, hint: str | None) -> tuple[Mapping[str, object], Client] | None:
    """The claims of an ID token of ours, and its client; that it has expired does not matter. None for anything else.

    That is not only forgeries: a service may have kept an ID token for longer than the key lived that signed it, and its
    person wants to sign out all the same.
    """
    if hint is None:
        return None
    try:
        claims = access.read_hint(provider, hint)
    except JoseFault:
        return None
    audience = claims.get("aud")
    client = provider.clients.get(audience) if isinstance(audience, str) else None
    return (claims, client) if client is not None else None


def _location(client: Client, uri: str | None, state: str | None) -> str | None:
    """Where to send the person: byte-equal to a registered address, with the state added."""
    if uri is None:
        return None
    if uri not in client.post_logout_redirect_uris:
        raise PageFault("kesalahan.keluar", f"post_logout_redirect_uri not registered for {client.client_id}")
    if state is None:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state}, quote_via=quote)}"

"""«That was not me»: the session ends with everything it was given, the password opens nothing more, and somebody is told.

Whoever says it may be signed in, or hold a link that we mailed. Both may do it twice, or both at once: there is one report
for each session or event, and the second to come only reads its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, contact, contact_change, entrance, lookup, report
from idp.accounts.account import Account
from idp.accounts.report import Report
from idp.base.errors import PageFault
from idp.flows import activity, logout, messages, undo
from idp.flows.activity import Happening
from idp.flows.undo import Deeds
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx

LINK_LIFETIME = 7 * 86_400
"""How long the link of a message may be used, in seconds: as long as its sessions are kept."""

DEAD = "kesalahan.bukan_saya"
_LINK = "disown-mailed"
_ANYBODY = b""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody is about to disown: whose, which sessions, and what it is called. `known` is the report's number, if there is one."""

    account_id: UUID
    about: UUID
    sessions: tuple[UUID, ...]
    category: str
    happening: Happening | None
    known: str | None
    deeds: Deeds = undo.NOTHING
    """What was done there that will be taken back."""


@dataclass(frozen=True, slots=True)
class Disowned:
    """It is done. `reference` is the number of the report; `here` whether the session of this very browser has ended with it.

    `deeds` is what was taken back beside that."""

    reference: str
    here: bool
    deeds: Deeds = undo.NOTHING


def address(provider: Provider, person: Account, sessions: Sequence[UUID]) -> str:
    """The link by which the reader of the account's mailbox disowns sessions; it shows a page, whose button does it."""
    value = [str(person.id), _key(provider, person.email or ""), *(str(one) for one in sessions)]
    expires = provider.clock.now() + LINK_LIFETIME
    token = provider.slips.write(_LINK, _ANYBODY, value, expires)
    return f"{provider.settings.issuer}/bukan-saya?token={token}"


async def by_link(provider: Provider, token: str) -> Complaint:
    """What a mailed link is about. PageFault when it is none of ours, too old, or went to a mailbox that the account has left."""
    value = provider.slips.read(_LINK, _ANYBODY, token, provider.clock.now())
    if value is None:
        raise PageFault(DEAD, "disown link")
    owner, (key, *named) = UUID(value[0]), value[1:]
    sessions = [UUID(one) for one in named]
    async with provider.database.reading() as tx:
        if not await _reads(provider, tx, owner, key):
            raise PageFault(DEAD, "disown link outlived its mailbox")
        known = await _known(provider, tx, owner, sessions, sessions)
        deeds = await undo.of_sessions(provider, tx, owner, sessions)
    return Complaint(owner, sessions[0], tuple(sessions), "session.started", None, known, deeds)


async def by_event(provider: Provider, stands: Standing, event_id: UUID) -> Complaint:
    """What an event of one's own account is about. PageFault 404 for anybody else's (T38)."""
    happening = await activity.one(provider, stands, event_id)
    if happening is None:
        raise PageFault("kesalahan.tidak_ada", "no such event of this account", 404)
    about = happening.session_id or happening.id
    sessions = (happening.session_id,) if happening.session_id else ()
    async with provider.database.reading() as tx:
        known = await report.about(tx, [about])
        deeds = await undo.of_sessions(provider, tx, stands.account_id, sessions)
    return Complaint(stands.account_id, about, sessions, happening.event, happening, known, deeds)


async def disown(provider: Provider, visitor: Visitor, complaint: Complaint) -> Disowned:
    """Do what the page said: end, revoke, forget, require a new password, open a report, tell every contact. PageFault when the
    account is gone.
    """
    now = provider.clock.now()
    here = visitor.session is not None and visitor.session.id in complaint.sessions
    async with provider.database.transaction() as tx:
        await account.lock(tx, complaint.account_id)
        person = await account.read(tx, complaint.account_id)
        if person is None:
            raise PageFault(DEAD, "the account is gone")
        known = await _known(
            provider, tx, complaint.account_id, complaint.sessions or [complaint.about], complaint.sessions
        )
        if known is not None:
            return Disowned(known, here)
        about = complaint.about
        if await report.about(tx, [about]) is not None:
            # A mail named several sign-ins, and some of them were reported one by one.
            about = (await _live(provider, tx, complaint.account_id, complaint.sessions))[0]
        for session_id in complaint.sessions:
            await _end(provider, tx, visitor, complaint.account_id, session_id)
        # Read again under the lock: the page was shown a while ago.
        deeds = await undo.of_sessions(provider, tx, complaint.account_id, complaint.sessions)
        for session_id in deeds.sessions:
            await _end(provider, tx, visitor, complaint.account_id, session_id)
        here = here or (visitor.session is not None and visitor.session.id in deeds.sessions)
        restored = await undo.take_back(provider, tx, visitor, person, deeds)
        await entrance.require_reset(tx, complaint.account_id, now)
        reference = report.new_reference(provider.entropy)
        made = Report(
            id=provider.new_id(),
            reference=reference,
            kind=report.SUSPICIOUS,
            category=complaint.category,
            about=about,
            account_id=complaint.account_id,
            network=visitor.network,
            state=report.OPEN,
            created_at=now,
        )
        await report.insert(tx, provider.sealer, made)
        # Every contact hears of it, those first of all that have come back.
        lines = undo.said(provider, restored, deeds)
        if lines:
            await messages.tell_everywhere(provider, tx, restored, "dilaporkan_batal", nomor=reference, daftar=lines)
        else:
            await messages.tell_everywhere(provider, tx, restored, "dilaporkan", nomor=reference)
        event = Event(
            "session.disowned",
            actor=str(complaint.account_id),
            account_id=complaint.account_id,
            session_id=complaint.sessions[0] if complaint.sessions else None,
            network=visitor.network,
            detail={"reference": reference, "event": complaint.category},
        )
        await provider.audit.append(tx, event)
    return Disowned(reference, here, deeds)


async def _reads(provider: Provider, tx: Tx, account_id: UUID, key: str) -> bool:
    """Whether a mailbox is still the account's: its address as it stands, or one that a link in that mailbox brings back."""
    person, now = await account.read(tx, account_id), provider.clock.now()
    changes = await contact_change.of(tx, provider.sealer, account_id)
    back = [one.was for one in changes if one.kind == lookup.EMAIL and one.live(now)]
    present = [person.email] if person is not None and person.email is not None else []
    return any(_key(provider, address) == key for address in (*present, *back))


def _key(provider: Provider, address: str) -> str:
    """A mailbox as a link names it, to those who have the index key alone."""
    return lookup.key(provider.material, lookup.EMAIL, contact.normalise_email(address)).hex() if address else ""


async def _known(
    provider: Provider, tx: Tx, account_id: UUID, subjects: Sequence[UUID], sessions: Sequence[UUID]
) -> str | None:
    """The number of the report about these, unless one of the sessions still lives: then there is something left to do."""
    found = await report.about(tx, subjects)
    return None if found is not None and await _live(provider, tx, account_id, sessions) else found


async def _live(provider: Provider, tx: Tx, account_id: UUID, sessions: Sequence[UUID]) -> list[UUID]:
    live = await session.live_of(tx, account_id, provider.settings.lifetimes, provider.clock.now())
    return [one.id for one in live if one.id in sessions]


async def _end(provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, session_id: UUID) -> None:
    found = await session.of_account(tx, account_id, [session_id])
    if not found:
        # Swept, or never this account's: there is nothing to end.
        return
    if found[0].device is not None:
        await device.forget(tx, account_id, found[0].device)
    await logout.end_session(provider, tx, session_id, account_id, "person", visitor.network, offline_too=True)

"""The second factor: what the person has beside the password raises the session that the password began.

One comparison serves every journey that asks for a code, and one counter per account stands before it: whatever the
method, the session, the network or the journey, fifteen wrong entries a day are all (T29). A journey says which methods
it takes; what proves nothing there is not even compared (T28).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.accounts import account, contact, links, one_time_code, proven_phone, recovery_codes, throttle, totp
from idp.accounts.account import Account
from idp.accounts.links import Challenge
from idp.base.opaque import Handle
from idp.flows import channels, messages, owner, prompts
from idp.flows.interaction import Interaction
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels, session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

MAIL = "email"
"""A mailed code. It proves an address, helps to recover, and confirms an unusual sign-in while SMS is out of order; it is no
factor of a session and never counts towards loa2."""

ORDER = (levels.PASSKEY, levels.TOTP, levels.SMS, levels.RECOVERY)
"""What is asked first: what cannot be phished, then what costs nothing, then what may arrive late, then the spare keys."""

_CHANNELS = {levels.SMS: links.BY_SMS, MAIL: links.BY_EMAIL}


@dataclass(frozen=True, slots=True)
class Entry:
    """A code that somebody typed: by which method, and for whose sake it was sent (`asker`: a session, or a reset)."""

    method: str
    code: str
    asker: UUID
    purpose: str = links.OTP


@dataclass(frozen=True, slots=True)
class Proved:
    """The session has risen; `handle` is its new cookie."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Wrong:
    """No code of this account, or one that has worked before. For a code that was sent: its reference, and tries left."""

    method: str
    reference: str = ""
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """There is nothing to enter: no code was sent, or it is expired, used, replaced or burnt."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many wrong codes in a day; the code was not looked at. The next one is welcome at `until` (UNIX seconds)."""

    until: int


Refusal = Wrong | Gone | Paused


def methods(stands: Standing, interaction: Interaction | None) -> tuple[str, ...]:
    """The methods that help here, the best first: those that complete what a service asks, or all that there are.

    A sign-in that waits for its second factor may be confirmed by any.
    """
    useful = stands.enrolled
    if interaction is not None and not stands.held:
        counted = stands.without(interaction.client.excluded_factors)
        useful = prompts.second_factors(interaction.request, counted)
    return tuple(method for method in ORDER if method in useful)


async def offered(provider: Provider, stands: Standing, interaction: Interaction | None) -> tuple[str, ...]:
    """`methods`, and a mailed code where it may stand in."""
    found = methods(stands, interaction)
    return (*found, MAIL) if await _stands_in(provider, stands) else found


async def _stands_in(provider: Provider, stands: Standing) -> bool:
    """Whether a mailed code may let an unusual sign-in on: its account has nothing but codes by SMS, and those do not arrive.

    It confirms the sign-in and makes the session no stronger. Who has asked for a factor each time keeps what they asked
    for. A code that is on its way may still be entered when SMS is back.
    """
    person = stands.person
    if not stands.held or stands.asks_factor or not (person.email and person.email_verified):
        return False
    if stands.enrolled != {levels.PASSWORD, levels.SMS}:
        return False
    if await sent(provider, stands.session.id, MAIL) is not None:
        return True
    down = await channels.out_of_order(provider)
    return channels.SMS in down and channels.MAIL not in down


async def prove(
    provider: Provider, visitor: Visitor, stands: Standing, method: str, code: str, *, excuse: bool = False
) -> Proved | Refusal:
    """Compare a code and raise the session with it. `excuse` as in `admit`."""
    now = provider.clock.now()
    allowed, factors = stands.enrolled, {**stands.session.factors, method: now}
    if method == MAIL and await _stands_in(provider, stands):
        allowed, factors = frozenset({MAIL}), dict(stands.session.factors)
    async with provider.database.transaction() as tx:
        # Before anything of theirs, as whoever ends this session does: neither waits for the other's end.
        await account.lock(tx, stands.account_id)
        entry = Entry(method, code, stands.session.id)
        refused = await check(provider, tx, visitor, stands.account_id, entry, allowed)
        if refused is not None:
            return refused
        handle = Handle(stands.session.id, provider.new_handle().secret)
        assert visitor.session is not None
        if not await session.raise_to(tx, visitor.session, handle, factors, now):
            return Wrong(method)
        await admit(provider, tx, visitor, stands, excuse=excuse)
        await provider.audit.append(tx, owner.did("factor.proved", visitor, stands, factor=method))
        return Proved(handle)


async def admit(provider: Provider, tx: Tx, visitor: Visitor, stands: Standing, *, excuse: bool) -> None:
    """Settle what a sign-in left open while it waited for its second factor: its failures are forgotten, its device known.

    `excuse`: the person wants a second factor at every sign-in, but on this device not again for thirty days. That never
    makes a session stronger: it has shown what it has shown.
    """
    now = provider.clock.now()
    if not stands.held:
        return
    where = throttle.places(provider.material, visitor.network, visitor.device)
    known = await device.is_known(tx, stands.account_id, visitor.device, now)
    places = (where.device,) if known else (where.network, where.anywhere)
    await throttle.clear(tx, stands.account_id.bytes, *places)
    if not stands.session.public_device:
        until = now + device.REMEMBERED if excuse and stands.may_be_excused else None
        await device.remember(tx, stands.account_id, visitor, until, now)


async def check(
    provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, entry: Entry, allowed: Collection[str]
) -> Refusal | None:
    """Compare a code inside `tx`, counted before it is looked at; None when it is right, and with that spent.

    `allowed` are the methods that prove something in this journey: never the channel by which it began. What is
    returned has to be committed, or the count would be lost.
    """
    # A passkey is no code: what is typed never counts as one.
    if entry.method not in allowed or entry.method == levels.PASSKEY:
        return Wrong(entry.method)
    now = provider.clock.now()
    place = throttle.places(provider.material, visitor.network, visitor.device).codes
    paused = await throttle.reserve_code(tx, account_id, place, provider.settings.limits, now)
    if paused is not None:
        return Paused(paused)
    refused = await _compare(provider, tx, account_id, entry, now)
    if refused is None or isinstance(refused, Gone):
        await throttle.give_back_code(tx, account_id, place)
        return refused
    session_id = visitor.session.id if visitor.session else None
    detail = {"factor": entry.method}
    event = Event(
        "factor.refused", account_id=account_id, session_id=session_id, network=visitor.network, detail=detail
    )
    await provider.audit.append(tx, event)
    return refused


async def send(
    provider: Provider,
    tx: Tx,
    visitor: Visitor,
    person: Account,
    asker: UUID,
    method: str,
    purpose: str = links.OTP,
) -> Message | None:
    """Send a new code to the contact on record, which replaces the one before; what to say when it is one too many.

    Counted per destination, whoever asks and for whatever. The caller commits in either case.
    """
    # What is still to be proven can only be proven by a code to it.
    destination = person.phone if purpose == links.PROOF and method == levels.SMS else destination_of(person, method)
    assert destination is not None
    if refused := await messages.too_often(provider, tx, f"otp:{destination}"):
        return refused
    now = provider.clock.now()
    made = one_time_code.draw(provider.entropy, purpose, asker, _CHANNELS[method], destination)
    tries = provider.settings.limits.code_tries
    await one_time_code.issue(tx, provider.material, provider.new_handle(), made, tries, now)
    said: dict[str, Any] = {"kode": made.code, "ref": made.reference}
    if method == levels.SMS:
        await messages.sms(provider, tx, destination, "otp", person.locale, person.id, **said)
    else:
        await messages.mail(provider, tx, destination, "kode", person.locale, person.id, nama=person.name, **said)
    event = Event("code.sent", account_id=person.id, network=visitor.network, detail={"by": method})
    await provider.audit.append(tx, event)
    return None


async def send_to(provider: Provider, visitor: Visitor, stands: Standing, method: str) -> Message | None:
    """`send` for whoever is signed in here, in a transaction of its own."""
    async with provider.database.transaction() as tx:
        person = await owner.read(tx, stands)
        return await send(provider, tx, visitor, person, stands.session.id, method)


async def sent(provider: Provider, asker: UUID, method: str, purpose: str = links.OTP) -> Challenge | None:
    """The code that was sent last for an asker, if it may still be entered."""
    async with provider.database.reading() as tx:
        challenge = await one_time_code.newest(tx, purpose, asker, _CHANNELS[method])
    return challenge if one_time_code.usable(challenge, provider.clock.now()) else None


def destination_of(person: Account, method: str) -> str | None:
    """Where a code of this method goes; None when there is nowhere."""
    if method == levels.SMS:
        return person.phone if person.takes_codes else None
    return person.email if method == MAIL and person.email_verified else None


def masked_destination(stands: Standing, method: str) -> str:
    """The same as people may see it before they have proved more."""
    shown = {levels.SMS: stands.person.phone, MAIL: stands.person.email}.get(method)
    return contact.masked(shown or "")


def said(refused: Refusal) -> Message:
    """A refusal in words. How many tries are left is told when they run short; the reference, so that people look at the right message."""
    if isinstance(refused, Paused):
        return Message("otp.jeda", jam=refused.until)
    if isinstance(refused, Gone):
        return Message("otp.habis")
    if refused.tries_left is not None:
        if refused.tries_left == 0:
            return Message("otp.hangus")
        if refused.tries_left <= 3:
            return Message("otp.salah", ref=refused.reference, n=refused.tries_left)
        return Message("otp.salah_ref", ref=refused.reference)
    return Message("otp.salah_pemulihan" if refused.method == levels.RECOVERY else "otp.salah_totp")


async def _compare(provider: Provider, tx: Tx, account_id: UUID, entry: Entry, now: int) -> Refusal | None:
    if entry.method in _CHANNELS:
        return await _compare_sent(provider, tx, account_id, entry, now)
    if entry.method == levels.RECOVERY:
        return await _spend_recovery_code(provider, tx, account_id, entry.code, now)
    for app in await totp.read(tx, provider.sealer, account_id):
        step = totp.step_of(app.secret, entry.code, now)
        if step is not None and await totp.accept(tx, app.id, step, now):
            return None
    return Wrong(entry.method)


async def _compare_sent(provider: Provider, tx: Tx, account_id: UUID, entry: Entry, now: int) -> Refusal | None:
    challenge = await one_time_code.newest(tx, entry.purpose, entry.asker, _CHANNELS[entry.method])
    person = await account.read(tx, account_id)
    if challenge is None or person is None or not one_time_code.usable(challenge, now):
        return Gone()
    # A code that went to a contact which has been changed since proves nothing about this person.
    if challenge.destination not in (person.phone, person.email):
        return Gone()
    right, left = await one_time_code.accept(tx, provider.material, challenge, totp.digits(entry.code), now)
    if right and entry.method == levels.SMS:
        await proven_phone.used(tx, account_id, now)
    return None if right else Wrong(entry.method, challenge.reference or "", left)


async def _spend_recovery_code(provider: Provider, tx: Tx, account_id: UUID, code: str, now: int) -> Refusal | None:
    if not await recovery_codes.use(tx, provider.material, account_id, code, now):
        return Wrong(levels.RECOVERY)
    person = await account.read(tx, account_id)
    assert person is not None
    left = await recovery_codes.left(tx, account_id)
    await messages.tell_everywhere(provider, tx, person, "pemulihan_dipakai", sisa=left)
    return None

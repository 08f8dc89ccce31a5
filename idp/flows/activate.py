"""Activating: a mailed link or a typed code turns a pending registration into an account, once.

The address has to be proven by mail, since it is the name to sign in with. The code of an SMS proves the number beside
it. Whoever finds that the address got its account meanwhile is told that the account is active, which the mailbox's
owner may know.

Who registered an address need not be who owns it. In the browser that registered, the password that was typed there
counts; in any other, the mailbox's owner chooses one, and nothing is kept that only the registrant knew or proved (T36).
"""

from dataclasses import dataclass, replace
from uuid import UUID

from idp.accounts import account, declared, links, lookup, pending
from idp.accounts.account import Account
from idp.accounts.links import Challenge
from idp.accounts.pending import SignUp
from idp.accounts.policy import Owner
from idp.flows import documents, messages, passwords, recycled, registry_check
from idp.flows import sign_up as sign_up_flow
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

LIVE, SUPERSEDED, EXPIRED, USED, UNKNOWN = links.LIVE, links.SUPERSEDED, links.EXPIRED, links.USED, "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """What a mailed link is worth. `sent_at` is when the newest message was sent."""

    state: str
    challenge: Challenge | None = None
    sign_up: SignUp | None = None
    sent_at: int = 0


@dataclass(frozen=True, slots=True)
class Activated:
    """The account is there, from now or from before. `lanjut` is the ticket that waits in this very browser, or empty.

    `phone_proven`: its number was shown to be the person's, so that it names the account beside the address.
    """

    lanjut: str
    before: bool = False
    phone_proven: bool = True


@dataclass(frozen=True, slots=True)
class PhoneProven:
    """The code of the SMS was right; the one of the mail is still to come."""


async def look(provider: Provider, token: str) -> Link:
    """The state of a link. Changes nothing, since programs open links before people do (T27)."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        challenge = await links.by_link(tx, token)
        if challenge is None or challenge.purpose != links.ACTIVATE:
            return Link(UNKNOWN)
        sign_up = await pending.read(tx, provider.sealer, challenge.subject_id, now)
        state = challenge.state(now)
        if state == USED or (sign_up is not None and sign_up.activated_at is not None):
            return Link(USED, challenge, sign_up)
        if sign_up is None:
            # Another registration of the address may have been activated between the two reads.
            settled = await links.by_link(tx, token)
            return Link(USED, settled) if settled is not None and settled.state(now) == USED else Link(UNKNOWN)
        newer = await links.newest(tx, links.ACTIVATE, sign_up.id) if state == SUPERSEDED else []
    sent_at = max((one.created_at for one in newer), default=challenge.created_at)
    return Link(state, challenge, sign_up, sent_at)


async def by_link(
    provider: Provider, visitor: Visitor, token: str, here: UUID | None, password: str
) -> Activated | Link | Message:
    """Spend a link; the link's state when it is not live, or what is wrong with the password.

    `here` is what this browser registered. If it is another registration, or none, `password` is the account's.
    """
    link = await look(provider, token)
    if link.state != LIVE or link.challenge is None or link.sign_up is None:
        return link
    sign_up, own = link.sign_up, link.sign_up.id == here
    if not own:
        if refused := _judge(provider, password, sign_up_flow.owner(sign_up)):
            return refused
        sign_up = await _with_password(provider, sign_up, password)
    activated = await _activate(provider, visitor, sign_up, link.challenge, own=own)
    return activated or await look(provider, token)


async def by_code(
    provider: Provider, visitor: Visitor, sign_up_id: UUID, typed: str
) -> Activated | PhoneProven | Message:
    """Spend a code in the browser that registered; what to say when it is wrong."""
    found = await sign_up_flow.read(provider, sign_up_id)
    if found is None:
        return Message("akt.kode_habis")
    if found.activated_at is not None:
        return Activated("", before=True)
    match, said = await _match(provider, [found], typed)
    return said if match is None else await _prove(provider, visitor, found, match, own=True)


async def by_code_of(
    provider: Provider, visitor: Visitor, identifier: str, typed: str, password: str
) -> Activated | PhoneProven | dict[str, Message]:
    """The same in any other browser, by address and with a new password; what is wrong by field.

    It is not told whether there is a registration, nor how many tries it has.
    """
    allowed = provider.settings.limits.sign_up_per_network
    if refused := await messages.crowded(provider, "activate", visitor.network, allowed):
        return {"code": refused}
    # Before a try is spent: what needs no registration to be wrong.
    if refused := _judge(provider, password, Owner(email=identifier)):
        return {"password": refused}
    waiting = await sign_up_flow.waiting(provider, identifier)
    match, _ = await _match(provider, waiting, typed)
    if match is None:
        return {"code": Message("lupa_terkirim.salah")}
    found = next(one for one in waiting if one.id == match.subject_id)
    if refused := _judge(provider, password, sign_up_flow.owner(found)):
        return {"password": refused}
    if match.channel == links.BY_EMAIL:
        found = await _with_password(provider, found, password)
    outcome = await _prove(provider, visitor, found, match, own=False)
    return {"code": outcome} if isinstance(outcome, Message) else outcome


def _judge(provider: Provider, password: str, owner: Owner) -> Message | None:
    return passwords.rules(provider).judge(password, owner)


async def _with_password(provider: Provider, sign_up: SignUp, password: str) -> SignUp:
    """The registration with the password that its address's owner chose, in the place of the registrant's."""
    hashed = await provider.hasher.hash(password)
    return replace(
        sign_up,
        password_hash=hashed,
        password_policy=passwords.rules(provider).version,
    )


async def _match(provider: Provider, sign_ups: list[SignUp], typed: str) -> tuple[Challenge | None, Message]:
    """The live record whose code was typed, and what to say if there is none. Every record looked at loses a try."""
    code, now = links.typed_code(typed), provider.clock.now()
    matched: Challenge | None = None
    said = Message("akt.kode_habis")
    async with provider.database.transaction() as tx:
        for sign_up in sign_ups:
            await pending.lock(tx, sign_up.email_lookup)
            for challenge in await links.newest(tx, links.ACTIVATE, sign_up.id):
                right, tries = await links.try_code(tx, provider.material, challenge.id, code, now)
                matched = challenge if right else matched
                if challenge.channel == links.BY_EMAIL:
                    said = _refused(tries, late=challenge.state(now) == links.EXPIRED)
    return matched, said


def _refused(tries: int, *, late: bool) -> Message:
    if tries:
        return Message("akt.kode", n=tries)
    return Message("otp.habis" if late else "akt.kode_habis")


async def _prove(
    provider: Provider, visitor: Visitor, sign_up: SignUp, challenge: Challenge, *, own: bool
) -> Activated | PhoneProven | Message:
    if challenge.channel == links.BY_SMS:
        async with provider.database.transaction() as tx:
            used = await links.use(tx, challenge.id, provider.clock.now())
        return PhoneProven() if used else Message("akt.kode_habis")
    return await _activate(provider, visitor, sign_up, challenge, own=own) or Message("akt.kode_habis")


async def _activate(
    provider: Provider, visitor: Visitor, sign_up: SignUp, challenge: Challenge, *, own: bool
) -> Activated | None:
    """Spend the record and make the account; None when another request spent it first.

    Unless it is the browser's `own` registration, whose telephone it was that showed a code is not known either.
    """
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        await pending.lock(tx, sign_up.email_lookup)
        if not await links.use(tx, challenge.id, now):
            return None
        phone_proven = own and any(
            one.channel == links.BY_SMS and one.used_at is not None
            for one in await links.newest(tx, links.ACTIVATE, sign_up.id)
        )
        made = await _insert(provider, tx, sign_up, now, phone_proven=phone_proven)
        # Whoever else registered this address, with a password of their own, is out (T36).
        others = await pending.settle(tx, sign_up, now)
        await links.spend(tx, links.ACTIVATE, [sign_up.id, *others], now)
        if made:
            await documents.adopt(tx, sign_up.declared.draft, sign_up.id)
            if sign_up.declared.nik or sign_up.declared.passport:
                await registry_check.begin(provider, tx, sign_up.id, sign_up.declared.review)
            event = Event("account.activated", actor=str(sign_up.id), account_id=sign_up.id, network=visitor.network)
            await provider.audit.append(tx, event)
    return Activated(_ticket(provider, visitor, sign_up), before=not made, phone_proven=phone_proven)


async def _insert(provider: Provider, tx: Tx, sign_up: SignUp, now: int, *, phone_proven: bool) -> bool:
    applicant = sign_up.applicant
    person = Account(
        id=sign_up.id,
        name=applicant.name,
        created_at=now,
        updated_at=now,
        email=applicant.email,
        email_verified=True,
        phone=applicant.phone,
        phone_verified=phone_proven,
        kpj=applicant.kpj,
        locale=sign_up.language,
        password_hash=sign_up.password_hash,
        password_policy=sign_up.password_policy,
        password_changed_at=now,
        **declared.on_account(provider.sealer, provider.material, sign_up.id, sign_up.declared),
    )
    keys = {lookup.EMAIL: sign_up.email_lookup}
    if not phone_proven:
        return await account.insert(tx, person, keys)
    await recycled.release(provider, tx, applicant.phone, person.id)
    with_phone = keys | {lookup.PHONE: lookup.key(provider.material, lookup.PHONE, applicant.phone)}
    # A number finds one account only. If it finds another already, this one is found by its address alone.
    return await account.insert(tx, person, with_phone) or await account.insert(tx, person, keys)


def _ticket(provider: Provider, visitor: Visitor, sign_up: SignUp) -> str:
    """The ticket of the service that waits, if it waits here and still."""
    ticket = provider.tickets.open(sign_up.applicant.lanjut, visitor.device, provider.clock.now())
    return sign_up.applicant.lanjut if ticket is not None else ""

"""Registering: a finished draft becomes a pending registration and a message to its address. No account exists yet.

Whether the address has an account already is known to its owner alone, who gets another mail. To everybody else both
cases look and last the same: the same rows, the same messages, the same answer.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from idp.accounts import account, contact, links, lookup, pending, policy
from idp.accounts import draft as drafts
from idp.accounts.declared import Declared
from idp.accounts.pending import Applicant, SignUp
from idp.accounts.policy import Owner
from idp.base.opaque import Handle
from idp.flows import answers as steps
from idp.flows import challenge, crowd, documents, messages, passwords
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

_RESENT = "kirim.terkirim"


@dataclass(frozen=True, slots=True)
class Prove:
    """So many register here that this one has to prove something first."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What to say to a correction: errors by field, and whether the password has to be chosen anew with it."""

    errors: dict[str, Message]
    ask_password: bool = False


async def submit(provider: Provider, visitor: Visitor, draft_id: UUID, lanjut: str) -> SignUp | Message | Prove | None:
    """Make a finished draft a registration, once however often it is sent; None when there is no finished draft."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        found = await drafts.read(tx, provider.sealer, draft_id, now)
        if found is not None and found.answers.submitted:
            return await pending.read(tx, provider.sealer, UUID(found.answers.submitted), now)
    if found is None or steps.missing(found.answers) != steps.CHECK:
        return None
    if refused := await crowd.refuses(provider, visitor.network, proven=found.answers.proven):
        return refused if found.answers.proven else Prove()
    async with provider.database.transaction() as tx:
        found = await drafts.read(tx, provider.sealer, draft_id, now, lock=True)
        if found is None:
            return None
        if found.answers.submitted:
            return await pending.read(tx, provider.sealer, UUID(found.answers.submitted), now)
        if steps.missing(found.answers) != steps.CHECK:
            return None
        if refused := await messages.too_often(provider, tx, found.answers.email):
            return refused
        sign_up = _made(provider, visitor, found, lanjut)
        await pending.put(tx, provider.sealer, sign_up)
        await documents.wait_for_activation(tx, found.id, sign_up.expires_at)
        await drafts.empty(tx, provider.sealer, found, sign_up.id)
        await _send(provider, tx, sign_up)
        await provider.audit.append(tx, Event("sign_up.started", network=visitor.network))
    return sign_up


async def correct(
    provider: Provider, visitor: Visitor, sign_up_id: UUID, email: str, phone: str, password: str
) -> SignUp | Corrected:
    """Another address or number for a registration that waits; what is empty stays. What was sent to the old ones dies."""
    before = await read(provider, sign_up_id)
    if before is None and (done := await _corrected(provider, sign_up_id, email)) is not None:
        return done
    if before is None or before.activated_at is not None:
        return Corrected({"": Message("akt.kode_habis")})
    typed = {
        "email": email or before.applicant.email,
        "phone": phone or before.applicant.phone,
        "first": before.declared.first,
    }
    read_now, errors = steps.contacts(typed)
    if errors:
        return Corrected(errors)
    applicant = replace(before.applicant, email=read_now["email"], phone=read_now["phone"])
    if applicant == before.applicant:
        return before
    changed = replace(before, applicant=applicant)
    ask = policy.adds(owner(before), owner(changed))
    chosen = passwords.rules(provider)
    if ask and (refused := chosen.judge(password, owner(changed))):
        return Corrected({"password": refused if password else Message("pw.ulang")}, ask_password=True)
    if refused := await messages.crowded(
        provider, "sign-up", visitor.network, provider.settings.limits.sign_up_per_network * crowd.HARD
    ):
        return Corrected({"": refused}, ask_password=ask)
    if ask:
        hashed = await provider.hasher.hash(password)
        changed = replace(changed, password_hash=hashed, password_policy=chosen.version)
    key = lookup.key(provider.material, lookup.EMAIL, applicant.email)
    changed = replace(changed, id=_successor(provider, before.id, key), email_lookup=key)
    async with provider.database.transaction() as tx:
        await pending.lock(tx, before.email_lookup)
        if await pending.read(tx, provider.sealer, before.id, provider.clock.now()) is None:
            # The same form sent twice.
            done = await pending.read(tx, provider.sealer, changed.id, provider.clock.now())
            return done or Corrected({"": Message("akt.kode_habis")})
        if refused := await messages.too_often(provider, tx, applicant.email):
            return Corrected({"": refused}, ask_password=ask)
        await links.supersede(tx, links.ACTIVATE, before.id, provider.clock.now())
        await pending.delete(tx, before.id)
        await pending.put(tx, provider.sealer, changed)
        await _send(provider, tx, changed)
        await provider.audit.append(tx, Event("sign_up.corrected", network=visitor.network))
    return changed


async def _corrected(provider: Provider, before: UUID, email: str) -> SignUp | None:
    """What a registration that is gone became, when the same form had been sent a moment earlier; None when it did not."""
    kind, address = contact.normalise(email) or ("", "")
    if kind != contact.EMAIL:
        return None
    key = lookup.key(provider.material, lookup.EMAIL, address)
    done = await read(provider, _successor(provider, before, key))
    return done if done is not None and done.activated_at is None else None


def owner(sign_up: SignUp) -> Owner:
    """What makes the password of a registration guessable."""
    applicant, declared = sign_up.applicant, sign_up.declared
    return Owner(
        applicant.name,
        applicant.email,
        applicant.phone,
        applicant.kpj or "",
        declared.nik or declared.passport,
        declared.birthdate,
    )


async def resend(provider: Provider, visitor: Visitor, sign_up_id: UUID) -> Message:
    """Send anew what was sent; the older message stops working. What to tell the person, whatever happened."""
    limits = provider.settings.limits
    if refused := await messages.crowded(provider, "sign-up", visitor.network, limits.sign_up_per_network):
        return refused
    sign_up = await read(provider, sign_up_id)
    if sign_up is None or sign_up.activated_at is not None:
        return Message(_RESENT)
    return await _resend(provider, sign_up)


async def resend_to(provider: Provider, visitor: Visitor, identifier: str) -> Message:
    """The same for a browser that did not register, by address or number. The answer never tells whether there is anything."""
    limits = provider.settings.limits
    if refused := await messages.crowded(provider, "sign-up", visitor.network, limits.sign_up_per_network):
        return refused
    sign_ups = await waiting(provider, identifier)
    if sign_ups:
        return await _resend(provider, sign_ups[0])
    _, destination = contact.normalise(identifier) or ("", identifier)
    return await _too_often(provider, destination) or Message(_RESENT)


async def read(provider: Provider, sign_up_id: UUID) -> SignUp | None:
    """A registration by its id."""
    async with provider.database.reading() as tx:
        return await pending.read(tx, provider.sealer, sign_up_id, provider.clock.now())


async def valid_until(provider: Provider, sign_up: SignUp) -> int:
    """When the newest link and code expire (UNIX seconds)."""
    async with provider.database.reading() as tx:
        sent = await links.newest(tx, links.ACTIVATE, sign_up.id)
    return max((one.expires_at for one in sent), default=sign_up.created_at + provider.settings.lifetimes.activation)


async def waiting(provider: Provider, identifier: str) -> list[SignUp]:
    """The registrations of an address that wait for activation, newest first."""
    kind, address = contact.normalise(identifier) or ("", "")
    if kind != contact.EMAIL:
        return []
    key = lookup.key(provider.material, kind, address)
    async with provider.database.reading() as tx:
        return await pending.waiting(tx, provider.sealer, key, provider.clock.now())


async def _resend(provider: Provider, sign_up: SignUp) -> Message:
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, sign_up.applicant.email):
            return refused
        await _send(provider, tx, sign_up)
    return Message(_RESENT)


async def _too_often(provider: Provider, destination: str) -> Message | None:
    async with provider.database.transaction() as tx:
        return await messages.too_often(provider, tx, destination)


async def _send(provider: Provider, tx: Tx, sign_up: SignUp) -> None:
    """Links and codes to the registrant; to the owner of an account that exists, word of it, and a link that nobody gets.

    The SMS goes out in both cases: its absence would tell whoever typed a stranger's address beside their own number.
    """
    for send in (_send_sms, _send_mail) if sign_up.declared.first == "sms" else (_send_mail, _send_sms):
        await send(provider, tx, sign_up)


async def _send_mail(provider: Provider, tx: Tx, sign_up: SignUp) -> None:
    now, applicant = provider.clock.now(), sign_up.applicant
    holder = await account.find(tx, sign_up.email_lookup)
    link, code = await _issue(provider, tx, sign_up, links.BY_EMAIL, applicant.email)
    if holder is not None:
        await messages.mail(provider, tx, holder.email or applicant.email, "akun_ada", holder.locale, holder.id)
        return
    values: dict[str, Any] = {
        "nama": applicant.name,
        "tautan": f"{provider.settings.issuer}/aktivasi?token={link}",
        "kode": code,
        "waktu": now + provider.settings.lifetimes.activation,
    }
    await messages.mail(provider, tx, applicant.email, "aktivasi", sign_up.language, sign_up.id, **values)


async def _send_sms(provider: Provider, tx: Tx, sign_up: SignUp) -> None:
    if await messages.too_often(provider, tx, sign_up.applicant.phone) is not None:
        return
    _, code = await _issue(provider, tx, sign_up, links.BY_SMS, sign_up.applicant.phone)
    phone, language = sign_up.applicant.phone, sign_up.language
    await messages.sms(provider, tx, phone, "aktivasi", language, sign_up.id, kode=code)


async def _issue(provider: Provider, tx: Tx, sign_up: SignUp, channel: str, destination: str) -> tuple[Handle, str]:
    lifetime = provider.settings.lifetimes.activation
    return await challenge.issue(provider, tx, links.ACTIVATE, sign_up.id, channel, destination, lifetime)


def _made(provider: Provider, visitor: Visitor, found: drafts.Draft, lanjut: str) -> SignUp:
    answers, settings, now = found.answers, provider.settings, provider.clock.now()
    declared = Declared(
        nik=answers.nik,
        passport=answers.passport,
        birthdate=answers.birthdate,
        category=answers.category,
        terms_version=provider.theme.notice_version,
        terms_accepted_at=now,
        first=answers.first,
        review=answers.review(now),
        draft=str(found.id),
    )
    key = lookup.key(provider.material, lookup.EMAIL, answers.email)
    return SignUp(
        _successor(provider, found.id, key),
        key,
        Applicant(answers.name, answers.email, answers.phone, answers.kpj or None, lanjut),
        answers.password_hash,
        answers.password_policy,
        visitor.language,
        now,
        now + settings.lifetimes.pending_sign_up,
        declared=declared,
    )


def _successor(provider: Provider, before: UUID, email_lookup: bytes) -> UUID:
    """The id of what a draft, or a registration with another address, becomes: the same however often it is sent."""
    tail = provider.material.mac("sign-up").of(before.bytes, email_lookup)[:10]
    return UUID(bytes=before.bytes[:6] + bytes([0x70 | tail[0] & 0x0F, tail[1], 0x80 | tail[2] & 0x3F]) + tail[3:])

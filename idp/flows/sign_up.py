"""Registering: what was typed becomes a pending registration and a message to its address. No account exists yet.

Whether the address has an account already is known to its owner alone, who gets another mail. To everybody else both
cases look and last the same: one password hash, the same rows, the same answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, contact, links, pending, policy
from idp.accounts.pending import Draft, SignUp
from idp.accounts.policy import Owner
from idp.base.opaque import Handle, keyed
from idp.flows import messages, passwords
from idp.provider import Provider
from idp.sessions import slip
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

# A form that lies open longer is a new form when it is sent.
FORM_LIFETIME = 86400
# How long the browser that registered may change what it typed, without typing all of it again.
CORRECTION = 15 * 60
_RESENT = "kirim.terkirim"


@dataclass(frozen=True, slots=True)
class Registration:
    """A sound form."""

    draft: Draft
    password: str


def new_form(provider: Provider, visitor: Visitor) -> str:
    """The mark of one filled-in form: sent twice, it is still one registration."""
    expires = provider.clock.now() + FORM_LIFETIME
    return slip.write(
        provider.material, provider.entropy, "sign-up-form", visitor.device, str(provider.new_id()), expires
    )


def judge(
    provider: Provider, typed: Mapping[str, str], password: str, terms: bool
) -> Registration | dict[str, Message]:
    """The registration, or what is wrong with each field, in the order of the form."""
    readers: dict[str, Callable[[str], str | None]] = {
        "name": contact.normalise_name,
        "email": contact.normalise_email,
        "phone": contact.normalise_phone,
        "kpj": contact.normalise_kpj,
    }
    read: dict[str, str] = {}
    errors: dict[str, Message] = {}
    for field, reader in readers.items():
        try:
            read[field] = reader(typed.get(field, "")) or ""
        except contact.NotAContact as fault:
            errors[field] = Message(fault.key)
    owner = Owner(**{field: read.get(field, "") for field in readers})
    if refused := passwords.rules(provider).judge(password, owner):
        errors["password"] = refused
    if not terms:
        errors["terms"] = Message("setuju")
    if errors:
        return errors
    draft = Draft(read["name"], read["email"], read["phone"], read["kpj"] or None, typed.get("lanjut", ""))
    return Registration(draft, policy.normalise(password))


async def register(
    provider: Provider, visitor: Visitor, form: str, registration: Registration, replaced: UUID | None
) -> SignUp | Message:
    """Write the registration and send its message; what to say when there were too many.

    `replaced` is what this browser registered before: if its address was wrong, what was sent there dies.
    """
    network = await messages.crowded(provider, "sign-up", visitor.network, provider.settings.limits.sign_up_per_network)
    if network is not None:
        return network
    draft, now = registration.draft, provider.clock.now()
    key = account.lookup(provider.material, account.EMAIL, draft.email)
    sign_up_id = _id_of(provider, visitor, form, key)
    # A second click on the same button changes what was written, but is no second message, so it is not counted as one.
    mark = f"sign-up:{sign_up_id}"
    counted = await provider.ephemeral.mark(mark, FORM_LIFETIME) or await provider.ephemeral.count(mark)
    if counted and (refused := await _too_often(provider, draft.email)):
        await provider.ephemeral.hit(mark, FORM_LIFETIME)
        return refused
    sign_up = SignUp(
        sign_up_id,
        key,
        draft,
        await provider.hasher.hash(registration.password),
        passwords.rules(provider).version,
        visitor.language,
        now,
        now + provider.settings.lifetimes.pending_sign_up,
    )
    async with provider.database.transaction() as tx:
        if replaced is not None and replaced != sign_up.id:
            await links.supersede(tx, links.ACTIVATE, replaced, now)
            await pending.delete(tx, replaced)
        await pending.put(tx, provider.sealer, sign_up)
        if not await links.newest(tx, links.ACTIVATE, sign_up.id):
            await _send(provider, tx, sign_up)
            await provider.audit.append(tx, Event("sign_up.started", network=visitor.network))
    return sign_up


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
    key = account.lookup(provider.material, kind, address)
    async with provider.database.reading() as tx:
        return await pending.waiting(tx, provider.sealer, key, provider.clock.now())


async def _resend(provider: Provider, sign_up: SignUp) -> Message:
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, sign_up.draft.email):
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
    now, draft = provider.clock.now(), sign_up.draft
    owner = await account.find(tx, sign_up.email_lookup)
    link, code = await _issue(provider, tx, sign_up, links.BY_EMAIL, draft.email)
    if owner is None:
        address = f"{provider.settings.issuer}/aktivasi?token={link}"
        until = now + provider.settings.lifetimes.activation
        await messages.mail(
            provider,
            tx,
            draft.email,
            "aktivasi",
            sign_up.language,
            sign_up.id,
            nama=draft.name,
            tautan=address,
            kode=code,
            waktu=until,
        )
    else:
        await messages.mail(provider, tx, owner.email or draft.email, "akun_ada", owner.locale, owner.id)
    if await messages.too_often(provider, tx, draft.phone) is None:
        _, code = await _issue(provider, tx, sign_up, links.BY_SMS, draft.phone)
        hours = provider.settings.lifetimes.activation // 3600
        await messages.sms(provider, tx, draft.phone, "aktivasi", sign_up.language, sign_up.id, kode=code, jam=hours)


async def _issue(provider: Provider, tx: Tx, sign_up: SignUp, channel: str, destination: str) -> tuple[Handle, str]:
    handle, code, now = provider.new_handle(), links.new_code(provider.entropy), provider.clock.now()
    challenge = links.Challenge(
        handle.id,
        links.ACTIVATE,
        sign_up.id,
        channel,
        destination,
        provider.settings.limits.code_tries,
        now,
        now + provider.settings.lifetimes.activation,
    )
    await links.issue(tx, provider.material, handle, code, challenge)
    return handle, code


def _id_of(provider: Provider, visitor: Visitor, form: str, email_lookup: bytes) -> UUID:
    """The id that this form and address have whenever they are sent; a fresh one for a form that is not ours or too old."""
    marked = slip.read(provider.material, "sign-up-form", visitor.device, form, provider.clock.now())
    if not isinstance(marked, str):
        return provider.new_id()
    drawn = UUID(marked)
    tail = keyed(provider.material.derive("sign-up"), drawn.bytes, email_lookup)[:10]
    return UUID(bytes=drawn.bytes[:6] + bytes([0x70 | tail[0] & 0x0F, tail[1], 0x80 | tail[2] & 0x3F]) + tail[3:])

"""Another address or number: proven where it is, told where it was, and to be taken back for 72 hours.

Whether somebody else has the new one already is told to them alone: the page and the code's way are the same, and the
code that is typed is never right.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from idp.accounts import account, contact, contact_change, entrance, links, lookup
from idp.accounts.account import Account
from idp.accounts.contact_change import ContactChange
from idp.base.errors import PageFault
from idp.flows import challenge, logout, messages, owner, recycled, undo
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.theme.language import Message

EMAIL, PHONE = lookup.EMAIL, lookup.PHONE
_ASKED = "contact-change"
CODE_LIFETIME = 600
_CHANNELS = {EMAIL: links.BY_EMAIL, PHONE: links.BY_SMS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that waits for its code. `slip` carries it through the pages of this session."""

    kind: str
    value: str
    challenge_id: UUID
    slip: str


async def ask(provider: Provider, visitor: Visitor, stands: Standing, kind: str, typed: str) -> Asked | Message:
    """Send a code to a new address or number; why not, if it is none, the present one, or one too many."""
    try:
        value = contact.normalise_email(typed) if kind == EMAIL else contact.normalise_phone(typed)
    except contact.NotAContact as fault:
        return Message(fault.key)
    person = await owner.look(provider, stands)
    present = person.email if kind == EMAIL else person.phone if person.phone_verified else None
    if present is not None and value == _spelled(kind, present):
        return Message("kontak.sama")
    limits = provider.settings.limits
    if refused := await messages.crowded(provider, "contact", visitor.network, limits.recover_per_network):
        return refused
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, value):
            return refused
        holder = await _holder(provider, tx, kind, value)
        challenge_id = await _send(provider, tx, person, holder, kind, value)
    expires = provider.clock.now() + CODE_LIFETIME
    carried = provider.slips.write(_ASKED, stands.session.id.bytes, [kind, value, str(challenge_id)], expires)
    return Asked(kind, value, challenge_id, carried)


def carried(provider: Provider, stands: Standing, text: str) -> Asked | None:
    """The change that a page carries; None if it took too long, or is another session's."""
    value = provider.slips.read(_ASKED, stands.session.id.bytes, text, provider.clock.now())
    return None if value is None else Asked(value[0], value[1], UUID(value[2]), text)


async def prove(provider: Provider, visitor: Visitor, stands: Standing, asked: Asked, code: str) -> Message | None:
    """Exchange the old contact for the new one if the code is right; what to say when it is not. PageFault as `owner.hold`."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        right, left = await links.try_code(tx, provider.material, asked.challenge_id, links.typed_code(code), now)
        if not right:
            return Message("akt.kode", n=left) if left else Message("akt.kode_habis")
        if not await links.use(tx, asked.challenge_id, now):
            return Message("akt.kode_habis")
        key = lookup.key(provider.material, asked.kind, asked.value)
        if asked.kind == PHONE:
            await recycled.release(provider, tx, asked.value, person.id)
        before = await _proven(provider, tx, person, asked.kind)
        if not await account.set_contact(tx, person.id, asked.kind, asked.value, key, now):
            # Somebody else proved it between the code and now.
            return Message("kontak.gagal")
        change = await _tell(provider, tx, person, asked, before, now)
        # What was sent to the old mailbox to reset the password must not outlive it.
        await links.supersede(tx, links.RESET, person.id, now)
        await provider.audit.append(tx, owner.did("contact.changed", visitor, stands, kind=asked.kind, **change))
    return None


async def look(provider: Provider, token: str) -> ContactChange:
    """The change that a link would take back. Changes nothing. PageFault when it is worth nothing (any more)."""
    async with provider.database.reading() as tx:
        change = await contact_change.by_link(tx, provider.sealer, token)
    if change is None or not change.live(provider.clock.now()):
        raise PageFault("kesalahan.kontak", "contact link not live")
    return change


async def revert(provider: Provider, visitor: Visitor, token: str) -> ContactChange:
    """Bring the old contact back, and take back whatever could keep the one who changed it in the account. PageFault as `look`.

    That is every later change of either contact, whose links went to a mailbox that may be theirs; factors added since; a
    deletion that waits; and what the same session had done of these before. The password opens nothing any more.
    """
    change, now = await look(provider, token), provider.clock.now()
    async with provider.database.transaction() as tx:
        await account.lock(tx, change.account_id)
        person = await account.read(tx, change.account_id)
        if person is None:
            raise PageFault("kesalahan.kontak", "the account is gone")
        deeds = await undo.with_change(provider, tx, change)
        deeds = replace(deeds, changes=tuple(one for one in deeds.changes if one.kind != change.kind))
        if not await contact_change.revert(tx, change, now) or not await undo.bring_back(
            provider, tx, visitor, person, change
        ):
            raise PageFault("kesalahan.kontak", "contact link spent meanwhile")
        restored = await undo.take_back(provider, tx, visitor, person, deeds)
        # Whoever made the change had typed the password for it, or has chosen another since: either opens the account again.
        await entrance.require_reset(tx, person.id, now)
        await logout.end_all(provider, tx, person.id, "person", visitor.network)
        await device.forget_all(tx, person.id)
        lines = undo.said(provider, restored, deeds)
        template = "kontak_kembali_juga" if lines else "kontak_kembali"
        await messages.tell_everywhere(
            provider, tx, restored, template, jenis=_name(change.kind), **({"daftar": lines} if lines else {})
        )
    return change


async def present(provider: Provider, stands: Standing) -> Account:
    """The contacts as they are."""
    return await owner.look(provider, stands)


async def _holder(provider: Provider, tx: Tx, kind: str, value: str) -> Account | None:
    """Who has the new contact already; nobody has a number any more that they did not prove for long."""
    key = lookup.key(provider.material, kind, value)
    holder = await account.find(tx, key)
    lapsed = kind == PHONE and await recycled.trusted(provider, tx, key) is None
    return None if lapsed else holder


async def _send(provider: Provider, tx: Tx, person: Account, holder: Account | None, kind: str, value: str) -> UUID:
    """The code to the new contact; to its owner, if it has one, word of it and a code that nobody gets."""
    handle, code = await challenge.issue(provider, tx, links.CONTACT, person.id, _CHANNELS[kind], value, CODE_LIFETIME)
    taken = holder is not None and holder.id != person.id
    template = "kontak_terpakai" if taken else "kontak_kode"
    if kind == EMAIL:
        await messages.mail(
            provider, tx, value, template, person.locale, person.id, nama="" if taken else person.name, kode=code
        )
    else:
        await messages.sms(provider, tx, value, template, person.locale, person.id, kode=code)
    return handle.id


async def _proven(provider: Provider, tx: Tx, person: Account, kind: str) -> int | None:
    """When the present contact was proven, if it was."""
    present = person.email if kind == EMAIL else person.phone
    if present is None:
        return None
    found = await lookup.proven(tx, lookup.key(provider.material, kind, _spelled(kind, present)))
    return found[1] if found is not None and found[0] == person.id else None


async def _tell(
    provider: Provider, tx: Tx, person: Account, asked: Asked, proven: int | None, now: int
) -> dict[str, str]:
    """Tell the old contact, with a way back, and the new one, which counts now. `proven` is when the old one was.

    What the event says of it: by which id the change is taken back, if it can be.
    """
    change = {}
    was = person.email if asked.kind == EMAIL else person.phone if person.phone_verified else None
    kind = _name(asked.kind)
    if was is not None:
        handle = provider.new_handle()
        await contact_change.put(tx, provider.sealer, handle, person.id, asked.kind, was, proven, now)
        change["id"] = str(handle.id)
        # No SMS of ours holds a link, so the way back goes to the mailbox, whichever of the two was changed.
        if person.email is not None:
            await messages.mail(
                provider,
                tx,
                person.email,
                "kontak_lama",
                person.locale,
                person.id,
                nama=person.name,
                jenis=kind,
                waktu=now,
                batas=now + contact_change.REVERTIBLE,
                tautan=f"{provider.settings.issuer}/kontak/batalkan?token={handle}",
            )
        if person.phone is not None and person.phone_verified:
            happened = Message("mail.kontak_baru.subjek", jenis=kind)
            phone = provider.theme.brand["phone"]
            await messages.sms(
                provider, tx, person.phone, "kabar", person.locale, person.id, apa=happened, telepon=phone
            )
    if asked.kind == EMAIL:
        await messages.mail(
            provider, tx, asked.value, "kontak_baru", person.locale, person.id, nama=person.name, jenis=kind, waktu=now
        )
    else:
        await messages.sms(provider, tx, asked.value, "kontak_baru", person.locale, person.id, jenis=kind)
    return change


def _name(kind: str) -> Message:
    return Message(f"kontak.jenis_{kind}")


def _spelled(kind: str, value: str) -> str:
    return contact.normalise_email(value) if kind == EMAIL else value

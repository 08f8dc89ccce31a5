"""Whom a typed identifier means, and what is written to them so that they can set a new password.

What was typed decides the channel: an address gets a mail, a number an SMS, a participant number or a NIK both, at the
contacts on record. For whoever that does not reach, the same two messages are composed, sealed and never sent, so that
neither the answer nor its duration tells whether there is anybody (T33).
"""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, entrance, links, lookup, one_time_code
from idp.accounts.account import Account
from idp.base.opaque import Handle
from idp.flows import challenge, messages, recycled
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom an identifier means, and by which channels they are written to; nobody, and neither, when it means nobody.

    `stand_in` takes the account's place wherever there is none: the same for the same identifier, so that asking again
    about nobody replaces and counts rows as asking about somebody does.
    """

    stand_in: UUID
    person: Account | None = None
    by_mail: bool = False
    by_sms: bool = False


async def seek(provider: Provider, tx: Tx, readings: list[tuple[str, str]], spelling: str) -> Sought:
    """Look an identifier up: as many reads as the text has readings, and one more. `spelling` is the likeliest of them."""
    stand_in = UUID(bytes=provider.material.mac("recovery-nobody").of(spelling)[:16])
    found = [
        (kind, await entrance.opened_by(tx, lookup.key(provider.material, kind, value))) for kind, value in readings
    ]
    kind, person = next(((kind, one) for kind, one in found if one is not None), ("", None))
    number = person.phone if person is not None and person.phone is not None else messages.NO_NUMBER
    trusted = await recycled.trusted(provider, tx, lookup.key(provider.material, lookup.PHONE, number))
    if person is None or person.status not in account.MAY_SIGN_IN or person.email is None or not person.email_verified:
        return Sought(stand_in)
    by_sms = kind != lookup.EMAIL and person.takes_codes and trusted == person.id
    # A number that may be somebody else's by now, or takes no codes, still names its account: the mailbox is asked.
    return Sought(stand_in, person, by_mail=kind != lookup.PHONE or not by_sms, by_sms=by_sms)


async def write(provider: Provider, tx: Tx, visitor: Visitor, sought: Sought) -> tuple[UUID, UUID]:
    """Write the mail and the SMS, each void unless it is meant for somebody. The ids of their two challenges."""
    account_id = sought.person.id if sought.person is not None else None
    mailed, by_mail = await _mail(provider, tx, visitor, sought)
    texted, by_sms = await _sms(provider, tx, visitor, sought)
    detail = {"mail": by_mail, "sms": by_sms}
    event = Event("recovery.requested", account_id=account_id, network=visitor.network, detail=detail)
    await provider.audit.append(tx, event)
    return mailed, texted


def reset_address(provider: Provider, handle: Handle) -> str:
    """The page for a new password, opened by a link; of our own issuer, whatever host was asked (T24)."""
    return f"{provider.settings.issuer}/lupa-kata-sandi/baru?token={handle}"


async def _mail(provider: Provider, tx: Tx, visitor: Visitor, sought: Sought) -> tuple[UUID, bool]:
    """Link and code to the stored address; and whether they are meant for anybody.

    Asked under several names, one mailbox could still be filled: what counts in the end is where it goes.
    """
    now, lifetime = provider.clock.now(), provider.settings.lifetimes.reset
    reader = sought.person if sought.by_mail else None
    if await messages.too_often(provider, tx, f"reset:{reader.id if reader is not None else sought.stand_in}"):
        reader = None
    mailbox, name, language = messages.NOBODY, "", visitor.language
    if reader is not None:
        mailbox, name, language = reader.email or messages.NOBODY, reader.name, reader.locale
    # Whatever the person does not get replaces nothing that they have.
    owner = reader.id if reader is not None else sought.stand_in
    handle, code = await challenge.issue(provider, tx, links.RESET, owner, links.BY_EMAIL, mailbox, lifetime)
    await messages.mail(
        provider,
        tx,
        mailbox,
        "atur_ulang",
        language,
        owner,
        void=reader is None,
        nama=name,
        tautan=reset_address(provider, handle),
        kode=code,
        waktu=now + lifetime,
    )
    return handle.id, reader is not None


async def _sms(provider: Provider, tx: Tx, visitor: Visitor, sought: Sought) -> tuple[UUID, bool]:
    """A code to the proven number, and no link: no SMS of ours has one; and whether it is meant for anybody."""
    number, language = messages.NO_NUMBER, visitor.language
    reader = sought.person if sought.by_sms else None
    # Counted by itself: whoever knows a number could else use up the codes that its owner signs in with.
    if await messages.too_often(provider, tx, f"reset:{reader.phone if reader is not None else sought.stand_in}:sms"):
        reader = None
    if reader is not None:
        number, language = reader.phone or messages.NO_NUMBER, reader.locale
    owner, lifetime = reader.id if reader is not None else sought.stand_in, one_time_code.LIFETIME
    reference = one_time_code.new_reference(provider.entropy)
    handle, code = await challenge.issue(
        provider, tx, links.RESET, owner, links.BY_SMS, number, lifetime, reference=reference
    )
    await messages.sms(
        provider,
        tx,
        number,
        "atur_ulang",
        language,
        owner,
        void=reader is None,
        kode=code,
        ref=reference,
    )
    return handle.id, reader is not None

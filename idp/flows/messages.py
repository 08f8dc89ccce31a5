"""Mail and SMS to people: rendered now, in the reader's language, and put into the outbox of the same transaction."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from idp.accounts import contact, sending
from idp.accounts.account import Account
from idp.provider import Provider
from idp.store.database import Tx
from idp.store.outbox import MAIL, SMS
from idp.theme.language import Message

NOBODY, NO_NUMBER = "nobody@example.invalid", "+6281200000000"
"""Whom a void message is for: composed as for somebody, sealed, and never sent (T33)."""


async def mail(
    provider: Provider,
    tx: Tx,
    to: str,
    template: str,
    language: str,
    subject_id: UUID | None = None,
    *,
    void: bool = False,
    **values: Any,
) -> None:
    """A mail to an address in the spelling of `idp.accounts.contact`. With `void` the same work for nobody.

    Every link in it begins with the configured issuer: what a request calls us is never looked at (T24).
    """
    issuer = provider.settings.issuer
    common = {"tautan_masuk": f"{issuer}/masuk", "tautan_lupa": f"{issuer}/lupa-kata-sandi"}
    letter = provider.theme.mail(template, provider.theme.language(language), **common, **values)
    payload = {"to": to, "subject": letter.subject, "text": letter.text, "html": letter.html}
    await provider.outbox.put(tx, MAIL, to.rpartition("@")[2], payload, subject_id, void=void)


async def circular(provider: Provider, tx: Tx, reader: Account, subject: str, text: str, token: str) -> None:
    """A letter that an operator wrote, to one of many. `token` is the way out: a link at its end, and a button of the mail program (RFC 8058)."""
    leave = f"{provider.settings.issuer}/buletin/{{}}?token={token}"
    end = Message("buletin.akhir", tautan_berhenti=leave.format("berhenti"))
    assert reader.email is not None
    letter = provider.theme.circular(subject, text, provider.theme.language(reader.locale), end)
    payload = {"to": reader.email, "subject": letter.subject, "text": letter.text, "html": letter.html}
    payload["leave"] = leave.format("satu-klik")
    await provider.outbox.put(tx, MAIL, reader.email.rpartition("@")[2], payload, reader.id)


async def sms(
    provider: Provider,
    tx: Tx,
    to: str,
    template: str,
    language: str,
    subject_id: UUID | None = None,
    *,
    void: bool = False,
    **values: Any,
) -> None:
    """An SMS to a number in E.164; its last line binds the code to our host. With `void` the same work for nobody."""
    host = urlsplit(provider.settings.issuer).hostname or ""
    text = provider.theme.sms(template, provider.theme.language(language), host=host, **values)
    await provider.outbox.put(tx, SMS, contact.country(to), {"to": to, "text": text}, subject_id, void=void)


async def tell_everywhere(provider: Provider, tx: Tx, person: Account, template: str, **values: Any) -> None:
    """A notice about the account to every contact on record: the mail `template`, and its subject as an SMS.

    For whatever changes how the account is entered. A thief who reads one of the two cannot keep the owner from the
    other. `nama` and `waktu` (now) are filled in; the SMS goes to a number only once it is proven.
    """
    values = {"nama": person.name, "waktu": provider.clock.now(), **values}
    if person.email is not None:
        await mail(provider, tx, person.email, template, person.locale, person.id, **values)
    if person.phone is not None and person.phone_verified:
        happened = Message(f"mail.{template}.subjek", **values)
        phone = provider.theme.brand["phone"]
        await sms(provider, tx, person.phone, "kabar", person.locale, person.id, apa=happened, telepon=phone)


async def too_often(provider: Provider, tx: Tx, destination: str) -> Message | None:
    """Count one message to a destination that a stranger may have named; what to say when it is one too many.

    Counted by what was typed, before anybody knows whether there is an account, so the answer tells nothing. The caller
    commits in either case.
    """
    now = provider.clock.now()
    wait = await sending.count(tx, provider.material, destination, provider.settings.limits, now)
    if wait is None:
        return None
    return Message("kirim.tunggu", n=wait.until - now) if wait.pause else Message("kirim.batas", jam=wait.until)


async def crowded(provider: Provider, journey: str, network: str, allowed: int) -> Message | None:
    """Count one start of a journey from a network, in five minutes; what to say when it is one too many."""
    if await provider.ephemeral.hit(f"{journey}:{network}", 300) > allowed * provider.settings.limits.factor(network):
        return Message("kirim.batas", jam=provider.clock.now() + 300)
    return None

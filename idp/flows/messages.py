"""Mail and SMS to people: rendered now, in the reader's language, and put into the outbox of the same transaction."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from idp.accounts import contact
from idp.base.opaque import b64encode, keyed
from idp.provider import Provider
from idp.store.database import Tx
from idp.theme.language import Message


async def mail(
    provider: Provider, tx: Tx, to: str, template: str, language: str, subject_id: UUID | None = None, *, void: bool = False,
    **values: Any,
) -> None:
    """A mail to an address in the spelling of `idp.accounts.contact`. With `void` the same work for nobody.

    Every link in it begins with the configured issuer: what a request calls us is never looked at (T24).
    """
    issuer = provider.settings.issuer
    common = {"tautan_masuk": f"{issuer}/masuk", "tautan_lupa": f"{issuer}/lupa-kata-sandi"}
    letter = provider.theme.mail(template, provider.theme.language(language), **common, **values)
    payload = {"to": to, "subject": letter.subject, "text": letter.text, "html": letter.html}
    await provider.outbox.put(tx, "mail", to.rpartition("@")[2], payload, subject_id, void=void)


async def sms(
    provider: Provider, tx: Tx, to: str, template: str, language: str, subject_id: UUID | None = None, *, void: bool = False,
    **values: Any,
) -> None:
    """An SMS to a number in E.164; its last line binds the code to our host. With `void` the same work for nobody."""
    host = urlsplit(provider.settings.issuer).hostname or ""
    text = provider.theme.sms(template, provider.theme.language(language), host=host, **values)
    await provider.outbox.put(tx, "sms", contact.country(to), {"to": to, "text": text}, subject_id, void=void)


async def too_often(provider: Provider, destination: str) -> Message | None:
    """Count one message to a destination that a stranger may have named; what to say when it is one too many.

    Counted by what was typed, before anybody knows whether there is an account, so the answer tells nothing.
    """
    limits, now = provider.settings.limits, provider.clock.now()
    counter = "message:" + b64encode(keyed(provider.material.derive("destination"), destination)[:16])
    if await provider.ephemeral.hit(f"{counter}:pause", limits.resend_pause) > 1:
        return Message("kirim.tunggu", n=limits.resend_pause)
    for window, allowed in ((3600, limits.resend_per_hour), (86400, limits.resend_per_day)):
        if await provider.ephemeral.hit(f"{counter}:{window}", window) > allowed:
            return Message("kirim.batas", jam=now + window)
    return None


async def crowded(provider: Provider, journey: str, network: str, allowed: int) -> Message | None:
    """Count one start of a journey from a network, in five minutes; what to say when it is one too many."""
    if await provider.ephemeral.hit(f"{journey}:{network}", 300) > allowed * provider.settings.limits.factor(network):
        return Message("kirim.batas", jam=provider.clock.now() + 300)
    return None

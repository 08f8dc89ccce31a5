"""Prepaid numbers are given to others after a while: how long one is trusted, and what becomes of it then.

A number that its owner has not proved for `limits.phone_trust_days`, by a code that came there, starts no recovery (T40).
Whoever proves it meanwhile gets it, since the SMS came to them; the account that had it learns that by mail and keeps
everything else. Operators tell about SIM changes sooner than that; no such source is connected.
"""

from uuid import UUID

from idp.accounts import account, contact, lookup, proven_phone
from idp.flows import messages
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx

_DAY = 86_400


def trusted_since(provider: Provider) -> int:
    """A number proved before this moment (UNIX seconds) may be somebody else's by now."""
    return provider.clock.now() - provider.settings.limits.phone_trust_days * _DAY


async def trusted(provider: Provider, tx: Tx, key: bytes) -> UUID | None:
    """Whose number this is, by its key; None when nobody proved it lately."""
    proven = await lookup.proven(tx, key)
    return proven[0] if proven is not None and proven[1] >= trusted_since(provider) else None


async def release(provider: Provider, tx: Tx, number: str, claimant_id: UUID) -> None:
    """Take a number from the account that has not proved it for too long, for the one who proves it now, and tell its owner."""
    key = lookup.key(provider.material, lookup.PHONE, number)
    lost = await proven_phone.release(tx, key, claimant_id, trusted_since(provider))
    if lost is None:
        return
    person = await account.read(tx, lost)
    assert person is not None
    if person.email is not None:
        await messages.mail(
            provider,
            tx,
            person.email,
            "nomor_beralih",
            person.locale,
            person.id,
            nama=person.name,
            nomor=contact.masked_phone(number),
            waktu=provider.clock.now(),
        )
    await provider.audit.append(tx, Event("contact.released", account_id=lost, detail={"kind": lookup.PHONE}))

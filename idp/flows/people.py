"""Accounts as an operator handles them: made, listed, found, changed, turned off and on. People themselves use other stairs.

`create`, `set_password` and `switch` are whole journeys. `apply` prepares first (hashing takes its time) and then writes
with `insert` or `rewrite` inside a transaction of its own.
"""

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from idp.accounts import account, birthdate, contact, lookup, profile, totp
from idp.accounts.account import Account
from idp.accounts.lookup import EMAIL, KPJ, PHONE
from idp.base.errors import Fault
from idp.flows import logout, passwords, privacy, registry_check
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx

SEEN = ("name", "email", "phone_number", "kpj")
"""What whoever looks at an account reads of it, by the names of claims."""


class BadAccount(Fault):
    """What was asked for is no account that we keep; the text says which part and why."""


class UnknownAccount(Fault):
    """There is no such account. For operators only: nobody else may learn it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account as an operator describes it. Contacts count as verified unless it says otherwise."""

    email: str
    name: str
    password: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    email_verified: bool = True
    phone: str | None = None
    phone_verified: bool = True
    kpj: str | None = None
    locale: str = "id"
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """An account that passed every rule, with its password hashed and its identifiers keyed."""

    account: Account
    keys: Mapping[str, bytes]
    totp_secret: str | None = field(default=None, repr=False)


async def create(provider: Provider, wanted: Wanted, *, by: str) -> Account:
    """Make an account that can sign in at once. Raises BadAccount."""
    prepared = await prepare(provider, wanted)
    async with provider.database.transaction() as tx:
        await insert(provider, tx, prepared, by=by)
    return prepared.account


async def find(provider: Provider, reference: str) -> Account | None:
    """An account by its id, email address, mobile number, KPJ or verified NIK."""
    pattern = provider.settings.kpj_pattern
    async with provider.database.reading() as tx:
        try:
            return await account.read(tx, UUID(reference))
        except ValueError:
            keys = [lookup.key(provider.material, kind, value) for kind, value in contact.readings(reference, pattern)]
        for key in keys:
            if (found := await account.find(tx, key)) is not None:
                return found
    return None


def born(provider: Provider, person: Account) -> str:
    """An account's birth date, unsealed for an operator; empty when none is known."""
    return birthdate.unseal(provider.sealer, person.id, person.birthdate_sealed)


async def page(provider: Provider, *, after: UUID | None = None, limit: int = 50) -> list[Account]:
    """Accounts in the order in which they came, those after the account `after`."""
    async with provider.database.reading() as tx:
        return await account.page(tx, after=after, limit=limit)


async def looked(provider: Provider, accounts: Sequence[Account], *, by: str, purpose: str) -> None:
    """Write down that somebody looked at accounts, and why: their people can read it (UU PDP art. 32)."""
    if not accounts:
        return
    detail = {"fields": list(SEEN), "purpose": purpose}
    async with provider.database.transaction() as tx:
        await provider.audit.append_all(
            tx, [Event(privacy.READ, actor=by, account_id=each.id, detail=detail) for each in accounts]
        )


async def bury(provider: Provider, account_id: UUID, *, by: str) -> Account:
    """Close the account of somebody who has died, as a registry would have it closed. Raises UnknownAccount."""
    async with provider.database.transaction() as tx:
        await account.lock(tx, account_id)
        person = await account.read(tx, account_id)
        if person is None:
            raise UnknownAccount(f"no account {account_id}")
        if person.status != account.DECEASED:
            await registry_check.bury(provider, tx, person, by=by)
        changed = await account.read(tx, account_id)
    assert changed is not None
    return changed


async def switch(provider: Provider, account_id: UUID, *, enabled: bool, by: str) -> Account:
    """Turn an account off, with all its sessions and tokens, effective at once on every replica; or on again.

    What was ended stays ended: whoever is let in again signs in again. Raises UnknownAccount.
    """
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        if not await account.set_status(tx, account_id, account.ACTIVE if enabled else account.DISABLED, now):
            raise UnknownAccount(f"no account {account_id}")
        if not enabled:
            await logout.end_all(provider, tx, account_id, by, None)
        event = "account.enabled" if enabled else "account.disabled"
        await provider.audit.append(tx, Event(event, actor=by, account_id=account_id))
        changed = await account.read(tx, account_id)
    assert changed is not None
    return changed


async def set_password(provider: Provider, account_id: UUID, password: str, *, by: str) -> None:
    """Replace a password and end every session that stood on the old one. Raises UnknownAccount, BadAccount."""
    async with provider.database.reading() as tx:
        person = await account.read(tx, account_id)
    if person is None:
        raise UnknownAccount(f"no account {account_id}")
    hashed = await _hashed(provider, password, person)
    async with provider.database.transaction() as tx:
        await account.lock(tx, account_id)
        held = await account.read(tx, account_id)
        if held is None:
            raise UnknownAccount(f"no account {account_id}")
        await passwords.replace(provider, tx, held, hashed)
        await logout.end_all(provider, tx, account_id, by, None)
        await provider.audit.append(tx, Event("password.changed", actor=by, account_id=account_id))


async def prepare(provider: Provider, wanted: Wanted, known: Account | None = None) -> Prepared:
    """Judge `wanted`, and compute what must not be computed inside a transaction. Raises BadAccount.

    With `known`, the account as it is now, what `wanted` does not say stays; a password that is still the same keeps
    its hash, so that nothing changes when nothing was changed.
    """
    person = _described(provider, wanted, known)
    person = dataclasses.replace(person, **await _password(provider, wanted, person, known))
    keys = {EMAIL: lookup.key(provider.material, EMAIL, str(person.email))}
    if person.phone is not None and person.phone_verified:
        keys[PHONE] = lookup.key(provider.material, PHONE, person.phone)
    if person.kpj is not None and not person.identity_level:
        keys[KPJ] = lookup.key(provider.material, KPJ, person.kpj)
    secret = None if wanted.totp_secret is None else _totp_secret(wanted.totp_secret)
    return Prepared(person, keys, secret)


async def insert(provider: Provider, tx: Tx, prepared: Prepared, *, by: str) -> None:
    """Write a new account inside `tx`. Raises BadAccount when another one has its address or a number."""
    person = prepared.account
    if not await account.insert(tx, person, prepared.keys):
        raise BadAccount(f"account {person.email}: another account has its email address, mobile number or KPJ")
    await provider.audit.append(tx, Event("account.created", actor=by, account_id=person.id))
    await _enrol(provider, tx, prepared, by)


async def rewrite(provider: Provider, tx: Tx, prepared: Prepared, known: Account, *, by: str) -> None:
    """Write a known account anew inside `tx`; a new password ends its sessions. BadAccount when it is not as `known` any more.

    All of it is written, and hashing took its time: what was done to it meanwhile, by an officer who turned it off or by
    its owner who chose another password, would be undone.
    """
    person = prepared.account
    await account.lock(tx, person.id)
    if await account.read(tx, person.id) != known:
        raise BadAccount(f"account {person.email}: was changed at this very moment; run it again")
    if not await account.rewrite(tx, person, prepared.keys):
        raise BadAccount(f"account {person.email}: another account has its email address, mobile number or KPJ")
    await provider.audit.append(tx, Event("account.changed", actor=by, account_id=person.id))
    if person.password_hash is not None and person.password_hash != known.password_hash:
        await passwords.replace(provider, tx, known, person.password_hash)
        await logout.end_all(provider, tx, person.id, by, None)
        await provider.audit.append(tx, Event("password.changed", actor=by, account_id=person.id))
    await _enrol(provider, tx, prepared, by)


async def totp_secrets(provider: Provider, account_id: UUID) -> list[str]:
    """The secrets that an account's authenticator apps hold, to tell whether a description still fits."""
    async with provider.database.reading() as tx:
        return [totp.base32(each.secret) for each in await totp.read(tx, provider.sealer, account_id)]


def _described(provider: Provider, wanted: Wanted, known: Account | None) -> Account:
    now = provider.clock.now()
    base = known or Account(provider.new_id(), wanted.name, created_at=now, updated_at=now)
    try:
        email = contact.normalise_email(wanted.email)
        kpj = contact.normalise_kpj(wanted.kpj, provider.settings.kpj_pattern) if wanted.kpj else None
        phone = contact.normalise_phone(wanted.phone) if wanted.phone else None
        claims = profile.validate(wanted.claims)
    except contact.NotAContact as error:
        wrong = {"email": "email", "kpj": "kpj"}.get(error.key, "phone_number")
        raise BadAccount(f"account {wanted.email}: {wrong} is not acceptable") from None
    except profile.NotAClaim as error:
        raise BadAccount(f"account {wanted.email}: {error}") from None
    # A birth date that was verified is not a file's to change.
    birthdate_sealed = base.birthdate_sealed if base.identity_level else None
    claimed = claims.pop("birthdate", None)
    if claimed and not base.identity_level:
        same = known is not None and claimed == born(provider, base)
        # Sealing is never the same twice; what has not changed stays as it lies.
        birthdate_sealed = base.birthdate_sealed if same else birthdate.seal(provider.sealer, base.id, claimed)
    if not wanted.name.strip() or len(wanted.name) > 200 or not wanted.name.isprintable():
        raise BadAccount(f"account {wanted.email}: name must be a text of at most 200 characters")
    return dataclasses.replace(
        base, name=wanted.name, email=email, email_verified=wanted.email_verified, phone=phone,
        phone_verified=phone is not None and wanted.phone_verified, kpj=kpj, locale=wanted.locale, claims=claims,
        birthdate_sealed=birthdate_sealed, updated_at=now,
    )  # fmt: skip


async def _password(provider: Provider, wanted: Wanted, person: Account, known: Account | None) -> dict[str, Any]:
    if wanted.password is None:
        return {}
    if known is not None and await provider.hasher.verify(known.password_hash, wanted.password):
        return {}
    return {
        "password_hash": await _hashed(provider, wanted.password, person),
        "password_policy": passwords.rules_for(provider, person).version,
        "password_changed_at": provider.clock.now(),
    }


async def _hashed(provider: Provider, password: str, person: Account) -> str:
    refused = passwords.rules_for(provider, person).judge(password, passwords.owner_of(provider, person))
    if refused is not None:
        raise BadAccount(
            f"account {person.email}: the password is refused ({refused.key}): too short, too plain or guessable"
        )
    return await provider.hasher.hash(password)


def _totp_secret(text: str) -> str:
    """A base32 secret as authenticator apps show it; 128 bits at least (RFC 4226 section 4)."""
    secret = text.replace(" ", "").replace("-", "").rstrip("=").upper()
    try:
        raw = _bytes(secret)
    except ValueError:
        raw = b""
    if not 16 <= len(raw) <= 64:
        raise BadAccount("totp_secret must be base32 of at least 16 bytes")
    return totp.base32(raw)


def _bytes(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


async def _enrol(provider: Provider, tx: Tx, prepared: Prepared, by: str) -> None:
    """Make `totp_secret` the account's authenticator; one that it has already stays with its memory of used codes."""
    if prepared.totp_secret is None:
        return
    secret = _bytes(prepared.totp_secret)
    if any(each.secret == secret for each in await totp.read(tx, provider.sealer, prepared.account.id)):
        return
    enrolled = totp.Totp(provider.new_id(), secret, last_step=0, created_at=provider.clock.now())
    await totp.insert(tx, provider.sealer, prepared.account.id, enrolled)
    await provider.audit.append(
        tx, Event("factor.added", actor=by, account_id=prepared.account.id, detail={"factor": "otp"})
    )

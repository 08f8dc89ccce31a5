"""Choosing a password: which rules hold for whom, what they say to a choice, and when its term has come."""

from idp.accounts import birthdate, declared, entrance, nik, passkey, past_passwords, policy
from idp.accounts.account import Account
from idp.accounts.policy import Owner, Policy
from idp.flows import messages
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.store.database import Tx
from idp.theme.language import Message


def rules(provider: Provider, *, officer: bool = False) -> Policy:
    """The rules of one population: participants, or officers, who may administer the provider itself."""
    settings = provider.settings
    return policy.PRESETS[settings.password_policy_officers if officer else settings.password_policy]


def rules_for(provider: Provider, person: Account) -> Policy:
    """The rules that hold for an account."""
    return rules(provider, officer=person.officer_since is not None)


def owner_of(provider: Provider, person: Account) -> Owner:
    """What the policy may hold against a password of this person."""
    born = birthdate.unseal(provider.sealer, person.id, person.birthdate_sealed)
    number = nik.unseal(provider.sealer, person.id, person.nik_sealed)
    return Owner(
        name=person.name,
        email=person.email or "",
        phone=person.phone or "",
        kpj=person.kpj or "",
        nik=number or declared.unseal_passport(provider.sealer, person.id, person.passport_sealed),
        birthdate=born if len(born) == 10 else "",
    )


async def refused(provider: Provider, person: Account, password: str, *, second_factor: bool) -> Message | None:
    """Why this person may not choose this password; None if they may.

    Every earlier one that the policy remembers costs a check of its own, so this stands outside of transactions, and
    after everything that is cheaper to find out.
    """
    held = rules_for(provider, person)
    if fault := held.judge(password, owner_of(provider, person), second_factor=second_factor):
        return fault
    async with provider.database.reading() as tx:
        before = await past_passwords.read(tx, person.id, held.history - 1)
    for stored in filter(None, [person.password_hash, *before]):
        if await provider.hasher.verify(stored, password):
            return Message("pw.sama")
    return None


async def replace(provider: Provider, tx: Tx, person: Account, hashed: str) -> None:
    """Write the new password, remember the one before, let passkeys open again, and tell the owner. The caller ends what must not outlive it."""
    now, held = provider.clock.now(), rules_for(provider, person)
    if person.password_hash is not None:
        await past_passwords.put(tx, provider.new_id(), person.id, person.password_hash, held.history - 1, now)
    await entrance.set_password(tx, person.id, hashed, held.version, now)
    await passkey.resume(tx, person.id)
    await messages.tell_everywhere(provider, tx, person, "sandi_diganti")


def due(provider: Provider, stands: Standing) -> str:
    """Whether the password of whoever is here has reached its term: `off`, `remind` or `force`.

    A session that was begun without the password has nothing to do with its age.
    """
    if levels.PASSWORD not in stands.session.factors:
        return policy.OFF
    return rules(provider, officer=stands.officer).due(stands.password_since, provider.clock.now())

"""The passkeys of an account: adding one, naming it, and what the browser is told of them. Removing one is `removal`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from idp.accounts import passkey, removal, webauthn
from idp.accounts.passkey import Passkey
from idp.accounts.webauthn import NotGood
from idp.base.opaque import b64decode
from idp.flows import messages, owner
from idp.flows.passkey import Refused, TooLate, ask, asked, site
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels
from idp.sessions.visitor import Visitor

_ENROLMENT = "passkey-enrolment"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The passkey stands."""


@dataclass(frozen=True, slots=True)
class Full:
    """The account has as many as it may."""


async def creation_options(provider: Provider, stands: Standing) -> str | None:
    """What is asked in order to enrol; None when the account has as many as it may. The caller has asked for a fresh proof.

    The challenge is given to this session alone, so that whoever answers it within its time had shown that proof.
    """
    async with provider.database.reading() as tx:
        held = await passkey.of(tx, stands.account_id)
        person = await owner.read(tx, stands)
    if len(held) >= passkey.MOST:
        return None
    return webauthn.creation_options(
        site(provider),
        ask(provider, _ENROLMENT, stands.session.id.bytes),
        passkey.user_handle(provider.material, person.id),
        person.email or person.phone or person.name,
        person.name,
        [one.key for one in held],
    )


async def enrol(
    provider: Provider, visitor: Visitor, stands: Standing, text: str, name: str
) -> Enrolled | Full | Refused | TooLate:
    """Enrol the credential that answers `creation_options`, and tell the owner.

    The session does not rise by it: without attestation a new credential proves nothing yet.
    """
    answer, now = webauthn.read_creation(text), provider.clock.now()
    if answer is None:
        return Refused()
    expires_at = asked(provider, _ENROLMENT, stands.session.id.bytes, answer)
    if expires_at is None:
        return TooLate()
    try:
        made = webauthn.verify_creation(site(provider), answer, b64decode(answer.challenge))
    except NotGood:
        return Refused()
    passkey_id = provider.new_id()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        if not await passkey.spend(tx, answer.challenge, expires_at):
            return Refused()
        if len(await passkey.of(tx, person.id)) >= passkey.MOST:
            return Full()
        if not await passkey.insert(tx, passkey_id, person.id, made, name, now):
            return Refused()
        await device.ask_all(tx, person.id)
        await messages.tell_everywhere(provider, tx, person, "passkey_dipasang")
        await removal.call_off(tx, person.id, levels.PASSKEY)
        event = owner.did(
            "factor.added", visitor, stands, factor=levels.PASSKEY, id=str(passkey_id), synced=made.synced
        )
        await provider.audit.append(tx, event)
    return Enrolled()


async def of(provider: Provider, stands: Standing) -> Sequence[Passkey]:
    """The passkeys of the person who is here, oldest first."""
    async with provider.database.reading() as tx:
        return await passkey.of(tx, stands.account_id)


def signals(provider: Provider, stands: Standing, held: Sequence[Passkey]) -> str:
    """What the browser of somebody who looks at their passkeys is told of them."""
    person = stands.person
    user = passkey.user_handle(provider.material, stands.account_id)
    name = person.email or person.phone or person.name
    return webauthn.accepted(site(provider), user, name, person.name, [one.key for one in held])


async def rename(provider: Provider, stands: Standing, passkey_id: UUID, name: str) -> bool:
    """Call one of one's own passkeys something else; somebody else's is not touched (T38)."""
    async with provider.database.transaction() as tx:
        return await passkey.rename(tx, stands.account_id, passkey_id, name)

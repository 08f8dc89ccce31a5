"""A forgotten password: a message to the mailbox that is on record, and a new password from whoever reads it.

Whether there is an account decides about nothing that the asker can see: the same rows are written, the same letter is
composed and sealed, and for nobody it simply goes nowhere. Only the stored address ever gets a message (T25). A second
factor stays what it was: an account with an authenticator app is asked for its code here too (ASVS 6.4.3).
"""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, contact, links, policy, throttle, totp
from idp.accounts.account import Account
from idp.accounts.links import Challenge
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import logout, messages, passwords, second_factor
from idp.flows.second_factor import Paused
from idp.provider import Provider
from idp.sessions import device, slip
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

_ASKED, _PROVEN = "recovery", "recovery-proven"
# How long somebody who typed the code may take to think of a password, in seconds.
_PROOF_LIFETIME = 600
# Composed for, and never sent to, nobody.
_NOBODY = "nobody@example.invalid"


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that may go on: whose, by what, and whether a code of the authenticator app is asked too."""

    challenge: Challenge
    account: Account
    asks_code: bool


async def request(provider: Provider, visitor: Visitor, typed: str) -> str | Message:
    """Send what is to be sent for an identifier. The slip that the next page needs, or why there were too many.

    Every answer depends on what was typed and how often, on nothing else.
    """
    if not typed.strip():
        return Message("lupa.kosong")
    if refused := await messages.crowded(
        provider, "recover", visitor.network, provider.settings.limits.recover_per_network
    ):
        return refused
    readings = contact.readings(typed, provider.settings.kpj_pattern)
    spelling = readings[0][1] if readings else typed.strip().casefold()[:320]
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, f"recover:{spelling}"):
            return refused
        person = await _find(provider, tx, readings)
        challenge_id = await _send(provider, tx, visitor, person)
    expires = provider.clock.now() + provider.settings.lifetimes.reset
    value = [str(challenge_id), typed[:320]]
    return slip.write(provider.material, provider.entropy, _ASKED, visitor.device, value, expires)


async def again(provider: Provider, visitor: Visitor, asked: str) -> str | Message:
    """The same once more; the older message stops working."""
    value = slip.read(provider.material, _ASKED, visitor.device, asked, provider.clock.now())
    if value is None:
        raise PageFault("kesalahan.atur_ulang", "recovery slip")
    return await request(provider, visitor, value[1])


async def prove(provider: Provider, visitor: Visitor, asked: str, typed: str) -> str | None:
    """Exchange the code of the message for a token to set a password with; None if the code is wrong, or none was sent."""
    now = provider.clock.now()
    value = slip.read(provider.material, _ASKED, visitor.device, asked, now)
    if value is None:
        raise PageFault("kesalahan.atur_ulang", "recovery slip")
    challenge_id = UUID(value[0])
    async with provider.database.transaction() as tx:
        right, _ = await links.try_code(tx, provider.material, challenge_id, links.typed_code(typed), now)
    if not right:
        return None
    return slip.write(
        provider.material, provider.entropy, _PROVEN, visitor.device, str(challenge_id), now + _PROOF_LIFETIME
    )


async def look(provider: Provider, visitor: Visitor, token: str) -> Reset:
    """What a mailed link, or the proof of a typed code, is worth; changes nothing. PageFault when it is worth nothing (any more)."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        challenge = await links.by_link(tx, token) or await _proven(provider, tx, visitor, token)
        if challenge is None or challenge.purpose != links.RESET or challenge.state(now) != links.LIVE:
            raise PageFault("kesalahan.atur_ulang", "reset link not live")
        person = await account.read(tx, challenge.subject_id)
        # A link dies with the password that it was meant to replace, however that was changed.
        if (
            person is None
            or person.status not in account.MAY_SIGN_IN
            or (person.password_changed_at or 0) > challenge.created_at
        ):
            raise PageFault("kesalahan.atur_ulang", "reset link outlived its password")
        return Reset(challenge, person, bool(await totp.read(tx, provider.sealer, person.id)))


async def set_password(
    provider: Provider, visitor: Visitor, token: str, password: str, code: str
) -> dict[str, Message]:
    """Set the new password, end every session and grant, and tell the owner. What is wrong by field; empty when it is done."""
    reset = await look(provider, visitor, token)
    if refused := await passwords.refused(provider, reset.account, password, second_factor=reset.asks_code):
        return {"password": refused}
    if reset.asks_code and not code.strip():
        return {"code": Message("otp.kosong")}
    hashed, now = await provider.hasher.hash(policy.normalise(password)), provider.clock.now()
    async with provider.database.transaction() as tx:
        if reset.asks_code and (fault := await second_factor.check(provider, tx, visitor, reset.account.id, code)):
            return {"code": _code_fault(fault)}
        if not await links.use(tx, reset.challenge.id, now):
            raise PageFault("kesalahan.atur_ulang", "reset link spent meanwhile")
        await passwords.replace(provider, tx, reset.account, hashed)
        await links.supersede(tx, links.RESET, reset.account.id, now)
        await logout.end_all(provider, tx, reset.account.id, "recovery")
        await throttle.clear(tx, reset.account.id.bytes)
        # Whoever had the old password may have left a known device behind.
        await device.forget_all(tx, reset.account.id)
        event = Event(
            "password.changed", account_id=reset.account.id, network=visitor.network, detail={"by": "recovery"}
        )
        await provider.audit.append(tx, event)
    return {}


def _code_fault(fault: second_factor.Wrong | Paused) -> Message:
    return Message("otp.jeda", jam=fault.until) if isinstance(fault, Paused) else Message("otp.salah_totp")


async def _find(provider: Provider, tx: Tx, readings: list[tuple[str, str]]) -> Account | None:
    """The account that the identifier means, if it can be written to. As many reads as the text has readings."""
    found = [await account.find(tx, account.lookup(provider.material, kind, value)) for kind, value in readings]
    person = next((one for one in found if one is not None), None)
    if person is None or person.status not in account.MAY_SIGN_IN or person.email is None or not person.email_verified:
        return None
    return person


def reset_address(provider: Provider, handle: Handle) -> str:
    """The page for a new password, opened by a link; of our own issuer, whatever host was asked (T24)."""
    return f"{provider.settings.issuer}/lupa-kata-sandi/baru?token={handle}"


async def _send(provider: Provider, tx: Tx, visitor: Visitor, person: Account | None) -> UUID:
    """Link and code to the stored address; for nobody, the same work."""
    now, lifetime = provider.clock.now(), provider.settings.lifetimes.reset
    # Asked under several names, one mailbox could still be filled: what counts in the end is where it goes.
    if await messages.too_often(provider, tx, f"reset:{person.id if person is not None else provider.new_id()}"):
        person = None
    subject_id, mailbox, name, language = provider.new_id(), _NOBODY, "", visitor.language
    if person is not None:
        subject_id, mailbox, name, language = person.id, person.email or _NOBODY, person.name, person.locale
    handle, code = provider.new_handle(), links.new_code(provider.entropy)
    challenge = links.Challenge(
        handle.id,
        links.RESET,
        subject_id,
        links.BY_EMAIL,
        mailbox,
        provider.settings.limits.code_tries,
        now,
        now + lifetime,
    )
    await links.issue(tx, provider.material, handle, code, challenge)
    await messages.mail(
        provider,
        tx,
        mailbox,
        "atur_ulang",
        language,
        subject_id,
        void=person is None,
        nama=name,
        tautan=reset_address(provider, handle),
        kode=code,
        waktu=now + lifetime,
    )
    event = Event("recovery.requested", account_id=person.id if person is not None else None, network=visitor.network)
    await provider.audit.append(tx, event)
    return handle.id


async def _proven(provider: Provider, tx: Tx, visitor: Visitor, token: str) -> Challenge | None:
    proven = slip.read(provider.material, _PROVEN, visitor.device, token, provider.clock.now())
    return await links.read(tx, UUID(proven)) if isinstance(proven, str) else None

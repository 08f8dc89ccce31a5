"""Passkeys: signing in with one, and showing one when a service needs more than a password, or a reset does.

A challenge is a slip: sealed for one purpose and one bearer (the browser before the sign-in, the session after it), it
needs no row until it is answered. Then it gets one, in the transaction that believes the answer, so that no answer works
twice: not on another replica, and not after Redis was lost. docs/decisions/0033 has the reasons.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from idp.accounts import account, entrance, passkey, webauthn
from idp.accounts.passkey import Passkey
from idp.accounts.webauthn import Answer, NotGood, Shown, Site
from idp.base.opaque import Handle, b64decode, b64encode
from idp.flows import messages, owner, second_factor
from idp.flows.beginning import SignedIn, prepare, take_over
from idp.flows.second_factor import Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import assertion, device, levels, session
from idp.sessions.assertion import Found
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx

CHALLENGE = 600
"""How long a challenge may be answered, in seconds; a page that was open for longer asks anew."""

_SIGN_IN, _PROOF, _RESET = "passkey-sign-in", "passkey-proof", "passkey-reset"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not a passkey that opens anything here: unknown, removed, of a disabled account, answered before. Nobody learns which."""


@dataclass(frozen=True, slots=True)
class Unknown(Refused):
    """No account has it; `signal` is what tells the browser that shows it, so that it need not offer it again."""

    signal: str


@dataclass(frozen=True, slots=True)
class Suspended(Refused):
    """It is the right passkey, and let somebody in whom the owner disowned: it opens nothing before there is another password."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The challenge is none of ours for this browser, or was open for too long; the page asks a new one."""


def sign_in_options(provider: Provider, visitor: Visitor) -> str:
    """What the sign-in page asks the browser: any passkey of ours, whosever it is."""
    return webauthn.request_options(site(provider), ask(provider, _SIGN_IN, visitor.device))


async def sign_in(
    provider: Provider, visitor: Visitor, text: str, *, public_device: bool
) -> SignedIn | Refused | TooLate:
    """Sign in with the answer to `sign_in_options`: two round trips."""
    answer = webauthn.read_assertion(text)
    if answer is None:
        return Refused()
    expires_at = asked(provider, _SIGN_IN, visitor.device, answer)
    if expires_at is None:
        return TooLate()
    now = provider.clock.now()
    found = await assertion.find(provider.database, answer.credential_id, visitor, provider.settings.lifetimes, now)
    if found is None:
        return Unknown(webauthn.unknown(site(provider), b64encode(answer.credential_id)))
    try:
        shown = _verify(provider, answer, found.known.account_id, found.public_key, synced=found.synced)
        if not found.known.active:
            raise NotGood("account")
        if passkey.cloned(found.sign_count, shown.sign_count):
            await _suspect(provider, visitor, found.known.account_id, found.passkey_id)
            return Refused()
        if found.suspended:
            await _refused(provider, visitor, found, "suspended")
            return Suspended()
    except NotGood as fault:
        return await _refused(provider, visitor, found, str(fault))
    return await _begin(provider, visitor, found, answer, shown, expires_at, public_device)


async def _begin(
    provider: Provider,
    visitor: Visitor,
    found: Found,
    answer: Answer,
    shown: Shown,
    challenge_expires_at: int,
    public_device: bool,
) -> SignedIn | Refused:
    known = await take_over(provider, visitor, found.known)
    factors = levels.with_passkey({}, synced=shown.synced, now=provider.clock.now())
    begins = prepare(
        provider,
        visitor,
        known,
        factors,
        public_device=public_device,
        factor=levels.PASSKEY,
        passkey=str(found.passkey_id),
    )
    begun = await assertion.begin(
        provider.database,
        found.passkey_id,
        known,
        visitor,
        begins,
        challenge=answer.challenge,
        challenge_expires_at=challenge_expires_at,
        sign_count=shown.sign_count,
    )
    if not begun:
        return await _refused(provider, visitor, found, "answered before")
    return SignedIn(begins.handle, known.account_id)


async def _refused(provider: Provider, visitor: Visitor, found: Found, reason: str) -> Refused:
    detail = {"factor": levels.PASSKEY, "reason": reason, "device": device.name(visitor.user_agent)}
    event = Event("session.refused", account_id=found.known.account_id, network=visitor.network, detail=detail)
    await provider.audit.note(provider.database, event)
    return Refused()


async def proof_options(provider: Provider, stands: Standing) -> str:
    """What is asked of somebody who is signed in: one of their own passkeys."""
    async with provider.database.reading() as tx:
        held = await passkey.of(tx, stands.account_id)
    return webauthn.request_options(
        site(provider), ask(provider, _PROOF, stands.session.id.bytes), [one.key for one in held]
    )


async def prove(
    provider: Provider, visitor: Visitor, stands: Standing, text: str, *, excuse: bool = False
) -> Proved | Refused | TooLate:
    """Raise the session with the answer to `proof_options`. `excuse` as in `second_factor.admit`."""
    answer, now = webauthn.read_assertion(text), provider.clock.now()
    if answer is None:
        return Refused()
    expires_at = asked(provider, _PROOF, stands.session.id.bytes, answer)
    if expires_at is None:
        return TooLate()
    handle = Handle(stands.session.id, provider.new_handle().secret)
    async with provider.database.transaction() as tx:
        # Before anything of theirs, as whoever takes a passkey away does: neither waits for the other's end.
        await account.lock(tx, stands.account_id)
        proof = await _shown(provider, tx, visitor, stands.account_id, answer, expires_at, opens=True)
        if proof is None:
            return Refused()
        kept, shown = proof
        factors = levels.with_passkey(stands.session.factors, synced=shown.synced, now=now)
        assert visitor.session is not None
        if not await session.raise_to(tx, visitor.session, handle, factors, now):
            return Refused()
        await second_factor.admit(provider, tx, visitor, stands, excuse=excuse)
        told = {"factor": levels.PASSKEY, "passkey": str(kept.id)}
        await provider.audit.append(tx, owner.did("factor.proved", visitor, stands, **told))
    return Proved(handle)


async def reset_options(provider: Provider, reset_id: UUID, account_id: UUID) -> str:
    """What is asked of somebody who resets a password: one of the account's passkeys, for this reset alone."""
    async with provider.database.reading() as tx:
        held = await passkey.of(tx, account_id)
    return webauthn.request_options(site(provider), ask(provider, _RESET, reset_id.bytes), [one.key for one in held])


async def prove_for_reset(
    provider: Provider, visitor: Visitor, reset_id: UUID, account_id: UUID, text: str
) -> Refused | TooLate | None:
    """Judge the answer to `reset_options`; None when it is right. No session begins or rises by it."""
    answer = webauthn.read_assertion(text)
    if answer is None:
        return Refused()
    expires_at = asked(provider, _RESET, reset_id.bytes, answer)
    if expires_at is None:
        return TooLate()
    async with provider.database.transaction() as tx:
        proof = await _shown(provider, tx, visitor, account_id, answer, expires_at, opens=False)
        return Refused() if proof is None else None


async def _shown(
    provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, answer: Answer, expires_at: int, *, opens: bool
) -> tuple[Passkey, Shown] | None:
    """Verify an answer by a passkey of this account, and use its challenge up: (which, what it said); None when it does not count.

    `opens` where it would open the account, which a suspended one does not.
    """
    kept = await passkey.find(tx, answer.credential_id)
    try:
        if kept is None or kept.account_id != account_id:
            raise NotGood("not this account's")
        shown = _verify(provider, answer, kept.account_id, kept.public_key, synced=kept.synced)
        if opens and kept.suspended_at is not None and await entrance.must_reset(tx, account_id):
            raise NotGood("suspended")
    except NotGood as fault:
        detail = {"factor": levels.PASSKEY, "reason": str(fault)}
        session_id = visitor.session.id if visitor.session else None
        event = Event(
            "factor.refused", account_id=account_id, session_id=session_id, network=visitor.network, detail=detail
        )
        await provider.audit.append(tx, event)
        return None
    if passkey.cloned(kept.sign_count, shown.sign_count):
        await _tell_suspicion(provider, tx, visitor, account_id, kept.id)
        return None
    if not await passkey.spend(tx, answer.challenge, expires_at):
        return None
    used = await passkey.use(tx, kept.id, shown.sign_count, provider.clock.now())
    return (kept, shown) if used else None


def site(provider: Provider) -> Site:
    """The site that a passkey belongs to: the issuer's host, whatever page asks."""
    issuer = urlsplit(provider.settings.issuer)
    return Site(issuer.hostname or "", f"{issuer.scheme}://{issuer.netloc}", provider.theme.brand["name"])


def ask(provider: Provider, purpose: str, bearer: bytes) -> bytes:
    """A new challenge. Its nonce of 96 random bits is what makes it unpredictable (NIST SP 800-63B-4 asks for 64)."""
    expires_at = provider.clock.now() + CHALLENGE
    return b64decode(provider.slips.write(purpose, bearer, expires_at, expires_at))


def asked(provider: Provider, purpose: str, bearer: bytes, answer: Answer) -> int | None:
    """Until when the challenge that was answered may be; None unless we asked it, of this bearer, for this purpose, lately."""
    expires_at = provider.slips.read(purpose, bearer, answer.challenge, provider.clock.now())
    return expires_at if isinstance(expires_at, int) else None


def _verify(provider: Provider, answer: Answer, account_id: UUID, public_key: bytes, *, synced: bool) -> Shown:
    user = passkey.user_handle(provider.material, account_id)
    shown = webauthn.verify_assertion(site(provider), answer, b64decode(answer.challenge), public_key, user)
    if shown.synced != synced:
        raise NotGood("backup eligibility")
    return shown


async def _suspect(provider: Provider, visitor: Visitor, account_id: UUID, passkey_id: UUID) -> None:
    async with provider.database.transaction() as tx:
        await _tell_suspicion(provider, tx, visitor, account_id, passkey_id)


async def _tell_suspicion(provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, passkey_id: UUID) -> None:
    """The key works, yet its count went back: there may be a copy. The owner is told, and nobody gets in with it.

    No notice says what a passkey is called: whoever is at the account could have our mail say anything.
    """
    person = await account.read(tx, account_id)
    if person is None:
        return
    await messages.tell_everywhere(provider, tx, person, "passkey_ganda")
    detail = {"factor": levels.PASSKEY, "passkey": str(passkey_id)}
    event = Event("passkey.count_went_back", account_id=account_id, network=visitor.network, detail=detail)
    await provider.audit.append(tx, event)

"""What people do about their own account: see it, end sessions, disconnect services, change the password, add an app.

Whoever only sits down at an open browser must not be able to take the account over: what changes how one signs in asks
for the password again, or for a sign-in that is no older than five minutes; and for the second factor, if there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, contact, links, passkey, policy, recovery_codes, removal, throttle, totp
from idp.accounts.account import Account
from idp.accounts.passkey import Passkey
from idp.accounts.throttle import Places
from idp.accounts.totp import Totp
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import consent as consenting
from idp.flows import logout, messages, owner, passwords, second_factor
from idp.grants import consent, grant, standing
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import attempt as attempts
from idp.sessions import device, levels, session, slip
from idp.sessions.device import Device
from idp.sessions.session import Session
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

# How recently one must have signed in to change how one signs in, in seconds.
FRESH = 300
# How long one may take to set up the app on the telephone, in seconds.
ENROLMENT = 900
# How often looking around is written down as use of the session, in seconds.
SEEN_EVERY = 60
_SECRET, _ENDED = "totp-enrolment", "ended-everywhere"


@dataclass(frozen=True, slots=True)
class Used:
    """A service that holds something of this account: what it may, since when, and when it last did. Times are UNIX seconds."""

    client_id: str
    since: int
    used: int
    scope: frozenset[str]
    claims: frozenset[str]


@dataclass(frozen=True, slots=True)
class Home:
    """What the account's own page shows. The present session comes first."""

    services: list[Used]
    sessions: list[Session]
    methods: "Methods"
    terms_version: str | None
    """The terms that were accepted last."""


@dataclass(frozen=True, slots=True)
class Methods:
    """How one signs in; times are UNIX seconds. `leaving` is when a factor goes that waits for that."""

    password_since: int
    totp: Totp | None
    passkeys: list[Passkey]
    phone: str | None
    sms: bool
    codes_left: int
    leaving: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An app that is not enrolled yet. `slip` carries the secret, sealed, to the moment when a code proves it."""

    secret: bytes
    slip: str


def missing_to_change(provider: Provider, stands: Standing) -> str | None:
    """The factor to show, no longer than five minutes ago, before a contact or a factor changes, or a copy of
    one's data leaves; None when all is shown.

    First what begins a session, then a second factor where there is one: whoever has only the password must not be able to
    strip the account of its second factor, nor to enrol their own (T28). A passkey is both by itself.
    """
    shown = {factor for factor, at in stands.session.factors.items() if provider.clock.now() - at <= FRESH}
    if not shown.intersection(levels.PRIMARY):
        return levels.PASSWORD
    if levels.level(shown, 0) != "loa1":
        return None
    return next((factor for factor in second_factor.ORDER if factor in stands.enrolled), None)


def missing_to_see(provider: Provider, stands: Standing) -> str | None:
    """The same before pictures of a card or a face are shown; nothing more than being signed in where the password is all there is."""
    return None if stands.enrolled == {levels.PASSWORD} else missing_to_change(provider, stands)


def missing_for_password(provider: Provider, stands: Standing) -> str | None:
    """The factor that must be shown before the password changes, beside the password itself, which its form asks for.

    Whoever has learnt the password must not lock its owner out with it alone, where the owner has chosen more to show (T28).
    A number that is merely on record is not asked for, as with a reset; its code is taken where something is asked.
    """
    shown, now = stands.session.factors, provider.clock.now()
    if any(now - shown.get(factor, 0) <= FRESH for factor in levels.BESIDE_A_PASSWORD):
        return None
    return next((factor for factor in second_factor.ORDER if factor in stands.enrolled - {levels.SMS}), None)


async def home(provider: Provider, stands: Standing) -> Home:
    """Services, sessions and how one signs in."""
    async with provider.database.reading() as tx:
        used = await _services(provider, tx, stands)
        live = await _sessions(provider, tx, stands)
        person = await account.read(tx, stands.account_id)
        assert person is not None
        found = await _methods(provider, tx, person)
    return Home(used, live, found, person.terms_version)


async def services(provider: Provider, stands: Standing) -> list[Used]:
    """The services that hold something of this account, the one used last first."""
    async with provider.database.reading() as tx:
        return await _services(provider, tx, stands)


async def devices(provider: Provider, stands: Standing) -> tuple[list[Session], list[Device]]:
    """Where one is signed in, the present session first; and the browsers that are remembered."""
    async with provider.database.reading() as tx:
        live = await _sessions(provider, tx, stands)
        return live, await device.known(tx, stands.account_id, provider.clock.now())


async def forget_device(provider: Provider, visitor: Visitor, stands: Standing, digest: bytes) -> None:
    """Forget a remembered browser of one's own; its next sign-in is that of a new one (T38: nobody else's is touched)."""
    async with provider.database.transaction() as tx:
        if await device.forget(tx, stands.account_id, digest):
            await provider.audit.append(tx, owner.did("device.forgotten", visitor, stands))


async def _services(provider: Provider, tx: Tx, stands: Standing) -> list[Used]:
    now = provider.clock.now()
    held = {one.client_id: one for one in await grant.connections(tx, stands.account_id, now)}
    allowed = {one.client_id: one for one in await consent.of(tx, stands.account_id) if one.expires_at > now}
    found = []
    for client_id in held.keys() | allowed.keys():
        grants, yes = held.get(client_id), allowed.get(client_id)
        sinces = [one for one in (grants and grants.since, yes and yes.granted_at) if one]
        scope = (grants.scope if grants else frozenset()) | frozenset(yes.scope.split() if yes else ())
        claims = (grants.claims if grants else frozenset()) | frozenset(yes.claims if yes else ())
        found.append(Used(client_id, min(sinces), grants.used if grants else max(sinces), scope, claims))
    return sorted(found, key=lambda one: (-one.used, one.client_id))


async def _sessions(provider: Provider, tx: Tx, stands: Standing) -> list[Session]:
    live = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
    return sorted(live, key=lambda one: one.id != stands.session.id)


async def end_one(provider: Provider, stands: Standing, session_id: UUID) -> None:
    """End another session of one's own; somebody else's is not touched (T38)."""
    async with provider.database.transaction() as tx:
        own = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
        if any(one.id == session_id for one in own):
            await logout.end_session(provider, tx, session_id, stands.account_id, "person")


async def end_everywhere(provider: Provider, visitor: Visitor, stands: Standing) -> str:
    """End every session, this one too, and every grant. A slip by which this browser may watch the services confirm."""
    async with provider.database.transaction() as tx:
        own = await session.live_of(tx, stands.account_id, provider.settings.lifetimes, provider.clock.now())
        await logout.end_all(provider, tx, stands.account_id, "person")
    ended = [str(one.id) for one in own[:20]]
    return slip.write(
        provider.material, provider.entropy, _ENDED, visitor.device, ended, provider.clock.now() + ENROLMENT
    )


async def confirmations(provider: Provider, visitor: Visitor, ended: str) -> list[tuple[str, str]]:
    """(service, confirmed | pending | failed), one line per service: what is worst among its sessions."""
    told: dict[str, str] = {}
    severity = ("confirmed", "pending", "failed")
    for session_id in slip.read(provider.material, _ENDED, visitor.device, ended, provider.clock.now()) or []:
        for name, state in await logout.confirmations(provider, UUID(session_id)):
            told[name] = max(told.get(name, state), state, key=severity.index)
    return sorted(told.items())


async def disconnect(provider: Provider, stands: Standing, client_id: str) -> None:
    """Withdraw what was allowed to a service, and everything that it holds; the service is told."""
    await consenting.withdraw(provider, stands, client_id)


async def change_password(
    provider: Provider, visitor: Visitor, stands: Standing, current: str, password: str
) -> dict[str, Message]:
    """Change the password, end every other session, and tell the owner. What is wrong by field; empty when it is done.

    PageFault 409 when the session or the old password came to its end meanwhile.
    """
    person = await _account(provider, stands)
    where = throttle.places(provider.material, visitor.network, visitor.device)
    errors = await _confirm_password(provider, visitor, where, person, current)
    if errors:
        return errors
    second_factor = stands.enrolled != {levels.PASSWORD}
    if refused := await passwords.refused(provider, person, password, second_factor=second_factor):
        return {"password": refused}
    hashed, now = await provider.hasher.hash(policy.normalise(password)), provider.clock.now()
    async with provider.database.transaction() as tx:
        # Hashing takes its time: what was confirmed before may open nothing any more.
        await owner.hold(provider, tx, stands)
        if not await account.opens(tx, person.id, person.password_hash):
            raise PageFault("kesalahan.formulir", "password closed meanwhile", 409)
        await passwords.replace(provider, tx, person, hashed)
        await links.supersede(tx, links.RESET, person.id, now)
        await device.ask_all(tx, person.id)
        await logout.end_all(provider, tx, person.id, "person", but=stands.session.id)
        event = Event(
            "password.changed", str(person.id), person.id, None, stands.session.id, visitor.network, {"by": "person"}
        )
        await provider.audit.append(tx, event)
    return {}


async def methods(provider: Provider, stands: Standing) -> Methods:
    """How this person signs in."""
    async with provider.database.reading() as tx:
        person = await account.read(tx, stands.account_id)
        assert person is not None
        return await _methods(provider, tx, person)


async def _methods(provider: Provider, tx: Tx, person: Account) -> Methods:
    apps = await totp.read(tx, provider.sealer, person.id)
    return Methods(
        person.password_changed_at or person.created_at,
        apps[0] if apps else None,
        await passkey.of(tx, person.id),
        person.phone,
        person.takes_codes,
        await recovery_codes.left(tx, person.id),
        {one.factor: one.due_at for one in await removal.of(tx, person.id)},
    )


def begin_enrolment(provider: Provider, stands: Standing) -> Enrolment:
    """A new secret. It is made here and comes back sealed, for this session alone: a page cannot choose one."""
    return _enrolment(provider, stands, totp.new_secret(provider.entropy))


def continue_enrolment(provider: Provider, stands: Standing, carried: str) -> Enrolment | None:
    """The enrolment that a form carries; None if it took too long, or is another session's."""
    secret = slip.read(provider.material, _SECRET, stands.session.id.bytes, carried, provider.clock.now())
    return Enrolment(bytes.fromhex(secret), carried) if isinstance(secret, str) else None


async def finish_enrolment(
    provider: Provider, visitor: Visitor, stands: Standing, enrolment: Enrolment, code: str
) -> Handle | None:
    """Enrol the app that shows this code, and raise the session with it; its new cookie, or None if the code is wrong."""
    now = provider.clock.now()
    step = totp.step_of(enrolment.secret, code, now)
    if step is None:
        return None
    person = await _account(provider, stands)
    handle = Handle(stands.session.id, provider.new_handle().secret)
    assert visitor.session is not None
    async with provider.database.transaction() as tx:
        await account.lock(tx, person.id)
        raised = await session.raise_to(tx, visitor.session, handle, {**stands.session.factors, levels.TOTP: now}, now)
        if not raised or await totp.read(tx, provider.sealer, person.id):
            raise PageFault("kesalahan.formulir", "enrolled meanwhile", 409)
        app = totp.Totp(provider.new_id(), enrolment.secret, last_step=step, created_at=now)
        await totp.insert(tx, provider.sealer, person.id, app)
        await device.ask_all(tx, person.id)
        await messages.tell_everywhere(provider, tx, person, "totp_dipasang")
        await removal.call_off(tx, person.id, levels.TOTP)
        await provider.audit.append(tx, owner.did("factor.added", visitor, stands, factor=levels.TOTP, id=str(app.id)))
    return handle


async def ask_always(provider: Provider, visitor: Visitor, stands: Standing, *, always: bool) -> None:
    """Ask for a second factor at every sign-in, or no longer; every device is asked anew. The owner hears of the latter.

    The caller has made sure that nothing is `missing_to_change`.
    """
    if always == stands.asks_factor or stands.enrolled == {levels.PASSWORD}:
        return
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        await account.ask_factor(tx, person.id, now if always else None)
        await device.ask_all(tx, person.id)
        if not always:
            await messages.tell_everywhere(provider, tx, person, "kode_tidak_selalu")
        event = Event(
            "factor.always" if always else "factor.not_always",
            actor=str(person.id),
            account_id=person.id,
            session_id=stands.session.id,
            network=visitor.network,
        )
        await provider.audit.append(tx, event)


async def present(provider: Provider, visitor: Visitor) -> Standing | None:
    """Who is at this browser, and that they are: looking at one's account is use of the session."""
    now = provider.clock.now()
    stands = await standing.read(provider.database, visitor.session, "", provider.settings.lifetimes, now)
    if stands is not None and stands.held:
        return None
    if stands is not None and stands.session.seen_at < now - SEEN_EVERY:
        async with provider.database.transaction() as tx:
            await session.touch(tx, stands.session.id, now)
    return stands


async def stay(provider: Provider, visitor: Visitor) -> int | None:
    """Somebody who reads on says so: their session goes on. Until when (UNIX seconds), or None when it is over."""
    now = provider.clock.now()
    stands = await standing.read(provider.database, visitor.session, "", provider.settings.lifetimes, now)
    if stands is None or stands.held:
        return None
    async with provider.database.transaction() as tx:
        await session.touch(tx, stands.session.id, now)
    return min(stands.session.expires_at, now + provider.settings.lifetimes.session_idle)


def ends_at(provider: Provider, stands: Standing) -> int:
    """When this session ends if nobody uses it after this page, in UNIX seconds."""
    now, seen = provider.clock.now(), stands.session.seen_at
    last = now if seen < now - SEEN_EVERY else seen
    return min(stands.session.expires_at, last + provider.settings.lifetimes.session_idle)


def _enrolment(provider: Provider, stands: Standing, secret: bytes) -> Enrolment:
    expires = provider.clock.now() + ENROLMENT
    carried = slip.write(provider.material, provider.entropy, _SECRET, stands.session.id.bytes, secret.hex(), expires)
    return Enrolment(secret, carried)


async def _account(provider: Provider, stands: Standing) -> Account:
    async with provider.database.reading() as tx:
        person = await account.read(tx, stands.account_id)
    assert person is not None
    return person


async def _confirm_password(
    provider: Provider, visitor: Visitor, where: Places, person: Account, current: str
) -> dict[str, Message]:
    """Compare the present password, counted like any sign-in: an open browser is no place to guess at leisure."""
    settings, now = provider.settings, provider.clock.now()
    if not current:
        return {"current_password": Message("masuk.sandi_kosong")}
    kind, value = (account.EMAIL, person.email) if person.email else (account.PHONE, person.phone or "")
    key = account.lookup(provider.material, kind, (contact.normalise(value) or ("", ""))[1])
    attempt = await attempts.reserve(
        provider.database, [key], visitor, where, provider.new_id(), settings.limits, settings.lifetimes, now
    )
    if attempt.blocked_until is not None:
        return {"current_password": Message("masuk.jeda", jam=attempt.blocked_until)}
    right = await provider.hasher.verify(None if attempt.refused or attempt.must_reset else attempt.stored, current)
    if attempt.must_reset:
        return {"current_password": Message("bukan_saya.wajib")}
    if not right or attempt.account_id != person.id:
        return {"current_password": Message("pw.sekarang")}
    async with provider.database.transaction() as tx:
        await throttle.clear(tx, person.id.bytes, where.network, where.device, where.anywhere)
    return {}

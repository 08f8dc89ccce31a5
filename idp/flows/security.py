"""How one signs in, seen and changed by its owner: the password, the list of methods, a second factor at every sign-in.

Whoever only sits down at an open browser must not be able to take the account over: what changes how one signs in asks
for the password again, or for a sign-in that is no older than five minutes; and for the second factor, if there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.accounts import contact, entrance, links, lookup, passkey, recovery_codes, removal, throttle, totp
from idp.accounts.account import Account
from idp.accounts.passkey import Passkey
from idp.accounts.throttle import Places
from idp.accounts.totp import Totp
from idp.base.errors import PageFault
from idp.flows import logout, messages, owner, passwords, second_factor
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import attempt as attempts
from idp.sessions import device, levels
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.theme.language import Message

# How recently one must have signed in to change how one signs in, in seconds.
FRESH = 300


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
    """The same before pictures of a card or a face are shown; an account with a password alone need only be signed in."""
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


async def change_password(
    provider: Provider, visitor: Visitor, stands: Standing, current: str, password: str
) -> dict[str, Message]:
    """Change the password, end every other session, and tell the owner. What is wrong by field; empty when it is done.

    PageFault 409 when the session or the old password came to its end meanwhile.
    """
    person = await owner.look(provider, stands)
    where = throttle.places(provider.material, visitor.network, visitor.device)
    errors = await _confirm_password(provider, visitor, where, person, current)
    if errors:
        return errors
    has_second = stands.enrolled != {levels.PASSWORD}
    if refused := await passwords.refused(provider, person, password, second_factor=has_second):
        return {"password": refused}
    hashed, now = await provider.hasher.hash(password), provider.clock.now()
    async with provider.database.transaction() as tx:
        # Hashing takes its time: what was confirmed before may open nothing any more.
        held = await owner.hold(provider, tx, stands)
        if not await entrance.opens(tx, person.id, person.password_hash):
            raise PageFault("kesalahan.formulir", "password closed meanwhile", 409)
        await passwords.replace(provider, tx, held, hashed)
        await links.supersede(tx, links.RESET, person.id, now)
        await device.ask_all(tx, person.id)
        await logout.end_all(provider, tx, person.id, "person", visitor.network, but=stands.session.id)
        await provider.audit.append(tx, owner.did("password.changed", visitor, stands, by="person"))
    return {}


async def methods(provider: Provider, stands: Standing) -> Methods:
    """How this person signs in."""
    async with provider.database.reading() as tx:
        person = await owner.read(tx, stands)
        return await methods_of(provider, tx, person)


async def methods_of(provider: Provider, tx: Tx, person: Account) -> Methods:
    """The same inside a transaction."""
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


async def ask_always(provider: Provider, visitor: Visitor, stands: Standing, *, always: bool) -> None:
    """Ask for a second factor at every sign-in, or no longer; every device is asked anew. The owner hears of the latter.

    The caller has made sure that nothing is `missing_to_change`.
    """
    if always == stands.asks_factor or stands.enrolled == {levels.PASSWORD}:
        return
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        await entrance.ask_factor(tx, person.id, now if always else None)
        await device.ask_all(tx, person.id)
        if not always:
            await messages.tell_everywhere(provider, tx, person, "kode_tidak_selalu")
        event = "factor.always" if always else "factor.not_always"
        await provider.audit.append(tx, owner.did(event, visitor, stands))


async def _confirm_password(
    provider: Provider, visitor: Visitor, where: Places, person: Account, current: str
) -> dict[str, Message]:
    """Compare the present password, counted like any sign-in: an open browser is no place to guess at leisure."""
    settings, now = provider.settings, provider.clock.now()
    if not current:
        return {"current_password": Message("masuk.sandi_kosong")}
    kind, value = (lookup.EMAIL, person.email) if person.email else (lookup.PHONE, person.phone or "")
    key = lookup.key(provider.material, kind, (contact.normalise(value) or ("", ""))[1])
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

"""Signing in with a password: count, compare, begin.

Two statements and one Argon2id check, whoever asks: an account, an identifier that nobody has, a registration that
waits for its activation. So neither the answer nor the time it takes says which of them it was (T33), and a flood of
guesses is counted before it is looked at (T31).
"""

import contextlib
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from idp.accounts import account, contact, entrance, lookup, throttle
from idp.accounts.policy import MAX_PASSWORD
from idp.accounts.throttle import Places
from idp.base.errors import Unavailable
from idp.flows import messages
from idp.flows.beginning import SignedIn, prepare, take_over
from idp.provider import Provider
from idp.sessions import attempt as attempts
from idp.sessions import device, levels
from idp.sessions.attempt import Attempt
from idp.sessions.beginning import Known
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.theme.language import Message

PROMOTE_RESET_FROM = 3
"""From this failure on, the page offers a new password first."""

SIGN_IN_WITH = frozenset({lookup.EMAIL, lookup.PHONE, lookup.KPJ, lookup.NIK})
"""The numbers find an account only once a registry or an officer has verified them, or one could sit in another's name."""

_NETWORK_WINDOW = 300


@dataclass(frozen=True, slots=True)
class Refused:
    """No: wrong password, no such account, a disabled one — nobody learns which. `failures` counts those at this place.

    `used_up`: a hundred in a row were wrong, and only another password helps; true of an address that nobody has as well.
    """

    failures: int
    used_up: bool = False

    @property
    def promote_reset(self) -> bool:
        """Whether the page offers a new password first."""
        return self.used_up or self.failures >= PROMOTE_RESET_FROM


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many attempts; the password was not looked at. The next one is welcome at `until` (UNIX seconds)."""

    until: int


@dataclass(frozen=True, slots=True)
class NotActivated:
    """The password is that of a registration which still waits for its activation.

    It stays counted as an attempt. To clear the count only where the address has no account would tell that it has none, and
    the count of an account is cleared by nobody but who gets in.
    """

    sign_up_id: UUID


@dataclass(frozen=True, slots=True)
class MustReset:
    """The password is right, and nobody gets in with it any more: its owner said that somebody else was here."""


Outcome = SignedIn | Refused | Paused | NotActivated | MustReset


async def sign_in(
    provider: Provider, visitor: Visitor, identifier: str, password: str, *, public_device: bool
) -> Outcome:
    """One attempt. Raises Unavailable when too many checks wait already; such an attempt is not counted."""
    settings, now = provider.settings, provider.clock.now()
    if len(password) > MAX_PASSWORD:
        # Nobody's password: to say so says nothing about the account.
        return Refused(0)
    if provider.hasher.full:
        raise Unavailable("password queue full", retry_after=3)
    allowed = settings.limits.sign_in_per_network * settings.limits.factor(visitor.network)
    if await provider.ephemeral.hit(f"sign-in:{visitor.network}", _NETWORK_WINDOW) > allowed:
        return Paused(now + _NETWORK_WINDOW)
    where = throttle.places(provider.material, visitor.network, visitor.device)
    attempt = await attempts.reserve(
        provider.database,
        _keys(provider, identifier),
        visitor,
        where,
        provider.new_id(),
        settings.limits,
        settings.lifetimes,
        now,
    )
    if attempt.blocked_until is not None:
        return Paused(attempt.blocked_until)
    # What may not be looked at is compared with the dummy: the same time, the same answer.
    right = await provider.hasher.verify(None if attempt.refused else attempt.stored, password)
    if not right and attempt.sign_up_id is not None:
        # Also beside an account: or whoever registers an address first, and then signs in, would learn if it has one.
        waits = await provider.hasher.verify(None if attempt.refused else attempt.waiting, password)
        if waits:
            return NotActivated(attempt.sign_up_id)
    if not right or attempt.known is None or not attempt.active:
        return await _refused(provider, visitor, attempt)
    if attempt.must_reset:
        await _refused(provider, visitor, attempt)
        return MustReset()
    return await _begin(provider, visitor, where, attempt, attempt.known, password, public_device)


async def _begin(
    provider: Provider,
    visitor: Visitor,
    where: Places,
    attempt: Attempt,
    known: Known,
    password: str,
    public_device: bool,
) -> SignedIn | Refused:
    known = await take_over(provider, visitor, known)
    shown = {levels.PASSWORD: provider.clock.now()}
    begins = prepare(provider, visitor, known, shown, public_device=public_device, failures=attempt.guesses)
    begun = await attempts.begin(provider.database, known, attempt.stored, visitor, where, begins)
    if begun is None and known.present is not None:
        # The same form sent twice: the other one has renewed the session already. This one begins its own.
        alone = replace(known, present=None)
        return await _begin(provider, visitor, where, attempt, alone, password, public_device)
    if begun is None:
        return await _refused(provider, visitor, attempt)
    await _rehash(provider, attempt, password)
    return SignedIn(begins.handle, known.account_id, begun.held)


async def _refused(provider: Provider, visitor: Visitor, attempt: Attempt) -> Refused:
    detail = {
        "failures": attempt.failures,
        "known_device": attempt.known_device,
        "device": device.name(visitor.user_agent),
    }
    event = Event("session.refused", account_id=attempt.account_id, network=visitor.network, detail=detail)
    await provider.audit.note(provider.database, event)
    if attempt.in_a_row == provider.settings.limits.sign_in_notice_at:
        await _warn(provider, visitor, attempt)
    return Refused(attempt.failures, attempt.refused)


async def _warn(provider: Provider, visitor: Visitor, attempt: Attempt) -> None:
    """Tell the owner that somebody guesses, once in a series; for nobody the same work, which goes nowhere (T33)."""
    async with provider.database.transaction() as tx:
        person = await account.read(tx, attempt.account_id or provider.new_id())
        if person is not None and attempt.active:
            await messages.tell_everywhere(provider, tx, person, "percobaan", jumlah=attempt.in_a_row)
            return
        values: dict[str, Any] = {"nama": "", "waktu": provider.clock.now(), "jumlah": attempt.in_a_row}
        await messages.mail(provider, tx, messages.NOBODY, "percobaan", visitor.language, void=True, **values)
        happened = Message("mail.percobaan.subjek", **values)
        telephone = provider.theme.brand["phone"]
        await messages.sms(
            provider, tx, messages.NO_NUMBER, "kabar", visitor.language, void=True, apa=happened, telepon=telephone
        )


async def _rehash(provider: Provider, attempt: Attempt, password: str) -> None:
    """Bring a hash of older parameters up to date, while the password is at hand."""
    if attempt.account_id is None or attempt.stored is None or not provider.hasher.stale(attempt.stored):
        return
    # The session has begun: where there is no room for this now, the next sign-in does it.
    with contextlib.suppress(Unavailable):
        made = await provider.hasher.hash(password)
        async with provider.database.transaction() as tx:
            await entrance.rehash(tx, attempt.account_id, attempt.stored, made)


def _keys(provider: Provider, identifier: str) -> list[bytes]:
    """The lookups of what was typed, one or two: eleven digits may be a mobile or a participant number. What is nothing
    that we know has one too, that of nobody."""
    readings = [
        reading for reading in contact.readings(identifier, provider.settings.kpj_pattern) if reading[0] in SIGN_IN_WITH
    ]
    return [
        lookup.key(provider.material, kind, spelling)
        for kind, spelling in readings or [("none", identifier.casefold())]
    ]

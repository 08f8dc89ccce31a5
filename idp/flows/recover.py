"""A forgotten password: a message to a contact that is on record, and a new password from whoever reads it.

Whether there is an account decides about nothing that the asker can see: the same rows are written, the same messages are
composed and sealed, and for nobody they simply go nowhere (`recovery_letters`). Only stored contacts ever get a message
(T25). A second factor stays what it was: an account that has chosen one is asked for it here too (ASVS 6.4.3), and never
by the channel that the reset itself came through. Each step carries the proof of the one before, sealed for this browser,
so none can be skipped or taken elsewhere (T23).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.accounts import (
    account,
    contact,
    entrance,
    links,
    one_time_code,
    proven_phone,
    recovery_codes,
    throttle,
)
from idp.accounts.account import Account
from idp.accounts.links import Challenge
from idp.base.errors import PageFault
from idp.flows import logout, messages, passwords, recovery_letters, second_factor
from idp.flows import passkey as passkeys
from idp.flows.second_factor import Entry
from idp.provider import Provider
from idp.sessions import device, enrolled, levels
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

BRANCH_ONLY = "kesalahan.atur_ulang_cabang"
_ASKED, _PROVEN, _PASSKEY = "recovery", "recovery-proven", "recovery-passkey"
# How long somebody who typed the code, or showed a passkey, may take to think of a password, in seconds.
_PROOF_LIFETIME = 600


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that may go on: whose, by what, and the methods of which one has to be shown too; none when empty."""

    challenge: Challenge
    account: Account
    methods: tuple[str, ...]


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
        sought = await recovery_letters.seek(provider, tx, readings, spelling)
        sent = await recovery_letters.write(provider, tx, visitor, sought)
    now = provider.clock.now()
    expires = now + provider.settings.lifetimes.reset
    value = [*map(str, sent), now, typed[:320]]
    return provider.slips.write(_ASKED, visitor.device, value, expires)


async def again(provider: Provider, visitor: Visitor, asked: str) -> str | Message:
    """The same once more; the older message stops working."""
    *_, typed = _read(provider, visitor, asked)
    return await request(provider, visitor, typed)


def until(provider: Provider, visitor: Visitor, asked: str) -> tuple[int, int]:
    """When the code of an SMS expires, and what a mail holds; whatever was sent. PageFault without a slip of this browser."""
    *_, sent_at, _ = _read(provider, visitor, asked)
    return sent_at + one_time_code.LIFETIME, sent_at + provider.settings.lifetimes.reset


async def prove(provider: Provider, visitor: Visitor, asked: str, typed: str) -> str | None:
    """Exchange the code of the message for a token to set a password with; None if the code is wrong, or none was sent."""
    now = provider.clock.now()
    mailed, texted, *_ = _read(provider, visitor, asked)
    code, proven = links.typed_code(typed), None
    async with provider.database.transaction() as tx:
        # Every code that may have come is looked at, so that a try costs the same whichever it was.
        for challenge_id in (UUID(mailed), UUID(texted)):
            right, _ = await links.try_code(tx, provider.material, challenge_id, code, now)
            if right and await links.prove(tx, challenge_id, now + _PROOF_LIFETIME, now):
                proven = await links.read(tx, challenge_id)
        if proven is not None and proven.channel == links.BY_SMS:
            await proven_phone.used(tx, proven.subject_id, now)
    if proven is None:
        return None
    return provider.slips.write(_PROVEN, visitor.device, str(proven.id), now + _PROOF_LIFETIME)


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
        methods = await _methods(tx, challenge, person)
        if challenge.channel == links.BY_SMS and not methods:
            # A number alone opens nothing: it may be somebody else's by now (T40).
            raise PageFault(BRANCH_ONLY, "a number, and nothing beside it")
        return Reset(challenge, person, methods)


async def send_code(provider: Provider, visitor: Visitor, token: str, method: str) -> Message | None:
    """Send a code for a reset by another channel than its own; what to say when it is one too many. PageFault as `look`."""
    reset = await look(provider, visitor, token)
    if method not in reset.methods or method not in (levels.SMS, second_factor.MAIL):
        raise PageFault("kesalahan.permintaan", "no code can be sent for this reset")
    async with provider.database.transaction() as tx:
        return await second_factor.send(provider, tx, visitor, reset.account, reset.challenge.id, method)


async def show_passkey(provider: Provider, visitor: Visitor, token: str, text: str) -> str | Message:
    """A passkey instead of a code: the slip that says so to `set_password` for ten minutes, or what to say. PageFault as `look`."""
    reset = await look(provider, visitor, token)
    if levels.PASSKEY not in reset.methods:
        raise PageFault("kesalahan.permintaan", "no passkey helps with this reset")
    refused = await passkeys.prove_for_reset(provider, visitor, reset.challenge.id, reset.account.id, text)
    if refused is not None:
        return Message("passkey.lama" if isinstance(refused, passkeys.TooLate) else "passkey.gagal_lain")
    value, until = str(reset.challenge.id), provider.clock.now() + _PROOF_LIFETIME
    return provider.slips.write(_PASSKEY, visitor.device, value, until)


def passkey_shown(provider: Provider, visitor: Visitor, reset: Reset, shown: str) -> bool:
    """Whether a slip says that this browser showed a passkey for this reset lately."""
    value = provider.slips.read(_PASSKEY, visitor.device, shown, provider.clock.now())
    return isinstance(value, str) and value == str(reset.challenge.id)


async def set_password(
    provider: Provider, visitor: Visitor, token: str, password: str, code: str, method: str = "", shown: str = ""
) -> dict[str, Message]:
    """Set the new password, end every session and grant, and tell the owner. What is wrong by field; empty when it is done.

    PageFault as `look`, also when the reset came to its end meanwhile.
    """
    reset = await look(provider, visitor, token)
    if refused := await passwords.refused(provider, reset.account, password, second_factor=bool(reset.methods)):
        return {"password": refused}
    asks = bool(reset.methods) and not passkey_shown(provider, visitor, reset, shown)
    if asks and method == levels.PASSKEY:
        return {"": Message("passkey.lama")}
    if asks and not code.strip():
        return {"code": Message("otp.kosong")}
    hashed, now = await provider.hasher.hash(password), provider.clock.now()
    async with provider.database.transaction() as tx:
        # Before anything of theirs, as whoever takes a change back or disowns a session does: neither waits for the other's end.
        await account.lock(tx, reset.account.id)
        held = await account.read(tx, reset.account.id)
        if held is None or not set(await _methods(tx, reset.challenge, held)) <= set(reset.methods):
            raise PageFault("kesalahan.atur_ulang", "more is asked meanwhile")
        if asks:
            entry = Entry(_method(reset, method, code), code, reset.challenge.id)
            fault = await second_factor.check(provider, tx, visitor, reset.account.id, entry, reset.methods)
            if fault is not None:
                return {"code": second_factor.said(fault)}
        if not await links.use(tx, reset.challenge.id, now):
            raise PageFault("kesalahan.atur_ulang", "reset link spent meanwhile")
        await passwords.replace(provider, tx, held, hashed)
        await links.supersede(tx, links.RESET, reset.account.id, now)
        await logout.end_all(provider, tx, reset.account.id, "recovery", visitor.network)
        await throttle.clear_all(tx, provider.material, reset.account.id.bytes)
        # Whoever had the old password may have left a known device behind.
        await device.forget_all(tx, reset.account.id)
        event = Event(
            "password.changed", account_id=reset.account.id, network=visitor.network, detail={"by": "recovery"}
        )
        await provider.audit.append(tx, event)
    return {}


def _read(provider: Provider, visitor: Visitor, asked: str) -> list[Any]:
    value = provider.slips.read(_ASKED, visitor.device, asked, provider.clock.now())
    if value is None:
        raise PageFault("kesalahan.atur_ulang", "recovery slip")
    kept: list[Any] = value
    return kept


async def _methods(tx: Tx, challenge: Challenge, person: Account) -> tuple[str, ...]:
    """What a reset asks beside the message by which it came, the best first.

    By mail: one of the factors, if the owner has chosen any; a number that is merely on record does not make it harder,
    since that is what people lose, and the new password alone opens no more than loa1. It does once the password was closed
    by a link from that mailbox («Bukan saya», a contact brought back), which takes factors away: whoever reads the mail
    would else need nothing more. By phone always another way, for numbers are given to others after a while; if there is
    no factor, a mailed code.
    """
    has = await enrolled.read(tx, person.id)
    asked = set(has - {levels.SMS})
    if challenge.channel == links.BY_SMS:
        if person.email is not None and person.email_verified:
            asked.add(second_factor.MAIL)
    elif levels.SMS in has and (asked or await entrance.must_reset(tx, person.id)):
        asked.add(levels.SMS)
    return tuple(method for method in (*second_factor.ORDER, second_factor.MAIL) if method in asked)


def _method(reset: Reset, chosen: str, code: str) -> str:
    """The method of a code: the one chosen, else the best; a code of the length of a spare key is one, wherever it is typed."""
    if levels.RECOVERY in reset.methods and len(recovery_codes.typed(code)) == recovery_codes.LENGTH:
        return levels.RECOVERY
    codes = [one for one in reset.methods if one != levels.PASSKEY]
    return chosen if chosen in codes else next(iter(codes), levels.PASSKEY)


async def _proven(provider: Provider, tx: Tx, visitor: Visitor, token: str) -> Challenge | None:
    proven = provider.slips.read(_PROVEN, visitor.device, token, provider.clock.now())
    return await links.read(tx, UUID(proven)) if isinstance(proven, str) else None

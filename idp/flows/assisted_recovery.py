"""Who has lost every way in comes to a branch: an officer sees the card and the face, and then everybody waits.

The wait is for the owner, in case it was somebody else's face: all old contacts hear of it and can cancel for as long as
it lasts, from the mail or from the account. Only after it the new address gets a link. The account stays what it is, with
its `sub` and everything that services know it by. Whoever asks gets a case and a number, whether or not there is an account.
"""

from typing import Any
from uuid import UUID

from idp.accounts import (
    account,
    assisted,
    contact,
    contact_change,
    entrance,
    links,
    lookup,
    one_time_code,
    removal,
    throttle,
)
from idp.accounts.account import Account
from idp.accounts.assisted import Case
from idp.base.errors import PageFault
from idp.flows import challenge, logout, messages, passwords, recovery_case, recycled
from idp.flows.recovery_case import DEAD
from idp.flows.removal import TAKING
from idp.provider import Provider
from idp.sessions import device
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

_ASKED = "assisted-recovery"
_SHOWN = 3600
"""How long the page with the number can be opened again in the browser that asked, in seconds."""
_CODE, _PROVEN = "assisted-code", "assisted-proven"
_PROOF_LIFETIME = 600
"""How long somebody who typed the code may take to think of a password, in seconds."""


async def ask(
    provider: Provider, visitor: Visitor, typed: str, address: str, number: str = ""
) -> str | dict[str, Message]:
    """Open a case and write its number to the new address, or to the new mobile number where no address is given. The slip
    that the next page needs, or what is wrong by field.

    Nothing depends on whether the identifier finds anybody (T33).
    """
    errors: dict[str, Message] = {}
    if not typed.strip():
        errors["identifier"] = Message("lupa.kosong")
    by_sms = bool(number.strip()) and not address.strip()
    try:
        reached = contact.normalise_phone(number) if by_sms else contact.normalise_email(address)
    except contact.NotAContact as fault:
        nothing = not address.strip() and not by_sms
        errors["phone" if by_sms else "email"] = Message("pemulihan_cabang.kontak_kosong" if nothing else fault.key)
    if errors:
        return errors
    limits, now = provider.settings.limits, provider.clock.now()
    if refused := await messages.crowded(provider, "recover", visitor.network, limits.recover_per_network):
        return {"": refused}
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, f"assisted:{reached}"):
            return {"": refused}
        readings = contact.readings(typed, provider.settings.kpj_pattern)
        keys = [lookup.key(provider.material, kind, value) for kind, value in readings]
        # Whose contacts a thief changed knows only the old ones; here somebody looks at card and face.
        found = [await entrance.opened_by(tx, key, replaced=True) for key in keys]
        person = next((one for one in found if one is not None and one.status in account.MAY_SIGN_IN), None)
        # An account that is erased in this moment is nobody's: the case is opened like that of somebody who was not found.
        if not await account.lock(tx, person.id if person is not None else provider.new_id()):
            person = None
        ends = now + provider.settings.lifetimes.recovery_case
        case = Case(
            id=provider.new_id(),
            account_id=person.id if person is not None else None,
            number=assisted.new_number(provider.entropy),
            contact=reached,
            locale=visitor.language,
            state=assisted.OPEN,
            created_at=now,
            due_at=ends,
        )
        await assisted.insert(tx, provider.sealer, case)
        await recovery_case.write(provider, tx, case, "bantuan_kasus", nomor=case.number, batas=ends)
        detail = {"case": case.number}
        event = Event("recovery.case_opened", account_id=case.account_id, network=visitor.network, detail=detail)
        await provider.audit.append(tx, event)
    value = [case.number, ends]
    return provider.slips.write(_ASKED, visitor.device, value, now + _SHOWN)


def asked(provider: Provider, visitor: Visitor, text: str) -> tuple[str, int]:
    """The number of a case just opened here, and until when it waits. PageFault for a slip of another browser, or an old one."""
    value = provider.slips.read(_ASKED, visitor.device, text, provider.clock.now())
    if value is None:
        raise PageFault(DEAD, "assisted recovery slip")
    return value[0], value[1]


# The new number


async def send_code(provider: Provider, visitor: Visitor, typed: str) -> str | Message:
    """Send a code to the number of a case whose wait is over. The slip that the code's page needs, or why there were too many.

    Whoever types a number that is no case, or not yet, sees the same, and no code comes.
    """
    number, now = assisted.typed_number(typed), provider.clock.now()
    if not number.strip("-"):
        return Message("pemulihan_cabang.nomor_kosong")
    limits = provider.settings.limits
    if refused := await messages.crowded(provider, "recover", visitor.network, limits.recover_per_network):
        return refused
    handle, ends = provider.new_handle(), now + one_time_code.LIFETIME
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, f"assisted-code:{number}"):
            return refused
        case = await assisted.by_number(tx, provider.sealer, number)
        if case is not None and case.by_sms and _live(provider, case):
            reference, lifetime = one_time_code.new_reference(provider.entropy), one_time_code.LIFETIME
            handle, code = await challenge.issue(
                provider, tx, links.ASSISTED, case.id, links.BY_SMS, case.contact, lifetime, reference=reference
            )
            told: dict[str, Any] = {"kode": code, "ref": reference}
            await messages.sms(provider, tx, case.contact, "atur_ulang", case.locale, case.id, **told)
    return provider.slips.write(_CODE, visitor.device, [str(handle.id), number], ends)


def number_of(provider: Provider, visitor: Visitor, text: str) -> str:
    """The case for which a code was asked here. PageFault for a slip of another browser, or an old one."""
    return _sent(provider, visitor, text)[1]


async def prove(provider: Provider, visitor: Visitor, text: str, typed: str) -> str | None:
    """Exchange the code that came to the new number for what opens the page of the new password; None when it is wrong."""
    challenge_id, now = UUID(_sent(provider, visitor, text)[0]), provider.clock.now()
    async with provider.database.transaction() as tx:
        right, _ = await links.try_code(tx, provider.material, challenge_id, links.typed_code(typed), now)
        if not right or not await links.use(tx, challenge_id, now):
            return None
        sent = await links.read(tx, challenge_id)
    assert sent is not None
    case_id = str(sent.subject_id)
    return provider.slips.write(_PROVEN, visitor.device, case_id, now + _PROOF_LIFETIME)


def _sent(provider: Provider, visitor: Visitor, text: str) -> list[str]:
    value = provider.slips.read(_CODE, visitor.device, text, provider.clock.now())
    if value is None:
        raise PageFault(DEAD, "assisted recovery code slip")
    kept: list[str] = value
    return kept


def _live(provider: Provider, case: Case) -> bool:
    return case.state == assisted.READY and provider.clock.now() < case.due_at


# The new password


async def look_new(provider: Provider, visitor: Visitor, token: str) -> tuple[Case, Account]:
    """What the link to the new address, or the proof of the new number, is worth. PageFault when it is worth nothing (any more)."""
    proven = provider.slips.read(_PROVEN, visitor.device, token, provider.clock.now())
    async with provider.database.reading() as tx:
        case = await assisted.by_link(tx, provider.sealer, token)
        if case is None and isinstance(proven, str):
            case = await assisted.read(tx, provider.sealer, UUID(proven))
        live = case is not None and _live(provider, case)
        person = await account.read(tx, case.account_id) if case is not None and case.account_id and live else None
    if case is None or person is None or person.status not in account.MAY_SIGN_IN:
        raise PageFault(DEAD, "assisted recovery link not live")
    return case, person


async def finish(provider: Provider, visitor: Visitor, token: str, password: str) -> dict[str, Message]:
    """Set the password, put the new contact in the old one's place, end everything. What is wrong by field; empty when it is done.

    PageFault as `look_new`, also when the case came to its end meanwhile, or the new contact is another account's by now.
    """
    case, person = await look_new(provider, visitor, token)
    if refused := await passwords.refused(provider, person, password, second_factor=False):
        return {"password": refused}
    hashed, now = await provider.hasher.hash(password), provider.clock.now()
    async with provider.database.transaction() as tx:
        # Before anything of theirs, as whoever takes a change back or disowns a session does: neither waits for the other's end.
        await account.lock(tx, person.id)
        held = await account.read(tx, person.id)
        if held is None or not await assisted.move(tx, case, assisted.DONE, ended_at=now):
            raise PageFault(DEAD, "assisted recovery spent meanwhile")
        await contact_change.close(tx, person.id, now)
        await _readdress(provider, tx, case, held)
        if case.factors_go:
            await _remove_factors(provider, tx, person)
        restored = await account.read(tx, person.id)
        assert restored is not None
        await passwords.replace(provider, tx, restored, hashed)
        await links.supersede(tx, links.RESET, person.id, now)
        await logout.end_all(provider, tx, person.id, "recovery", visitor.network)
        await throttle.clear_all(tx, provider.material, person.id.bytes)
        await device.forget_all(tx, person.id)
        detail = {"by": "branch", "case": case.number}
        event = Event("password.changed", account_id=person.id, network=visitor.network, detail=detail)
        await provider.audit.append(tx, event)
    return {}


async def _readdress(provider: Provider, tx: Tx, case: Case, person: Account) -> None:
    """Link or code came to the new contact, which proves it; the old address hears of it a last time.

    Who gave a number has no address any more: the old one is nobody's way in.
    """
    now = provider.clock.now()
    if case.by_sms:
        await recycled.release(provider, tx, case.contact, person.id)
    elif person.email is not None and contact.normalise_email(person.email) == case.contact:
        return
    kind = lookup.PHONE if case.by_sms else lookup.EMAIL
    key = lookup.key(provider.material, kind, case.contact)
    if not await account.set_contact(tx, person.id, kind, case.contact, key, now):
        raise PageFault(DEAD, "another account has the new contact by now")
    if case.by_sms:
        await account.drop_contact(tx, person.id, lookup.EMAIL, now)
    if person.email is not None:
        await messages.mail(
            provider, tx, person.email, "bantuan_selesai", person.locale, person.id, nama=person.name, waktu=now
        )


async def _remove_factors(provider: Provider, tx: Tx, person: Account) -> None:
    for factor, (take_away, _) in TAKING.items():
        await take_away(tx, person.id, provider.clock.now())
        # Nothing is left that could go a day later, and be told of.
        await removal.call_off(tx, person.id, factor)
    event = Event("factor.removed", account_id=person.id, detail={"factor": "all", "by": "branch"})
    await provider.audit.append(tx, event)

"""The case of a recovery through a branch, between its question and the new password: what is written about it, how it is
cancelled, and how it goes on by itself.

All old contacts hear of it and can cancel for as long as it waits, from the mail or from the account. Only after that the new
address gets a link.
"""

from typing import Any

from idp.accounts import account, assisted
from idp.accounts.assisted import Case
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import messages
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx

DEAD = "kesalahan.bantuan"
_BATCH = 100


async def write(provider: Provider, tx: Tx, case: Case, template: str, **values: Any) -> None:
    """A message to the new contact. It names nobody: who asked need not be who they say."""
    send = messages.sms if case.by_sms else messages.mail
    await send(provider, tx, case.contact, template, case.locale, case.id, **values)


# Cancelled


async def look(provider: Provider, token: str) -> Case:
    """The case that a link to an old contact would cancel; changes nothing. PageFault when there is nothing to cancel (any more)."""
    async with provider.database.reading() as tx:
        case = await assisted.by_link(tx, provider.sealer, token, cancels=True)
    if case is None or case.state not in assisted.UNDER_WAY:
        raise PageFault(DEAD, "nothing to cancel")
    return case


async def cancel_by_link(provider: Provider, visitor: Visitor, token: str) -> None:
    """Cancel it, for whoever reads an old mailbox. PageFault as `look`."""
    case = await look(provider, token)
    async with provider.database.transaction() as tx:
        if not await _cancel(provider, tx, visitor, case):
            raise PageFault(DEAD, "case ended meanwhile")


async def under_way(provider: Provider, stands: Standing) -> Case | None:
    """The recovery that is approved for whoever is signed in, if there is one."""
    async with provider.database.reading() as tx:
        return await assisted.under_way(tx, provider.sealer, stands.account_id)


async def cancel(provider: Provider, visitor: Visitor, stands: Standing) -> None:
    """Cancel it from the account; nothing when it is over already, or was decided by two officers."""
    async with provider.database.transaction() as tx:
        case = await assisted.under_way(tx, provider.sealer, stands.account_id)
        if case is not None:
            await _cancel(provider, tx, visitor, case)


async def _cancel(provider: Provider, tx: Tx, visitor: Visitor, case: Case) -> bool:
    if case.overridden:
        return False
    now = provider.clock.now()
    if not await assisted.move(tx, case, assisted.CANCELLED, ended_at=now):
        return False
    person = await account.read(tx, case.account_id) if case.account_id else None
    assert person is not None
    await messages.tell_everywhere(provider, tx, person, "bantuan_dibatalkan")
    event = Event(
        "recovery.case_cancelled", account_id=person.id, network=visitor.network, detail={"case": case.number}
    )
    await provider.audit.append(tx, event)
    return True


# The timetable


async def advance_due(provider: Provider) -> int:
    """What has waited long enough goes on, or ends; how many cases. For the timetable."""
    now, done = provider.clock.now(), 0
    async with provider.database.reading() as tx:
        found = await assisted.due(tx, provider.sealer, now, _BATCH)
    for case in found:
        async with provider.database.transaction() as tx:
            # Cancelled in this very moment, or moved by another worker: then it is not ours.
            done += await (_send_link if case.state == assisted.COOLING else _expire)(provider, tx, case)
    return done


async def _send_link(provider: Provider, tx: Tx, case: Case) -> bool:
    """A link to an address. To a number, which gets no links, word that a code can be asked for."""
    handle, ends = provider.new_handle(), provider.clock.now() + provider.settings.lifetimes.recovery_link
    opens = Handle(case.id, handle.secret)
    if not await assisted.move(tx, case, assisted.READY, link_hash=opens.secret_hash, due_at=ends):
        return False
    link = f"{provider.settings.issuer}/lupa-kata-sandi/bantuan/baru?token={opens}"
    told = {"nomor": case.number} if case.by_sms else {"tautan": link}
    await write(provider, tx, case, "bantuan_siap", **told, batas=ends)
    event = Event("recovery.case_ready", account_id=case.account_id, detail={"case": case.number})
    await provider.audit.append(tx, event)
    return True


async def _expire(provider: Provider, tx: Tx, case: Case) -> bool:
    if not await assisted.move(tx, case, assisted.EXPIRED, ended_at=provider.clock.now()):
        return False
    event = Event("recovery.case_expired", account_id=case.account_id, detail={"case": case.number})
    await provider.audit.append(tx, event)
    return True

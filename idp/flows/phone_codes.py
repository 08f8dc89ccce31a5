"""Codes by SMS are turned on, by a code that comes to the number on record."""

from idp.accounts import account, links, lookup, proven_phone, removal
from idp.accounts.links import Challenge
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import messages, owner, recycled, second_factor
from idp.flows.second_factor import Entry
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels, session
from idp.sessions.visitor import Visitor
from idp.theme.language import Message


async def send(provider: Provider, visitor: Visitor, stands: Standing) -> Message | None:
    """Send a code to the number on record, proven or not; what to say when it is one too many."""
    async with provider.database.transaction() as tx:
        person = await owner.read(tx, stands)
        return await second_factor.send(
            provider, tx, visitor, person, stands.session.id, levels.SMS, purpose=links.PROOF
        )


async def sent(provider: Provider, stands: Standing) -> Challenge | None:
    """The code that may be entered, if any."""
    return await second_factor.sent(provider, stands.session.id, levels.SMS, purpose=links.PROOF)


async def turn_on(provider: Provider, visitor: Visitor, stands: Standing, code: str) -> Handle | Message:
    """The number is proven and takes codes from now on; the session rises with it. Its new cookie, or what is wrong.

    PageFault 409 when the session was renewed or ended meanwhile: then nothing has happened, and the code still works.
    """
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        entry = Entry(levels.SMS, code, stands.session.id, links.PROOF)
        if refused := await second_factor.check(provider, tx, visitor, stands.account_id, entry, {levels.SMS}):
            return second_factor.said(refused)
        assert person.phone is not None
        key = lookup.key(provider.material, lookup.PHONE, person.phone)
        await recycled.release(provider, tx, person.phone, person.id)
        if not await proven_phone.prove(tx, person.id, key, now):
            return Message("ponsel.dipakai")
        handle = Handle(stands.session.id, provider.new_handle().secret)
        assert visitor.session is not None
        factors = {**stands.session.factors, levels.SMS: now}
        if not await session.raise_to(tx, visitor.session, handle, factors, now):
            raise PageFault("kesalahan.formulir", "session renewed meanwhile", 409)
        await removal.call_off(tx, person.id, levels.SMS)
        proven = await account.read(tx, person.id)
        assert proven is not None
        await messages.tell_everywhere(provider, tx, proven, "sms_dinyalakan")
        await device.ask_all(tx, person.id)
        await provider.audit.append(tx, owner.did("factor.added", visitor, stands, factor=levels.SMS))
    return handle

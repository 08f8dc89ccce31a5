"""A factor is taken away: at once while another strong one stays, else a day later, unless somebody calls it off.

The day is for the owner whose browser, or whose one code, was in other hands for a minute: every contact hears of it, and
a link in the mail or a button in the account calls it off.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from idp.accounts import account, passkey, recovery_codes, removal, totp
from idp.accounts.account import Account
from idp.accounts.removal import Removal
from idp.base.errors import PageFault
from idp.flows import messages, owner
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, enrolled, levels
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

TakeAway = Callable[[Tx, UUID, int], Awaitable[object]]

_BATCH = 100


async def _totp(tx: Tx, account_id: UUID, now: int) -> None:
    await totp.remove(tx, account_id)


async def _sms(tx: Tx, account_id: UUID, now: int) -> None:
    await account.set_sms_off(tx, account_id, now)


async def _passkeys(tx: Tx, account_id: UUID, now: int) -> None:
    await passkey.remove_all(tx, account_id)


async def _recovery_codes(tx: Tx, account_id: UUID, now: int) -> None:
    await recovery_codes.remove(tx, account_id)


# How all of a kind goes, and the letter that says so.
TAKING: Mapping[str, tuple[TakeAway, str]] = {
    levels.TOTP: (_totp, "totp_dihapus"),
    levels.SMS: (_sms, "sms_dimatikan"),
    levels.PASSKEY: (_passkeys, "passkey_dihapus"),
    levels.RECOVERY: (_recovery_codes, "pemulihan_dihapus"),
}

NAMES = {
    levels.TOTP: "cara.totp", levels.SMS: "cara.sms", levels.PASSKEY: "cara.passkey", levels.RECOVERY: "cara.recovery",
}  # fmt: skip
"""What the catalogue calls each."""


async def remove_factor(provider: Provider, visitor: Visitor, stands: Standing, factor: str) -> Removal | None:
    """Take a kind of factor away; None when it is gone now, else the removal that waits.

    The caller has made sure that nothing is `missing_to_change`.
    """
    async with provider.database.transaction() as tx:
        # Two removals at once must not each take the other factor for the one that stays.
        await owner.hold(provider, tx, stands)
        return await _take(provider, tx, visitor, stands, factor)


async def remove_passkey(provider: Provider, visitor: Visitor, stands: Standing, passkey_id: UUID) -> Removal | None:
    """The same for one passkey: at once while there is another, else like any factor. Somebody else's is not touched (T38)."""
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        held = [one.id for one in await passkey.of(tx, stands.account_id)]
        if held == [passkey_id]:
            return await _take(provider, tx, visitor, stands, levels.PASSKEY)
        if await passkey.remove(tx, stands.account_id, passkey_id):
            await device.ask_all(tx, stands.account_id)
            person = await owner.read(tx, stands)
            await messages.tell_everywhere(provider, tx, person, TAKING[levels.PASSKEY][1])
            await provider.audit.append(tx, owner.did("factor.removed", visitor, stands, factor=levels.PASSKEY))
    return None


async def _take(provider: Provider, tx: Tx, visitor: Visitor, stands: Standing, factor: str) -> Removal | None:
    person = await owner.read(tx, stands)
    if factor in levels.STRONG and not await _another_stays(tx, person.id, factor):
        handle = provider.new_handle()
        asked = await removal.ask(tx, handle, person.id, factor, provider.clock.now())
        link = f"{provider.settings.issuer}/akun/keamanan/batal?token={handle}"
        await messages.tell_everywhere(
            provider, tx, person, "hapus_menunggu", cara=Message(NAMES[factor]), batas=asked.due_at, tautan=link
        )
        await provider.audit.append(tx, owner.did("factor.leaving", visitor, stands, factor=factor))
        return asked
    await removal.call_off(tx, person.id, factor)
    await _take_away(provider, tx, person, factor)
    await provider.audit.append(tx, owner.did("factor.removed", visitor, stands, factor=factor))
    return None


async def _another_stays(tx: Tx, account_id: UUID, factor: str) -> bool:
    """Whether the account keeps a strong factor when this one goes.

    One that waits to go already does not count: or whoever asks for both of two would see the second go at once.
    """
    leaving = {one.factor for one in await removal.of(tx, account_id)}
    return bool((await enrolled.read(tx, account_id)).intersection(levels.STRONG) - leaving - {factor})


async def _take_away(provider: Provider, tx: Tx, person: Account, factor: str) -> None:
    """Take all of a kind away now; the owner hears of it, and every device is asked for what is left."""
    take_away, letter = TAKING[factor]
    await take_away(tx, person.id, provider.clock.now())
    await device.ask_all(tx, person.id)
    await messages.tell_everywhere(provider, tx, person, letter)


async def call_off(provider: Provider, visitor: Visitor, stands: Standing, factor: str) -> None:
    """Keep a factor that was to go, from the account."""
    async with provider.database.transaction() as tx:
        if await removal.call_off(tx, stands.account_id, factor):
            await _called_off(provider, tx, visitor, stands.account_id, factor)


async def look(provider: Provider, token: str) -> Removal:
    """What a mailed link would call off; changes nothing. PageFault when there is nothing (any more)."""
    async with provider.database.reading() as tx:
        found = await removal.by_link(tx, token)
    if found is None:
        raise PageFault("kesalahan.cara_batal", "no such removal", 404)
    return found


async def call_off_by_link(provider: Provider, visitor: Visitor, token: str) -> None:
    """Keep a factor that was to go, for whoever reads the mailbox. PageFault when there is nothing (any more)."""
    async with provider.database.transaction() as tx:
        found = await removal.by_link(tx, token)
        if found is None or not await removal.end(tx, found.id):
            raise PageFault("kesalahan.cara_batal", "no such removal", 404)
        await _called_off(provider, tx, visitor, found.account_id, found.factor)


async def finish_due(provider: Provider) -> int:
    """Take away what has waited long enough; how many. For the timetable."""
    done = 0
    async with provider.database.reading() as tx:
        waiting = await removal.due(tx, provider.clock.now(), _BATCH)
    for asked in waiting:
        async with provider.database.transaction() as tx:
            await account.lock(tx, asked.account_id)
            # Called off in this very moment, or done by another worker: then it is not ours.
            if not await removal.end(tx, asked.id):
                continue
            person = await account.read(tx, asked.account_id)
            assert person is not None
            await _take_away(provider, tx, person, asked.factor)
            detail = {"factor": asked.factor, "by": "timetable"}
            await provider.audit.append(tx, Event("factor.removed", account_id=person.id, detail=detail))
        done += 1
    return done


async def _called_off(provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, factor: str) -> None:
    person = await account.read(tx, account_id)
    assert person is not None
    await messages.tell_everywhere(provider, tx, person, "cara_batal", cara=Message(NAMES[factor]))
    event = Event("factor.kept", account_id=account_id, network=visitor.network, detail={"factor": factor})
    await provider.audit.append(tx, event)

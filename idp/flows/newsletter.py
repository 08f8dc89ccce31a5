"""The newsletter: asked for in the account, left by one click in the mail, sent by an operator."""

from collections.abc import Callable
from uuid import UUID

from idp.accounts import subscribers
from idp.base.opaque import b64decode, b64encode, same
from idp.flows import messages
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event

_BATCH = 200
_PROOF = 16


async def choose(provider: Provider, visitor: Visitor, stands: Standing, *, wanted: bool) -> None:
    """Subscribe or unsubscribe whoever is signed in."""
    await _set(provider, visitor, stands.account_id, wanted=wanted)


async def leave(provider: Provider, visitor: Visitor, token: str) -> bool:
    """Unsubscribe by the link of a mail, which works for ever and for nothing else; False if it is no such link."""
    account_id = whose(provider, token)
    if account_id is None:
        return False
    await _set(provider, visitor, account_id, wanted=False)
    return True


def whose(provider: Provider, token: str) -> UUID | None:
    """The account behind the link of a mail."""
    try:
        raw = b64decode(token)
    except ValueError:
        return None
    known = len(raw) == 16 + _PROOF and same(raw[16:], _proof(provider, raw[:16]))
    return UUID(bytes=raw[:16]) if known else None


async def readers(provider: Provider) -> int:
    """How many have asked for it."""
    async with provider.database.reading() as tx:
        return await subscribers.count(tx)


async def send(provider: Provider, letters: dict[str, tuple[str, str]], *, by: str, told: Callable[[int], None]) -> int:
    """Put one letter for every subscriber into the outbox, in their language; how many. `told` hears of each batch.

    `letters` maps a language to subject and text. A batch is a transaction: stopped and begun again, it would write to
    the first of them twice, so an operator is told how far it came.
    """
    after, sent = None, 0
    while True:
        async with provider.database.transaction() as tx:
            readers = await subscribers.page(tx, after, _BATCH)
            for reader in readers:
                subject, text = letters.get(reader.locale) or next(iter(letters.values()))
                await messages.circular(provider, tx, reader, subject, text, _token(provider, reader.id))
        sent += len(readers)
        told(len(readers))
        if len(readers) < _BATCH:
            break
        after = readers[-1].id
    await provider.audit.note(provider.database, Event("newsletter.sent", actor=by, detail={"letters": sent}))
    return sent


async def _set(provider: Provider, visitor: Visitor, account_id: UUID, *, wanted: bool) -> None:
    event = "newsletter.subscribed" if wanted else "newsletter.left"
    async with provider.database.transaction() as tx:
        # A link of a mail works for ever, and some mail programs call it each time: nothing happens, and nothing is told.
        if await subscribers.subscribe(tx, account_id, provider.clock.now() if wanted else None):
            await provider.audit.append(tx, Event(event, str(account_id), account_id, network=visitor.network))


def _token(provider: Provider, account_id: UUID) -> str:
    return b64encode(account_id.bytes + _proof(provider, account_id.bytes))


def _proof(provider: Provider, account_id: bytes) -> bytes:
    return provider.material.mac("newsletter").of(account_id)[:_PROOF]

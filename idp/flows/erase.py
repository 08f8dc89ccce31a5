"""Deleting an account: asked for by its person, taken back within seven days, or carried out when they are over.

Nothing is hidden until the last moment: who asked, and every contact, is told when it will be, and the mail holds the way back.
An operator may delete without that wait, and the same is left of it: a request that was decided, a receipt, a certificate.
"""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import account, document, requests
from idp.accounts.requests import Request
from idp.base.errors import Fault, PageFault
from idp.base.opaque import Handle, same
from idp.flows import logout, messages, owner, retention
from idp.grants import grant
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store import dossier
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message


class OnHold(Fault):
    """The law demands that this account is kept: its deletion was refused for that. `request` is the one that was."""

    def __init__(self, request: Request) -> None:
        super().__init__(f"its deletion was refused on the ground {requests.LEGAL_HOLD}, request {request.id}")
        self.request = request


@dataclass(frozen=True, slots=True)
class Affected:
    """A service that the person uses, and what the law makes it keep (`idp.clients.holds`)."""

    client_id: str
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A deletion that a mailed link leads to."""

    request: Request
    name: str


async def affected(provider: Provider, stands: Standing) -> list[Affected]:
    """The services that will be told."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        used = sorted(one.client_id for one in await grant.connections(tx, stands.account_id, now))
    known = ((client_id, provider.clients.known(client_id)) for client_id in used)
    return [Affected(client_id, tuple(client.holds)) for client_id, client in known if client is not None]


async def request(provider: Provider, visitor: Visitor, stands: Standing) -> Message | None:
    """Ask for the deletion, and tell every contact; what is in its way, if something is. The caller has seen fresh factors.

    PageFault as `owner.hold`.
    """
    now, handle = provider.clock.now(), provider.new_handle()
    wanted = Request(
        handle.id, stands.account_id, requests.DELETE, requests.OPEN, now, now + requests.CLOCK,
        runs_at=now + retention.DELETION_WAIT, link_hash=handle.secret_hash,
    )  # fmt: skip
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        if not await requests.add(tx, provider.sealer, wanted):
            return Message("privasi.sudah_diminta")
        link = f"{provider.settings.issuer}/akun/privasi/hapus/batal?token={handle}"
        await messages.tell_everywhere(provider, tx, person, "hapus_diminta", waktu=wanted.runs_at, tautan=link)
        await provider.audit.append(tx, owner.did("deletion.requested", visitor, stands, request=str(wanted.id)))
    return None


async def look(provider: Provider, token: str) -> Pending:
    """The deletion behind a mailed link; changes nothing. PageFault when the link is worth nothing (any more)."""
    handle = Handle.parse(token)
    async with provider.database.reading() as tx:
        found = await requests.read(tx, provider.sealer, handle.id) if handle is not None else None
        if found is None or handle is None or found.link_hash is None or found.state != requests.OPEN:
            raise PageFault("kesalahan.hapus_batal", "not the link of a deletion that waits")
        if not same(found.link_hash, handle.secret_hash):
            raise PageFault("kesalahan.hapus_batal", "not the link of a deletion that waits")
        person = await account.read(tx, found.account_id)
    if person is None:
        raise PageFault("kesalahan.hapus_batal", "nobody is there any more")
    return Pending(found, person.name)


async def cancel_by_link(provider: Provider, visitor: Visitor, token: str) -> None:
    """Take the deletion back; whoever reads the person's mail may, since it changes nothing else. PageFault as `look`."""
    pending = await look(provider, token)
    if not await _cancel(provider, visitor, pending.request):
        raise PageFault("kesalahan.hapus_batal", "carried out or taken back meanwhile")


async def cancel(provider: Provider, visitor: Visitor, stands: Standing) -> bool:
    """Take one's own deletion back; False if none waits (any more)."""
    async with provider.database.reading() as tx:
        found = await requests.waiting(tx, provider.sealer, stands.account_id, requests.DELETE)
    return found is not None and await _cancel(provider, visitor, found)


async def due(provider: Provider) -> list[UUID]:
    """Deletions to carry out now."""
    async with provider.database.reading() as tx:
        return await requests.deletions(tx, provider.clock.now())


async def carry_out(provider: Provider, request_id: UUID) -> bool:
    """Delete what its person asked to be deleted.

    One transaction, begun by closing the request: of a cancellation and several workers at once, one has its way.
    """
    async with provider.database.transaction() as tx:
        found = await requests.read(tx, provider.sealer, request_id)
        if found is None:
            return False
        await account.lock(tx, found.account_id)
        return await _delete(provider, tx, found, "erasure")


async def at_once(provider: Provider, account_id: UUID, *, by: str, despite_hold: bool = False) -> bool:
    """Delete as an operator does, whether its person asked or not; False when somebody else did in this moment.

    Raises OnHold where an officer found that the law demands the data, unless the operator knows that this is over.
    """
    now = provider.clock.now()
    wanted = Request(
        provider.new_id(), account_id, requests.DELETE, requests.OPEN, now, now + requests.CLOCK, runs_at=now
    )
    async with provider.database.transaction() as tx:
        await account.lock(tx, account_id)
        if await account.read(tx, account_id) is None:
            return False
        held = await requests.held(tx, provider.sealer, account_id)
        if held is not None and not despite_hold:
            raise OnHold(held)
        if not await requests.add(tx, provider.sealer, wanted):
            waiting = await requests.waiting(tx, provider.sealer, account_id, requests.DELETE)
            wanted = waiting or wanted
        return await _delete(provider, tx, wanted, by, despite=held)


async def _delete(provider: Provider, tx: Tx, wanted: Request, by: str, *, despite: Request | None = None) -> bool:
    """Close the request, and delete: services are told, the person's rows go, a receipt leaves, the trail keeps a
    certificate without a name, and which refusal it went past. False when it was decided already. The caller holds
    the account.
    """
    now = provider.clock.now()
    if not await requests.decide(tx, provider.sealer, wanted.id, requests.DONE, by, now):
        return False
    person = await account.read(tx, wanted.account_id)
    if person is None:
        return True
    await logout.end_all(provider, tx, person.id, by, None)
    await requests.empty(tx, person.id)
    await document.release(tx, person.id, now)
    gone = await dossier.erase(tx, person.id)
    if person.email is not None:
        # About nobody that we know: the letter is all that is left of the address, until it is delivered.
        await messages.mail(
            provider, tx, person.email, "hapus_selesai", person.locale, None,
            nama=person.name, waktu=now, rujukan=str(wanted.id),
        )  # fmt: skip
    certificate: dict[str, object] = {"request": str(wanted.id), "rows": gone}
    if despite is not None:
        certificate["despite"] = str(despite.id)
    await provider.audit.append(tx, Event("account.erased", by, person.id, detail=certificate))
    return True


async def _cancel(provider: Provider, visitor: Visitor, found: Request) -> bool:
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        actor = str(found.account_id)
        if not await requests.decide(tx, provider.sealer, found.id, requests.CANCELLED, actor, now):
            return False
        person = await account.read(tx, found.account_id)
        if person is not None:
            await messages.tell_everywhere(provider, tx, person, "hapus_batal")
        event = Event(
            "deletion.cancelled", actor, found.account_id, network=visitor.network, detail={"request": str(found.id)}
        )
        await provider.audit.append(tx, event)
    return True

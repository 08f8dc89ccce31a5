"""Documents of a person: added, shown to their owner, taken back, handed on, and deleted when their time has come."""

import hashlib
from uuid import UUID

from idp.accounts import account, document
from idp.accounts import draft as drafts
from idp.accounts.document import Document
from idp.accounts.photo import NotAPhoto
from idp.base.errors import Unavailable
from idp.flows import owner
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.store.encrypted import Place
from idp.theme.language import Message

# A row whose picture never reached the store goes after this, in seconds.
_UNFINISHED = 3600
_BATCH = 100


async def add_to_draft(provider: Provider, visitor: Visitor, draft_id: UUID, kind: str, file: bytes) -> Message | None:
    """A picture for a registration that is being filled in; what is wrong with it, if anything."""
    return await _add(provider, visitor, draft_id, kind, file, of_account=False)


async def add_to_account(
    provider: Provider, visitor: Visitor, account_id: UUID, kind: str, file: bytes
) -> Message | None:
    """The same for an account; it waits for an officer."""
    return await _add(provider, visitor, account_id, kind, file, of_account=True)


async def mine(provider: Provider, subject_id: UUID) -> list[Document]:
    """What a draft or an account has, oldest first."""
    async with provider.database.reading() as tx:
        return await document.of(tx, subject_id)


async def thumbnail(provider: Provider, subject_id: UUID, document_id: UUID) -> bytes | None:
    """The small picture, for its owner; None for anybody else's."""
    async with provider.database.reading() as tx:
        return await document.thumbnail(tx, provider.sealer, document_id, subject_id)


async def picture(provider: Provider, found: Document) -> bytes | None:
    """The picture itself, for whoever decides about it."""
    return await provider.objects.get(found.object, _object_of(found.id))


async def remove(provider: Provider, subject_id: UUID, document_id: UUID) -> bool:
    """Take a document back, as long as nobody has decided about it."""
    async with provider.database.transaction() as tx:
        return await document.drop(tx, subject_id, provider.clock.now(), document_id) == 1


async def wait_for_activation(tx: Tx, draft_id: UUID, delete_after: int) -> None:
    """A draft became a registration: its documents live as long as that."""
    await document.hand_over(tx, draft_id, draft_id, document.WAITING, delete_after, since=document.DRAFT)


async def adopt(tx: Tx, draft: str, account_id: UUID) -> None:
    """A registration became an account: its documents are the account's, until somebody has decided."""
    if draft:
        await document.hand_over(tx, UUID(draft), account_id, document.SUBMITTED, None, since=document.WAITING)


async def delete_due(provider: Provider) -> int:
    """Delete pictures whose time has come, each with its receipt in the audit trail; how many went."""
    gone = 0
    while True:
        async with provider.database.reading() as tx:
            due = await document.over(tx, provider.clock.now(), _BATCH)
        for found in due:
            # First the picture: if this stops between the two, the row is still there to try again.
            await provider.objects.delete(found.object)
            async with provider.database.transaction() as tx:
                if await document.delete(tx, found.id):
                    gone += 1
                    await provider.audit.append(tx, _receipt(found))
        if len(due) < _BATCH:
            return gone


async def _add(
    provider: Provider, visitor: Visitor, subject_id: UUID, kind: str, file: bytes, *, of_account: bool
) -> Message | None:
    if not file:
        return Message("dokumen.kosong")
    try:
        photo = await provider.darkroom.develop(file)
    except NotAPhoto as fault:
        return Message(fault.key)
    now, made_id = provider.clock.now(), provider.new_id()
    made = Document(
        made_id,
        subject_id,
        kind,
        f"{made_id.hex[-2:]}/{made_id.hex}",
        len(photo.picture),
        hashlib.sha256(photo.picture).digest(),
        document.SUBMITTED if of_account else document.DRAFT,
        now,
        delete_after=now + _UNFINISHED,
    )
    kept_until = None
    async with provider.database.transaction() as tx:
        if of_account:
            if not await account.lock(tx, subject_id):
                raise owner.erased()
        else:
            found = await drafts.read(tx, provider.sealer, subject_id, now, lock=True)
            if found is None or found.answers.submitted:
                return Message("dokumen.terlambat")
            kept_until = found.expires_at
        if kind != document.OTHER:
            await document.drop(tx, subject_id, now, kind=kind)
        if await document.count(tx, subject_id) >= provider.settings.documents.per_person:
            return Message("dokumen.penuh", n=provider.settings.documents.per_person)
        await document.insert(tx, provider.sealer, made, photo.thumbnail)
    try:
        await provider.objects.put(made.object, _object_of(made.id), photo.picture)
    except Unavailable:
        await remove(provider, subject_id, made.id)
        raise
    async with provider.database.transaction() as tx:
        await document.keep(tx, made, kept_until)
        detail = {"document": str(made.id), "kind": kind, "size": made.size, "sha256": made.sha256.hex()}
        whose = subject_id if of_account else None
        event = Event("document.added", account_id=whose, network=visitor.network, detail=detail)
        await provider.audit.append(tx, event)
    return None


def _receipt(found: Document) -> Event:
    detail = {
        "document": str(found.id), "kind": found.kind, "state": found.state, "sha256": found.sha256.hex(),
        "kept_since": found.created_at,
    }  # fmt: skip
    return Event("document.deleted", detail=detail)


def _object_of(document_id: UUID) -> Place:
    return Place("documents", "object", document_id)

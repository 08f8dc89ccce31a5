"""Documents of a person: the rows. The pictures themselves lie sealed in the object store (`idp.store.objects`)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import documents

KTP, SELFIE, OTHER = "ktp", "selfie", "other"
DRAFT, WAITING, SUBMITTED, APPROVED, REJECTED = "draft", "waiting", "submitted", "approved", "rejected"
UNDECIDED = (DRAFT, WAITING, SUBMITTED)


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `subject_id` is a draft until activation and an account from then on."""

    id: UUID
    subject_id: UUID
    kind: str
    object: str
    size: int
    sha256: bytes
    state: str
    created_at: int
    decided_at: int | None = None
    delete_after: int | None = None


_COLUMNS = [documents.c[name] for name in Document.__slots__]


async def insert(tx: Tx, sealer: Sealer, document: Document, thumbnail: bytes) -> None:
    """Write a document down."""
    values = {name: getattr(document, name) for name in Document.__slots__}
    sealed = sealer.seal(_thumbnail_of(document.id), thumbnail)
    await tx.execute(documents.insert().values(**values, thumbnail_sealed=sealed))


async def of(tx: Tx, subject_id: UUID) -> list[Document]:
    """The documents of a draft or an account, oldest first; those that are only waiting to be deleted are gone."""
    wanted = select(*_COLUMNS).where(documents.c.subject_id == subject_id).order_by(documents.c.id)
    return [_document(row) for row in await tx.execute(wanted)]


async def count(tx: Tx, subject_id: UUID) -> int:
    """How many documents of a draft or an account nobody has decided about: those are what their owner can take back."""
    waiting = (documents.c.subject_id == subject_id) & documents.c.state.in_(UNDECIDED)
    wanted = select(func.count()).select_from(documents).where(waiting)
    return int(await tx.scalar(wanted) or 0)


async def thumbnail(tx: Tx, sealer: Sealer, document_id: UUID, subject_id: UUID) -> bytes | None:
    """The small picture, for its owner alone: None for anybody else's."""
    wanted = select(documents.c.thumbnail_sealed).where(
        documents.c.id == document_id, documents.c.subject_id == subject_id
    )
    sealed = await tx.scalar(wanted)
    return None if sealed is None else sealer.open(_thumbnail_of(document_id), sealed)


async def keep(tx: Tx, document: Document, delete_after: int | None) -> None:
    """The picture lies in the store: now the row gets the date on which it goes, unless somebody has set another meanwhile."""
    await tx.execute(
        update(documents)
        .where(documents.c.id == document.id, documents.c.delete_after == document.delete_after)
        .values(delete_after=delete_after)
    )


async def hand_over(tx: Tx, subject_id: UUID, to: UUID, state: str, delete_after: int | None, *, since: str) -> None:
    """What belonged to a draft goes on with its registration, and then with its account."""
    await tx.execute(
        update(documents)
        .where(documents.c.subject_id == subject_id, documents.c.state == since)
        .values(subject_id=to, state=state, delete_after=delete_after)
    )


async def decide(tx: Tx, account_id: UUID, state: str, now: int, until: int) -> None:
    """A check was decided: the documents that were sent for it go at `until`. SUBMITTED says that they were not the reason."""
    await tx.execute(
        update(documents)
        .where(documents.c.subject_id == account_id, documents.c.state == SUBMITTED)
        .values(state=state, decided_at=now, delete_after=until)
    )


async def take_along(tx: Tx, account_id: UUID) -> None:
    """A new check begins: documents that were not the reason why the last one failed wait for its decision."""
    left_over = (documents.c.state == SUBMITTED) & documents.c.decided_at.is_not(None)
    await tx.execute(
        update(documents)
        .where(documents.c.subject_id == account_id, left_over)
        .values(decided_at=None, delete_after=None)
    )


async def drop(tx: Tx, subject_id: UUID, now: int, document_id: UUID | None = None, kind: str | None = None) -> int:
    """Take undecided documents from their subject: all, one, or those of a kind; the next sweep deletes the pictures."""
    wanted = update(documents).where(documents.c.subject_id == subject_id, documents.c.state.in_(UNDECIDED))
    if document_id is not None:
        wanted = wanted.where(documents.c.id == document_id)
    if kind is not None:
        wanted = wanted.where(documents.c.kind == kind)
    # Nobody's from this moment: neither shown nor handed over.
    return (await tx.execute(wanted.values(subject_id=documents.c.id, delete_after=now))).rowcount


async def release(tx: Tx, account_id: UUID, now: int) -> None:
    """Take all documents from an account that is erased, whatever was decided; the next sweep deletes the pictures."""
    mine = update(documents).where(documents.c.subject_id == account_id)
    await tx.execute(mine.values(subject_id=documents.c.id, delete_after=now))


async def over(tx: Tx, now: int, limit: int) -> list[Document]:
    """Documents whose time has come."""
    wanted = select(*_COLUMNS).where(documents.c.delete_after <= now).order_by(documents.c.delete_after).limit(limit)
    return [_document(row) for row in await tx.execute(wanted)]


async def delete(tx: Tx, document_id: UUID) -> bool:
    """Forget a document whose picture is deleted; False if somebody else did it first."""
    return (await tx.execute(documents.delete().where(documents.c.id == document_id))).rowcount == 1


def _document(row: Any) -> Document:
    return Document(**row._mapping)


def _thumbnail_of(document_id: UUID) -> Place:
    return Place("documents", "thumbnail", document_id)

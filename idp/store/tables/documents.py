"""Pictures of identity cards, faces and other papers: what there is, and until when. The pictures lie in the object store."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from idp.store.tables.columns import Id, metadata, moment

documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, nullable=False, index=True),  # a draft until activation, then an account
    Column("kind", String(8), nullable=False),  # ktp | selfie | other
    Column("object", String(64), nullable=False),  # name in the object store; the bytes there are sealed
    Column("thumbnail_sealed", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),  # bytes of the picture, before it is sealed
    Column("sha256", LargeBinary(32), nullable=False),  # of the picture, for the receipt of its deletion
    Column("state", String(16), nullable=False),  # draft | waiting | submitted | approved | rejected
    moment("created_at", nullable=False),
    moment("decided_at"),
    moment("delete_after", index=True),  # null while nobody has decided about an account's document
)

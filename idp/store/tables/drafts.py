"""Registrations that are being filled in."""

from sqlalchemy import Column, LargeBinary, Table

from idp.store.tables.columns import Id, metadata, moment

drafts = Table(
    "drafts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("answers_sealed", LargeBinary, nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
)

"""Challenges of passkeys that have been answered: until they expire anyway, nobody may answer them again."""

from sqlalchemy import Column, LargeBinary, Table

from idp.store.tables.columns import metadata, moment

answered_challenges = Table(
    "answered_challenges",
    metadata,
    Column("challenge_hash", LargeBinary(32), primary_key=True),
    moment("expires_at", nullable=False, index=True),
)

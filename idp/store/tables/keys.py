"""Signing keys. Two partial unique indexes keep at most one active and one next key per algorithm."""

from sqlalchemy import Column, Index, LargeBinary, String, Table, text

from idp.store.tables.columns import Json, metadata, moment

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("algorithm", String(8), nullable=False),
    Column("state", String(8), nullable=False),  # next | active | retired
    Column("public_jwk", Json, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    moment("created_at", nullable=False),
    moment("signs_from", nullable=False),  # not before this: every cached JWKS must hold it first
    moment("activated_at"),
    moment("retired_at"),
    moment("removed_at"),  # planned end of publication, set at retirement
    Index(
        "uq_signing_keys_active",
        "algorithm",
        unique=True,
        postgresql_where=text("state = 'active'"),
        sqlite_where=text("state = 'active'"),
    ),
    Index(
        "uq_signing_keys_next",
        "algorithm",
        unique=True,
        postgresql_where=text("state = 'next'"),
        sqlite_where=text("state = 'next'"),
    ),
)

"""Relying parties."""

from sqlalchemy import Column, LargeBinary, String, Table

from idp.store.tables.columns import Json, metadata, moment

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(128), primary_key=True),
    # SHA-256: a secret is random with at least 128 bits, so a slow hash would only slow us down.
    Column("secret_hash", LargeBinary(32)),
    Column("previous_secret_hash", LargeBinary(32)),  # works until the moment below, so that a rotation has no gap
    moment("previous_secret_expires_at"),
    Column("metadata", Json, nullable=False),  # RFC 7591 client metadata
    Column("policy", Json, nullable=False),  # what we decide: first party, sector, resources, PKCE
    Column("source", String(16), nullable=False),  # static | dynamic | admin
    Column("registration_token_hash", LargeBinary(32)),
    moment("created_at", nullable=False),
    moment("updated_at", nullable=False),
    moment("disabled_at"),
)

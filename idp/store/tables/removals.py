"""Factors that are on their way out: the last strong one of an account goes a day after it was asked for."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from idp.store.tables.columns import Id, metadata, moment

removals = Table(
    "removals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("factor", String(16), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),  # of the link that calls it off
    moment("requested_at", nullable=False),
    moment("due_at", nullable=False, index=True),
    UniqueConstraint("account_id", "factor"),
)

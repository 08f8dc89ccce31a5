"""Checks of an identity: what became of each, and why. The newest of an account is the one that counts."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

proofings = Table(
    "proofings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(16), nullable=False),  # submitted | matched | review | approved | rejected | referred
    Column("reason", String(24)),  # why it was rejected: a code
    Column("flags", Json, nullable=False),  # what an officer should look at: codes
    Column("decided_by", Text),  # an officer, or `registry`
    moment("created_at", nullable=False),
    moment("decided_at"),
    moment("documents_until"),  # photographs that were sent for it are deleted then
    Index("ix_proofings_state_created_at", "state", "created_at"),
)

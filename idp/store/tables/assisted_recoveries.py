"""Recoveries through a branch: who asked, who decided, and how long it still waits."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

assisted_recoveries = Table(
    "assisted_recoveries",
    metadata,
    Column("id", Id, primary_key=True),
    # Nobody's, when what was typed found no account: such a case looks like any other to whoever asked.
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("number", String(12), nullable=False, unique=True),  # what the person tells at the branch
    Column("contact_sealed", LargeBinary, nullable=False),  # the new address or number
    Column("locale", String(8), nullable=False),
    Column("state", String(12), nullable=False),  # open | cooling | ready | done | cancelled | refused | expired
    Column("checked", Json, nullable=False),  # what the officer saw: codes
    Column("reason", Text),  # the officer's, for whoever audits
    Column("decided_by", Text),
    Column("factors_go", Boolean, nullable=False),  # whether the old second factors are removed with it
    # Cancelled twice in a row, a recovery needs two officers and then cannot be cancelled again.
    Column("override_asked_by", Text, key="first_officer"),  # the first of two, where two decide: older than its use
    Column("override_reason", Text),
    Column("overridden", Boolean),
    Column("cancel_hash", LargeBinary(32)),  # of the link in the letters to the old contacts
    Column("link_hash", LargeBinary(32)),  # of the link in the letter to the new one
    moment("created_at", nullable=False),
    moment("decided_at"),
    moment("due_at", nullable=False),  # when the present state ends by itself
    moment("ended_at"),
    Index("ix_assisted_recoveries_state_due_at", "state", "due_at"),
)

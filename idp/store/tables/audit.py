"""The audit trail, and the counters that tell replicas that something in memory is stale."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    moment("at", nullable=False),
    Column("event", String(48), nullable=False),
    Column("actor", Text),  # who did it: an account id, a client id, or the command line
    Column("account_id", Id),
    Column("client_id", String(128)),
    Column("session_id", Id),
    Column("network", Text),
    Column("detail", Json, nullable=False),
    # Filled by the worker, so that the chain serialises nobody: gapless number, and SHA-256 over the previous link and this row.
    Column("sequence", BigInteger, unique=True),
    Column("link", LargeBinary(32)),
    # An account's newest events, page by page: ids follow the time.
    Index("ix_audit_account_id_id", "account_id", "id"),
)

changes = Table(
    "changes",
    metadata,
    Column("noun", String(16), primary_key=True),  # clients | keys | notices
    Column("version", BigInteger, nullable=False),
)

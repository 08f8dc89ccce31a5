"""The audit trail, and the counters that tell replicas that something in memory is stale."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    moment("at", nullable=False),
    Column("event", String(48), nullable=False),
    Column("actor", Text),  # who did it: an account id, a client id, or the command line
    Column("account_id", Id, index=True),
    Column("client_id", String(128)),
    Column("session_id", Id),
    Column("network", Text),
    Column("detail", Json, nullable=False),
    # Filled by the worker, so that the chain serialises nobody: gapless number, and SHA-256 over the previous link and this row.
    Column("sequence", BigInteger, unique=True),
    Column("link", LargeBinary(32)),
)

changes = Table(
    "changes",
    metadata,
    Column("noun", String(16), primary_key=True),  # clients | keys
    Column("version", BigInteger, nullable=False),
)

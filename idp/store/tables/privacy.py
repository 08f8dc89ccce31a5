"""What people ask about their own data: requests with a clock, sealed copies, and the proof of every consent."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, text

from idp.store.tables.columns import Id, Json, metadata, moment

# Append-only, and without a foreign key: the proof that somebody agreed outlives the account, by its id alone (UU PDP art. 24).
consent_history = Table(
    "consent_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, nullable=False, index=True),
    Column("client_id", String(128), nullable=False),
    Column("event", String(12), nullable=False),  # given | changed | withdrawn | expired
    Column("scope", Text, nullable=False),
    Column("claims", Json, nullable=False),
    Column("withheld", Json, nullable=False),
    Column("purpose_version", String(32), nullable=False),  # of the service's purpose and privacy policy
    Column("purpose", Json, nullable=False),  # those very words, by language
    Column("notice_version", String(32), nullable=False),  # of our own privacy notice
    moment("at", nullable=False, index=True),
)

# The row outlives the account as well: it is how an authority is shown that an answer came in time.
privacy_requests = Table(
    "privacy_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # access | correct | restrict | delete | withdraw | object
    Column("state", String(12), nullable=False),  # open | done | refused | cancelled
    Column("detail_sealed", LargeBinary),  # what is asked, in the person's words; emptied when the account goes
    Column("outcome_sealed", LargeBinary),  # what the officer wrote
    Column("ground", String(24)),  # of a refusal, coded
    Column("link_hash", LargeBinary(32)),  # of the mailed link that cancels a deletion
    moment("created_at", nullable=False),
    moment("due_at", nullable=False),
    moment("runs_at"),  # when a deletion is carried out
    moment("decided_at"),
    Column("decided_by", Text),
    # One open request of a kind: of two forms sent at once, one is the request.
    Index(
        "uq_privacy_requests_open",
        "account_id",
        "kind",
        unique=True,
        postgresql_where=text("state = 'open'"),
        sqlite_where=text("state = 'open'"),
    ),
    Index("ix_privacy_requests_due", "state", "due_at"),
)

privacy_exports = Table(
    "privacy_exports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("archive_sealed", LargeBinary, nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
)

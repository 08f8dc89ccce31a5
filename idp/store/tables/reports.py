"""What people tell us: that something was not them, or what they think of the pages; and what we tell all of them."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),  # as it is told on the telephone
    Column("kind", String(16), nullable=False),  # suspicious | feedback
    Column("category", String(32), nullable=False),  # what the form offered, or the event that was disowned
    # The session or the event that somebody disowned: unique, so that two clicks are one report.
    Column("about", Id, unique=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
    Column("text_sealed", LargeBinary),
    Column("contact_sealed", LargeBinary),
    Column("network", Text),
    Column("state", String(8), nullable=False),  # open | closed
    moment("created_at", nullable=False),
    moment("closed_at"),
    Column("closed_by", Text),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # news | incident
    Column("texts", Json, nullable=False),  # language -> text
    Column("published_by", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("shown_from", nullable=False),
    moment("shown_until", nullable=False, index=True),
    moment("withdrawn_at"),
)

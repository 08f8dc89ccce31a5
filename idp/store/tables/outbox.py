"""Durable work that leaves the house: mail, SMS, back-channel logout, questions to a registry."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from idp.store.tables.columns import Id, metadata, moment

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),  # also the stem of the Message-ID
    Column("kind", String(16), nullable=False),  # mail | sms | backchannel | registry
    Column("target", Text, nullable=False),  # whose breaker counts: a client, a mail domain, a phone prefix
    Column("subject_id", Id),  # the session or account it is about, to show its state
    Column("payload_sealed", LargeBinary),  # emptied once delivered: it may hold a code
    Column("state", String(12), nullable=False),  # waiting | delivered | dead
    Column("attempts", Integer, nullable=False),
    moment("created_at", nullable=False),
    moment("available_at", nullable=False),
    moment("leased_until", nullable=False),
    moment("settled_at"),
    Column("last_error", Text),
    # Messages to telephones: who took it, what the network said of it later, and with whom the next try begins.
    Column("gateway", String(32)),
    Column("receipt", String(8)),  # arrived | lost
    Column("route", Integer, nullable=False, server_default="0"),
    Index("ix_outbox_due", "state", "available_at"),
    Index("ix_outbox_subject", "subject_id"),
)

spending = Table(
    "spending",
    metadata,
    moment("day", nullable=False),
    Column("prefix", String(16), nullable=False),  # empty for all together
    Column("rupiah", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "prefix"),
)

breakers = Table(
    "breakers",
    metadata,
    Column("target", Text, primary_key=True),  # kind and target of the outbox; or `gateway` and its name
    Column("failures", Integer, nullable=False),
    moment("open_until", nullable=False),
)

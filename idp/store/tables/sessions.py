"""Sessions at the provider."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text, text

from idp.store.tables.columns import Id, Json, metadata, moment

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),  # `sid` of tokens is made of it, per sector
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("factors", Json, nullable=False),  # factor -> when it last succeeded; acr, amr and auth_time follow from it
    moment("chosen_at", nullable=False),  # when the person last chose this account
    moment("created_at", nullable=False),
    moment("seen_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
    moment("ended_at"),
    Column("ended_by", String(16)),
    Column("device", LargeBinary(16)),
    Column("network", Text),
    Column("user_agent", Text),
    Column("risk", Text),  # the rules that the last sign-in met, by name; None when there was nothing to tell
    moment("held_at"),  # since when it waits for a second factor, and may do nothing else
    Column("public_device", Boolean),  # others use this browser: nothing of the person is remembered in it
    moment("alert_at"),  # when the owner is to be told of it
    Index(
        "ix_sessions_alert_at",
        "alert_at",
        postgresql_where=text("alert_at IS NOT NULL"),
        sqlite_where=text("alert_at IS NOT NULL"),
    ),
    postgresql_with={"fillfactor": 80},
)

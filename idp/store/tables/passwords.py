"""Passwords that an account had before, so that none comes back too soon."""

from sqlalchemy import Column, ForeignKey, Table, Text

from idp.store.tables.columns import Id, metadata, moment

past_passwords = Table(
    "past_passwords",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("password_hash", Text, nullable=False),
    moment("replaced_at", nullable=False),
)

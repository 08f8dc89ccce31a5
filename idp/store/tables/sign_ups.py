"""Registrations that wait for activation, and the links and codes that are sent to people."""

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, String, Table, Text

from idp.store.tables.columns import Id, metadata, moment

sign_ups = Table(
    "sign_ups",
    metadata,
    Column("id", Id, primary_key=True),
    # Not unique: whoever types a stranger's address must not reserve it.
    Column("email_lookup", LargeBinary(16), nullable=False, index=True),
    Column("draft_sealed", LargeBinary, nullable=False),
    # Apart from the draft, which the version before this one reads too.
    Column("declared_sealed", LargeBinary),
    Column("password_hash", Text, nullable=False),
    Column("password_policy", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
    moment("activated_at"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", String(16), nullable=False),  # activate | reset | contact | otp | proof | assisted
    Column("subject_id", Id, nullable=False),  # a sign-up, an account, a case, or the session that asked, by purpose
    Column("channel", String(8), nullable=False),  # email | sms
    Column("destination", Text, nullable=False),
    Column("link_hash", LargeBinary(32), nullable=False),
    Column("code_hash", LargeBinary(32)),
    Column("tries_left", SmallInteger, nullable=False),
    Column("reference", String(4)),  # tells people which of several messages is meant
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
    moment("used_at"),
    moment("superseded_at"),
    Index("ix_challenges_subject", "subject_id", "purpose"),
)
# What stands is found without walking through all that it has replaced: how many those are may not tell by the clock.
Index(
    "ix_challenges_standing",
    challenges.c.subject_id,
    challenges.c.purpose,
    sqlite_where=challenges.c.superseded_at.is_(None),
    postgresql_where=challenges.c.superseded_at.is_(None),
)

"""Accounts, and the identifiers under which they are found. A row exists from activation on, never before."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, SmallInteger, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("status", String(16), nullable=False),  # active | restricted (by its person) | disabled (by an officer)
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("email_verified", Boolean, nullable=False),
    Column("phone", Text),  # E.164
    Column("phone_verified", Boolean, nullable=False),
    Column("kpj", Text),  # as declared; a claim only after a registry confirmed it
    Column("nik_sealed", LargeBinary),
    Column("nik_index", LargeBinary(16)),  # blind index; unique only among verified accounts
    Column("birthdate_sealed", LargeBinary),
    Column("passport_sealed", LargeBinary),  # of somebody without a NIK
    Column("review", String(128)),  # what an officer should look at, as coded reasons; see idp/accounts/declared.py
    Column(
        "identity_level", SmallInteger, nullable=False
    ),  # 0 declared, 1 registry match, 2 document and face, or branch
    Column("identity_method", String(16)),  # how that level was reached: registry | document | branch
    moment("identity_verified_at"),
    Column("category", String(8)),  # as declared: PU | BPU | PMI | none; the registry's word is in `memberships`
    Column("terms_version", String(32)),  # the version of terms and privacy notice that was accepted
    moment("terms_accepted_at"),
    Column("locale", String(8), nullable=False),
    Column("claims", Json, nullable=False),  # further standard OIDC claims, as they are released
    Column("password_hash", Text),
    Column("password_policy", String(32)),  # the policy version under which it was chosen
    moment("password_changed_at"),
    moment("contact_changed_at"),
    moment("newsletter_since"),
    moment("sms_off_at"),  # since when its owner wants no codes by SMS
    moment("reset_required_at"),  # somebody else may know the password: it opens nothing before it is another one
    moment("asks_factor_since"),  # since when its person wants a second factor at every sign-in
    moment("restricted_at"),  # since when its person has frozen what is done with their data
    moment("officer_since"),  # may administer the provider itself
    # Tokens, sessions and grants made before this moment are dead, whatever their rows say.
    moment("not_before", nullable=False),
    moment("created_at", nullable=False),
    moment("updated_at", nullable=False),
    Index("ix_accounts_nik_index", "nik_index"),
)

identifiers = Table(
    "identifiers",
    metadata,
    # Keyed hash of kind and normalised value: 16 bytes keep the index narrow at 40 million rows.
    Column("lookup", LargeBinary(16), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # email | phone | kpj | nik; `was`: a contact that may yet come back
    moment("verified_at", nullable=False),
)

totp_credentials = Table(
    "totp_credentials",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_sealed", LargeBinary, nullable=False),
    # The last time step that was accepted: a code, or an older one, never works twice (RFC 6238 section 5.2).
    moment("last_step", nullable=False),
    moment("created_at", nullable=False),
    moment("used_at"),
)

known_devices = Table(
    "known_devices",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),  # digest of the device cookie
    moment("created_at", nullable=False),
    moment("used_at", nullable=False),
    # How its owner recognises it in a list, and where it was last.
    Column("user_agent", Text),
    Column("network", Text),
    Column("country", String(2)),
    moment("factor_until"),  # until when it is not asked for the second factor that its person wants at every sign-in
)

throttles = Table(
    "throttles",
    metadata,
    # Whose attempts: an account, or the lookup of an identifier that nobody has; so both are throttled alike.
    Column("subject", LargeBinary(16), primary_key=True),
    Column(
        "place", LargeBinary(16), primary_key=True
    ),  # where from, or with what: a network, a known device, anywhere, codes
    moment("failures", nullable=False),
    moment("blocked_until", nullable=False),
    Column("attempt", Id),  # the last attempt that was let through: tells it from those that came in the same instant
    moment("updated_at", nullable=False, index=True),
)

contact_changes = Table(
    "contact_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # email | phone
    Column("was_sealed", LargeBinary, nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),  # of the link that brings the old contact back
    moment("proven_at"),  # when the old contact had been proven: it comes back with that date
    moment("changed_at", nullable=False),
    moment("revertible_until", nullable=False, index=True),
    moment("reverted_at"),
)

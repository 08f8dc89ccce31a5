"""Further factors: passkeys and recovery codes. Authenticator apps stand beside the account."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", BigInteger, nullable=False),
    Column("backed_up", Boolean, nullable=False),  # may be synced to other devices of its owner, or is bound to one
    Column("transports", Json, nullable=False),
    Column("aaguid", String(36)),
    Column("name", Text, nullable=False),  # as the owner calls it
    moment("created_at", nullable=False),
    moment("used_at"),
    moment(
        "suspended_at"
    ),  # it let somebody in whom its owner disowned: it opens nothing before there is another password
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(32), primary_key=True),
    moment("created_at", nullable=False),
    moment("used_at"),
)

"""Grants: one row is the whole life of one authorization, from code over refresh family to revocation."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from idp.store.tables.columns import Id, Json, metadata, moment

grants = Table(
    "grants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", String(128), nullable=False),
    Column("session_id", Id, nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("resources", Json, nullable=False),
    Column("claims", Json),  # names of single claims that were asked for (OIDC Core section 5.5), by place
    Column("withheld", Json),  # names of claims that the person did not allow, though scope or parameter ask for them
    Column("nonce", Text),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", Text),
    Column("code_hash", LargeBinary(32), nullable=False),
    moment("code_expires_at", nullable=False),
    moment("code_used_at"),
    Column("acr", String(64), nullable=False),
    Column("amr", Json, nullable=False),
    moment("auth_time", nullable=False),
    # Refresh family: the token of generation n is derived, never stored; only the generation counts here.
    Column("offline", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    moment("rotated_at"),
    moment("read_at"),  # when userinfo last told something, give or take an hour
    moment("idle_expires_at", nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False, index=True),
    moment("revoked_at"),
    Column("revoked_by", String(16)),
    # Every hot write touches unindexed columns only, so PostgreSQL can keep it on the page (HOT update).
    postgresql_with={"fillfactor": 80},
)

consents = Table(
    "consents",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", String(128), primary_key=True),
    Column("scope", Text, nullable=False),
    Column("claims", Json, nullable=False),  # names of single claims that were allowed
    Column("resources", Json),  # resource indicators (RFC 8707) that were allowed; none in rows of the version before
    Column("withheld", Json),  # names of optional claims that were not
    Column("purpose_version", String(32)),  # of the service's purpose and policy, as they were shown
    Column("notice_version", String(32)),  # of our privacy notice
    moment("granted_at", nullable=False),
    moment("expires_at", nullable=False),
)

pushed_requests = Table(
    "pushed_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("client_id", String(128), nullable=False),
    Column("parameters", Json, nullable=False),
    moment("expires_at", nullable=False, index=True),
    moment("used_at"),
)

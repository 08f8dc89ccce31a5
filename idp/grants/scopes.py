"""Scopes: what a client may be registered for. What they stand for in claims, `claims` knows. Pure."""

SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "offline_access",
    "kepesertaan",
    "saldo:baca",
    "iuran:baca",
    "iuran:bayar",
    "klaim:baca",
    "klaim:ajukan",
    "perusahaan",
    "identitas",
)
"""Every scope that a relying party may be registered for; `openid` alone makes a request an OpenID one."""

OPEN_SCOPES = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})
"""Scopes that a client may ask for when its metadata names none."""

ADMIN_SCOPES = (
    "accounts:read",
    "accounts:write",
    "clients:read",
    "clients:write",
    "clients:register",
    "keys:read",
    "keys:write",
    "audit:read",
    "outbox:read",
    "outbox:write",
    "reports:read",
    "reports:write",
)
"""Scopes of the admin API; for clients that are machines, registered by an operator."""

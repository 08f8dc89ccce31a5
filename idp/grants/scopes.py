"""Scopes: what a client may be registered for. What they stand for in claims, `claims` knows. Pure."""

from collections.abc import Mapping

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

ADMIN_SCOPES: Mapping[str, str] = {
    "accounts:read": "List accounts and look at them.",
    "accounts:write": "Disable and enable accounts.",
    "clients:read": "List relying parties and look at them.",
    "clients:write": "Create, change, disable and delete relying parties; rotate their secrets.",
    "clients:register": "Register relying parties at the registration endpoint, as an initial access token (RFC 7591).",
    "keys:read": "List signing keys.",
    "keys:write": "Rotate signing keys.",
    "audit:read": "Read the audit trail and check its chain.",
    "outbox:read": "List what could not be delivered.",
    "outbox:write": "Try again what could not be delivered.",
    "reports:read": "Read what people told us.",
    "reports:write": "Close reports.",
}
"""Scopes of the admin API and what each allows; for clients that are machines, registered by an operator."""

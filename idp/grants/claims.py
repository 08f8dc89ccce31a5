"""From scopes and the claims parameter to claims (OIDC Core sections 5.1, 5.4 and 5.5). Pure."""

from collections.abc import Mapping
from typing import Any

import orjson

from idp.base.errors import InvalidRequest

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
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
)
"""Scopes of the admin API; for clients that are machines, registered by an operator."""

CLAIMS = tuple(dict.fromkeys(claim for claims in SCOPE_CLAIMS.values() for claim in claims))
MAX_CLAIMS_PARAMETER = 4096


def parse(parameter: str | None) -> dict[str, dict[str, Any]]:
    """The claims parameter: {"userinfo": {...}, "id_token": {...}}; InvalidRequest unless it has that shape."""
    if parameter is None:
        return {}
    try:
        asked = orjson.loads(parameter) if len(parameter) <= MAX_CLAIMS_PARAMETER else None
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise InvalidRequest("claims is not a JSON object")
    wanted: dict[str, dict[str, Any]] = {}
    for place in ("userinfo", "id_token"):
        members = asked.get(place) or {}
        if not isinstance(members, dict) or any(not isinstance(value, dict | None) for value in members.values()):
            raise InvalidRequest(f"claims.{place} is not an object of objects")
        if members:
            wanted[place] = members
    return wanted


def names(scope: frozenset[str]) -> list[str]:
    """The claims that scopes stand for, in the order of the specification."""
    return [claim for wanted, claims in SCOPE_CLAIMS.items() if wanted in scope for claim in claims]


def release(person: Mapping[str, Any], scope: frozenset[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of `person` that scopes and single requests ask for: never null, never empty, never `sub`."""
    wanted = dict.fromkeys([*names(scope), *(claim for claim in asked if claim in CLAIMS)])
    return {claim: person[claim] for claim in wanted if person.get(claim) not in (None, "", {}, [])}


def essential_acr(asked: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], bool]:
    """The acr values that the claims parameter asks for in the ID token, and whether they are essential."""
    acr = asked.get("id_token", {}).get("acr")
    if not isinstance(acr, dict):
        return [], False
    values = acr.get("values", [acr["value"]] if "value" in acr else [])
    listed = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return listed, acr.get("essential") is True


def person(row: Mapping[str, Any], locale: str | None = None) -> dict[str, Any]:
    """The standard claims of an account row (OIDC Core section 5.1); what is not known is left out."""
    stored = row["claims"]
    extra = orjson.loads(stored) if isinstance(stored, str) else stored
    claims: dict[str, Any] = {
        **(extra or {}),
        "name": row["name"],
        "locale": row["locale"],
        "updated_at": row["updated_at"],
    }
    if row["email"]:
        claims |= {"email": row["email"], "email_verified": bool(row["email_verified"])}
    if row["phone"]:
        claims |= {"phone_number": row["phone"], "phone_number_verified": bool(row["phone_verified"])}
    return claims

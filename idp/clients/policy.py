"""What we decide about a client, as opposed to what it says about itself. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from idp.base.errors import InvalidClientMetadata
from idp.base.settings import loopback
from idp.clients.holds import HOLDS

MEMBERS = (
    "first_party", "pre_authorised", "always_ask", "require_pkce", "resource_uris", "purpose", "holds", "approved_claims",
    "excluded_factors",
)  # fmt: skip
MAX_PURPOSE = 300
APPROVABLE = ("nik",)
"""Claims that a client gets only when a contract says so."""
EXCLUDABLE = ("sms", "rec")
"""Factors that a client may refuse to count: codes by SMS, recovery codes."""
_URI = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]{1,2048}")


def validate(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The policy to store; a member that we do not know is an error, since nobody but ourselves writes policies."""
    if unknown := sorted(wanted.keys() - set(MEMBERS)):
        raise InvalidClientMetadata(f"unknown policy member: {unknown[0]}")
    accepted: dict[str, Any] = {}
    for name in ("first_party", "pre_authorised", "always_ask", "require_pkce"):
        value = wanted.get(name)
        if value is None:
            continue
        if not isinstance(value, bool):
            raise InvalidClientMetadata(f"{name} must be true or false")
        accepted[name] = value
    if accepted.get("pre_authorised") and not accepted.get("first_party"):
        raise InvalidClientMetadata(
            "pre_authorised is for first parties: people are asked before a third party gets anything"
        )
    if accepted.get("pre_authorised") and accepted.get("always_ask"):
        raise InvalidClientMetadata("always_ask and pre_authorised exclude each other")
    if wanted.get("purpose") is not None:
        accepted["purpose"] = _purpose(wanted["purpose"])
    if wanted.get("holds") is not None:
        accepted["holds"] = _holds(wanted["holds"])
    if wanted.get("resource_uris") is not None:
        accepted["resource_uris"] = _resources(wanted["resource_uris"])
    if wanted.get("approved_claims") is not None:
        approved = wanted["approved_claims"]
        if not isinstance(approved, list) or any(name not in APPROVABLE for name in approved):
            raise InvalidClientMetadata(f"approved_claims may name {', '.join(APPROVABLE)}")
        accepted["approved_claims"] = list(dict.fromkeys(approved))
    if wanted.get("excluded_factors") is not None:
        accepted["excluded_factors"] = _factors(wanted["excluded_factors"])
    return accepted


def _factors(value: Any) -> list[str]:
    if not isinstance(value, list) or any(factor not in EXCLUDABLE for factor in value):
        raise InvalidClientMetadata(f"excluded_factors must be a list of: {', '.join(EXCLUDABLE)}")
    return list(dict.fromkeys(value))


def _purpose(value: Any) -> dict[str, str]:
    """Why the service wants the data, as people read it: a text per language."""
    if not isinstance(value, Mapping) or not value.keys() <= {"id", "en"}:
        raise InvalidClientMetadata("purpose is a text for each of the languages id and en")
    for text in value.values():
        if not isinstance(text, str) or not 0 < len(text) <= MAX_PURPOSE or not text.isprintable():
            raise InvalidClientMetadata(f"a purpose is one line of at most {MAX_PURPOSE} characters")
    return dict(value)


def _holds(value: Any) -> list[str]:
    """What the law makes the service keep when a person's account goes, by the names of `idp.clients.holds`."""
    if not isinstance(value, list) or any(name not in HOLDS for name in value):
        raise InvalidClientMetadata(f"holds is a list of {', '.join(HOLDS)}")
    return list(dict.fromkeys(value))


def _resources(value: Any) -> list[str]:
    """Absolute URIs without a fragment (RFC 8707 section 2)."""
    if not isinstance(value, list) or len(value) > 50:
        raise InvalidClientMetadata("resource_uris must be a list")
    return [_resource(uri) for uri in dict.fromkeys(value)]


def _resource(uri: Any) -> str:
    try:
        parts = urlsplit(uri) if isinstance(uri, str) and _URI.fullmatch(uri) else None
    except ValueError:
        parts = None
    if parts is None or "#" in str(uri) or "@" in parts.netloc:
        raise InvalidClientMetadata("a resource URI is absolute and has no fragment")
    if (
        (parts.scheme == "https" and parts.hostname)
        or (parts.scheme == "http" and loopback(parts.hostname))
        or parts.scheme == "urn"
    ):
        return str(uri)
    raise InvalidClientMetadata("a resource URI is https, http on loopback, or a URN")

"""What we decide about a client, as opposed to what it says about itself. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from idp.base.errors import InvalidClientMetadata
from idp.clients import uri
from idp.clients.holds import HOLDS

Rule = Callable[[str, Any], Any]

MAX_PURPOSE = 300
APPROVABLE = ("nik",)
"""Claims that a client gets only when a contract says so."""
EXCLUDABLE = ("sms", "rec")
"""Factors that a client may refuse to count: codes by SMS, recovery codes."""


def validate(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The policy to store; a member that we do not know is an error, since nobody but ourselves writes policies."""
    if unknown := sorted(wanted.keys() - _RULES.keys()):
        raise InvalidClientMetadata(f"unknown policy member: {unknown[0]}")
    accepted = {name: rule(name, wanted[name]) for name, rule in _RULES.items() if wanted.get(name) is not None}
    if accepted.get("pre_authorised") and not accepted.get("first_party"):
        raise InvalidClientMetadata(
            "pre_authorised is for first parties: people are asked before a third party gets anything"
        )
    if accepted.get("pre_authorised") and accepted.get("always_ask"):
        raise InvalidClientMetadata("always_ask and pre_authorised exclude each other")
    return accepted


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidClientMetadata(f"{name} must be true or false")
    return value


def _some_of(*allowed: str) -> Rule:
    def rule(name: str, value: Any) -> list[str]:
        if not isinstance(value, list) or any(one not in allowed for one in value):
            raise InvalidClientMetadata(f"{name} must be a list of: {', '.join(allowed)}")
        return list(dict.fromkeys(value))

    return rule


def _purpose(name: str, value: Any) -> dict[str, str]:
    """Why the service wants the data, as people read it: a text per language."""
    if not isinstance(value, Mapping) or not value.keys() <= {"id", "en"}:
        raise InvalidClientMetadata(f"{name} is a text for each of the languages id and en")
    for text in value.values():
        if not isinstance(text, str) or not 0 < len(text) <= MAX_PURPOSE or not text.isprintable():
            raise InvalidClientMetadata(f"a purpose is one line of at most {MAX_PURPOSE} characters")
    return dict(value)


def _resources(name: str, value: Any) -> list[str]:
    """Absolute URIs without a fragment (RFC 8707 section 2)."""
    if not isinstance(value, list) or len(value) > 50:
        raise InvalidClientMetadata(f"{name} must be a list")
    return list(dict.fromkeys(map(_resource, value)))


def _resource(value: Any) -> str:
    parts = uri.split(value)
    if parts is None or "#" in value or "@" in parts.netloc:
        raise InvalidClientMetadata("a resource URI is absolute and has no fragment")
    if not uri.web(parts) and parts.scheme != "urn":
        raise InvalidClientMetadata("a resource URI is https, http on loopback, or a URN")
    return str(value)


_RULES: Mapping[str, Rule] = {
    "first_party": _flag,
    "pre_authorised": _flag,
    "always_ask": _flag,
    "require_pkce": _flag,
    "resource_uris": _resources,
    "purpose": _purpose,
    "holds": _some_of(*HOLDS),
    "approved_claims": _some_of(*APPROVABLE),
    "excluded_factors": _some_of(*EXCLUDABLE),
}
MEMBERS = tuple(_RULES)
"""What a policy may say. `holds` are named in `idp.clients.holds`."""

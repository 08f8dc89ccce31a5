"""Client metadata: one set of rules for `apply`, the admin API and dynamic registration (RFC 7591 section 2). Pure.

Values that are not allowed raise InvalidRedirectUri or InvalidClientMetadata; members that we do not know are dropped,
as RFC 7591 asks, save those that ask for a protection which we do not give.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from idp.base.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.base.jose import ALGORITHMS, JoseFault, read_jwks
from idp.clients import uri

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
LOCALISED = re.compile(r"(client_name|client_uri|logo_uri|policy_uri|tos_uri)#[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
"""What people read may be said once more per language, with its tag behind `#` (RFC 7591 section 2.2)."""
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
# Host and port alone: the host of a logo stands in a page's Content-Security-Policy, where `;` begins a directive.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_UNPROTECTED = re.compile(
    r"(id_token|userinfo|introspection|authorization)_encrypted_response_(alg|enc)|request_object_encryption_(alg|enc)"
    r"|(introspection|authorization)_signed_response_alg|require_signed_request_object"
    r"|tls_client_certificate_bound_access_tokens|dpop_bound_access_tokens"
)
"""Members by which a client asks to be sent, or to send, nothing but what is encrypted, signed or bound to its key. We may
leave out what we do not know (RFC 7591 section 3.2.1); but who asks for these and goes on without them is less safe than
they believe."""
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def validate(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata to store: known members, checked, with the defaults of RFC 7591 and of OpenID Connect."""
    accepted: dict[str, Any] = {}
    for name, value in wanted.items():
        if (member := member_of(name)) is not None and value is not None:
            accepted[name] = _RULES[member](name, value)
        elif value and _UNPROTECTED.fullmatch(name):
            raise InvalidClientMetadata(f"{name} asks for a protection that is not supported")
    method = accepted.setdefault("token_endpoint_auth_method", "client_secret_basic")
    grants = accepted.setdefault("grant_types", ["authorization_code"])
    accepted.setdefault("id_token_signed_response_alg", "RS256")
    _check_flows(accepted, grants)
    if method == "none" and "client_credentials" in grants:
        raise InvalidClientMetadata("client_credentials needs a confidential client")
    if "jwks" in accepted and "jwks_uri" in accepted:
        raise InvalidClientMetadata("send jwks or jwks_uri, not both")
    if method == "private_key_jwt" and not accepted.keys() & {"jwks", "jwks_uri"}:
        raise InvalidClientMetadata("private_key_jwt needs jwks or jwks_uri")
    hosts = {urlsplit(one).hostname for one in accepted.get("redirect_uris", ())}
    if accepted.get("subject_type") == "pairwise" and "sector_identifier_uri" not in accepted and len(hosts) > 1:
        raise InvalidClientMetadata("pairwise with several hosts needs sector_identifier_uri")
    return accepted


def member_of(name: str) -> str | None:
    """The member that a name stands for, in whatever language; None for one that we do not know."""
    member = name.partition("#")[0] if LOCALISED.fullmatch(name) else name
    return member if member in MEMBERS else None


def _check_flows(accepted: dict[str, Any], grants: list[str]) -> None:
    if "authorization_code" in grants:
        accepted.setdefault("response_types", ["code"])
        if not accepted.get("redirect_uris"):
            raise InvalidRedirectUri("redirect_uris is required")
    elif accepted.get("response_types"):
        raise InvalidClientMetadata("response_types needs grant type authorization_code")
    else:
        accepted["response_types"] = []
    if "refresh_token" in grants and "authorization_code" not in grants:
        raise InvalidClientMetadata("refresh_token needs grant type authorization_code")


def redirect_uri(value: Any) -> str:
    """https, http for loopback, or a reverse-domain private scheme (RFC 8252 section 7); no fragment, no userinfo."""
    parts = uri.split(value)
    if parts is None:
        raise InvalidRedirectUri("a redirect URI cannot be read, holds characters that no URI has, or is too long")
    if "#" in value or "@" in parts.netloc:
        raise InvalidRedirectUri("a redirect URI has no fragment and no userinfo")
    if uri.web(parts) and not _HOST.fullmatch(parts.netloc):
        raise InvalidRedirectUri("a redirect URI names one host: it is compared as it stands, and * is no pattern")
    if not uri.web(parts) and not _PRIVATE_SCHEME.fullmatch(parts.scheme):
        raise InvalidRedirectUri("a redirect URI is https, http on loopback, or a reverse-domain private scheme")
    return str(value)


def secret_strong_enough(secret: str) -> bool:
    """Whether a secret that somebody brought along may have 128 bits: 22 or more characters, a dozen different ones."""
    return len(secret) >= 22 and len(set(secret)) >= 12 and secret.isascii() and secret.isprintable()


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or not value.isprintable():
        raise InvalidClientMetadata(f"{name} must be a short text")
    return value


def _web_uri(name: str, value: Any) -> str:
    parts = uri.split(value)
    if parts is None or not uri.web(parts) or "#" in value or not _HOST.fullmatch(parts.netloc):
        raise InvalidClientMetadata(f"{name} must be an https URL")
    return str(value)


def _redirect_uris(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 50:
        raise InvalidRedirectUri("redirect_uris must be a list")
    return [redirect_uri(one) for one in value]


def _post_logout_uris(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 50:
        raise InvalidClientMetadata(f"{name} must be a list")
    try:
        return [redirect_uri(one) for one in value]
    except InvalidRedirectUri as fault:
        raise InvalidClientMetadata(f"{name}: {fault.description}") from None


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def rule(name: str, value: Any) -> str:
        if value not in allowed:
            raise InvalidClientMetadata(f"{name} must be one of: {', '.join(allowed)}")
        return str(value)

    return rule


def _some_of(*allowed: str) -> Callable[[str, Any], list[str]]:
    def rule(name: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not value or any(item not in allowed for item in value):
            raise InvalidClientMetadata(f"{name} must be a list of: {', '.join(allowed)}")
        return list(dict.fromkeys(value))

    return rule


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 20:
        raise InvalidClientMetadata(f"{name} must be a list")
    return [_text(name, item) for item in value]


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidClientMetadata(f"{name} must be true or false")
    return value


def _seconds(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise InvalidClientMetadata(f"{name} must be a number of seconds")
    return value


def _scope(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 2000 or not _SCOPE.fullmatch(value):
        raise InvalidClientMetadata("scope must be scope tokens with single spaces")
    return value


def _jwks(name: str, value: Any) -> dict[str, Any]:
    try:
        read_jwks(value)
    except JoseFault as fault:
        raise InvalidClientMetadata(f"jwks: {fault}") from None
    return dict(value)


_algorithm = _one_of(*ALGORITHMS)
_RULES: dict[str, Callable[[str, Any], Any]] = {
    "redirect_uris": _redirect_uris,
    "post_logout_redirect_uris": _post_logout_uris,
    "token_endpoint_auth_method": _one_of(*AUTH_METHODS),
    "token_endpoint_auth_signing_alg": _algorithm,
    "grant_types": _some_of(*GRANT_TYPES),
    "response_types": _some_of("code"),
    "application_type": _one_of("web", "native"),
    "client_name": _text,
    "client_uri": _web_uri,
    "logo_uri": _web_uri,
    "policy_uri": _web_uri,
    "tos_uri": _web_uri,
    "initiate_login_uri": _web_uri,
    "contacts": _texts,
    "scope": _scope,
    "jwks": _jwks,
    "jwks_uri": _web_uri,
    "subject_type": _one_of("public", "pairwise"),
    "sector_identifier_uri": _web_uri,
    "id_token_signed_response_alg": _algorithm,
    "userinfo_signed_response_alg": _algorithm,
    "access_token_signed_response_alg": _algorithm,
    "default_max_age": _seconds,
    "require_auth_time": _flag,
    "require_pushed_authorization_requests": _flag,
    "default_acr_values": _texts,
    "backchannel_logout_uri": _web_uri,
    "backchannel_logout_session_required": _flag,
    "software_id": _text,
    "software_version": _text,
}
MEMBERS = frozenset(_RULES)
"""The members that we know."""

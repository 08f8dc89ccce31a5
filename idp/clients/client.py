"""A relying party and what it may do. Pure; held in memory, so everything here is ready to be asked."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from joserfc.jwk import Key

from idp.base.jose import JoseFault, read_jwks
from idp.base.opaque import digest, same

FIRST_PARTY_SECTOR = "first-party"
PUBLIC_SECTOR = "public"
SELF_REGISTERED = "dynamic"
"""The `source` of a client that came by dynamic registration (RFC 7591)."""


@dataclass(frozen=True)
class Client:
    """`metadata` is what the client said (RFC 7591, validated, defaults filled in); `policy` is what we decided."""

    client_id: str
    metadata: Mapping[str, Any]
    policy: Mapping[str, Any] = field(default_factory=dict)
    secret_hash: bytes | None = field(default=None, repr=False)
    previous_secret_hash: bytes | None = field(default=None, repr=False)
    previous_secret_expires_at: int | None = None
    source: str = "static"
    registration_token_hash: bytes | None = field(default=None, repr=False)
    created_at: int = 0
    updated_at: int = 0
    disabled_at: int | None = None
    broken: str | None = None
    """Why its row cannot be read, if it cannot. It is off then, and neither metadata nor policy say anything."""

    @property
    def enabled(self) -> bool:
        """Whether it may do anything."""
        return self.disabled_at is None and self.broken is None

    def check(self) -> None:
        """Ask everything that a request may ask, so that none finds out what is wrong with a row.

        Raises KeyError, TypeError, ValueError or AttributeError.
        """
        _ = (
            self.auth_method, self.grant_types, self.redirect_uris, self.post_logout_redirect_uris, self.scopes, self.holds,
            self.purpose_version, self.resource_uris, self.excluded_factors, self.approved_claims, self.sector,
            self.id_token_algorithm, self.access_token_algorithm,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The name that people see."""
        return str(self.metadata.get("client_name") or self.client_id)

    def localised_name(self, language: str) -> str:
        """The name in a language, when the client gave one (RFC 7591 section 2.2)."""
        return str(self.metadata.get(f"client_name#{language}") or self.name)

    def begins_at(self, issuer: str) -> str:
        """Where a person begins anew at this service: the address for signing in from outside (OIDC Core section 4),
        else its front page; empty when neither is registered."""
        if begins := self.metadata.get("initiate_login_uri"):
            return f"{begins}{'&' if '?' in begins else '?'}iss={quote(issuer, safe='')}"
        return str(self.metadata.get("client_uri") or "")

    @cached_property
    def auth_method(self) -> str:
        return str(self.metadata["token_endpoint_auth_method"])

    @property
    def public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749 section 2.1)."""
        return self.auth_method == "none"

    @cached_property
    def grant_types(self) -> frozenset[str]:
        return frozenset(self.metadata["grant_types"])

    @cached_property
    def redirect_uris(self) -> frozenset[str]:
        return frozenset(self.metadata.get("redirect_uris", ()))

    @cached_property
    def post_logout_redirect_uris(self) -> frozenset[str]:
        return frozenset(self.metadata.get("post_logout_redirect_uris", ()))

    @cached_property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that it may ask for; None means every scope that is open to all."""
        scope = self.metadata.get("scope")
        return None if scope is None else frozenset(str(scope).split())

    @property
    def self_registered(self) -> bool:
        """Whether it came by dynamic registration, so that no operator has looked at it."""
        return self.source == SELF_REGISTERED

    @property
    def first_party(self) -> bool:
        """Run by the same organisation: shares the pairwise sector of its siblings."""
        return bool(self.policy.get("first_party"))

    @property
    def pre_authorised(self) -> bool:
        """Whether people are told, not asked, when it is used. First parties only, never a third party."""
        return self.first_party and bool(self.policy.get("pre_authorised"))

    @property
    def always_ask(self) -> bool:
        """Whether people are asked each time, whatever they allowed before."""
        return bool(self.policy.get("always_ask"))

    @property
    def purpose(self) -> Mapping[str, str]:
        """Why it wants to know what it asks, language → text."""
        return dict(self.policy.get("purpose", {}))

    @property
    def holds(self) -> Sequence[str]:
        """What the law makes it keep, by the names of `idp.clients.holds`."""
        return tuple(self.policy.get("holds", ()))

    @cached_property
    def purpose_version(self) -> str:
        """Changes whenever the purpose or the address of the privacy policy does: then people are asked again."""
        words = sorted(self.purpose.items()), self.metadata.get("policy_uri")
        return digest(repr(words)).hex()[:16]

    @cached_property
    def require_pkce(self) -> bool:
        return self.public or bool(self.policy.get("require_pkce", True))

    @property
    def require_pushed(self) -> bool:
        """Whether it sends its requests by PAR alone (RFC 9126 section 6), so that nobody else can begin one in its name."""
        return bool(self.metadata.get("require_pushed_authorization_requests"))

    @cached_property
    def resource_uris(self) -> frozenset[str]:
        """Resource indicators (RFC 8707) of the APIs that this client serves."""
        return frozenset(self.policy.get("resource_uris", ()))

    def foreign(self, resources: Iterable[str], issuer: str) -> frozenset[str]:
        """The resources that are neither this client's own nor the issuer's: to reach those in a person's name takes a yes."""
        return frozenset(resources) - self.resource_uris - {issuer}

    @cached_property
    def excluded_factors(self) -> frozenset[str]:
        """Factors that do not count here, by their names in a session (`sms`, `rec`)."""
        return frozenset(self.policy.get("excluded_factors", ()))

    @cached_property
    def approved_claims(self) -> frozenset[str]:
        """Restricted claims that a contract lets it have."""
        return frozenset(self.policy.get("approved_claims", ()))

    @cached_property
    def sector(self) -> str:
        """What a pairwise subject is computed for (OIDC Core section 8.1)."""
        if self.metadata.get("subject_type") == "public":
            return PUBLIC_SECTOR
        if self.first_party:
            return FIRST_PARTY_SECTOR
        if uri := self.metadata.get("sector_identifier_uri"):
            return str(urlsplit(uri).hostname)
        # Only an https address shows that its host is the client's: whoever registers `com.app://other.example/` owns
        # nothing of other.example, and every app of a machine shares its loopback.
        hosts = {parts.hostname if parts.scheme == "https" else None for parts in map(urlsplit, self.redirect_uris)}
        host = hosts.pop() if len(hosts) == 1 else None
        return self.client_id if host in (None, FIRST_PARTY_SECTOR, PUBLIC_SECTOR) else str(host)

    @cached_property
    def id_token_algorithm(self) -> str:
        return str(self.metadata["id_token_signed_response_alg"])

    @cached_property
    def access_token_algorithm(self) -> str:
        return str(self.metadata.get("access_token_signed_response_alg", "ES256"))

    @property
    def userinfo_algorithm(self) -> str | None:
        """Set when userinfo shall be signed."""
        return self.metadata.get("userinfo_signed_response_alg")

    @property
    def backchannel_logout_uri(self) -> str | None:
        return self.metadata.get("backchannel_logout_uri")

    @cached_property
    def keys(self) -> list[Key]:
        """Its registered public keys; those behind a `jwks_uri` are fetched when needed."""
        try:
            return read_jwks(self.metadata["jwks"]) if "jwks" in self.metadata else []
        except JoseFault:
            return []

    def allows_redirect(self, uri: str) -> bool:
        """Byte-equal, but for the port of a loopback IP literal (RFC 9700 section 2.1, RFC 8252 section 7.3)."""
        return uri in self.redirect_uris or any(_same_but_port(uri, registered) for registered in self.redirect_uris)

    def knows_secret(self, secret: str, now: int) -> bool:
        """Whether `secret` is the client's, or the one before it while that still works."""
        presented = digest(secret)
        if self.secret_hash is not None and same(presented, self.secret_hash):
            return True
        return (
            self.previous_secret_hash is not None
            and now < (self.previous_secret_expires_at or 0)
            and same(presented, self.previous_secret_hash)
        )


def _same_but_port(uri: str, registered: str) -> bool:
    if not registered.startswith(("http://127.", "http://[::1]")) or not uri.startswith("http://"):
        return False
    try:
        asked, known = urlsplit(uri), urlsplit(registered)
        asked_port = asked.port
        if known.hostname is None or not ipaddress.ip_address(known.hostname).is_loopback:
            return False
    except ValueError:
        return False
    # Compared as written, with the port cut out: no decoding, no userinfo, no other spelling of the host.
    host = known.netloc.rsplit(":", 1)[0] if known.port is not None else known.netloc
    netloc = host if asked_port is None else f"{host}:{asked_port}"
    return uri == f"http://{netloc}{registered[len('http://' + known.netloc) :]}"

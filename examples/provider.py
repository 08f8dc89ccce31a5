"""What a relying party or an API knows of its provider: discovery, keys, and tokens signed with them."""

import time
from collections.abc import Callable
from typing import Any

import httpx2
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

# Never "none", and never HS256: a public key taken for an HMAC secret forges every token (CVE-2024-37568).
ALGORITHMS = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]
CACHE_SECONDS = 900
# A key id that nobody knows makes us look again, but a stranger's made-up ids must not make us hammer the provider.
REFETCH_SECONDS = 10


class TokenRefused(Exception):
    """The text is safe to show to the caller (printable ASCII without quotes)."""


class Provider:
    """Discovery and JWKS of one issuer, fetched when first needed and kept for a quarter of an hour."""

    def __init__(self, issuer: str, http: httpx2.AsyncClient, now: Callable[[], float] = time.time) -> None:
        self.issuer = issuer
        self._http = http
        self._now = now
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 §4. Raises httpx2.HTTPError."""
        if self._metadata is None or self._now() - self._metadata[0] > CACHE_SECONDS:
            response = await self._http.get(f"{self.issuer}/.well-known/openid-configuration")
            document = response.raise_for_status().json()
            if document["issuer"] != self.issuer:  # §4.3: else another provider could speak for this one
                raise httpx2.ProtocolError(f"the discovery document of {self.issuer} names another issuer")
            self._metadata = (self._now(), document)
        return self._metadata[1]

    async def _key_set(self, younger_than: int) -> KeySet:
        if self._keys is None or self._now() - self._keys[0] > younger_than:
            response = await self._http.get((await self.metadata())["jwks_uri"])
            self._keys = (self._now(), KeySet.import_key_set(response.raise_for_status().json()))
        return self._keys[1]

    async def claims(self, token: str, *, typ: str | None, audience: str, leeway: int = 10) -> dict[str, Any]:
        """The claims of a signed token, once signature, `typ`, `iss`, `aud` and `exp` are right.

        `typ` None takes any: an ID token has none of its own. Raises TokenRefused, httpx2.HTTPError.
        """
        try:
            # `typ` keeps one kind of token from passing for another (RFC 8725 §3.11).
            if typ is not None and _typ(jws.extract_compact(token.encode()).headers()) != typ:
                raise TokenRefused(f"not a token of type {typ}")
            try:
                decoded = jwt.decode(token, await self._key_set(CACHE_SECONDS), algorithms=ALGORITHMS)
            except InvalidKeyIdError:  # the provider has rotated since we looked
                decoded = jwt.decode(token, await self._key_set(REFETCH_SECONDS), algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                now=int(self._now()),
                leeway=leeway,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as refusal:
            raise TokenRefused(f"the token is not valid: {type(refusal).__name__}") from refusal
        return decoded.claims


def _typ(header: dict[str, Any]) -> str:
    return str(header.get("typ", "")).lower().removeprefix("application/")

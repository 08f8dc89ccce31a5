"""The keyring: published keys as ready bytes, and a signer per algorithm. Held in memory, replaced as a whole."""

from collections.abc import Sequence
from typing import Any

import orjson
from joserfc.jwk import Key, import_key

from idp.base.errors import Unavailable
from idp.base.jose import ALGORITHMS, JoseFault, Signer, verify
from idp.keys.key import ACTIVE, SigningKey


class Keyring:
    """What the provider signs and verifies with. `load` swaps everything at once, between two requests."""

    def __init__(self) -> None:
        self._signers: dict[str, Signer] = {}
        self._public: list[Key] = []
        self.jwks = orjson.dumps({"keys": []})

    def load(self, keys: Sequence[SigningKey], now: int) -> None:
        """Take over the keys as they stand in the database."""
        shown = [key for key in keys if key.published(now)]
        known = {signer.kid: signer for signer in self._signers.values()}
        self._signers = {
            key.algorithm: known.get(key.kid)
            or Signer(key.algorithm, key.kid, import_key(dict(key.private_jwk)).private_key)
            for key in shown
            if key.state == ACTIVE and key.private_jwk is not None
        }
        self._public = [import_key(dict(key.public_jwk)) for key in shown]
        self.jwks = orjson.dumps({"keys": [dict(key.public_jwk) for key in shown]})

    @property
    def algorithms(self) -> list[str]:
        """The algorithms that have an active key, in our order of preference."""
        return [algorithm for algorithm in ALGORITHMS if algorithm in self._signers]

    def sign(self, claims: dict[str, Any], algorithm: str, typ: str = "JWT") -> str:
        """Sign with the active key of `algorithm`."""
        signer = self._signers.get(algorithm)
        if signer is None:
            raise Unavailable(f"no active key for {algorithm}")
        return signer.sign(claims, typ)

    def verify(self, token: str, types: Sequence[str] | None = None) -> dict[str, Any]:
        """The claims of a token that we signed ourselves; JoseFault otherwise. Expiry is the caller's to judge."""
        return verify(token, self._public, ALGORITHMS, types)


__all__ = ["JoseFault", "Keyring"]

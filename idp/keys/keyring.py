"""The keyring: published keys as ready bytes, and a signer per algorithm. Held in memory, replaced as a whole."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from joserfc.jwk import Key, import_key

from idp.base.errors import Unavailable
from idp.base.jose import ALGORITHMS, JoseFault, Signer, open_private, verify
from idp.keys.key import ACTIVE, SigningKey

REMEMBERED = 4096
"""How many tokens a process recognises without verifying them again: some eight megabytes."""


class Keyring:
    """What the provider signs and verifies with. `load` swaps everything at once, between two requests."""

    def __init__(self) -> None:
        self._signers: dict[str, Signer] = {}
        self._public: list[Key] = []
        self._recognised: OrderedDict[tuple[bytes, str], Mapping[str, Any]] = OrderedDict()
        self.jwks = orjson.dumps({"keys": []})

    def load(self, keys: Sequence[SigningKey], now: int) -> None:
        """Take over the keys as they stand in the database."""
        shown = [key for key in keys if key.published(now)]
        known = {signer.kid: signer for signer in self._signers.values()}
        self._signers = {
            key.algorithm: known.get(key.kid) or Signer(key.algorithm, key.kid, open_private(key.private_jwk))
            for key in shown
            if key.state == ACTIVE and key.private_jwk is not None
        }
        self._public = [import_key(dict(key.public_jwk)) for key in shown]
        # A key that is gone takes along what it had signed.
        self._recognised.clear()
        self.jwks = orjson.dumps({"keys": [dict(key.public_jwk) for key in shown]})

    @property
    def algorithms(self) -> list[str]:
        """The algorithms that have an active key, in our order of preference."""
        return [algorithm for algorithm in ALGORITHMS if algorithm in self._signers]

    def sign(self, claims: dict[str, Any], algorithm: str, typ: str = "JWT") -> str:
        """Sign with the active key of `algorithm`. Unavailable when it has none."""
        signer = self._signers.get(algorithm)
        if signer is None:
            raise Unavailable(f"no active key for {algorithm}")
        return signer.sign(claims, typ)

    def verify(self, token: str, types: Sequence[str] | None = None) -> dict[str, Any]:
        """The claims of a token that we signed ourselves; JoseFault otherwise. Expiry is the caller's to judge."""
        return verify(token, self._public, ALGORITHMS, types)

    def recognise(self, token: str, typ: str) -> Mapping[str, Any]:
        """`verify` for a token that comes again and again, as access tokens do: its signature is checked once.

        What the signature cannot say, the caller asks each time: whether it has expired, and whether it was taken back.
        """
        # Under its hash: whoever could read this memory should not find tokens lying ready in it.
        seen = hashlib.sha256(token.encode(errors="surrogateescape")).digest(), typ
        claims = self._recognised.get(seen)
        if claims is not None:
            self._recognised.move_to_end(seen)
            return claims
        claims = self._recognised[seen] = self.verify(token, (typ,))
        if len(self._recognised) > REMEMBERED:
            self._recognised.popitem(last=False)
        return claims


__all__ = ["JoseFault", "Keyring"]

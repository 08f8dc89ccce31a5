"""A slip: a small sealed value that a page, a cookie or an address carries for us, for one purpose, one bearer and a time.

What a journey has to remember between two of its pages travels with the browser, so that nothing is parked here. The
bearer (a device, a session) is part of the seal: a slip found in somebody else's browser does not open.
"""

import zlib
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag

from idp.base.opaque import Entropy, b64decode, b64encode
from idp.store.material import Material

MAX_SLIP = 12_000
_PURPOSE = "slip"


class Slips:
    """Writes and reads slips, under the house's own key."""

    def __init__(self, material: Material, entropy: Entropy) -> None:
        self._material = material
        self._entropy = entropy

    def write(self, purpose: str, bearer: bytes, value: Any, expires_at: int) -> str:
        """The slip as it travels. `value` is JSON; `expires_at` is in UNIX seconds."""
        nonce = self._entropy.bytes(12)
        packed = zlib.compress(orjson.dumps([expires_at, value]), 6)
        return b64encode(nonce + self._material.cipher(_PURPOSE).encrypt(nonce, packed, _place(purpose, bearer)))

    def read(self, purpose: str, bearer: bytes, text: str, now: int) -> Any:
        """The value; None unless the slip is whole, in time, and for this purpose and bearer."""
        if not 0 < len(text) <= MAX_SLIP:
            return None
        try:
            raw = b64decode(text)
            # Only what we sealed is unpacked, so nobody else's bytes can grow here.
            packed = self._material.cipher(_PURPOSE).decrypt(raw[:12], raw[12:], _place(purpose, bearer))
        except (ValueError, InvalidTag):
            return None
        expires_at, value = orjson.loads(zlib.decompress(packed))
        return value if now < expires_at else None


def _place(purpose: str, bearer: bytes) -> bytes:
    return purpose.encode() + b"\x00" + bearer

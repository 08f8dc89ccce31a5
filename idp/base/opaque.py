"""Random values, the hashes under which they are stored, and keyed hashes for lookup."""

import base64
import hashlib
import hmac
import os
import uuid
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Entropy(Protocol):
    """A source of randomness; injected so that tests can make it repeat itself."""

    def bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        ...


class SystemEntropy:
    """The operating system's generator."""

    def bytes(self, count: int) -> bytes:
        return os.urandom(count)


def token(entropy: Entropy, size: int = 32) -> str:
    """An opaque base64url value of `size` random bytes; 32 bytes give 43 characters and 256 bits.

    OAuth 2.1 section 7 asks for a guessing probability of at most 2^-128.
    """
    return b64encode(entropy.bytes(size))


SPOKEN = "CDFGHJKMNPRTVWXYZ23479"
"""Letters for what people read out on the telephone: no vowels, so that it is never a word, and nothing that is heard or read
as something else."""


def choose(entropy: Entropy, alphabet: str, length: int) -> str:
    """`length` characters drawn evenly from `alphabet` (at most 256 characters), without modulo bias."""
    limit = 256 - 256 % len(alphabet)
    chosen: list[str] = []
    while len(chosen) < length:
        chosen.extend(alphabet[byte % len(alphabet)] for byte in entropy.bytes(length * 2) if byte < limit)
    return "".join(chosen[:length])


def uuid7(entropy: Entropy, milliseconds: int) -> uuid.UUID:
    """A UUIDv7 (RFC 9562 section 5.7): sortable by time, so that index pages fill in order. Never a secret."""
    random = int.from_bytes(entropy.bytes(10), "big")
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 68
    low = 0b10 << 62 | random & ((1 << 62) - 1)
    return uuid.UUID(int=high << 64 | low)


def digest(value: str) -> bytes:
    """SHA-256 of a random value. Enough for values of 128 bits and more; never for what a person chose."""
    return hashlib.sha256(value.encode()).digest()


def keyed(key: bytes, *parts: str | bytes) -> bytes:
    """HMAC-SHA-256 over length-prefixed `parts`, so that no two lists of parts give the same input."""
    return Mac(key).of(*parts)


class Mac:
    """`keyed` under a key that serves many requests. Setting up costs several times as much as the MAC itself: it is done once."""

    def __init__(self, key: bytes) -> None:
        self._ready = HMAC(key, SHA256())

    def of(self, *parts: str | bytes) -> bytes:
        """The 32-byte MAC of `parts`, as `keyed` has it."""
        message = bytearray()
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            message += len(raw).to_bytes(4, "big")
            message += raw
        mac = self._ready.copy()
        mac.update(message)
        return mac.finalize()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Whether two values are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(
        left.encode() if isinstance(left, str) else left, right.encode() if isinstance(right, str) else right
    )


def b64encode(raw: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return b64bytes(raw).decode()


def b64bytes(raw: bytes) -> bytes:
    """The same as bytes, for what is not finished yet."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=")


def b64decode(text: str) -> bytes:
    """The inverse of `b64encode`; ValueError unless `text` is exactly what `b64encode` would write.

    Without that test one value would have several spellings, and a replay mark could be dodged.
    """
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


@dataclass(frozen=True, slots=True)
class Handle:
    """An id and a secret that travel as one opaque text; only the secret's hash is stored.

    The id finds the row by primary key, so that the secret needs no index of its own.
    """

    id: uuid.UUID
    secret: str

    @classmethod
    def make(cls, entropy: Entropy, milliseconds: int) -> "Handle":
        """A new handle with 256 random bits."""
        return cls(uuid7(entropy, milliseconds), b64encode(entropy.bytes(32)))

    @classmethod
    def parse(cls, text: str) -> "Handle | None":
        """The inverse of `str`; None for anything else."""
        if len(text) != 64:
            return None
        try:
            raw = b64decode(text)
        except ValueError:
            return None
        return cls(uuid.UUID(bytes=raw[:16]), b64encode(raw[16:]))

    @property
    def secret_hash(self) -> bytes:
        return digest(self.secret)

    def __str__(self) -> str:
        return b64encode(self.id.bytes + b64decode(self.secret))

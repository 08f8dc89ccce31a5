"""Sealed values: AES-256-GCM, bound to the very place where they lie, so that a value moved to another row does not open."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.base.opaque import Entropy
from idp.store.material import Material

_NONCE = 12


class SealBroken(Exception):
    """The value was changed, moved, or sealed under a key that is no longer here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies: table, column, row. It is the additional authenticated data."""

    table: str
    column: str
    row: UUID | str

    def aad(self) -> bytes:
        return f"{self.table}/{self.column}/{self.row}".encode()


class Sealer:
    """Seals under the first encryption key, opens under any. Layout: length of key id, key id, nonce, ciphertext and tag.

    GCM nonces are 96 random bits: with one key, stay below 2^32 sealed values (NIST SP 800-38D section 8.3), then add a key.
    """

    def __init__(self, material: Material, entropy: Entropy) -> None:
        self._entropy = entropy
        self._ciphers = {name.encode(): AESGCM(key) for name, key in material.encryption.items()}
        self._current = next(iter(self._ciphers))

    def seal(self, place: Place, plaintext: bytes) -> bytes:
        """The sealed form of `plaintext` at `place`."""
        nonce = self._entropy.bytes(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, plaintext, place.aad())
        return bytes([len(self._current)]) + self._current + nonce + sealed

    def open(self, place: Place, sealed: bytes) -> bytes:
        """The plaintext; SealBroken if it is not what was sealed at this place."""
        length = sealed[0] if sealed else 0
        name, rest = sealed[1 : 1 + length], sealed[1 + length :]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken(f"{place.table}.{place.column}: unknown encryption key")
        try:
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], place.aad())
        except InvalidTag:
            raise SealBroken(f"{place.table}.{place.column}: seal broken") from None

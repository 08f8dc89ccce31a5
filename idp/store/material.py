"""Key material on disk: what must never lie in the database that it protects.

`encryption.key` holds one key per line, `<id> <base64url of 32 bytes>`, newest first: the first seals, all open.
`index.key` holds one key; lookups, refresh tokens and pairwise subjects derive from it, so it outlives every rotation.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.base.opaque import Entropy, Mac, b64decode, b64encode, keyed


class MaterialError(Exception):
    """A key file is missing, readable by others or damaged; the text is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Material:
    """The loaded keys, and what derives from `index`: a key of its own for each purpose. `repr` shows none of them.

    Whatever serves a purpose is made when it is first asked for, and kept: most requests come by some of them.
    """

    encryption: dict[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    _macs: dict[str, Mac] = field(default_factory=dict, init=False, repr=False, compare=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, init=False, repr=False, compare=False)

    def mac(self, purpose: str) -> Mac:
        """What names, finds or vouches for one purpose."""
        made = self._macs.get(purpose)
        if made is None:
            made = self._macs[purpose] = Mac(self._derive(purpose))
        return made

    def cipher(self, purpose: str) -> AESGCM:
        """What seals for one purpose."""
        made = self._ciphers.get(purpose)
        if made is None:
            made = self._ciphers[purpose] = AESGCM(self._derive(purpose))
        return made

    def _derive(self, purpose: str) -> bytes:
        return keyed(self.index, "gerbang", purpose)


def load(folder: Path) -> Material:
    """Read both files; MaterialError says what is wrong with which."""
    encryption = {}
    for line in _read(folder / "encryption.key").splitlines():
        name, _, value = line.partition(" ")
        encryption[name] = _key(folder / "encryption.key", value)
    if not encryption:
        raise MaterialError(f"{folder / 'encryption.key'}: holds no key; restore it from your backup")
    return Material(encryption, _key(folder / "index.key", _read(folder / "index.key").strip()))


def exists(folder: Path) -> bool:
    """Whether there is anything to load; half a folder counts, so that nothing is overwritten."""
    return any((folder / name).exists() for name in ("encryption.key", "index.key"))


def create(folder: Path, entropy: Entropy) -> Material:
    """Write new keys, 0600; never over existing ones. Raises MaterialError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = entropy.bytes(4).hex()
        for path, text in (
            (folder / "encryption.key", f"{name} {b64encode(entropy.bytes(32))}\n"),
            (folder / "index.key", b64encode(entropy.bytes(32)) + "\n"),
        ):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text)
    except OSError as error:
        raise MaterialError(f"{folder}: cannot write key files: {error.strerror}") from None
    return load(folder)


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise MaterialError(f"{path}: readable by others; run: chmod 600 {path}")
        return path.read_text()
    except FileNotFoundError:
        raise MaterialError(
            f"{path}: missing; restore it from your backup, or run `idp keys init` on a new installation"
        ) from None
    except OSError as error:
        raise MaterialError(f"{path}: cannot read: {error.strerror}") from None


def _key(path: Path, text: str) -> bytes:
    try:
        key = b64decode(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise MaterialError(f"{path}: damaged; each key is 32 bytes in base64url. Restore it from your backup")
    return key

"""An archive that leaves while it is made: whoever packs it holds one file at a time, however many there are."""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

_PACKED = frozenset({".jpg", ".png"})


async def packed(files: AsyncIterator[tuple[str, bytes]]) -> AsyncIterator[bytes]:
    """A ZIP file in pieces, each a file of it; pictures as they are, since they are small already."""
    out = _Outgoing()
    with zipfile.ZipFile(out, "w") as archive:
        async for name, body in files:
            archive.writestr(entry(name), body, _method(name))
            yield out.taken()
    yield out.taken()


def entry(name: str) -> zipfile.ZipInfo:
    """A place in an archive, with a fixed date: what is inside says when it was made."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def _method(name: str) -> int:
    return zipfile.ZIP_STORED if name[-4:] in _PACKED else zipfile.ZIP_DEFLATED


class _Outgoing(io.RawIOBase):
    """What zipfile takes for a pipe: it cannot seek, and what was written is taken away at once."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._written += piece
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = bytes(self._written)
        self._written.clear()
        return piece

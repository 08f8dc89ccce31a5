"""A form with a file (multipart/form-data, RFC 7578), read strictly and into memory: nobody's identity card touches a disk unsealed.

The shell has bounded the body already; here the number of parts, the size of everything that is no file, and what is kept
of a file are. A photo from a good camera is easily too large: it is read to its end and not kept, so that its sender can
be told what is the matter.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from idp.base.errors import PageFault, Unavailable
from idp.web.form import Form

_MAX_PARTS = 16
_MAX_FIELD = 16_384
_MAX_HEADERS = 2_048

SLOWEST = 2_048
"""Bytes per second that an upload must move at, on average over each `WINDOW` seconds: a poor 2G line does twice that."""
WINDOW = 60
LONGEST = 3_600
"""Seconds after which any upload ends: the largest picture at that pace, and a little."""


@dataclass
class _Part:
    name: str = ""
    is_file: bool = False
    content: bytearray = field(default_factory=bytearray)


class _Reader:
    """Takes the parts apart as the parser meets them."""

    def __init__(self, boundary: bytes, most: int) -> None:
        self.parts: list[_Part] = []
        # One byte more than a file may have shows that it has more.
        self._room = most + 1
        self.finished = False
        self._header = (bytearray(), bytearray())
        self._headers = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._spell(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._spell(1, data[start:end]),
                "on_header_end": self._header_end,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise PageFault("kesalahan.permintaan", "malformed multipart") from None

    def _begin(self) -> None:
        if len(self.parts) >= _MAX_PARTS:
            raise PageFault("kesalahan.permintaan", "too many parts")
        self.parts.append(_Part())
        self._headers = 0

    def _spell(self, which: int, piece: bytes) -> None:
        self._headers += len(piece)
        if self._headers > _MAX_HEADERS:
            raise PageFault("kesalahan.permintaan", "headers of a part too long")
        self._header[which].extend(piece)

    def _header_end(self) -> None:
        name, value = (bytes(piece) for piece in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            _, options = parse_options_header(value)
            self.parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
            self.parts[-1].is_file = b"filename" in options

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        piece = memoryview(data)[start:end]
        if part.is_file:
            piece = piece[: self._room]
            self._room -= len(piece)
        part.content.extend(piece)
        if not part.is_file and len(part.content) > _MAX_FIELD:
            raise PageFault("kesalahan.permintaan", "a field too long")

    def _end(self) -> None:
        self.finished = True


async def parse(content_type: str, body: AsyncIterator[bytes], most: int) -> Form:
    """The form; PageFault when it is malformed. Any other content type holds no field, and so no form token either.

    Of its files `most` bytes and one more are kept.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
        return Form({})
    reader = _Reader(boundary, most)
    async for chunk in body:
        reader.feed(chunk)
    if not reader.finished:
        raise PageFault("kesalahan.permintaan", "truncated multipart")
    fields: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    for part in reader.parts:
        if part.name in fields or part.name in files:
            raise PageFault("kesalahan.permintaan", "repeated field in a form")
        if part.is_file:
            files[part.name] = bytes(part.content)
            continue
        try:
            text = part.content.decode()
        except UnicodeDecodeError:
            raise PageFault("kesalahan.permintaan", "malformed form") from None
        if "\x00" in text:
            raise PageFault("kesalahan.permintaan", "NUL in a form")
        fields[part.name] = [text]
    return Form(fields, files)


async def steady(
    body: AsyncIterator[bytes], *, slowest: int = SLOWEST, window: float = WINDOW, longest: float = LONGEST
) -> AsyncIterator[bytes]:
    """The body for as long as it moves. PageFault 408 when less came within a window: a photo on a poor line takes many
    minutes and arrives, while who sends a byte now and then only means to hold a place.
    """
    loop, arrived = asyncio.get_running_loop(), 0
    end, turn = loop.time() + longest, loop.time() + window
    chunks, coming = aiter(body), None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(chunks, None))
            # Not cancelled when the time is up, or the stream would end in the middle of a chunk.
            await asyncio.wait([coming], timeout=max(0, min(turn, end) - loop.time()))
            if coming.done():
                chunk, coming = coming.result(), None
                if chunk is None:
                    return
                arrived += len(chunk)
                yield chunk
            now = loop.time()
            if now >= end or (now >= turn and arrived < slowest * window):
                raise PageFault("kesalahan.lambat", "upload too slow", 408)
            if now >= turn:
                turn, arrived = now + window, 0
    finally:
        if coming is not None:
            coming.cancel()


class Places:
    """A few places for those who send megabytes, half of them for one network at most: past them 503 instead of a
    growing memory (T40), and slow senders keep out nobody but their neighbours."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, network: str) -> Iterator[None]:
        """A place for as long as the block lasts; Unavailable when there is none."""
        if self._taken.total() >= self._count or self._taken[network] >= max(1, self._count // 2):
            raise Unavailable("too many uploads", retry_after=10)
        self._taken[network] += 1
        try:
            yield
        finally:
            self._taken[network] -= 1
            self._taken += Counter()  # forgets networks without any

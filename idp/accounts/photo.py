"""Pictures that people send: looked at, drawn anew, and nothing else of the file kept.

A file is a JPEG or a PNG by its first bytes, whatever it calls itself. Its dimensions are read before a pixel is unpacked;
what comes out is a new JPEG of at most 1600 pixels without metadata, so that neither a place nor a second file hidden
behind the first one survives (T40). One thread per process unpacks, so that one picture at a time takes its memory.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from idp.base.errors import Unavailable

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

# Pillow is imported where it is used: ten megabytes, which a process that never sees a picture does not need.
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_LONGEST, _THUMBNAIL = 1600, 240
_QUALITY = 80
# Below these nobody can read a card, whoever looks at it.
_LEAST_SIDE, _LEAST_LIGHT, _LEAST_CONTRAST = 320, 25, 8


class NotAPhoto(Exception):
    """The file cannot be used; `key` names the sentence of the catalogue that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture drawn anew, as JPEG, and a small one of it."""

    picture: bytes
    thumbnail: bytes


class Darkroom:
    """Draws pictures anew, one at a time; a few may wait."""

    def __init__(self, max_bytes: int, max_pixels: int, queue: int) -> None:
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._room = queue + 1
        self._waiting = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="darkroom")

    async def develop(self, file: bytes) -> Photo:
        """The picture; NotAPhoto, or Unavailable when too many wait already."""
        if self._waiting >= self._room:
            raise Unavailable("too many pictures", retry_after=5)
        if len(file) > self._max_bytes:
            raise NotAPhoto("file")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, draw, file, self._max_pixels)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def draw(file: bytes, max_pixels: int) -> Photo:
    """A file drawn anew. Raises NotAPhoto."""
    from PIL import ImageStat

    try:
        image = _unpacked(_opened(file), max_pixels)
    except NotAPhoto:
        raise
    except Exception as fault:
        # Decoders of damaged files raise whatever they stumble over.
        raise NotAPhoto("file") from fault
    small = image.copy()
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    light = ImageStat.Stat(small.convert("L"))
    if light.mean[0] < _LEAST_LIGHT or light.stddev[0] < _LEAST_CONTRAST:
        raise NotAPhoto("foto")
    return Photo(_jpeg(image, _QUALITY), _jpeg(small, 70))


def _opened(file: bytes) -> "ImageFile":
    """The plugin itself: `Image.open` would try others, and ask after the pixels only when it is too late to say so."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    if file.startswith(JPEG):
        return JpegImageFile(BytesIO(file))
    if file.startswith(PNG):
        return PngImageFile(BytesIO(file))
    raise NotAPhoto("file")


def _unpacked(source: "ImageFile", max_pixels: int) -> "Image":
    from PIL import Image, ImageOps

    width, height = source.size
    if width * height > max_pixels:
        raise NotAPhoto("file.piksel")
    if max(width, height) < _LEAST_SIDE:
        raise NotAPhoto("foto")
    # Lets the JPEG decoder leave out what would be thrown away.
    source.draft("RGB", (_LONGEST, _LONGEST))
    source.load()
    source.thumbnail((_LONGEST, _LONGEST))
    image = ImageOps.exif_transpose(source)
    if "A" in image.getbands() or "transparency" in image.info:
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return image.convert("RGB")


def _jpeg(image: "Image", quality: int) -> bytes:
    from PIL import Image

    # A new image holds pixels alone: no EXIF, no profile, no comment.
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    out = BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()

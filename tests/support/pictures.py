"""Pictures such as a phone takes of a card, made on the spot."""

import io
from typing import Any

from PIL import Image, ImageDraw


def card(size: tuple[int, int] = (1200, 750), *, mode: str = "RGB", light: float = 1.0, **options: Any) -> bytes:
    """A JPEG with dark writing on a light card."""
    file = io.BytesIO()
    _drawn(size, light).convert(mode).save(file, "JPEG", quality=85, **options)
    return file.getvalue()


def png(mode: str = "RGB", size: tuple[int, int] = (640, 400)) -> bytes:
    """The same as PNG, in a colour mode."""
    file = io.BytesIO()
    drawn = _drawn(size, 1.0)
    (drawn.convert("L").convert("I").convert("I;16") if mode == "I;16" else drawn.convert(mode)).save(file, "PNG")
    return file.getvalue()


def _drawn(size: tuple[int, int], light: float) -> Image.Image:
    image = Image.new("RGB", size, tuple(int(part * light) for part in (180, 205, 230)))
    pen = ImageDraw.Draw(image)
    for line in range(size[1] // 20, size[1], max(4, size[1] // 12)):
        pen.rectangle((size[0] // 12, line, size[0] * 2 // 3, line + max(2, size[1] // 40)), fill=(20, 20, 30))
    return image

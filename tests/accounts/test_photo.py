"""Pictures: what is taken, what comes out, and what a hostile file costs."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idp.accounts.photo import NotAPhoto, draw
from tests.support.pictures import card, png

PIXELS = 25_000_000


def refused(file: bytes) -> str:
    with pytest.raises(NotAPhoto) as fault:
        draw(file, PIXELS)
    return fault.value.key


def outcome(file: bytes) -> str:
    """What kind of picture comes out, or why none does."""
    try:
        return draw(file, PIXELS).picture[6:10].decode()
    except NotAPhoto as fault:
        return fault.key


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def test_a_picture_is_drawn_anew_without_what_it_knew() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Jalan Rahasia 7"
    exif[0x0112] = 6  # turned by a quarter
    file = card(size=(2400, 1500), exif=exif) + b"<script>alert(1)</script>PK\x03\x04"
    photo = draw(file, PIXELS)
    assert opened(photo.picture).size == (1000, 1600)
    assert max(opened(photo.thumbnail).size) == 240
    for made in (photo.picture, photo.thumbnail):
        assert made.startswith(b"\xff\xd8\xff")
        assert not opened(made).getexif()
        assert b"Rahasia" not in made
        assert b"script" not in made


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "I;16", "LA"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    assert opened(draw(png(mode), PIXELS).picture).mode == "RGB"


def test_a_jpeg_of_a_printing_house_is_taken() -> None:
    assert opened(draw(card(mode="CMYK"), PIXELS).picture).mode == "RGB"


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7\n" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(64),
        card()[:4000],
        png("RGB")[:300],
    ],
    ids=["nothing", "jpeg-magic", "png-magic", "gif", "pdf", "svg", "webp", "cut-jpeg", "cut-png"],
)
def test_anything_else_is_refused(file: bytes) -> None:
    assert refused(file) == "file"


def test_a_picture_that_nobody_can_read_is_asked_for_again() -> None:
    assert refused(card(size=(200, 100))) == "foto"
    assert refused(card(light=0.03)) == "foto"
    grey = io.BytesIO()
    Image.new("RGB", (800, 600), "#888").save(grey, "JPEG")
    assert refused(grey.getvalue()) == "foto"


def test_a_bomb_is_refused_by_what_it_says_of_itself() -> None:
    """T40: 60,000 times 60,000 pixels in a few kilobytes; nothing of it is unpacked."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100_000), 9)), (b"IEND", b"")]
    file = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    assert refused(file) == "file.piksel"


@given(st.binary(max_size=300), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_damaged_files_are_refused_or_drawn_and_never_anything_else(tail: bytes, at: int, noise: bytes) -> None:
    whole = SMALL
    for file in (whole[:at] + noise + whole[at + len(noise) :], whole[:3] + tail):
        made = outcome(file)
        assert made in {"file", "file.piksel", "foto"} or made.startswith("JFIF")


SMALL = card(size=(400, 250))

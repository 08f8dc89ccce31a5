"""A picture on a poor line may take as long as it moves, and no longer. Nobody waits for it here: time leaps."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from idp.base.errors import PageFault
from idp.web import upload
from tests.support.leaps import run


async def sent(pieces: int, pause: float = 0.01) -> AsyncIterator[bytes]:
    """So many pieces of a kilobyte, then the line is silent for ever."""
    for _ in range(pieces):
        await asyncio.sleep(pause)
        yield bytes(1024)
    await asyncio.Event().wait()


async def whole(pieces: int) -> AsyncIterator[bytes]:
    """The same, and it ends."""
    line = sent(pieces)
    for _ in range(pieces):
        yield await anext(line)


async def received(body: AsyncIterator[bytes], *, slowest: int = 1024, window: float = 0.1, longest: float = 9) -> int:
    """How many bytes arrived; PageFault as people see it."""
    return sum([len(chunk) async for chunk in upload.steady(body, slowest=slowest, window=window, longest=longest)])


def test_what_moves_arrives_however_many_windows_it_takes() -> None:
    assert run(received(whole(40))) == 40 * 1024


@pytest.mark.parametrize("pieces", [0, 15])
def test_a_line_that_falls_silent_gives_its_place_back(pieces: int) -> None:
    with pytest.raises(PageFault) as late:
        run(received(sent(pieces)))
    assert (late.value.key, late.value.status) == ("kesalahan.lambat", 408)


def test_bytes_now_and_then_hold_no_place() -> None:
    with pytest.raises(PageFault, match="too slow"):
        run(received(sent(10_000), slowest=10_000_000))


def test_nor_does_what_moves_for_ever() -> None:
    with pytest.raises(PageFault, match="too slow"):
        run(received(sent(10_000), longest=0.2))

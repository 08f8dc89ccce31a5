"""A picture on a poor line may take as long as it moves, and no longer. Windows are short here; a minute is like them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from idp.base.errors import PageFault
from idp.web import upload

pytestmark = pytest.mark.anyio


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


async def test_what_moves_arrives_however_many_windows_it_takes() -> None:
    assert await received(whole(40)) == 40 * 1024


@pytest.mark.parametrize("pieces", [0, 15])
async def test_a_line_that_falls_silent_gives_its_place_back(pieces: int) -> None:
    with pytest.raises(PageFault) as late:
        await asyncio.wait_for(received(sent(pieces)), 5)
    assert (late.value.key, late.value.status) == ("kesalahan.lambat", 408)


async def test_bytes_now_and_then_hold_no_place() -> None:
    with pytest.raises(PageFault, match="too slow"):
        await asyncio.wait_for(received(sent(10_000), slowest=10_000_000), 5)


async def test_nor_does_what_moves_for_ever() -> None:
    with pytest.raises(PageFault, match="too slow"):
        await asyncio.wait_for(received(sent(10_000), longest=0.2), 5)

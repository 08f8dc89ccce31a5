"""Head and body leave together; nothing waits longer than a turn of the loop, and nothing is lost or reordered."""

import asyncio
from typing import Any

import pytest

from idp.commands.answers import Joined

pytestmark = pytest.mark.anyio


class Recorded(asyncio.Transport):
    """Remembers what was written, and when it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed, "written after the end"
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def under() -> Recorded:
    return Recorded()


@pytest.fixture
async def joined(under: Recorded) -> Joined:
    return Joined(under, asyncio.get_running_loop())


async def test_head_and_body_leave_in_one_write(joined: Joined, under: Recorded) -> None:
    joined.write(b"head ")
    joined.write(b"body")
    assert under.written == [b"head body"]
    await asyncio.sleep(0)
    assert under.written == [b"head body"]


async def test_what_comes_alone_leaves_with_the_loops_turn(joined: Joined, under: Recorded) -> None:
    """An answer whose body takes its time shows its head at once; HEAD and 204 have no body at all."""
    joined.write(b"head")
    joined.write(b"")
    await asyncio.sleep(0)
    assert under.written in ([b"head"], [b"head", b""])
    joined.write(b"one ")
    joined.write(b"two")
    joined.write(b"three")
    await asyncio.sleep(0)
    assert b"".join(under.written) == b"headone twothree"


async def test_closing_lets_go_first(joined: Joined, under: Recorded) -> None:
    joined.write(b"the last words")
    joined.close()
    await asyncio.sleep(0)
    assert (under.written, under.closed) == ([b"the last words"], True)


async def test_nothing_is_written_to_who_has_left(joined: Joined, under: Recorded) -> None:
    joined.write(b"too late")
    under.close()
    await asyncio.sleep(0)
    assert under.written == []

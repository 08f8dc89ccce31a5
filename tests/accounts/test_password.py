"""Hashing: the same work for everybody, bounded, off the loop."""

import asyncio

import pytest

from idp.accounts import password
from idp.accounts.password import Hasher
from idp.base.errors import Unavailable


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(threads=1, queue=1)


async def test_a_password_is_found_right_or_wrong(hasher: Hasher) -> None:
    stored = await hasher.hash("perahu layar senja merah")
    assert await hasher.verify(stored, "perahu layar senja merah")
    assert not await hasher.verify(stored, "perahu layar senja biru")


async def test_nobody_has_a_password_and_the_check_is_made_all_the_same(hasher: Hasher) -> None:
    assert not await hasher.verify(None, "a password that nobody has")


def test_the_hash_of_nobody_costs_what_a_new_hash_costs(hasher: Hasher) -> None:
    assert not hasher.stale(password._DUMMY)


async def test_composed_and_decomposed_letters_are_one_password(hasher: Hasher) -> None:
    stored = await hasher.hash("Kafe\u0301 di ujung jalan")
    assert await hasher.verify(stored, "Kaf\u00e9 di ujung jalan")


async def test_past_the_queue_a_check_is_turned_away_at_once(hasher: Hasher) -> None:
    waiting = [asyncio.create_task(hasher.verify(None, "x")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await hasher.verify(None, "x")
    assert refused.value.retry_after > 0
    assert await asyncio.gather(*waiting) == [False, False]
    assert not await hasher.verify(None, "x")

"""Rotation of signing keys: nothing is ever signed by a key that a cached JWKS lacks, and one rotation happens once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.app import open_provider
from idp.base.clock import ManualClock
from idp.base.jose import ALGORITHMS, read_header
from idp.base.settings import Lifetimes
from idp.flows import rotate_keys
from idp.keys.key import ACTIVE, NEXT, RETIRED, SigningKey, notice
from idp.provider import Provider
from tests.support.entropy import RepeatableEntropy
from tests.support.servers import Storage, Storages, settings_for

pytestmark = pytest.mark.anyio

DAY = 86_400


@pytest.fixture
async def replicas(
    storages: Storages, migrated: Storage, clock: ManualClock, entropy: RepeatableEntropy
) -> AsyncIterator[list[Provider]]:
    """Two replicas on one database, without any keys."""
    made = storages.empty(migrated)
    async with AsyncExitStack() as stack:
        settings = settings_for(made)
        yield [await stack.enter_async_context(open_provider(settings, clock, entropy)) for _ in range(2)]
    storages.remove(made)


@pytest.fixture
async def provider(replicas: list[Provider]) -> Provider:
    await rotate_keys.ensure(replicas[0])
    return replicas[0]


async def keys_of(provider: Provider) -> list[SigningKey]:
    async with provider.database.reading() as tx:
        return await provider.vault.all(tx)


def states(keys: list[SigningKey], algorithm: str) -> list[str]:
    return [key.state for key in keys if key.algorithm == algorithm]


def published(provider: Provider) -> set[str]:
    return {key["kid"] for key in orjson.loads(provider.keyring.jwks)["keys"]}


async def test_every_algorithm_begins_with_an_active_and_a_next_key(
    replicas: list[Provider], clock: ManualClock
) -> None:
    made = await rotate_keys.ensure(replicas[0])
    keys = await keys_of(replicas[0])
    assert {key.kid for key in keys} == set(made)
    for algorithm in ALGORITHMS:
        assert sorted(states(keys, algorithm)) == [ACTIVE, NEXT]
        assert replicas[0].keyring.verify(replicas[0].keyring.sign({"a": 1}, algorithm)) == {"a": 1}
    assert all(key.signs_from == clock.now() for key in keys)
    assert published(replicas[0]) == set(made)
    assert await rotate_keys.ensure(replicas[0]) == []


async def test_two_replicas_that_found_together_make_one_set(replicas: list[Provider]) -> None:
    made = await asyncio.gather(*(rotate_keys.ensure(replica) for replica in replicas))
    keys = await keys_of(replicas[0])
    assert len(keys) == 2 * len(ALGORITHMS)
    assert {key.kid for key in keys} == {*made[0], *made[1]}


async def test_rotation_promotes_retires_and_renews(provider: Provider, clock: ManualClock) -> None:
    before = {(key.algorithm, key.state): key.kid for key in await keys_of(provider)}
    clock.advance(DAY)
    for rotation in await rotate_keys.rotate(provider, actor="the test"):
        assert rotation.refused == ""
        assert rotation.retired == before[rotation.algorithm, ACTIVE]
        assert rotation.active == before[rotation.algorithm, NEXT]
    keys = await keys_of(provider)
    lifetimes = provider.settings.lifetimes
    for key in keys:
        if key.state == RETIRED:
            assert key.removed_at == clock.now() + lifetimes.access_token + notice(lifetimes)
        if key.state == NEXT:
            assert key.signs_from == clock.now() + notice(lifetimes)
    assert published(provider) == {key.kid for key in keys}
    async with provider.database.reading() as tx:
        told = await provider.audit.read(tx, event="keys.rotated")
    assert {row.detail["algorithm"] for row in told} == set(ALGORITHMS)
    assert {row.actor for row in told} == {"the test"}


async def test_a_successor_that_caches_may_lack_is_refused_unless_forced(
    provider: Provider, clock: ManualClock
) -> None:
    await rotate_keys.rotate(provider, algorithm="ES256")
    [refused] = await rotate_keys.rotate(provider, algorithm="ES256")
    assert refused.refused == f"too young, may sign from {clock.now() + notice(provider.settings.lifetimes)}"
    clock.advance(notice(provider.settings.lifetimes) - 1)
    [refused] = await rotate_keys.rotate(provider, algorithm="ES256")
    assert refused.refused
    [forced] = await rotate_keys.rotate(provider, algorithm="ES256", force=True)
    assert forced.active == refused.next
    clock.advance(notice(provider.settings.lifetimes))
    [rotated] = await rotate_keys.rotate(provider, algorithm="ES256")
    assert rotated.refused == ""


async def test_two_replicas_that_rotate_together_rotate_once(replicas: list[Provider], clock: ManualClock) -> None:
    await rotate_keys.ensure(replicas[0])
    for _ in range(3):
        clock.advance(DAY)
        results = await asyncio.gather(*(rotate_keys.rotate(replica, algorithm="ES256") for replica in replicas * 4))
        assert [result.refused for [result] in results].count("") == 1
        assert sorted(states(await keys_of(replicas[0]), "ES256")).count(ACTIVE) == 1
    assert states(await keys_of(replicas[0]), "ES256").count(RETIRED) == 3


async def test_the_timetable_asks_when_a_key_has_served_its_time(provider: Provider, clock: ManualClock) -> None:
    assert await rotate_keys.due_rotations(provider) == []
    clock.advance(provider.settings.lifetimes.key_rotation)
    assert sorted(await rotate_keys.due_rotations(provider)) == sorted(ALGORITHMS)
    await rotate_keys.rotate(provider, algorithm="RS256")
    assert sorted(await rotate_keys.due_rotations(provider)) == ["ES256", "EdDSA", "PS256"]


async def test_a_retired_key_leaves_when_nothing_it_signed_can_be_asked_for(
    provider: Provider, clock: ManualClock
) -> None:
    [rotation] = await rotate_keys.rotate(provider, algorithm="EdDSA")
    lifetimes = provider.settings.lifetimes
    clock.advance(lifetimes.access_token + notice(lifetimes) - 1)
    assert await rotate_keys.sweep(provider) == 0
    assert rotation.retired in published(provider)
    clock.advance(1)
    assert await rotate_keys.sweep(provider) == 1
    await provider.refresh_memory()
    assert rotation.retired not in published(provider)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 2 * notice(Lifetimes())), st.booleans()), min_size=1, max_size=12))
async def test_no_signature_by_a_key_that_a_cached_jwks_lacks(
    provider: Provider, clock: ManualClock, steps: list[tuple[int, bool]]
) -> None:
    """I4, for any order of waiting and rotating: who cached a JWKS for all of its life can still verify.

    Each example walks on from where the one before it stopped, so the property is tried on old installations too.
    """
    handed_out: list[tuple[int, set[str]]] = []
    for seconds, rotate in steps:
        handed_out.append((clock.now(), published(provider)))
        clock.advance(seconds)
        if rotate:
            await rotate_keys.rotate(provider, algorithm="ES256")
        else:
            await rotate_keys.sweep(provider)
            await provider.refresh_memory()
        kid = read_header(provider.keyring.sign({}, "ES256"))["kid"]
        cached = [kids for at, kids in handed_out if clock.now() - at <= provider.settings.lifetimes.jwks_cache]
        assert all(kid in kids for kids in cached)

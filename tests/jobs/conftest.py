"""Providers for tests of the worker: one, or several on one storage."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from idp.app import open_provider
from idp.base.clock import ManualClock
from idp.provider import Provider
from tests.jobs.http_server import HttpServer, http_server
from tests.support.entropy import RepeatableEntropy
from tests.support.servers import Storage, Storages, settings_for

Providers = Callable[..., AbstractAsyncContextManager[Provider]]


@pytest.fixture
def place(storages: Storages, seeded: Storage) -> Iterator[Storage]:
    made = storages.empty(seeded)
    yield made
    storages.remove(made)


@pytest.fixture
def providers(place: Storage, clock: ManualClock, entropy: RepeatableEntropy) -> Providers:
    """Opens one more provider on this test's storage, with other settings if they are given."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[Provider]:
        async with open_provider(settings_for(place, **settings), clock, entropy) as provider:
            yield provider

    return opened


@pytest.fixture
async def provider(providers: Providers) -> AsyncIterator[Provider]:
    """The house in dev mode: mail and SMS become files."""
    async with providers() as opened:
        yield opened


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server

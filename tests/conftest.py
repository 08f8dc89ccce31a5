"""Fixtures of every floor. One suite runs on both kinds of storage: whatever uses `house`, `server` or `storage` runs twice.

    house       the provider in this process, seeded as `--dev` does, under `house.clock.advance(seconds)`, with the randomness
                of the last run
    houses      opens more of them on the same storage, with other settings: `async with houses(workers=2) as other:`
    server      the real program on a real port, one for a module; on PostgreSQL and Redis with two workers
    servers     makes unstarted ones, for tests that stop, kill and restart
    database    an open, migrated, empty `Database`, for tests of repositories
    storage     an empty place to keep things, for tests of the cellar and of the command line
    chromium    a real browser; a person is `await chromium.new_context(locale="id-ID")`
    mail_server a real SMTP server that keeps its mail

`@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)` keeps a test to one kind.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import hypothesis
import pytest
from playwright.async_api import Browser as Chromium

from idp.base.clock import ManualClock
from idp.store import schema
from idp.store.database import Database, connect
from tests.support import chromium as machine_browser
from tests.support import mail, postgres, redis_server
from tests.support.entropy import RepeatableEntropy
from tests.support.servers import House, Server, Storage, Storages, open_house, running, settings_for

# Our own cluster has no TLS. Asking for it first would add a round trip, and when a test cuts the connection in that
# moment, the driver leaves an exception behind that nobody can catch.
os.environ["PGSSLMODE"] = "disable"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what is too long for every push")


def pytest_configure(config: pytest.Config) -> None:
    # No deadline: a busy machine is not a finding. Every push tries the same examples, or it could be held up by one that
    # nobody changed anything about; others, and more of them, are tried when there is time to look at what they find.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "push", deadline=None, suppress_health_check=slow, max_examples=50, derandomize=True
    )
    hypothesis.settings.register_profile(
        "long", deadline=None, suppress_health_check=slow, max_examples=2000, print_blob=True
    )
    hypothesis.settings.load_profile("long" if config.getoption("--long") else "push")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the whole run, so that a browser or a house may outlive a test."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.PostgresCluster]:
    with postgres.postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_server.RedisServer]:
    """A Redis for this worker of the run; emptied whenever a storage is thrown away."""
    with redis_server.redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of storage; `postgresql` brings Redis with it."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def storages(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Storages:
    folder = tmp_path_factory.mktemp(backend, numbered=True)
    if backend == "sqlite":
        return Storages(backend, folder, None, None)
    return Storages(backend, folder, request.getfixturevalue("postgres_cluster"), request.getfixturevalue("redis"))


@pytest.fixture(scope="session")
async def seeded(storages: Storages) -> Storage:
    """A storage as `--dev` leaves it, made once and copied for every test: migrated, with keys, clients and accounts."""
    template = storages.empty()
    async with open_house(template, ManualClock(), RepeatableEntropy(storages.name)):
        pass
    return template


@pytest.fixture
def storage(storages: Storages) -> Iterator[Storage]:
    made = storages.empty()
    yield made
    storages.remove(made)


@pytest.fixture(scope="session")
async def migrated(storages: Storages) -> Storage:
    """A storage with the schema and nothing in it, made once and copied."""
    template = storages.empty()
    database = await connect(settings_for(template))
    await schema.upgrade(database)
    await database.close()
    return template


@pytest.fixture
async def database(storages: Storages, migrated: Storage) -> AsyncIterator[Database]:
    made = storages.empty(migrated)
    opened = await connect(settings_for(made))
    yield opened
    await opened.close()
    storages.remove(made)


@pytest.fixture
def clock() -> ManualClock:
    """The clock of `house`; it stands where the seeding left it."""
    return ManualClock()


@pytest.fixture
def entropy(request: pytest.FixtureRequest) -> RepeatableEntropy:
    """The randomness of `house`: its own for every test, and the same in every run."""
    return RepeatableEntropy(request.node.nodeid)


@pytest.fixture
def houses(
    storages: Storages, seeded: Storage, clock: ManualClock, entropy: RepeatableEntropy
) -> Iterator[Callable[..., AbstractAsyncContextManager[House]]]:
    made = storages.empty(seeded)
    yield partial(open_house, made, clock, entropy)
    storages.remove(made)


@pytest.fixture
async def house(houses: Callable[..., AbstractAsyncContextManager[House]]) -> AsyncIterator[House]:
    async with houses() as opened:
        yield opened
        assert await opened.told_from_nowhere() == [], "what people do themselves is told with the network it came from"


@pytest.fixture(scope="module")
def server(storages: Storages) -> Iterator[Server]:
    with running(storages) as started:
        yield started


@pytest.fixture
def servers(storages: Storages) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def unstarted(**options: Any) -> Server:
        """Servers made by one test share one storage, as replicas do, unless they are given another."""
        options.setdefault("storage", made[0].storage if made else storages.empty())
        made.append(Server(**options))
        return made[-1]

    yield unstarted
    for each in made:
        each.stop()
    for storage in {each.storage for each in made}:
        storages.remove(storage)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    async with machine_browser.chromium() as browser:
        yield browser


@pytest.fixture
def mail_server() -> Iterator[mail.MailServer]:
    with mail.mail_server() as server:
        yield server

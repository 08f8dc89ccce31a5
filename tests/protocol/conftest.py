"""One provider for each file of tests and kind of storage: every test brings its own client and person."""

from collections.abc import AsyncIterator

import pytest

from idp.base.clock import ManualClock
from idp.flows import rotate_keys
from tests.protocol.stage import Stage
from tests.support.entropy import RepeatableEntropy
from tests.support.servers import Storage, Storages, open_house


@pytest.fixture(scope="module")
async def stage(request: pytest.FixtureRequest, storages: Storages, seeded: Storage) -> AsyncIterator[Stage]:
    made = storages.empty(seeded)
    async with open_house(made, ManualClock(), RepeatableEntropy(request.node.nodeid)) as house:
        await rotate_keys.ensure(house.provider)
        await house.provider.refresh_memory()
        yield Stage(house)
    storages.remove(made)

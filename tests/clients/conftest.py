"""One running provider for the foreign relying parties: they are strangers to each other, and so are their tests."""

from collections.abc import Iterator

import pytest

from tests.support.servers import Server, Storages


@pytest.fixture(scope="package")
def server(storages: Storages) -> Iterator[Server]:
    made = storages.empty()
    running = Server(made, workers=2 if made.redis_url else 1).start()
    yield running
    running.stop()
    storages.remove(made)

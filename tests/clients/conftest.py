"""One running provider for the foreign relying parties: they are strangers to each other, and so are their tests."""

from collections.abc import Iterator

import pytest

from tests.support.servers import Server, Storages, running


@pytest.fixture(scope="package")
def server(storages: Storages) -> Iterator[Server]:
    with running(storages) as started:
        yield started

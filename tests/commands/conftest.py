"""`idp` is an installation with keys and a schema; `empty` is one that has nothing yet."""

from collections.abc import Iterator

import pytest

from tests.commands.cli import CommandLine
from tests.support.servers import Storage, Storages


@pytest.fixture
def empty(storage: Storage) -> CommandLine:
    return CommandLine(storage, {})


@pytest.fixture(scope="session")
def installed(storages: Storages) -> Storage:
    """Made once by the command line itself, and copied."""
    template = storages.empty()
    CommandLine(template, {}).good("keys", "init")
    CommandLine(template, {}).good("migrate", "up")
    return template


@pytest.fixture
def idp(storages: Storages, installed: Storage) -> Iterator[CommandLine]:
    made = storages.empty(installed)
    yield CommandLine(made, {})
    storages.remove(made)

"""The migrations lead to the very tables that the code describes."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from idp.store.database import Database
from idp.store.tables import metadata

pytestmark = pytest.mark.anyio


async def test_a_migrated_database_has_the_tables_of_the_code(database: Database) -> None:
    """A column or an index that only one of the two has would show up first on somebody's real data."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []

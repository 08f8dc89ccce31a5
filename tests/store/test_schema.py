"""The migrations lead to the very tables that the code describes."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from idp.store import schema
from idp.store.database import Database
from idp.store.tables import metadata

pytestmark = pytest.mark.anyio


async def test_a_migrated_database_has_the_tables_of_the_code(database: Database) -> None:
    """A column or an index that only one of the two has would show up first on somebody's real data."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_revisions_stand_in_one_line() -> None:
    """What a server reads of them without Alembic is what Alembic reads."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    known = [step.revision for step in script.walk_revisions()][::-1]
    assert schema.wanted() == script.get_current_head()
    assert [line.split()[0] for line in schema.pending(None)] == known
    assert schema.pending(known[0])[0].split()[0] == known[1]
    assert schema.pending(known[-1]) == []

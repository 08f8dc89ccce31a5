"""The schema: which revision the database has, which the code wants, and the way from one to the other (Alembic)."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from idp.store.database import Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 71002


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@cache
def wanted() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def pending(current: str | None) -> list[str]:
    """The revisions between `current` and the one wanted, in order, each with its first line."""
    script = ScriptDirectory.from_config(_config())
    steps = [] if current == wanted() else list(script.iterate_revisions(wanted(), current or "base"))
    return [
        f"{step.revision} {(step.doc or '').splitlines()[0]}" for step in reversed(steps) if step.revision != current
    ]


async def current(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    async with database.reading() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def stale(database: Database) -> bool:
    """Whether the database still lacks a revision that this code needs.

    A revision that this code does not know is a newer one: while replicas are replaced one by one, the old ones go on.
    """
    found = await current(database)
    return found is None or (found != wanted() and found in _ancestors())


@cache
def _ancestors() -> frozenset[str]:
    return frozenset(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


async def upgrade(database: Database, told: Callable[[str], None] | None = None) -> None:
    """Bring the database to the wanted revision; two that start at once take turns. `told` hears the revision of each step."""
    async with database.engine.connect() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            await connection.commit()
        try:
            await connection.run_sync(_upgrade, told)
        finally:
            if database.dialect == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
                await connection.commit()


def sql(dialect: str) -> str:
    """Every revision as SQL text; nothing is run."""
    text_of = io.StringIO()
    config = _config()
    config.output_buffer = text_of
    config.attributes["dialect"] = dialect
    command.upgrade(config, "head", sql=True)
    return text_of.getvalue()


def _upgrade(connection: Connection, told: Callable[[str], None] | None) -> None:
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["told"] = told
    command.upgrade(config, "head")

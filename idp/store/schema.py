"""The schema: which revision the database has, which the code wants, and the way from one to the other (Alembic).

Alembic is loaded by whoever migrates: a server only asks whether its schema is current, and would carry ten megabytes for it.
"""

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

from idp.store.database import Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 71002


_STATED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)
_TITLE = re.compile(r'"""(.+)')


@cache
def _revisions() -> dict[str, str]:
    """Every revision in order, each with its title. One line of revisions without branches: a test holds them to it."""
    after: dict[str | None, tuple[str, str]] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        source = path.read_text()
        stated = {name: value or None for name, value in _STATED.findall(source)}
        title = _TITLE.match(source)
        revision = stated["revision"]
        assert revision is not None
        after[stated["down_revision"]] = (revision, title[1].rstrip('"') if title else "")
    ordered: dict[str, str] = {}
    last: str | None = None
    while last in after:
        last, title_of = after[last]
        ordered[last] = title_of
    return ordered


def wanted() -> str:
    """The revision that this code needs."""
    return list(_revisions())[-1]


def pending(current: str | None) -> list[str]:
    """The revisions between `current` and the one wanted, in order, each with its title."""
    known = list(_revisions().items())
    done = [revision for revision, _ in known].index(current) + 1 if current in _revisions() else 0
    return [f"{revision} {title}" for revision, title in known[done:]] if current != wanted() else []


async def current(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    async with database.reading() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return None
        found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


async def stale(database: Database) -> bool:
    """Whether the database still lacks a revision that this code needs.

    A revision that this code does not know is a newer one: while replicas are replaced one by one, the old ones go on.
    """
    found = await current(database)
    return found is None or (found != wanted() and found in _revisions())


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
    from alembic import command

    text_of = io.StringIO()
    config = _config()
    config.output_buffer = text_of
    config.attributes["dialect"] = dialect
    command.upgrade(config, "head", sql=True)
    return text_of.getvalue()


def _upgrade(connection: Connection, told: Callable[[str], None] | None) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    config.attributes["told"] = told
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config

"""Alembic's door. Called with a connection by `idp migrate up` and by dev mode, without one by `idp migrate sql`; there is no alembic.ini."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from idp.store.tables import metadata

told = context.config.attributes.get("told")


def on_version_apply(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    if told is not None and step.up_revision_id is not None:
        told(step.up_revision_id)


def online() -> None:
    connection = context.config.attributes["connection"]
    if connection.dialect.name == "sqlite":
        # Two processes that start on one new file: the second waits here and finds the work done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        on_version_apply=on_version_apply,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def offline() -> None:
    """The same steps as SQL text, for a database that somebody else migrates."""
    context.configure(dialect_name=context.config.attributes["dialect"], target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


offline() if context.is_offline_mode() else online()

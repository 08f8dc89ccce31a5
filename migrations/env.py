"""Alembic's door. It is always called with a connection, by `idp migrate` or by dev mode; there is no alembic.ini."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from idp.store.tables import metadata

connection = context.config.attributes["connection"]
told = context.config.attributes.get("told")


def on_version_apply(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    if told is not None and step.up_revision_id is not None:
        told(step.up_revision_id)


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

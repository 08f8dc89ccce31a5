"""`migrate`: the schema's way from one revision to the next."""

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from idp.app import open_provider
from idp.base.settings import Settings
from idp.commands import console
from idp.commands.console import Format, FormatOption, err
from idp.commands.serve import writable
from idp.flows import rotate_keys
from idp.store import material, schema
from idp.store.database import connect

app = typer.Typer(help="Bring the database schema up to date, or say where it stands.", no_args_is_help=True)


@app.command()
def up(context: typer.Context) -> None:
    """Apply what is missing. Safe while the previous version still serves. A new database gets its signing keys too."""
    settings = console.settings(context)
    applied, made = console.run(lambda: _up(settings))
    said = [f"applied {step}" for step in applied] or ["The schema is current."]
    if made is None:
        said.append("There is no key material yet: run `idp keys init`.")
    elif made:
        said.append(f"made {made} signing keys")
    console.say(context, "\n".join(said), applied=applied, signing_keys_made=made)


@app.command()
def status(context: typer.Context, form: FormatOption = Format.table) -> None:
    """Say which revision the database has and which are missing; exit code 1 while any is."""
    settings = console.settings(context)
    found = console.run(lambda: _status(settings))
    console.show(found, form)
    if found["pending"]:
        raise typer.Exit(1)


@app.command()
def sql(context: typer.Context) -> None:
    """Print the SQL of every revision, for a database that somebody else migrates; nothing is run."""
    typer.echo(schema.sql("sqlite" if console.settings(context).sqlite else "postgresql"))


async def _up(settings: Settings) -> tuple[list[str], int | None]:
    """The revisions that were applied, and how many signing keys were made; None without key material to seal them."""
    if settings.sqlite:
        writable(settings.var)
    database = await connect(settings)
    try:
        steps = schema.pending(await schema.current(database)) if await schema.stale(database) else []
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("migrating", total=len(steps))
            if steps:
                await schema.upgrade(database, lambda step: progress.update(task, advance=1, description=step))
    finally:
        await database.close()
    if not material.exists(settings.keys):
        return steps, None
    async with open_provider(settings) as provider:
        return steps, 0 if provider.keyring.algorithms else len(await rotate_keys.ensure(provider))


async def _status(settings: Settings) -> dict[str, object]:
    if settings.sqlite and not settings.database_url.endswith(":memory:"):
        writable(settings.var)
    database = await connect(settings)
    try:
        current = await schema.current(database)
        # A revision that this version does not know is a newer one: nothing is missing.
        pending = schema.pending(current) if await schema.stale(database) else []
    finally:
        await database.close()
    return {"current": current, "wanted": schema.wanted(), "pending": pending}

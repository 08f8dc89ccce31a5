"""`keys`: key material on disk, and the signing keys in the database."""

from typing import Annotated

import typer

from idp.app import open_provider
from idp.base.jose import ALGORITHMS
from idp.base.opaque import SystemEntropy
from idp.base.settings import Settings
from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, moment, with_provider
from idp.flows import rotate_keys
from idp.flows.rotate_keys import Rotation
from idp.keys.key import SigningKey
from idp.provider import Provider
from idp.store import material, schema
from idp.store.database import connect

app = typer.Typer(help="Key material and signing keys.", no_args_is_help=True)


@app.command()
def init(context: typer.Context) -> None:
    """Make new key material, and signing keys if the schema is there. Never over what exists: back it up, it cannot be made again."""
    settings = console.settings(context)
    folder, (new, made) = str(settings.keys), console.run(lambda: _init(settings))
    if new:
        said = [f"{folder}: key material made. Back this folder up: without it the database cannot be read."]
    else:
        said = [f"{folder}: key material is there, and stays."]
    if made is None:
        said.append("Signing keys come with the schema: run `idp migrate up`.")
    else:
        said.append(f"{made} signing keys made." if made else "Signing keys are there.")
    console.say(context, "\n".join(said), folder=folder, material_made=new, signing_keys_made=made)


@app.command("list")
def list_keys(context: typer.Context, form: FormatOption = Format.table) -> None:
    """Show signing keys with their states: next, active, retired."""

    async def read(provider: Provider) -> list[SigningKey]:
        async with provider.database.reading() as tx:
            return await provider.vault.all(tx)

    console.show([_shown(key) for key in with_provider(context, read)], form)


@app.command()
def rotate(
    context: typer.Context,
    algorithm: Annotated[str | None, typer.Option(help=f"One of {', '.join(ALGORITHMS)}; all when not given.")] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Use a successor that some relying parties have not seen yet: a key was stolen."),
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Let the next key sign from now on. Exit code 1 when nothing was rotated."""
    if algorithm is not None and algorithm not in ALGORITHMS:
        console.fail(f"algorithm {algorithm} is none of {', '.join(ALGORITHMS)}")

    async def turn(provider: Provider) -> list[Rotation]:
        return await rotate_keys.rotate(provider, algorithm=algorithm, force=force, actor=COMMAND_LINE)

    rotations = with_provider(context, turn)
    console.show(
        [
            {
                "algorithm": each.algorithm,
                "active": each.active,
                "next": each.next,
                "retired": each.retired,
                "refused": each.refused or None,
            }
            for each in rotations
        ],
        form,
    )
    if all(each.refused for each in rotations):
        raise typer.Exit(1)


async def _init(settings: Settings) -> tuple[bool, int | None]:
    """Whether key material was made, and how many signing keys were; None while there is no schema for them."""
    if old := material.exists(settings.keys):
        material.load(settings.keys)
    else:
        material.create(settings.keys, SystemEntropy())
    if not await _migrated(settings):
        return not old, None
    async with open_provider(settings) as provider:
        return not old, len(await rotate_keys.ensure(provider))


async def _migrated(settings: Settings) -> bool:
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        return False  # to ask would make it, beside the database that the operator will name later
    database = await connect(settings)
    try:
        return not await schema.stale(database)
    finally:
        await database.close()


def _shown(key: SigningKey) -> dict[str, object]:
    return {
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "created": moment(key.created_at),
        "signs from": moment(key.signs_from),
        "active since": moment(key.activated_at),
        "retired": moment(key.retired_at),
        "published until": moment(key.removed_at),
    }

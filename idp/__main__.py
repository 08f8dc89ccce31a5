"""The command line. Each verb lives in `idp/commands/`; this page lists them."""

import os
from pathlib import Path
from typing import Annotated

import typer

from idp import __version__
from idp.commands import (
    accounts,
    clients,
    config,
    desk,
    doctor,
    installation,
    keys,
    migrate,
    newsletter,
    perform,
    privacy,
    proofing,
    recover,
    serve,
    trail,
    verbs,
)
from idp.commands.anywhere import Root
from idp.commands.console import Flags, Format

app = typer.Typer(
    name="idp", help="Gerbang, an OpenID Connect provider.", cls=Root, no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

app.command()(serve.serve)
app.command()(serve.work)
app.command()(serve.healthcheck)
app.add_typer(migrate.app, name="migrate")
app.command()(installation.bootstrap)
app.command()(installation.apply)
for verb, group in verbs.ALL.items():
    app.add_typer(group, name=verb)
app.add_typer(keys.app, name="keys")
app.add_typer(perform.app, name="perform")
app.add_typer(config.app, name="config")
app.command()(doctor.doctor)
app.add_typer(newsletter.app, name="newsletter")
app.add_typer(proofing.app, name="proofing")
app.add_typer(recover.app, name="recover")
app.add_typer(trail.outbox, name="outbox")
app.add_typer(trail.audit, name="audit")
app.add_typer(privacy.app, name="privacy")
app.add_typer(desk.reports, name="reports")
app.add_typer(desk.notices, name="notices")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"gerbang {__version__}")
        raise typer.Exit


@app.callback()
def before(
    context: typer.Context,
    dev: Annotated[
        bool | None,
        typer.Option("--dev", help="Dev mode (IDP_DEV): makes everything that is missing; loopback issuers only."),
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file with settings (IDP_CONFIG).")] = None,
    form: Annotated[Format | None, typer.Option("--format", help="A table for people, or JSON for programs.")] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """What is said of the whole call; behind the verb it means the same."""
    # Whatever this program writes, a database or a mail among it, is nobody else's to read.
    os.umask(0o077)
    context.obj = Flags(dev or None, config, form)


__all__ = ["accounts", "app", "clients"]

if __name__ == "__main__":
    app()

"""`bootstrap` and `apply`: how an installation gets its first officer, and its clients and accounts from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, err, fail, moment, with_provider
from idp.flows import apply as flow
from idp.flows import bootstrap as bootstrapping
from idp.flows import declaration
from idp.flows.bootstrap import Appointed
from idp.flows.declaration import BadDeclaration
from idp.provider import Provider

_SIGNS = {flow.CREATE: ("+", "green"), flow.CHANGE: ("~", "yellow"), flow.SAME: ("=", "dim"), flow.DELETE: ("-", "red")}


def bootstrap(
    context: typer.Context,
    email: Annotated[str, typer.Option(prompt="Email address of the first officer", help="Their email address.")],
    name: Annotated[str, typer.Option(prompt="Their name", help="Their full name.")],
    force: Annotated[bool, typer.Option("--force", help="Although there is an officer already.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Appoint the first officer: prints a link that works once, and the secret of a client for the admin API."""

    async def appoint(provider: Provider) -> Appointed:
        return await bootstrapping.appoint(provider, email, name, by=COMMAND_LINE, force=force)

    made = with_provider(context, appoint)
    console.show(
        {
            "officer": made.account.email,
            "link": made.link,
            "link_expires": moment(made.expires_at),
            "client_id": made.registered.client.client_id,
            "client_secret": made.registered.secret,
            "scope": made.registered.client.metadata["scope"],
        },
        form,
    )
    if form is Format.table:
        err.print("The link and the secret are shown this once. Hand the link over on a safe way.", style="bold")


def apply(
    context: typer.Context,
    file: Annotated[
        list[Path], typer.Option("--file", "-f", help="A file, or a folder of files; may be given several times.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete clients that came from files and stand in none.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Bring clients and accounts to what TOML or YAML files say. Applied twice, it changes nothing the second time."""
    for path in file:
        if not path.exists():
            fail(f"{path}: no such file or folder")
    try:
        declared = declaration.read(file)
    except BadDeclaration as error:
        fail(error.private)
    for path in declared.readable_by_others:
        err.print(
            f"{path}: holds secrets and is readable by others; run: chmod 600 {path}",
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )

    async def bring(provider: Provider) -> list[flow.Change]:
        return await flow.apply(provider, declared, by=COMMAND_LINE, prune=prune, dry_run=dry_run)

    changes = with_provider(context, bring)
    if form is Format.json:
        told = [
            {"action": each.action, "kind": each.kind, "name": each.name, "fields": list(each.fields)}
            | ({"client_secret": each.secret} if each.secret else {})
            for each in changes
        ]
        console.show({"dry_run": dry_run, "changes": told}, form)
    else:
        _print(changes, dry_run=dry_run)


def _print(changes: Sequence[flow.Change], *, dry_run: bool) -> None:
    """What changed, a line for each, and how many did."""
    for change in changes:
        sign, colour = _SIGNS[change.action]
        said = f"{sign} {change.kind} {change.name}"
        if change.fields and change.action == flow.CHANGE:
            said += f": {', '.join(change.fields)}"
        console.out().print(f"[{colour}]{escape(said)}[/{colour}]")
        if change.secret:
            console.out().print(f"  client_secret {change.secret} (shown this once)")
    count = sum(change.action != flow.SAME for change in changes)
    console.out().print(
        f"{count} to change, nothing written." if dry_run else f"{count} changed, {len(changes) - count} as they were."
    )

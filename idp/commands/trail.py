"""`audit` and `outbox`: what happened, and what still waits to leave the house."""

from typing import Annotated
from uuid import UUID

import typer

from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, moment, with_provider
from idp.flows import deliver_again, people
from idp.provider import Provider

audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
outbox = typer.Typer(help="Mail, SMS and logout tokens on their way.", no_args_is_help=True)


@audit.command("list")
def list_events(
    context: typer.Context,
    account: Annotated[str | None, typer.Option(help="Of one account: its id, email address or mobile number.")] = None,
    event: Annotated[str | None, typer.Option(help="Of one kind, such as session.started.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show events, newest first."""

    async def read(provider: Provider) -> list[dict[str, object]]:
        found = await people.find(provider, account) if account else None
        if account and found is None:
            raise console.Trouble(f"no account {account}")
        async with provider.database.reading() as tx:
            rows = await provider.audit.read(tx, account_id=found.id if found else None, event=event, limit=limit)
        return [
            {
                "at": moment(row.at), "event": row.event, "actor": row.actor, "account": row.account_id and str(row.account_id),
                "client": row.client_id, "network": row.network, "detail": row.detail or None, "sequence": row.sequence,
            }
            for row in rows
        ]  # fmt: skip

    console.show(with_provider(context, read), form)


@audit.command()
def verify(context: typer.Context, form: FormatOption = Format.table) -> None:
    """Recompute the chain from its beginning; exit code 1 when a row was changed, removed or put in."""

    async def check(provider: Provider) -> dict[str, object]:
        async with provider.database.reading() as tx:
            checked, broken = await provider.audit.verify(tx)
            waiting = await provider.audit.unlinked(tx)
        return {"checked": checked, "broken_at": broken, "not_yet_linked": waiting, "intact": broken is None}

    found = with_provider(context, check)
    console.show(found, form)
    if not found["intact"]:
        raise typer.Exit(1)


@outbox.command("list")
def list_items(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many dead items.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show how much waits, and every item that was given up."""

    async def read(provider: Provider) -> list[dict[str, object]]:
        async with provider.database.reading() as tx:
            depth = await provider.outbox.depth(tx)
        waiting: list[dict[str, object]] = [
            {
                "id": None,
                "kind": kind,
                "target": None,
                "state": state,
                "count": count,
                "attempts": None,
                "since": None,
                "error": None,
            }
            for (kind, state), count in sorted(depth.items())
            if state != "dead"
        ]
        return waiting + [
            {
                "id": str(row.id), "kind": row.kind, "target": row.target, "state": "dead", "count": 1, "attempts": row.attempts,
                "since": moment(row.settled_at), "error": row.last_error,
            }
            for row in await deliver_again.dead(provider, limit=limit)
        ]  # fmt: skip

    console.show(with_provider(context, read), form)


@outbox.command()
def retry(
    context: typer.Context,
    item: Annotated[list[str] | None, typer.Argument(help="Ids of dead items.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead item.")] = False,
) -> None:
    """Try again what was given up. Exit code 1 when nothing was."""
    if bool(item) is everything:
        fail("name items, or say --all")
    try:
        named = [UUID(each) for each in item or []]
    except ValueError:
        fail("an item is named by its id, as `idp outbox list` shows it")

    async def again(provider: Provider) -> int:
        revived = 0
        chosen = named
        while chosen or everything:
            if everything:
                chosen = [row.id for row in await deliver_again.dead(provider, limit=500)]
            revived += len(await deliver_again.retry(provider, chosen, by=COMMAND_LINE))
            if not everything or not chosen:
                break
        return revived

    count = with_provider(context, again)
    console.say(context, f"{count} items will be tried again", retried=count)
    if not count:
        raise typer.Exit(1)

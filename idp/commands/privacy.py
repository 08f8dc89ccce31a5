"""`privacy`: what people ask about their data, under the law's clock of 3 × 24 hours, and who was affected by a breach."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from idp.accounts import requests
from idp.accounts.requests import GROUNDS, Request
from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, moment, with_provider
from idp.flows import privacy_desk
from idp.provider import Provider

app = typer.Typer(help="Requests about personal data, and who was affected by a breach.", no_args_is_help=True)

RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, as `idp privacy list` shows it.")]
Note = Annotated[str, typer.Option(help="Words for the person; sealed.")]


@app.command("list")
def list_requests(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Decided requests too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    form: FormatOption = Format.table,
) -> None:
    """Show the queue, what is due first at the top. Exit code 2 when something is overdue."""

    async def read(provider: Provider) -> tuple[list[Request], int]:
        return await privacy_desk.queue(provider, everything=everything, limit=limit), provider.clock.now()

    found, now = with_provider(context, read)
    console.show([_line(each, now) for each in found], form)
    if late := sum(_overdue(each, now) for each in found):
        typer.echo(
            f"OVERDUE: {late} of these should have been answered by now (UU PDP 27/2022, 3 x 24 hours)", err=True
        )
        raise typer.Exit(2)


@app.command()
def show(context: typer.Context, request: RequestId, form: FormatOption = Format.table) -> None:
    """Show a request with what its person wrote. They can see that it was looked at."""

    async def read(provider: Provider) -> dict[str, object]:
        found = await privacy_desk.show(provider, _id(request), by=COMMAND_LINE)
        return _line(found, provider.clock.now()) | {f"asked: {name}": text for name, text in found.detail.items()}

    console.show(with_provider(context, read), form)


@app.command()
def complete(context: typer.Context, request: RequestId, note: Note = "") -> None:
    """Do what was asked: a correction is written into the account. The person is told."""

    async def answer(provider: Provider) -> Request:
        return await privacy_desk.complete(provider, _id(request), by=COMMAND_LINE, note=note)

    kind = with_provider(context, answer).kind
    console.say(context, f"{request}: {kind} done, the person is told", request=request, kind=kind, done="completed")


@app.command()
def refuse(
    context: typer.Context,
    request: RequestId,
    reason: Annotated[str, typer.Option(help=f"The ground: {', '.join(GROUNDS)}.")],
    note: Note = "",
) -> None:
    """Say no on one of the grounds (UU PDP art. 33 has the first three). The person is told which."""

    async def answer(provider: Provider) -> Request:
        return await privacy_desk.refuse(provider, _id(request), reason, by=COMMAND_LINE, note=note)

    kind = with_provider(context, answer).kind
    said = f"{request}: {kind} refused ({reason}), the person is told"
    console.say(context, said, request=request, kind=kind, done="refused", reason=reason)


@app.command()
def breach(
    context: typer.Context,
    field: Annotated[str, typer.Option(help="A claim such as email, or a scope such as kepesertaan.")],
    since: Annotated[str, typer.Option("--from", help="Begin, in UTC: 2026-11-25 or 2026-11-25T14:00:00.")],
    until: Annotated[str, typer.Option("--to", help="End, in UTC; not included.")],
    form: FormatOption = Format.table,
) -> None:
    """Whose field was told to somebody in that time, and to whom (UU PDP art. 46)."""
    begin, end = _moment(since), _moment(until)
    if begin >= end:
        fail(f"--from {since} is not before --to {until}")

    async def search(provider: Provider) -> list[dict[str, object]]:
        found = await privacy_desk.affected(provider, field, begin, end)
        return [{"account": str(account), "told": sorted(who)} for account, who in sorted(found.items())]

    console.show(with_provider(context, search), form)


def _line(request: Request, now: int) -> dict[str, object]:
    return {
        "id": str(request.id),
        "kind": request.kind,
        "state": "OVERDUE" if _overdue(request, now) else request.state,
        "due": moment(request.runs_at or request.due_at),
        "made": moment(request.created_at),
        "account": str(request.account_id),
        "decided": moment(request.decided_at),
        "by": request.decided_by,
        "ground": request.ground,
    }


def _overdue(request: Request, now: int) -> bool:
    return request.state == requests.OPEN and (request.runs_at or request.due_at) < now


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        fail("a request is named by its id, as `idp privacy list` shows it")


def _moment(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except ValueError:
        fail(f"{text}: a moment is written like 2026-11-25 or 2026-11-25T14:00:00")

"""`reports` and `notices`: what people told us, and what we tell all of them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from idp.accounts import notice, report
from idp.accounts.notice import Notice
from idp.accounts.report import Report
from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, moment, with_provider
from idp.flows import announce
from idp.flows import report as flow
from idp.provider import Provider

reports = typer.Typer(help="What people told us: feedback, and sign-ins that were not theirs.", no_args_is_help=True)
notices = typer.Typer(help="What everybody is told, on the sign-in page and in their account.", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(help="The report's number, such as GB-7K3M-92QF.")]


@reports.command("list")
def list_reports(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show reports, newest first; what was written stays sealed."""

    async def read(provider: Provider) -> list[dict[str, Any]]:
        found = await flow.page(provider, state=None if everything else report.OPEN, limit=limit)
        return [_line(one) for one in found]

    console.show(with_provider(context, read), form)


@reports.command()
def show(context: typer.Context, reference: Reference, form: FormatOption = Format.table) -> None:
    """Show one report with what was written. That it was read is kept in the audit trail."""

    async def read(provider: Provider) -> dict[str, Any]:
        found = await flow.read(provider, reference.upper(), by=COMMAND_LINE)
        return {
            **_line(found), "network": found.network, "about": found.about and str(found.about),
            "closed": moment(found.closed_at), "closed_by": found.closed_by, "contact": found.contact, "text": found.text,
        }  # fmt: skip

    console.show(with_provider(context, read), form)


@reports.command()
def close(context: typer.Context, reference: Reference) -> None:
    """Close a report that is dealt with."""
    with_provider(context, lambda provider: flow.close(provider, reference.upper(), by=COMMAND_LINE))
    console.say(context, f"{reference.upper()} is closed", reference=reference.upper(), done="closed")


@notices.command()
def publish(
    context: typer.Context,
    indonesian: Annotated[str, typer.Option("--id", help="The text in Indonesian.")],
    english: Annotated[str, typer.Option("--en", help="The text in English.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"], help="When it ends.")],
    begin: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"], help="When it begins; now if not given."
        ),
    ] = None,
    incident: Annotated[
        bool, typer.Option("--incident", help="Something does not work: it stands on /status too.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Tell everybody something; every running process shows it within a second. Times have a zone: 2026-01-31T18:00+0700."""

    async def tell(provider: Provider) -> Notice:
        return await announce.publish(
            provider,
            {"id": indonesian, "en": english},
            kind=notice.INCIDENT if incident else notice.NEWS,
            shown_from=int(begin.timestamp()) if begin else provider.clock.now(),
            shown_until=int(until.timestamp()),
            by=COMMAND_LINE,
        )

    console.show(_notice(with_provider(context, tell)), form)


@notices.command("list")
def list_notices(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show notices, newest first, those that are over too."""
    found = with_provider(context, lambda provider: announce.newest(provider, limit))
    console.show([_notice(one) for one in found], form)


@notices.command()
def withdraw(context: typer.Context, item: Annotated[str, typer.Argument(help="Id of the notice.")]) -> None:
    """Show a notice no more. Exit code 1 when there is none to withdraw."""
    try:
        named = UUID(item)
    except ValueError:
        fail("a notice is named by its id, as `idp notices list` shows it")
    if not with_provider(context, lambda provider: announce.withdraw(provider, named, by=COMMAND_LINE)):
        fail(f"no notice {item} that is shown or will be")
    console.say(context, f"{item} is withdrawn", notice=item, done="withdrawn")


def _line(found: Report) -> dict[str, Any]:
    return {
        "reference": found.reference, "kind": found.kind, "category": found.category, "state": found.state,
        "at": moment(found.created_at), "account": found.account_id and str(found.account_id),
    }  # fmt: skip


def _notice(one: Notice) -> dict[str, Any]:
    return {
        "id": str(one.id), "kind": one.kind, "from": moment(one.shown_from), "until": moment(one.shown_until),
        "withdrawn": moment(one.withdrawn_at), "id_text": one.texts["id"], "en_text": one.texts["en"],
    }  # fmt: skip

"""`proofing`: checks of identities, until officers have a page for them."""

from typing import Annotated, Any
from uuid import UUID

import typer

from idp.accounts import proofing as rooms
from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, moment, with_provider
from idp.flows import proofing_desk
from idp.provider import Provider

app = typer.Typer(help="Checks of identities: look at them, decide them.", no_args_is_help=True)
Check = Annotated[UUID, typer.Argument(metavar="CHECK", help="Its id, as `idp proofing list` shows it.")]


@app.command("list")
def list_checks(
    context: typer.Context,
    state: Annotated[list[str] | None, typer.Option(help=f"{', '.join(rooms.STATES)}; several times.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show checks that wait for an officer (or are in another state), the longest waiting first."""
    states = state or [rooms.REVIEW]
    if unknown := sorted(set(states) - set(rooms.STATES)):
        fail(f"no state {unknown[0]}; there are {', '.join(rooms.STATES)}")

    async def read(provider: Provider) -> list[dict[str, Any]]:
        return [
            {
                "id": str(one.id), "state": one.state, "account": str(one.account_id), "name": person.name,
                "flags": " ".join(one.flags), "since": moment(one.created_at), "target": moment(rooms.target(one.created_at)),
            }
            for one, person in await proofing_desk.waiting(provider, states, limit)
        ]  # fmt: skip

    console.show(with_provider(context, read), form)


@app.command()
def show(context: typer.Context, check: Check, form: FormatOption = Format.table) -> None:
    """Show one check with what the person typed; that it was looked at is written down."""

    async def read(provider: Provider) -> dict[str, Any]:
        found, person, typed = await proofing_desk.look(provider, check, by=COMMAND_LINE)
        return {
            "id": str(found.id), "state": found.state, "reason": found.reason, "flags": " ".join(found.flags),
            "account": str(person.id), "name": person.name, "nik": typed["nik"], "passport": typed["passport"], "birthdate": typed["birthdate"], "kpj": person.kpj,
            "identity_level": person.identity_level, "since": moment(found.created_at), "decided": moment(found.decided_at),
            "decided_by": found.decided_by, "documents_until": moment(found.documents_until),
        }  # fmt: skip

    console.show(with_provider(context, read), form)


@app.command()
def approve(
    context: typer.Context,
    check: Check,
    branch: Annotated[
        bool, typer.Option("--branch", help="The person came to a branch; else documents were seen.")
    ] = False,
) -> None:
    """Confirm an identity: level 2, with which loa2v can be reached. The person gets a mail."""
    method = rooms.BRANCH if branch else rooms.DOCUMENT

    async def decide(provider: Provider) -> None:
        await proofing_desk.approve(provider, check, method, by=COMMAND_LINE)

    with_provider(context, decide)
    console.say(context, f"{check}: approved ({method})", check=check, done="approved", method=method)


@app.command()
def reject(
    context: typer.Context,
    check: Check,
    reason: Annotated[str, typer.Option(help=f"{', '.join(rooms.REASONS)}.")],
) -> None:
    """Turn a check down; the person gets a mail that names what to mend."""
    if reason not in rooms.REASONS:
        fail(f"no reason {reason}; there are {', '.join(rooms.REASONS)}")

    async def decide(provider: Provider) -> None:
        await proofing_desk.reject(provider, check, reason, by=COMMAND_LINE)

    with_provider(context, decide)
    console.say(context, f"{check}: rejected ({reason})", check=check, done="rejected", reason=reason)


@app.command()
def refer(context: typer.Context, check: Check) -> None:
    """Send the person to a branch, where an officer sees card and face."""

    async def decide(provider: Provider) -> None:
        await proofing_desk.refer(provider, check, by=COMMAND_LINE)

    with_provider(context, decide)
    console.say(context, f"{check}: referred to a branch", check=check, done="referred")

"""`recover`: recoveries through a branch, until officers have a page for them. One officer decides; what was cancelled twice takes two."""

from typing import Annotated, Any

import typer

from idp.accounts import assisted
from idp.accounts.account import Account
from idp.accounts.assisted import Case
from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, moment, with_provider
from idp.flows import recovery_desk
from idp.flows.recovery_desk import Seen
from idp.provider import Provider

app = typer.Typer(help="Recoveries through a branch: look at cases, decide them.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(metavar="CASE", help="The number that the person tells: K7MX-2RT4.")]
Reason = Annotated[str, typer.Option(help="Why, in words; kept in the audit trail.")]


@app.command("list")
def list_cases(
    context: typer.Context,
    state: Annotated[list[str] | None, typer.Option(help=f"{', '.join(assisted.STATES)}; several times.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """Show cases that wait for an officer (or are in another state), the longest waiting first."""
    states = state or [assisted.OPEN]
    if unknown := sorted(set(states) - set(assisted.STATES)):
        fail(f"no state {unknown[0]}; there are {', '.join(assisted.STATES)}")

    async def read(provider: Provider) -> list[dict[str, Any]]:
        return [
            {
                "case": one.number, "state": one.state, "account": str(one.account_id or ""),
                "since": moment(one.created_at), "until": moment(one.due_at), "decided_by": one.decided_by,
            }
            for one in await recovery_desk.waiting(provider, states, limit)
        ]  # fmt: skip

    console.show(with_provider(context, read), form)


@app.command()
def show(context: typer.Context, case: Number, form: FormatOption = Format.table) -> None:
    """Show a case with the account that it would recover; that it was looked at is written down."""

    async def read(provider: Provider) -> dict[str, Any]:
        return _shown(*await recovery_desk.show(provider, case, by=COMMAND_LINE))

    console.show(with_provider(context, read), form)


@app.command()
def approve(
    context: typer.Context,
    case: Number,
    checked: Annotated[
        str,
        typer.Option(help=f"What was seen, separated by commas: {', '.join(assisted.CHECKS)}; ktp and face at least."),
    ],
    reason: Reason = "",
    remove_factors: Annotated[
        bool,
        typer.Option("--remove-factors", help="The second factors are lost too: they go when the new password is set."),
    ] = False,
    override: Annotated[
        str,
        typer.Option(
            help="After two cancelled in a row: why nobody shall cancel this one; two officers, one after the other."
        ),
    ] = "",
    officer: Annotated[
        str, typer.Option(help="The address of the officer who decides; needed with --override, and where two have to.")
    ] = "",
) -> None:
    """Begin the wait after which the new address gets a link. Every old contact is told, and can cancel."""
    seen = [code.strip() for code in checked.split(",") if code.strip()]
    if unknown := sorted(set(seen) - set(assisted.CHECKS)):
        fail(f"nothing called {unknown[0]} can be seen; there are {', '.join(assisted.CHECKS)}")
    if not {"ktp", "face"} <= set(seen):
        fail("an identity card and the face that belongs to it have to be seen: --checked ktp,face")
    if override.strip() and not officer.strip():
        fail("an override names who decides: --officer ADDRESS")
    if not override.strip() and not reason.strip():
        fail("a reason is needed: --reason TEXT")

    async def decide(provider: Provider) -> Case:
        if override.strip():
            return await recovery_desk.override(
                provider, case, Seen(seen, override.strip(), remove_factors), officer=officer
            )
        return await recovery_desk.approve(
            provider, case, Seen(seen, reason.strip(), remove_factors), by=COMMAND_LINE, officer=officer
        )

    decided = with_provider(context, decide)
    number, due = decided.number, moment(decided.due_at)
    if decided.state == assisted.OPEN:
        said = "asked for; another officer has to see the person and say the same"
    elif decided.overridden:
        said = f"approved; the link goes out after {due}; only an officer can stop it"
    else:
        said = f"approved; the link goes out after {due}, unless it is cancelled"
    console.say(context, f"{number}: {said}", case=number, state=decided.state, overridden=decided.overridden, due=due)


@app.command()
def refuse(context: typer.Context, case: Number, reason: Reason) -> None:
    """Turn a case down, or stop one that was approved; the new address gets a mail that says so, without the reason."""
    if not reason.strip():
        fail("a reason is needed: --reason TEXT")

    async def decide(provider: Provider) -> None:
        await recovery_desk.refuse(provider, case, reason.strip(), by=COMMAND_LINE)

    with_provider(context, decide)
    number = assisted.typed_number(case)
    console.say(context, f"{number}: refused", case=number, done="refused")


def _shown(case: Case, person: Account | None) -> dict[str, Any]:
    return {
        "case": case.number, "state": case.state, "account": str(case.account_id or ""), "name": person.name if person else "",
        "identity_level": person.identity_level if person else "", "new_address": case.contact,
        "since": moment(case.created_at), "until": moment(case.due_at), "checked": " ".join(case.checked),
        "reason": case.reason, "remove_factors": case.factors_go, "decided_by": case.decided_by,
        "first_officer": case.first_officer, "override_reason": case.override_reason,
        "overridden": case.overridden, "decided": moment(case.decided_at), "ended": moment(case.ended_at),
    }  # fmt: skip

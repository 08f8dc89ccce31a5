"""Accounts on the command line. A password is never an argument: those are seen by everybody on the machine."""

import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from idp.accounts.account import Account
from idp.commands import console, verbs
from idp.commands.console import COMMAND_LINE, Format, FormatOption, Trouble, YesOption, fail, moment, with_provider
from idp.flows import erase, people
from idp.flows.people import Wanted
from idp.provider import Provider

Reference = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id, email address, mobile number or KPJ.")]
Purpose = Annotated[str, typer.Option(help="Why it is looked at: a ticket, a call. The person can read it.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="A file with the password; `-` reads standard input. Asked for when not given.")
]


@verbs.create.command("account")
def create(
    context: typer.Context,
    email: Annotated[str, typer.Option(help="Its email address; counts as verified.")],
    name: Annotated[str, typer.Option(help="The full name.")],
    phone: Annotated[str | None, typer.Option(help="A mobile number; counts as verified.")] = None,
    kpj: Annotated[str | None, typer.Option(help="The participant number.")] = None,
    locale: Annotated[str, typer.Option(help="id or en.")] = "id",
    password_file: PasswordFile = None,
    form: FormatOption = Format.table,
) -> None:
    """Make an account that can sign in at once."""
    wanted = Wanted(email=email, name=name, password=_password(password_file), phone=phone, kpj=kpj, locale=locale)

    async def make(provider: Provider) -> dict[str, Any]:
        return _shown(provider, await people.create(provider, wanted, by=COMMAND_LINE))

    console.show(with_provider(context, make), form)


@verbs.get.command("account")
def get(context: typer.Context, account: Reference, purpose: Purpose = "", form: FormatOption = Format.table) -> None:
    """Show an account."""

    async def read(provider: Provider) -> dict[str, Any]:
        found = await _found(provider, account)
        await people.looked(provider, [found], by=COMMAND_LINE, purpose=purpose)
        return _shown(provider, found)

    console.show(with_provider(context, read), form)


@verbs.list_.command("accounts")
@verbs.list_.command("account", hidden=True)  # every other verb has its noun in the singular
def list_accounts(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on behind this account id.")] = None,
    purpose: Purpose = "",
    form: FormatOption = Format.table,
) -> None:
    """List accounts in the order in which they came."""
    try:
        behind = None if after is None else UUID(after)
    except ValueError:
        fail("--after takes the id of the last account that was listed")

    async def read(provider: Provider) -> list[Account]:
        found = await people.page(provider, after=behind, limit=limit)
        await people.looked(provider, found, by=COMMAND_LINE, purpose=purpose)
        return found

    console.show(
        [
            {
                "id": str(each.id),
                "email": each.email,
                "name": each.name,
                "status": each.status,
                "created": moment(each.created_at),
            }
            for each in with_provider(context, read)
        ],
        form,
    )


@verbs.update.command("account")
def update(context: typer.Context, account: Reference, password_file: PasswordFile = None) -> None:
    """Replace an account's password; its sessions and tokens end."""
    password = _password(password_file)

    async def change(provider: Provider) -> None:
        await people.set_password(provider, (await _found(provider, account)).id, password, by=COMMAND_LINE)

    with_provider(context, change)
    console.say(
        context,
        f"{account}: the password is changed, every session has ended",
        account=account,
        done="password changed",
    )


@verbs.delete.command("account")
def delete(
    context: typer.Context,
    account: Reference,
    yes: YesOption = False,
    despite_hold: Annotated[
        bool,
        typer.Option(
            "--despite-legal-hold",
            help="Although a deletion was refused because the law demands the data: that is over.",
        ),
    ] = False,
) -> None:
    """Remove an account for good, with all that we hold of its person, and without the days in which they could keep it."""

    async def look(provider: Provider) -> Account:
        found = await _found(provider, account)
        if not yes:
            await people.looked(provider, [found], by=COMMAND_LINE, purpose="delete account")
        return found

    person = with_provider(context, look)
    # By name: a number may be a telephone's or a participant's, and what was typed may be somebody else's.
    whose = f"{person.name} ({person.email or person.id})"
    console.confirm(f"Remove {whose} at once, with everything that is held of this person?", yes=yes)

    async def remove(provider: Provider) -> None:
        try:
            done = await erase.at_once(provider, person.id, by=COMMAND_LINE, despite_hold=despite_hold)
        except erase.OnHold as hold:
            raise Trouble(
                f"{account}: not removed. On {moment(hold.request.decided_at)} its deletion was refused because the law demands"
                f" that the data is kept (legal_hold, request {hold.request.id}); say --despite-legal-hold if that is over"
            ) from None
        if not done:
            raise Trouble(f"{account}: somebody else decided about its deletion in this moment; look again")

    with_provider(context, remove)
    console.say(context, f"{account}: removed", account=account, done="removed")


@verbs.disable.command("account")
def disable(
    context: typer.Context,
    account: Reference,
    deceased: Annotated[bool, typer.Option("--deceased", help="Because its person has died.")] = False,
) -> None:
    """Turn an account off; its sessions and tokens end at once, on every replica."""
    if not deceased:
        return _switch(context, account, enabled=False)

    async def bury(provider: Provider) -> None:
        await people.bury(provider, (await _found(provider, account)).id, by=COMMAND_LINE)

    with_provider(context, bury)
    console.say(context, f"{account}: closed, its person has died", account=account, done="closed")


@verbs.enable.command("account")
def enable(context: typer.Context, account: Reference) -> None:
    """Turn an account on again; its person signs in anew."""
    _switch(context, account, enabled=True)


def _switch(context: typer.Context, reference: str, *, enabled: bool) -> None:
    async def switch(provider: Provider) -> None:
        await people.switch(provider, (await _found(provider, reference)).id, enabled=enabled, by=COMMAND_LINE)

    with_provider(context, switch)
    done = "enabled" if enabled else "disabled"
    console.say(context, f"{reference}: {done}", account=reference, done=done)


async def _found(provider: Provider, reference: str) -> Account:
    account = await people.find(provider, reference)
    if account is None:
        raise Trouble(f"no account {reference}")
    return account


def _password(file: Path | None) -> str:
    if file is None:
        return console.ask("Password", "say --password-file FILE, or - for standard input", hidden=True)
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: the password cannot be read ({getattr(error, 'strerror', 'not UTF-8')})")
    return text.rstrip("\r\n")


def _shown(provider: Provider, account: Account) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "status": account.status,
        "name": account.name,
        "email": account.email,
        "email_verified": account.email_verified,
        "phone_number": account.phone,
        "phone_number_verified": account.phone_verified,
        "kpj": account.kpj,
        "locale": account.locale,
        "identity_level": account.identity_level,
        "birthdate": people.born(provider, account),
        **account.claims,
        "created": moment(account.created_at),
        "updated": moment(account.updated_at),
        "password changed": moment(account.password_changed_at),
    }

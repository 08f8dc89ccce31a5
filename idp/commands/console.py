"""How every verb begins and ends: settings, an open provider, tables or JSON, and one line when something is wrong."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import orjson
import typer
import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from idp.app import NotReady, open_provider
from idp.base.errors import Fault, OAuthError, Unavailable
from idp.base.settings import Settings, SettingsError, load
from idp.commands import log
from idp.provider import Provider
from idp.store.encrypted import SealBroken
from idp.store.material import MaterialError

T = TypeVar("T")
COMMAND_LINE = "command line"
"""Who did it, in the audit trail."""

err = Console(stderr=True)


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"


@dataclass(frozen=True)
class Flags:
    """What was said of the whole call, before the verb or behind it."""

    dev: bool | None = None
    config: Path | None = None
    form: Format | None = None


def _chosen(context: typer.Context, option: typer.CallbackParam, value: Format) -> Format:
    source = context.get_parameter_source(option.name or "")
    before = context.obj.form if isinstance(context.obj, Flags) else None
    return before if before and source is not None and source.name == "DEFAULT" else value


FormatOption = Annotated[
    Format, typer.Option("--format", help="A table for people, or JSON for programs.", callback=_chosen)
]


YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class Trouble(Exception):
    """What went wrong and what to do about it, in one line."""


def fail(text: str) -> NoReturn:
    """End with one line on standard error and exit code 1."""
    typer.echo(f"idp: {' '.join(text.split())}", err=True)
    raise typer.Exit(1)


def settings(context: typer.Context, **flags: Any) -> Settings:
    """The settings of this call; a wrong one ends it. Logging is set up on the way."""
    given = context.obj if isinstance(context.obj, Flags) else Flags()
    environment = {**os.environ, **({"IDP_CONFIG": str(given.config)} if given.config else {})}
    try:
        read = load(
            environment, **{"dev": given.dev, **{name: value for name, value in flags.items() if value is not None}}
        )
    except SettingsError as error:
        fail(str(error))
    log.configure(read)
    return read


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `work` to its end; whatever an operator can mend becomes one line."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        if (line := remedy(error)) is None:
            raise
        fail(line)


def with_provider(context: typer.Context, work: Callable[[Provider], Awaitable[T]]) -> T:
    """Run `work` with everything open."""
    chosen = settings(context)

    async def inside() -> T:
        async with open_provider(chosen) as provider:
            return await work(provider)

    return run(inside)


def remedy(error: BaseException) -> str | None:
    """The line for an error that an operator can mend; None for a fault of ours, which deserves its traceback."""
    match error:
        case Trouble() | SettingsError() | MaterialError() | NotReady():
            return str(error)
        case SealBroken():
            return f"{error}: the key folder does not belong to this database; restore the two together"
        case OAuthError():
            return error.description or error.code
        case Unavailable():
            return f"{error.private or 'not available'}: see IDP_DATABASE_URL and whether the server runs"
        case Fault():
            return error.private
        case DBAPIError():
            return f"the database does not do it: {error.orig}; see IDP_DATABASE_URL"
        case asyncpg.PostgresError() | ConnectionError() | TimeoutError():
            return f"cannot use the database: {error or type(error).__name__}; see IDP_DATABASE_URL and whether the server runs"
        case ExceptionGroup():
            return next((line for each in error.exceptions if (line := remedy(each))), None)
        case sqlite3.Error():
            return f"the database file cannot be used: {error}; see IDP_DATABASE_URL"
        case PermissionError() | FileNotFoundError() | NotADirectoryError() | IsADirectoryError():
            return f"{error.filename}: {error.strerror}; see who owns it, or set IDP_VAR and IDP_KEYS"
        case OSError() if error.strerror:
            return f"{error.strerror}{f': {error.filename}' if error.filename else ''}"
    return None


def show(value: Any, form: Format) -> None:
    """One record or a list of them: a table for people, JSON for programs."""
    if form is Format.json:
        named = _named(value) if isinstance(value, Mapping) else [_named(record) for record in value]
        typer.echo(orjson.dumps(named, option=orjson.OPT_INDENT_2, default=str).decode())
    elif isinstance(value, Mapping):
        _print(_record(value))
    else:
        _print(_table(value))


def _named(record: Mapping[str, Any]) -> dict[str, Any]:
    """A column's heading as the name of a member, which programs like without spaces."""
    return {name.replace(": ", "_").replace(" ", "_"): value for name, value in record.items()}


def _record(record: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    for name, value in record.items():
        table.add_row(name, _cell(value))
    return table


def _table(rows: Sequence[Mapping[str, Any]]) -> Table | str:
    if not rows:
        return "Nothing."
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def out() -> Console:
    """Standard output as it is now. Nothing is cut or wrapped: half a secret, or one in two lines, can be copied by nobody."""
    return Console(file=sys.stdout, soft_wrap=True, highlight=False, width=10_000)


def say(context: typer.Context, text: str, **facts: Any) -> None:
    """What was done, in a line for people; for programs, `facts` as an object."""
    given = context.obj if isinstance(context.obj, Flags) else Flags()
    if given.form is Format.json:
        show(facts, Format.json)
    else:
        typer.echo(text)


def ask(question: str, otherwise: str, *, default: str | None = None, hidden: bool = False) -> str:
    """Ask on the terminal; what a program should say instead, `otherwise`, when nobody answers. Enter alone is `default`, if there is one."""
    # What is piped in is seen by nobody; without a terminal the library can only warn that it could not hide it.
    unseen = hidden and sys.stdin.isatty()
    try:
        said = typer.prompt(
            question, default, hide_input=unseen, confirmation_prompt=hidden, show_default=False, err=True
        )
        return str(said)
    except typer.Abort:
        typer.echo(err=True)
        fail(f"nobody answered; {otherwise}")


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if somebody says yes, or said so beforehand."""
    if not yes and ask(f"{question} [y/N]", "say --yes", default="n").lower() not in ("y", "yes"):
        raise typer.Exit(1)


def _print(what: Table | str) -> None:
    out().print(what)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | frozenset | set):
        text = " ".join(str(item) for item in value)
    elif isinstance(value, Mapping):
        text = orjson.dumps(value, default=str).decode()
    else:
        text = str(value)
    return text.replace("[", r"\[")


def moment(seconds: int | None) -> str | None:
    """A moment in UTC, as people read it; records keep UNIX seconds, output does not."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

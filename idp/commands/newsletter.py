"""`newsletter`: how many read it, and one letter to them all."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from idp.commands import console
from idp.commands.console import COMMAND_LINE, Format, FormatOption, fail, with_provider
from idp.flows import newsletter
from idp.provider import Provider

app = typer.Typer(help="The newsletter that people have asked for.", no_args_is_help=True)


@app.command()
def send(
    context: typer.Context,
    indonesian: Annotated[Path, typer.Argument(help="Text file; its first line is the subject.")],
    english: Annotated[Path | None, typer.Argument(help="The same in English.")] = None,
) -> None:
    """Put one letter for every reader into the outbox. Paragraphs have blank lines between; `[Label](https://…)` is a button."""
    letters = {"id": _read(indonesian)} | ({"en": _read(english)} if english else {})
    with Progress(console=console.err, disable=not console.err.is_terminal) as progress:
        task = progress.add_task("Letters", total=None)

        async def work(provider: Provider) -> int:
            return await newsletter.send(
                provider, letters, by=COMMAND_LINE, told=lambda many: progress.advance(task, many)
            )

        sent = with_provider(context, work)
    console.say(context, f"{sent} letters are on their way.", letters=sent)


@app.command()
def readers(context: typer.Context, form: FormatOption = Format.table) -> None:
    """Say how many people read it."""

    async def count(provider: Provider) -> dict[str, int]:
        return {"readers": await newsletter.readers(provider)}

    console.show(with_provider(context, count), form)


def _read(path: Path) -> tuple[str, str]:
    try:
        subject, _, text = path.read_text().partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: cannot be read ({getattr(error, 'strerror', 'not UTF-8')})")
    if not subject.strip() or not text.strip():
        fail(f"{path}: the first line is the subject, the rest the letter")
    return subject.strip(), text.strip()

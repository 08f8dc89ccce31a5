"""`./run bench`: measures, prints. Exit 0 when it ran, goals met or not."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench import peer, plan
from bench.goals import evaluate
from bench.load import CONNECTIONS
from bench.machine import BenchError, Cores, cores
from bench.measurements import Measurements
from bench.report import as_json, show

# The size at which the goals were set. At 3072 bits the signature alone takes three times as long, for every server alike.
RSA_BITS = 2048


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def conditions(where: Cores, pace: plan.Pace, rsa_bits: int) -> dict[str, Any]:
    """What a reader must know before comparing two runs."""
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "server_core": sorted(where.server),
        "load_core": sorted(where.load),
        "oidc_provider": peer.version(),
        "rsa_bits": rsa_bits,
        "connections": CONNECTIONS,
        "passes": pace.passes,
        "seconds": pace.seconds,
    }


def run(pace: plan.Pace, only: str, rsa_bits: int, where: Cores, console: Console) -> Measurements:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("setting up", total=None)

        def announce(what: str) -> None:
            progress.update(task, description=what)
            if not console.is_terminal:
                console.print(what)

        def begin(what: str, done: int, total: int) -> None:
            announce(what)
            progress.update(task, completed=done, total=total)

        with plan.opened(where, rsa_bits, announce) as house:
            return plan.measure(house, pace, only, begin)


def wide(console: Console) -> Console:
    """A pipe or a log has no width of its own; the tables need some."""
    if not console.is_terminal:
        console.width = 132
    return console


def main(
    output: Annotated[Format, typer.Option("--format", help="JSON goes alone to standard output.")] = Format.TABLE,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer and shorter passes: about 6 minutes instead of 18.")
    ] = False,
    only: Annotated[str, typer.Option(help="Only rows whose name contains this; goals are not judged then.")] = "",
    rsa_bits: Annotated[int, typer.Option(help="Size of every server's RSA key.", min=2048, max=4096)] = RSA_BITS,
) -> None:
    """Measure Gerbang beside npm oidc-provider, both on one core and the same PostgreSQL, interleaved."""
    # Whoever ends the bench ends its servers too: leaving through an exception closes every block that started one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    console = wide(Console(stderr=True))
    pace = plan.QUICK if quick else plan.FULL
    where = cores()
    if not where.separate:
        console.print(
            "[yellow]Only one processor: the load takes time from the servers. Ratios hold roughly, rates do not.[/]"
        )
    try:
        measured = run(pace, only, rsa_bits, where, console)
    except BenchError as error:
        console.print(f"bench: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    goals = [] if only else evaluate(measured)
    if output is Format.JSON:
        show(console, measured, goals)
        json.dump(as_json(measured, goals, conditions(where, pace, rsa_bits)), sys.stdout, indent=2)
        print()
    else:
        show(wide(Console()), measured, goals)


if __name__ == "__main__":
    typer.run(main)

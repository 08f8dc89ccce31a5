"""The measurements as two tables for eyes, and as one JSON object for machines."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bench.goals import Goal
from bench.measurements import Measurements, summary
from bench.names import GERBANG


def as_json(measured: Measurements, goals: list[Goal], conditions: dict[str, Any]) -> dict[str, Any]:
    return {
        "goals": [goal.as_json() for goal in goals],
        "rows": rows(measured),
        "round_trips": [
            {"operation": operation, "server": server, "statements": count}
            for (operation, server), count in measured.round_trips.items()
        ],
        "idle_rss_mb": {server: round(rss, 1) for server, rss in measured.idle_rss_mb.items()},
        "conditions": conditions,
    }


def rows(measured: Measurements) -> list[dict[str, Any]]:
    """One object per row and server; `gerbang_ratio` is how many times this server's rate Gerbang reached."""
    found = []
    for (row, server), runs in measured.runs.items():
        total = summary(runs)
        found.append(
            {
                "row": row,
                "server": server,
                "req_per_s": round(total.rate, 1),
                "cpu_ms": round(total.cpu_ms, 3),
                "p50_ms": round(total.p50_ms, 2),
                "p99_ms": round(total.p99_ms, 2),
                "rss_mb": round(total.rss_mb, 1),
                "operations": total.operations,
                "errors": total.errors,
                "gerbang_ratio": None
                if server == GERBANG
                else round(measured.rate_ratio(row, GERBANG, row, server), 2),
            }
        )
    return found


def show(console: Console, measured: Measurements, goals: list[Goal]) -> None:
    table = Table(title="Measured", title_justify="left", header_style="bold")
    table.add_column("row", no_wrap=True)
    table.add_column("server", no_wrap=True)
    for heading in ("req/s", "CPU ms", "p50 ms", "p99 ms", "RSS MB", "errors", "Gerbang is"):
        table.add_column(heading, justify="right", no_wrap=True)
    previous = ""
    for each in rows(measured):
        if each["row"] != previous:
            table.add_section()
        ratio = each["gerbang_ratio"]
        table.add_row(
            each["row"] if each["row"] != previous else "",
            each["server"],
            f"{each['req_per_s']:,.0f}",
            f"{each['cpu_ms']:.2f}",
            f"{each['p50_ms']:.1f}",
            f"{each['p99_ms']:.1f}",
            f"{each['rss_mb']:.0f}" if each["rss_mb"] else "",
            str(each["errors"]),
            "" if ratio is None else f"{ratio:.2f}×",
        )
        previous = each["row"]
    if measured.runs:
        console.print(table)
    for (operation, server), count in measured.round_trips.items():
        console.print(f"{operation}, {server}: {count} round trips", highlight=False)
    if goals:
        show_goals(console, goals)


def show_goals(console: Console, goals: list[Goal]) -> None:
    table = Table(title="Goals", title_justify="left", header_style="bold")
    table.add_column("goal", min_width=50)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("by CPU", justify="right", no_wrap=True, style="dim")
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("met", no_wrap=True)
    table.add_column("note", style="dim")
    for goal in goals:
        digits = 0 if goal.unit in {"MB", "round trips", "errors"} else 2
        table.add_row(
            goal.goal,
            f"{goal.ratio:.{digits}f} {goal.unit}",
            "" if goal.cpu_ratio is None else f"{goal.cpu_ratio:.2f} ×",
            f"{goal.comparison} {goal.target:g} {goal.unit}",
            "[green]yes[/]" if goal.met else "[red]no[/]",
            goal.note,
        )
    console.print(table)
    console.print(f"{sum(goal.met for goal in goals)} of {len(goals)} met.")

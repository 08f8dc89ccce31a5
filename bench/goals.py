"""The goals, as a function of what was measured. Pure.

Each is a number compared with a target: a multiple of a reference that ran in the same minutes, a time, a count, or memory.
Their numbers are those of the performance goals in README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from bench.measurements import Measurements
from bench.names import (
    CLIENT_CREDENTIALS,
    CLIENT_CREDENTIALS_RS256,
    DISCOVERY,
    FLOOR,
    GERBANG,
    JWKS,
    LOADED_BY_SIGN_INS,
    MEMORY,
    POSTGRES,
    REFRESH,
    SESSION_CODE_FLOW,
    SIGN_IN,
    UNLOADED,
)

# Round trips to the database, at most, for one operation.
ROUND_TRIPS = {
    "client_credentials": 0,
    "jwks": 0,
    "discovery": 0,
    "refresh": 1,
    "code exchange": 1,
    "userinfo": 1,
    "introspection": 1,
    "authorize with session": 2,
    "sign-in POST": 2,
}

# One hash of 19 MiB per thread stays allocated.
MB_PER_HASH_THREAD = 19 * 1.048576


@dataclass(frozen=True)
class Goal:
    """`ratio` is what was measured, in `unit`; it should be at least the target, or at most, by `comparison`."""

    goal: str
    ratio: float
    comparison: str
    target: float
    unit: str
    met: bool
    note: str = ""
    cpu_ratio: float | None = None  # of rates alone: the same comparison by CPU time, which neighbours disturb less

    def as_json(self) -> dict[str, Any]:
        by_cpu = None if self.cpu_ratio is None else round(self.cpu_ratio, 3)
        return asdict(self) | {"ratio": round(self.ratio, 3), "cpu_ratio": by_cpu}


def at_most(goal: str, ratio: float, target: float, unit: str = "×", note: str = "") -> Goal:
    return Goal(goal, ratio, "≤", target, unit, ratio <= target, note)


def evaluate(measured: Measurements) -> list[Goal]:
    return [
        *_rates(measured),
        *_sign_in(measured),
        *_round_trips(measured),
        *_memory(measured),
        *_tails(measured),
    ]


def _faster(
    measured: Measurements,
    goal: str,
    target: float,
    row: str,
    reference: str,
    reference_row: str | None = None,
    note: str = "",
) -> Goal:
    """A goal on Gerbang's rate in `row` as a multiple of the reference's."""
    compared = (row, GERBANG, reference_row or row, reference)
    ratio = measured.rate_ratio(*compared)
    return Goal(goal, ratio, "≥", target, "×", ratio >= target, note, measured.cpu_ratio(*compared))


def _rates(measured: Measurements) -> Iterator[Goal]:
    faster = partial(_faster, measured)
    token, token_rs256 = CLIENT_CREDENTIALS, CLIENT_CREDENTIALS_RS256
    yield faster("1 client_credentials ES256 ≥5× node RS256", 5, token, MEMORY, token_rs256)
    yield faster("1 client_credentials ES256 ≥2.8× node ES256", 2.8, token, MEMORY)
    yield faster("1 client_credentials ES256 ≥40% of raw ASGI POST", 0.4, token, FLOOR)
    yield faster("2 client_credentials RS256 ≥1.9× node RS256", 1.9, token_rs256, MEMORY)
    yield faster("2 client_credentials RS256 ≥65% of raw RS256 signs", 0.65, token_rs256, FLOOR)
    yield faster("3 refresh ES256 ≥4.5× node on PostgreSQL", 4.5, REFRESH, POSTGRES)
    yield faster("3 refresh ES256 ≥2× node in memory", 2, REFRESH, MEMORY)
    for row in (DISCOVERY, JWKS):
        yield faster(f"5 {row} ≥85% of raw ASGI", 0.85, row, FLOOR)
        yield faster(f"5 {row} ≥2.8× node", 2.8, row, MEMORY)


def _sign_in(measured: Measurements) -> Iterator[Goal]:
    faster = partial(_faster, measured)
    yield faster(
        "6 sign-in with code flow ≥85% of raw Argon2id", 0.85, SIGN_IN, FLOOR, note="same parameters and build"
    )
    yield faster("6 sign-in with code flow ≥1.0× node", 1, SIGN_IN, POSTGRES, note="needs the AVX2 build of Argon2id")
    yield at_most(
        "7 code flow on a session ≤1.5 ms CPU",
        measured.cpu_ms(SESSION_CODE_FLOW, GERBANG),
        1.5,
        unit="ms",
        note="depends on how fast this machine is",
    )
    yield faster("7 code flow on a session ≥3.5× node on PostgreSQL", 3.5, SESSION_CODE_FLOW, POSTGRES)
    yield at_most(
        "8 client_credentials p99 under saturated sign-ins ≤3× unloaded",
        measured.p99_ratio(LOADED_BY_SIGN_INS, GERBANG, UNLOADED),
        3,
    )


def _round_trips(measured: Measurements) -> Iterator[Goal]:
    for operation, most in ROUND_TRIPS.items():
        counted = measured.round_trips[operation, GERBANG]
        yield at_most(f"9 {operation}: round trips ≤{most}", counted, most, unit="round trips")


def _memory(measured: Measurements) -> Iterator[Goal]:
    idle = measured.idle_rss_mb[GERBANG]
    most = measured.most_rss_mb(GERBANG)
    hashing = measured.hash_threads * MB_PER_HASH_THREAD
    yield at_most("11 RSS idle ≤120 MB", idle, 120, unit="MB")
    yield at_most(
        "11 RSS growth ≤20 MB besides hashing",
        most - idle - hashing,
        20,
        unit="MB",
        note=f"over {measured.operations(GERBANG)} counted operations; {hashing:.0f} MB of hash memory taken off",
    )
    yield at_most(
        "11 RSS ≤0.85× node on PostgreSQL", most / measured.most_rss_mb(POSTGRES), 0.85, note="most of all rows"
    )


def _tails(measured: Measurements) -> Iterator[Goal]:
    rows = [row for row, server in measured.runs if server == GERBANG and row not in {UNLOADED, LOADED_BY_SIGN_INS}]
    worst = max(rows, key=lambda row: measured.tail(row, GERBANG))
    yield at_most("13 p99 ≤3× p50 at 16 connections", measured.tail(worst, GERBANG), 3, note=f"worst row: {worst}")
    yield at_most("13 errors", measured.errors(GERBANG), 0, unit="errors")

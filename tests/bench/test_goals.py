"""Goals are a function of measurements: which are met, at which edge, and what the JSON of a run looks like."""

import json
from typing import Any

import pytest

from bench import names
from bench.goals import ROUND_TRIPS, Goal, evaluate
from bench.measurements import Measurements, Run
from bench.report import as_json

# Rates at which every rate goal is met with room.
RATES = {
    (names.CLIENT_CREDENTIALS, names.GERBANG): 7000,
    (names.CLIENT_CREDENTIALS, names.MEMORY): 2000,
    (names.CLIENT_CREDENTIALS, names.FLOOR): 13000,
    (names.CLIENT_CREDENTIALS_RS256, names.GERBANG): 2500,
    (names.CLIENT_CREDENTIALS_RS256, names.MEMORY): 1200,
    (names.CLIENT_CREDENTIALS_RS256, names.FLOOR): 3000,
    (names.REFRESH, names.GERBANG): 2800,
    (names.REFRESH, names.POSTGRES): 480,
    (names.REFRESH, names.MEMORY): 1300,
    (names.DISCOVERY, names.GERBANG): 20000,
    (names.DISCOVERY, names.MEMORY): 5800,
    (names.DISCOVERY, names.FLOOR): 22000,
    (names.JWKS, names.GERBANG): 25000,
    (names.JWKS, names.MEMORY): 8000,
    (names.JWKS, names.FLOOR): 22000,
    (names.SESSION_CODE_FLOW, names.GERBANG): 900,
    (names.SESSION_CODE_FLOW, names.POSTGRES): 200,
    (names.SIGN_IN, names.GERBANG): 60,
    (names.SIGN_IN, names.POSTGRES): 46,
    (names.SIGN_IN, names.FLOOR): 65,
    (names.UNLOADED, names.GERBANG): 3000,
    (names.LOADED_BY_SIGN_INS, names.GERBANG): 2900,
}


def measurements(
    *, slower: dict[tuple[str, str], float] | None = None, rss: float = 100, p99: float = 2.5, errors: int = 0
) -> Measurements:
    measured = Measurements(
        idle_rss_mb={names.GERBANG: 80, names.POSTGRES: 90, names.MEMORY: 90},
        round_trips={(operation, names.GERBANG): most for operation, most in ROUND_TRIPS.items()},
    )
    for (row, server), rate in (RATES | (slower or {})).items():
        megabytes = {names.GERBANG: rss, names.FLOOR: 30}.get(server, 150)
        measured.add(row, server, Run(round(rate * 10), errors, 10, 1, p99, 1.0, megabytes))
    return measured


def unmet(measured: Measurements) -> list[str]:
    return [goal.goal for goal in evaluate(measured) if not goal.met]


def test_all_goals_can_be_met() -> None:
    assert unmet(measurements()) == []


def test_every_goal_of_the_list_is_evaluated() -> None:
    numbers = {goal.goal.split()[0] for goal in evaluate(measurements())}
    assert numbers == {"1", "2", "3", "5", "6", "7", "8", "9", "11", "13"}


@pytest.mark.parametrize(
    ("row", "rate", "goal"),
    [
        (names.CLIENT_CREDENTIALS_RS256, 1900, "2 client_credentials RS256 ≥65% of raw RS256 signs"),
        (names.REFRESH, 2159, "3 refresh ES256 ≥4.5× node on PostgreSQL"),
        (names.DISCOVERY, 18000, "5 discovery ≥85% of raw ASGI"),
        (names.SESSION_CODE_FLOW, 699, "7 code flow on a session ≥3.5× node on PostgreSQL"),
        (names.SIGN_IN, 55, "6 sign-in with code flow ≥85% of raw Argon2id"),
    ],
)
def test_a_row_that_is_too_slow_misses_its_goal(row: str, rate: float, goal: str) -> None:
    assert goal in unmet(measurements(slower={(row, names.GERBANG): rate}))


def test_exactly_the_target_is_met() -> None:
    measured = measurements(slower={(names.REFRESH, names.GERBANG): 2160, (names.REFRESH, names.MEMORY): 1080})
    assert not any(goal.startswith("3") for goal in unmet(measured))


def test_one_round_trip_too_many_is_named() -> None:
    measured = measurements()
    measured.round_trips["refresh", names.GERBANG] = 2
    assert unmet(measured) == ["9 refresh: round trips ≤1"]


def test_hash_memory_is_taken_off_the_growth() -> None:
    # 80 idle + 20 growth + 19.9 for the one hash thread.
    assert unmet(measurements(rss=119)) == []
    assert unmet(measurements(rss=121)) == ["11 RSS growth ≤20 MB besides hashing"]


def test_the_worst_tail_counts_and_is_named() -> None:
    measured = measurements()
    measured.runs[names.JWKS, names.GERBANG] = [Run(1000, 0, 10, 1, 3.1, 1, 100)]
    missed = [goal for goal in evaluate(measured) if goal.goal.startswith("13") and not goal.met]
    assert [goal.note for goal in missed] == [f"worst row: {names.JWKS}"]


def test_an_error_of_ours_is_a_missed_goal_and_one_of_the_peer_is_not() -> None:
    assert "13 errors" in unmet(measurements(errors=1))
    measured = measurements()
    measured.runs[names.JWKS, names.MEMORY] = [Run(80000, 5, 10, 1, 2, 1, 150)]
    assert unmet(measured) == []


def test_json_has_goals_with_ratio_and_met_and_rows_with_their_numbers() -> None:
    measured = measurements()
    found: dict[str, Any] = json.loads(json.dumps(as_json(measured, evaluate(measured), {"rsa_bits": 2048})))
    for goal in found["goals"]:
        assert isinstance(goal["goal"], str)
        assert isinstance(goal["ratio"], int | float)
        assert isinstance(goal["met"], bool)
        assert goal["comparison"] in {"≥", "≤"}
    wanted = {"row", "server", "req_per_s", "cpu_ms", "p50_ms", "p99_ms", "rss_mb", "errors", "gerbang_ratio"}
    assert all(wanted <= row.keys() for row in found["rows"])
    refresh = next(row for row in found["rows"] if (row["row"], row["server"]) == (names.REFRESH, names.POSTGRES))
    assert refresh["gerbang_ratio"] == 5.83


def test_a_goal_tells_its_comparison() -> None:
    goal = Goal("g", 1.23456, "≥", 1, "×", True)
    assert goal.as_json()["ratio"] == 1.235

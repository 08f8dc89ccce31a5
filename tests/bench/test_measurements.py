"""The arithmetic of the bench, asserted with numbers that can be checked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measurements import Measurements, Run, percentile, summary


def run(
    rate: float = 100, *, p50: float = 1, p99: float = 2, cpu: float = 0.5, rss: float = 50, errors: int = 0
) -> Run:
    return Run(operations=int(rate * 10), errors=errors, seconds=10, p50_ms=p50, p99_ms=p99, cpu_ms=cpu, rss_mb=rss)


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)])
def test_percentile_is_the_nearest_rank(percent: float, expected: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], percent) == expected


def test_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0


def test_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_percentile_is_a_value_that_enough_values_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-9


def test_rate_ratio_compares_neighbours_in_time_and_takes_the_median() -> None:
    measured = Measurements()
    # A noisy second pass slows both down alike; it must not change the ratio.
    for ours, theirs in [(500, 100), (250, 50), (700, 100)]:
        measured.add("row", "gerbang", run(ours))
        measured.add("row", "node", run(theirs))
    assert measured.rate_ratio("row", "gerbang", "row", "node") == 5


def test_passes_that_do_not_pair_are_an_error() -> None:
    measured = Measurements()
    measured.add("row", "gerbang", run())
    measured.add("row", "node", run())
    measured.add("row", "node", run())
    with pytest.raises(ValueError, match="zip"):
        measured.rate_ratio("row", "gerbang", "row", "node")


def test_errors_and_operations_are_added_up_over_all_rows() -> None:
    measured = Measurements()
    measured.add("one", "gerbang", run(100, errors=1))
    measured.add("two", "gerbang", run(200, errors=2, rss=80))
    measured.add("two", "node", run(300, errors=4, rss=90))
    assert measured.errors("gerbang") == 3
    assert measured.operations("gerbang") == 3000
    assert measured.most_rss_mb("gerbang") == 80


def test_summary_takes_medians_but_adds_counts() -> None:
    total = summary([run(100, p99=2, rss=50), run(300, p99=9, rss=70, errors=1), run(200, p99=4, rss=60)])
    assert total.rate == pytest.approx(200)
    assert total.p99_ms == 4
    assert (total.operations, total.errors, total.rss_mb) == (6000, 1, 70)

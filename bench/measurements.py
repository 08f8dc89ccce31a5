"""What was measured, and the questions that goals ask of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Run:
    """One server under one load for a few seconds."""

    operations: int
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float  # of the server's process tree, per operation
    rss_mb: float  # of the server's process tree, at the end

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.seconds

    @property
    def tail(self) -> float:
        """p99 as a multiple of p50."""
        return self.p99_ms / self.p50_ms


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank: the smallest value that at least `percent` of the values do not exceed. `values` need not be sorted.

    Raises ValueError when there are no values.
    """
    if not values:
        raise ValueError("no values")
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


@dataclass
class Measurements:
    """Runs by (row, server), one per pass, and what is not a rate."""

    runs: dict[tuple[str, str], list[Run]] = field(default_factory=dict)
    idle_rss_mb: dict[str, float] = field(default_factory=dict)
    round_trips: dict[tuple[str, str], int] = field(default_factory=dict)  # by (operation, server)
    hash_threads: int = 1

    def add(self, row: str, server: str, run: Run) -> None:
        self.runs.setdefault((row, server), []).append(run)

    def rate_ratio(self, row: str, server: str, reference_row: str, reference: str) -> float:
        """How many times the reference's rate. Of each pass, whose two runs were neighbours in time; then the median."""
        passes = zip(self.runs[row, server], self.runs[reference_row, reference], strict=True)
        return median(ours.rate / theirs.rate for ours, theirs in passes)

    def cpu_ratio(self, row: str, server: str, reference_row: str, reference: str) -> float:
        """How many times the CPU the reference spends on an operation. What the rates would tell of an idle machine."""
        passes = zip(self.runs[row, server], self.runs[reference_row, reference], strict=True)
        return median(theirs.cpu_ms / max(ours.cpu_ms, 1e-6) for ours, theirs in passes)

    def p99_ratio(self, row: str, server: str, reference_row: str) -> float:
        """The same for one server's p99 in two rows."""
        passes = zip(self.runs[row, server], self.runs[reference_row, server], strict=True)
        return median(loaded.p99_ms / unloaded.p99_ms for loaded, unloaded in passes)

    def cpu_ms(self, row: str, server: str) -> float:
        return median(run.cpu_ms for run in self.runs[row, server])

    def tail(self, row: str, server: str) -> float:
        return median(run.tail for run in self.runs[row, server])

    def most_rss_mb(self, server: str) -> float:
        return max(run.rss_mb for run in self._of(server))

    def operations(self, server: str) -> int:
        return sum(run.operations for run in self._of(server))

    def errors(self, server: str) -> int:
        return sum(run.errors for run in self._of(server))

    def _of(self, server: str) -> Iterable[Run]:
        return (run for (_, name), runs in self.runs.items() if name == server for run in runs)


def summary(runs: Sequence[Run]) -> Run:
    """The passes of one row as one: counts added up, rates and times by their medians."""
    rate = median(run.rate for run in runs)
    operations = sum(run.operations for run in runs)
    return Run(
        operations=operations,
        errors=sum(run.errors for run in runs),
        seconds=operations / rate if rate else sum(run.seconds for run in runs),
        p50_ms=median(run.p50_ms for run in runs),
        p99_ms=median(run.p99_ms for run in runs),
        cpu_ms=median(run.cpu_ms for run in runs),
        rss_mb=max(run.rss_mb for run in runs),
    )

"""The load: wrk for single requests, virtual persons for whole sign-ins. Both report the same `Run`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.browser import JourneyError
from bench.machine import BenchError, cpu_seconds, require, resident_mb
from bench.measurements import Run, percentile

CONNECTIONS = 16
SCRIPTS = Path(__file__).parent / "wrk"


def parse_wrk(output: str) -> tuple[int, float, float, float, int]:
    """(operations, seconds, p50 ms, p99 ms, errors) from the RESULT line of wrk/report.lua."""
    for line in output.splitlines():
        if line.startswith("RESULT "):
            total = json.loads(line.removeprefix("RESULT "))
            return (
                total["requests"],
                total["microseconds"] / 1e6,
                total["p50_us"] / 1e3,
                total["p99_us"] / 1e3,
                total["errors"],
            )
    raise BenchError(f"wrk gave no result: {output.strip()[-400:]}")


@dataclass(frozen=True)
class Wrk:
    """One wrk script with its input file, ready to be started."""

    script: str
    file: Path
    extra: tuple[str, ...] = ()
    connections: int = CONNECTIONS

    def start(self, origin: str, seconds: float, on: frozenset[int]) -> subprocess.Popen[str]:
        command = [
            *(require("wrk", "wrk"), "--threads", "1", "--connections", str(self.connections), "--timeout", "10s"),
            *("--duration", f"{max(1, round(seconds))}s", "--script", str(SCRIPTS / self.script), origin, "--"),
            *(str(self.file), *self.extra),
        ]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, on),
        )

    def run(self, origin: str, pid: int, seconds: float, on: frozenset[int]) -> Run:
        """Loads `origin`, whose process tree starts at `pid`, with the load on the cores `on`."""
        cpu = cpu_seconds(pid)
        output, _ = self.start(origin, seconds, on).communicate()
        return self.finished(output, cpu_seconds(pid) - cpu, pid)

    @staticmethod
    def finished(output: str, cpu: float, pid: int) -> Run:
        operations, elapsed, p50, p99, errors = parse_wrk(output)
        return Run(operations, errors, elapsed, p50, p99, cpu * 1e3 / max(1, operations), resident_mb(pid))


def write_prepared(path: Path, requests: Sequence[bytes]) -> Path:
    """The input of wrk/replay.lua."""
    path.write_bytes(b"".join(b"%d\n%b" % (len(request), request) for request in requests))
    return path


def write_tokens(path: Path, head: str, tokens: Sequence[str]) -> Path:
    """The input of wrk/refresh.lua; `head` is a request head with CRLF line ends and %d for Content-Length."""
    lines = [head.replace("\r\n", "\\n"), *tokens]
    path.write_text("\n".join(lines) + "\n")
    return path


Journey = Callable[[], Awaitable[None]]


def travel(people: Sequence[Journey], pid: int, seconds: float) -> Run:
    """Every person repeats its journey until the time is over; a started journey is finished. One journey = one operation."""
    latencies: list[float] = []
    errors: list[str] = []

    async def person(journey: Journey, until: float) -> None:
        while (started := time.perf_counter()) < until:
            try:
                await journey()
            except (JourneyError, OSError, EOFError) as error:
                errors.append(str(error))
                # A refused journey must not become a busy loop that starves the others.
                await asyncio.sleep(0.05)
            else:
                latencies.append((time.perf_counter() - started) * 1e3)

    async def everyone() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(person(journey, started + seconds) for journey in people))
        return time.perf_counter() - started

    cpu = cpu_seconds(pid)
    elapsed = uvloop.run(everyone())
    spent = cpu_seconds(pid) - cpu
    if not latencies:
        raise BenchError(f"no journey arrived: {errors[0] if errors else 'no time'}")
    return Run(
        operations=len(latencies),
        errors=len(errors),
        seconds=elapsed,
        p50_ms=percentile(latencies, 50),
        p99_ms=percentile(latencies, 99),
        cpu_ms=spent * 1e3 / len(latencies),
        rss_mb=resident_mb(pid),
    )

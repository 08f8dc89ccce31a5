"""The order of measuring: in every pass each row's servers run one right after the other, so that noise meets them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench import names, peer
from bench.browser import prepared_get, prepared_post
from bench.candidate import Candidate
from bench.floors import measured as measured_floor
from bench.floors import raw_asgi
from bench.load import Wrk, write_prepared
from bench.machine import BenchError, Cores, Server
from bench.measurements import Measurements, Run
from bench.ours import gerbang
from bench.postgres import Postgres, postgres
from bench.round_trips import count_round_trips
from bench.workloads import MACHINE, Load

Measure = Callable[[float], Run]


@dataclass(frozen=True)
class Pace:
    """How long everything takes. Seconds are per run; the first pass warms up longer, for just-in-time compilers."""

    passes: int
    seconds: float
    first_warm_up: float
    warm_up: float


FULL = Pace(passes=3, seconds=10, first_warm_up=3, warm_up=1)
QUICK = Pace(passes=2, seconds=3, first_warm_up=2, warm_up=1)


@dataclass(frozen=True)
class Step:
    """One server in one row."""

    row: str
    server: str
    measure: Measure
    warms_up: bool = True


@dataclass(frozen=True)
class House:
    """Everything that was started for a run."""

    postgres: Postgres
    candidates: dict[str, Candidate]
    load: Load
    folder: Path
    rsa_bits: int


@contextmanager
def opened(cores: Cores, rsa_bits: int, announce: Callable[[str], None]) -> Iterator[House]:
    """Starts PostgreSQL, Gerbang and the peer on both its stores; stops them and removes their data at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="gerbang-bench-")))
        announce("installing the peer")
        peer.install()
        announce("starting PostgreSQL")
        databases = stack.enter_context(postgres(["gerbang", "node"], cores.load))
        announce("starting Gerbang")
        ours = stack.enter_context(
            gerbang(
                database="gerbang",
                database_url=databases.url("gerbang", "postgresql+asyncpg"),
                rsa_bits=rsa_bits,
                on=cores.server,
                folder=folder,
            )
        )
        announce(f"starting oidc-provider {peer.version()}")
        theirs = [
            stack.enter_context(
                peer.node(
                    store,
                    database="node" if store == "postgres" else None,
                    database_url=databases.url("node"),
                    rsa_bits=rsa_bits,
                    on=cores.server,
                    folder=folder,
                )
            )
            for store in ("postgres", "memory")
        ]
        candidates = {candidate.name: candidate for candidate in (ours, *theirs)}
        yield House(databases, candidates, Load(cores, folder), folder, rsa_bits)


def _body_bytes(url: str) -> int:
    with urlopen(url, timeout=10) as response:
        return len(response.read())


@dataclass(frozen=True)
class Floors:
    """What the core itself can do, measured as if it were one more server of a row."""

    house: House
    stack: ExitStack

    def thread(self, name: str) -> Measure:
        """Operations per second of one thread on the server core."""
        house = self.house

        def measure(seconds: float) -> Run:
            floor = measured_floor(name, seconds / 2, house.rsa_bits, house.load.cores.server)
            each = floor.seconds * 1e3 / floor.operations
            cpu = floor.cpu_seconds * 1e3 / floor.operations
            return Run(floor.operations, 0, floor.seconds, p50_ms=each, p99_ms=each, cpu_ms=cpu, rss_mb=0)

        return measure

    def asgi(self, body_bytes: int, request: Callable[[str], bytes]) -> Measure:
        """uvicorn with an application that does nothing, answering as many bytes as the row's answer has."""
        load = self.house.load
        server: Server
        server, origin = self.stack.enter_context(raw_asgi(body_bytes, load.cores.server, self.house.folder))
        file = write_prepared(self.house.folder / f"floor-{body_bytes}-requests", [request(f"{origin}/")])

        def measure(seconds: float) -> Run:
            return Wrk("replay.lua", file).run(origin, server.pid, seconds, load.cores.load)

        return measure


def steps(house: House, stack: ExitStack) -> list[Step]:
    """Every measurement of one pass, in order."""
    load, floors = house.load, Floors(house, stack)
    ours = house.candidates[names.GERBANG]

    def row(name: str, what: Callable[[Candidate, float], Run], *servers: str) -> list[Step]:
        return [Step(name, server, partial(what, house.candidates[server])) for server in (names.GERBANG, *servers)]

    def floor(name: str, measure: Measure, *, warms_up: bool = True) -> Step:
        return Step(name, names.FLOOR, measure, warms_up)

    def machine_post(url: str) -> bytes:
        return prepared_post(url, ours.clients["ES256"], MACHINE)

    es256 = partial(load.client_credentials, algorithm="ES256")
    rs256 = partial(load.client_credentials, algorithm="RS256")
    both = (names.POSTGRES, names.MEMORY)
    return [
        *row(names.CLIENT_CREDENTIALS, es256, names.MEMORY),
        floor(names.CLIENT_CREDENTIALS, floors.asgi(900, machine_post)),
        *row(names.CLIENT_CREDENTIALS_RS256, rs256, names.MEMORY),
        floor(names.CLIENT_CREDENTIALS_RS256, floors.thread("rs256"), warms_up=False),
        *row(names.REFRESH, load.refresh, *both),
        *row(names.USERINFO, load.userinfo, *both),
        *row(names.INTROSPECTION, load.introspection, *both),
        *row(names.DISCOVERY, load.discovery, names.MEMORY),
        floor(names.DISCOVERY, floors.asgi(_body_bytes(ours.endpoints.discovery), prepared_get)),
        *row(names.JWKS, load.jwks, names.MEMORY),
        floor(names.JWKS, floors.asgi(_body_bytes(ours.endpoints.jwks), prepared_get)),
        *row(names.SESSION_CODE_FLOW, load.session_code_flow, names.POSTGRES),
        *row(names.SIGN_IN, load.sign_in, names.POSTGRES),
        floor(names.SIGN_IN, floors.thread("argon2"), warms_up=False),
        *row(names.UNLOADED, load.tokens_half_load),
        *row(names.LOADED_BY_SIGN_INS, load.tokens_under_sign_ins),
    ]


def measure(house: House, pace: Pace, only: str, begin: Callable[[str, int, int], None]) -> Measurements:
    """All passes, then what needs no load; only rows whose name contains `only`.

    `begin` is told each step: what, how many are done, of how many.
    """
    measured = Measurements(hash_threads=max(1, (len(house.load.cores.server | house.load.cores.load)) - 1))
    for name, candidate in house.candidates.items():
        measured.idle_rss_mb[name] = candidate.idle_rss_mb
    with ExitStack() as stack:
        plan = [step for step in steps(house, stack) if only in step.row]
        total = pace.passes * len(plan) + 1
        for number in range(1, pace.passes + 1):
            warm_up = pace.first_warm_up if number == 1 else pace.warm_up
            for done, step in enumerate(plan, (number - 1) * len(plan)):
                begin(f"pass {number}/{pace.passes}: {step.row}, {step.server}", done, total)
                try:
                    if step.warms_up:
                        step.measure(warm_up)
                    measured.add(step.row, step.server, step.measure(pace.seconds))
                except BenchError as error:
                    raise BenchError(f"{step.row}, {step.server}: {error}") from error
    if only not in names.ROUND_TRIPS:
        return measured
    begin("counting round trips", total - 1, total)
    for name in (names.GERBANG, names.POSTGRES):
        counted = count_round_trips(house.candidates[name], house.postgres)
        measured.round_trips |= {(operation, name): count for operation, count in counted.items()}
    return measured

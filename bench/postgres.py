"""A private PostgreSQL for one run. Durable as it comes (fsync, synchronous_commit): durability is part of the comparison."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import BenchError, free_port, require, serving

# One line per statement that a client executes. Parse and bind steps are not logged at this setting, and a prepared
# statement's execution is: so a line is a round trip.
STATEMENT = re.compile(r"^(?P<database>\S+) \S+ LOG:  (?:statement|execute [^:]*): ", re.MULTILINE)


@dataclass(frozen=True)
class Postgres:
    port: int
    log: Path

    def url(self, database: str, scheme: str = "postgresql") -> str:
        return f"{scheme}://postgres@127.0.0.1:{self.port}/{database}"

    def psql(self, statement: str) -> None:
        subprocess.run(
            [
                require("psql", "postgresql-client"),
                "--no-psqlrc",
                "--quiet",
                "-d",
                self.url("postgres"),
                "-c",
                statement,
            ],
            check=True,
            capture_output=True,
        )

    @contextmanager
    def statements_logged(self) -> Iterator[None]:
        """Inside the block every statement of every session is logged, running sessions included."""
        self.psql("ALTER SYSTEM SET log_statement = 'all'")
        self.psql("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            self.psql("ALTER SYSTEM RESET log_statement")
            self.psql("SELECT pg_reload_conf()")

    def statements(self, database: str) -> int:
        """How many statements the log holds for `database`."""
        found = STATEMENT.finditer(self.log.read_text(errors="replace"))
        return sum(match["database"] == database for match in found)


def _as_owner() -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextmanager
def postgres(databases: list[str], on: frozenset[int]) -> Iterator[Postgres]:
    """Starts PostgreSQL on a loopback port, on the cores `on`, with empty `databases`."""
    initdb = require("initdb", "postgresql")
    program = require("postgres", "postgresql")
    # Not /tmp, which may be memory: a commit must reach a disk.
    home = Path(tempfile.mkdtemp(prefix="gerbang-bench-", dir="/var/tmp"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(home, owner.pw_uid, owner.pw_gid)
        data = home / "data"
        made = subprocess.run(
            [
                *_as_owner(),
                initdb,
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                f"--pgdata={data}",
            ],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise BenchError(f"initdb failed: {made.stderr.strip()}")
        port = free_port()
        log = home / "postgres.log"
        log.touch()
        server = Postgres(port, log)
        command = [
            *_as_owner(),
            program,
            *("-D", str(data), "-p", str(port), "-k", str(home)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "log_line_prefix=%d %p "),
        ]

        def ready() -> bool:
            try:
                server.psql("SELECT 1")
            except subprocess.CalledProcessError:
                return False
            return True

        with serving("PostgreSQL", command, on=on, log=log, ready=ready):
            for database in databases:
                server.psql(f"CREATE DATABASE {database}")
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)

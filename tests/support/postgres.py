"""A PostgreSQL cluster of our own: nothing of the machine's is touched, and nothing outlives the run."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import PATIENCE, Child, free_port

ROLE = "gerbang"

# A test's data need not survive the machine, only the process; so nothing waits for a disk. Nor does anything happen by
# itself: statistics would change plans, and its workers hold the databases that are copied.
CONFIGURATION = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "warning",
}


class PostgresCluster:
    """Makes, copies and drops databases. Copying a migrated template takes about a tenth of a second."""

    def __init__(self, programs: Path, folder: Path, port: int, configuration: Mapping[str, str]) -> None:
        self._programs = programs
        self._folder = folder
        self._configuration = configuration
        self._server: Child | None = None
        self.port = port

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = [part for name, value in self._configuration.items() for part in ("-c", f"{name}={value}")]
        folder = self._folder
        self._server = Child(
            [self._programs / "postgres", "-D", folder / "data", "-p", str(self.port), "-k", folder, *options],
            folder / "server.log",
            cwd=folder,
            user=_owner(),
            stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients
        )
        is_ready = [str(self._programs / "pg_isready"), "-q", "-h", str(folder), "-p", str(self.port)]
        self._server.wait_until(lambda: subprocess.run(is_ready, check=False).returncode == 0)

    def stop(self) -> None:
        """Shut down."""
        if self._server is not None:
            self._server.stop()

    def crash(self) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does: it recovers at the next start."""
        assert self._server, "not started"
        self._server.process.send_signal(signal.SIGQUIT)
        self._server.process.wait(PATIENCE)

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database of this cluster."""
        return f"postgresql+asyncpg://{ROLE}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """A new database, copied from `template`, to which nobody may be connected; its address."""
        self._run("createdb", "-T", template, database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, throwing out whoever is connected."""
        self._run("dropdb", "--force", "--if-exists", database)

    def execute(self, database: str, sql: str) -> str:
        """Run SQL as the owner from outside the provider; unaligned rows, for tests that look behind the curtain."""
        return self._run("psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql).strip()

    def _run(self, program: str, *arguments: str) -> str:
        command = [str(self._programs / program), "-h", str(self._folder), "-p", str(self.port), "-U", ROLE, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


@contextmanager
def postgres_cluster(**configuration: str) -> Iterator[PostgresCluster]:
    """Start a cluster on a loopback port and a socket in a folder of its own; remove it afterwards.

    `configuration` goes over ours, for tests that crash the server and count what was kept.
    """
    programs = _programs()
    # Not pytest's folder: that one is closed to other users, and as root the server runs as `postgres`.
    folder = Path(tempfile.mkdtemp(prefix="gerbang-pg-"))
    data, owner = folder / "data", _owner()
    if owner:
        account = pwd.getpwnam(owner)
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        initdb = Child(
            [programs / "initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            folder / "initdb.log",
            cwd=folder,
            user=owner,
        )
        if initdb.process.wait(PATIENCE):
            raise AssertionError(f"initdb failed\n{initdb.tail()}")
        cluster = PostgresCluster(programs, folder, free_port(), CONFIGURATION | configuration)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """Whose the server is: PostgreSQL refuses root."""
    return "postgres" if os.geteuid() == 0 else None


def _programs() -> Path:
    """Debian keeps the servers out of PATH, one folder per major version; the newest is taken."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("initdb")
    if not found and not beside:
        raise AssertionError("PostgreSQL is missing; ./run test installs it")
    return found[-1].parent if found else Path(str(beside)).parent

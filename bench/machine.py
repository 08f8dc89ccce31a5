"""The machine under measurement: which core serves, what a process tree spends, how a server is started and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NO_CHANGE: Mapping[str, str] = {}


class BenchError(Exception):
    """The measurement cannot be made; the message says what to do."""


@dataclass(frozen=True)
class Cores:
    """Servers have one core to themselves; the load and PostgreSQL share another one."""

    server: frozenset[int]
    load: frozenset[int]

    @property
    def separate(self) -> bool:
        return not self.server & self.load


def cores() -> Cores:
    available = sorted(os.sched_getaffinity(0))
    if len(available) == 1:
        only = frozenset(available)
        return Cores(server=only, load=only)
    return Cores(server=frozenset({available[1]}), load=frozenset({available[0]}))


def require(program: str, package: str) -> str:
    """The path of an installed program, or an error that names Debian's package."""
    for folder in (None, "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin"):
        found = shutil.which(program, path=folder)
        if found:
            return found
    raise BenchError(f"{program} is missing: apt-get install --yes --no-install-recommends {package}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def process_tree(root: int) -> list[int]:
    """`root` and its descendants, as far as they still live."""
    tree: list[int] = []
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        try:
            children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
        except (FileNotFoundError, ProcessLookupError):
            continue
        tree.append(pid)
        waiting.extend(int(child) for child in children.split())
    return tree


def cpu_seconds(root: int) -> float:
    """User and system time that the process tree has spent so far, all threads counted."""
    ticks = 0
    for pid in process_tree(root):
        try:
            # The command name, in parentheses, may hold spaces: the numbers begin after the last one.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def resident_mb(root: int) -> float:
    """Resident memory of the process tree, in 10^6 bytes."""
    pages = 0
    for pid in process_tree(root):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * PAGE_BYTES / 1e6


def without_settings() -> dict[str, str]:
    """This process's environment without what would configure a provider behind the measurement's back."""
    configures = ("IDP_", "DATABASE_URL", "REDIS_URL", "NODE_OPTIONS")
    return {name: value for name, value in os.environ.items() if not name.startswith(configures)}


@dataclass
class Server:
    """A started server: its process tree is what the rows charge."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def last_words(self, lines: int = 12) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    *,
    on: frozenset[int],
    log: Path,
    ready: Callable[[], bool],
    environment: Mapping[str, str] = NO_CHANGE,
    folder: Path | None = None,
    seconds: float = 60,
) -> Iterator[Server]:
    """Runs `command` on the cores `on` until the block ends; enters the block once `ready` says so."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=without_settings() | dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    # Before the program has spawned a thread or a child, so that everything inherits it.
    os.sched_setaffinity(process.pid, on)
    server = Server(name, process, log)
    try:
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None:
                raise BenchError(f"{name} ended with {process.returncode} while starting:\n{server.last_words()}")
            if time.monotonic() > deadline:
                raise BenchError(f"{name} was not ready after {seconds:.0f} s:\n{server.last_words()}")
            time.sleep(0.1)
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """Asks the process to end, then makes its whole session end."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> Callable[[], bool]:
    """A readiness check: does `url` answer 200?"""

    def ready() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ready

"""Real servers as children of the test run: they die with it, whatever way it ends."""

import contextlib
import ctypes
import itertools
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


PATIENCE = 100
"""Seconds until something is held to hang; on a machine that has other things to do, a start takes its time."""

_PORTS = itertools.count(10_000 + os.getpid() * 37 % 20_000)
_HELD: list[socket.socket] = []


def free_port() -> int:
    """A loopback TCP port that nobody listens on, and that no other worker of a run is given.

    Below the range from which outgoing connections take theirs, or one of those could be faster than the server. From now
    until the server listens nothing tells that the port is taken; so it is held for datagrams, which no server here takes.
    """
    while True:
        address = ("127.0.0.1", 10_000 + next(_PORTS) % 20_000)
        held = socket.socket(type=socket.SOCK_DGRAM)
        try:
            held.bind(address)
            with socket.socket() as probe:
                probe.bind(address)
        except OSError:
            held.close()
            continue
        _HELD.append(held)
        return address[1]


class Child:
    """A child process whose output goes to a file, for the message of the test that it fails."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start `command`. `user` is taken on when the tests run as root (PostgreSQL refuses root)."""
        self.command = [str(part) for part in command]
        self.log = log
        self._stop_signal = stop_signal
        account = pwd.getpwnam(user) if user and os.geteuid() == 0 else None
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=None if env is None else dict(env),
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=[] if account else None,
                start_new_session=True,  # so that `kill` reaches the children of the child
                preexec_fn=_die_with_parent(stop_signal),
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Ask `ready` until it says yes. Fails with the end of the log when the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if ready():
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        state = "did not answer" if self.process.poll() is None else f"ended with {self.process.returncode}"
        raise AssertionError(f"{self.command[0]} {state}\n{self.tail()}")

    def tail(self, lines: int = 40) -> str:
        """The last lines that the process wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, seconds: float = PATIENCE) -> int:
        """End it the polite way and wait; the exit code. Killed when it does not listen."""
        if self.process.poll() is None:
            self.process.send_signal(self._stop_signal)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[0]} ignored {self._stop_signal.name}\n{self.tail()}") from None

    def kill(self) -> None:
        """End it and all its children as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def preexec() -> None:
        prctl(PR_SET_PDEATHSIG, stop_signal)

    return preexec


def accepts(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0

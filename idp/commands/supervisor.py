"""Several server processes behind one socket, and one for the worker: started, watched, started again, stopped together.

The children inherit the listening sockets, so the kernel hands each connection to whoever is free, and a child that dies
takes no waiting connection with it. A pipe tells them when the supervisor is gone, however it went.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from prometheus_client import multiprocess

SHORT_LIFE = 5.0
TOO_MANY_SHORT_LIVES = 5
PATIENCE = 30.0
"""Seconds that children get to finish what they are at."""

log = structlog.get_logger("gerbang.supervisor")


@dataclass
class Child:
    """A child process and how to start it anew."""

    name: str
    arguments: Sequence[str]
    handed: Sequence[int]
    """The descriptors that it inherits."""
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    started_at: float = 0.0
    short_lives: int = 0


def supervise(environment: Mapping[str, str], sockets: Sequence[socket.socket], workers: int, *, outbox: bool) -> int:
    """Run `workers` servers, and the outbox worker if asked, until SIGTERM or SIGINT; the exit code."""
    watched = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
    signal.signal(signal.SIGCHLD, lambda *_: None)  # ignored signals are never reported to sigwait
    signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    metrics = tempfile.mkdtemp(prefix="gerbang-metrics-")
    # One set of numbers for all processes: whoever is asked for metrics adds up what each has written there.
    environment = {**os.environ, **environment, "PROMETHEUS_MULTIPROC_DIR": metrics}
    lifeline, ours = os.pipe()
    numbers = [each.fileno() for each in sockets]
    serving = ["serve", "--inherit", ",".join(map(str, numbers)), "--lifeline", str(lifeline)]
    children = [Child(f"server {number}", serving, [*numbers, lifeline]) for number in range(1, workers + 1)]
    if outbox:
        # Not the sockets: as long as anybody has them open, connections are taken that nobody answers.
        children.append(Child("worker", ["work", "--lifeline", str(lifeline)], [lifeline]))
    try:
        for child in children:
            _start(child, environment)
        while signal.sigwait(watched) == signal.SIGCHLD:
            if not all(_revived(child, environment) for child in children):
                return 1
        return 0
    finally:
        os.close(ours)
        # Ours too, for the same reason.
        for each in sockets:
            each.close()
        _stop(children)
        shutil.rmtree(metrics, ignore_errors=True)


def _start(child: Child, environment: Mapping[str, str]) -> None:
    child.process = subprocess.Popen(  # noqa: S603  # our own program, no shell
        [sys.executable, "-m", "idp", *child.arguments],
        pass_fds=child.handed,
        env=environment,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, set()),  # no threads run here
    )
    child.started_at = time.monotonic()


def _revived(child: Child, environment: Mapping[str, str]) -> bool:
    """Start a child again if it has ended; False when it cannot stay alive."""
    if child.process is None or child.process.poll() is None:
        return True
    with contextlib.suppress(OSError):
        multiprocess.mark_process_dead(child.process.pid, environment["PROMETHEUS_MULTIPROC_DIR"])  # type: ignore[no-untyped-call]  # the library has no types
    lived = time.monotonic() - child.started_at
    child.short_lives = child.short_lives + 1 if lived < SHORT_LIFE else 0
    log.error("child ended", child=child.name, exit=child.process.returncode, lived=round(lived, 1))
    if child.short_lives >= TOO_MANY_SHORT_LIVES:
        return False
    _start(child, environment)
    return True


def _stop(children: Sequence[Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

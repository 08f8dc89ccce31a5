"""Physical limits of the server core, measured in the same minutes as what is compared with them.

Run as a program (`python -m bench.floors rs256|argon2 SECONDS RSA_BITS`) it prints what one thread did: operations, seconds,
seconds of CPU.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.machine import Server, answers, free_port, serving

# OWASP's parameters, which both providers use.
ARGON2 = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)

# As long as the signing input of an access token.
SIGNING_INPUT = b"x" * 420


@dataclass(frozen=True)
class Floor:
    operations: int
    seconds: float
    cpu_seconds: float


def repeated(operation: Callable[[], object], seconds: float) -> Floor:
    """What this thread manages in that time."""
    started, spent = time.perf_counter(), time.process_time()
    done = 0
    while (elapsed := time.perf_counter() - started) < seconds:
        operation()
        done += 1
    return Floor(done, elapsed, time.process_time() - spent)


def rs256_signs(seconds: float, bits: int) -> Floor:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    return repeated(lambda: key.sign(SIGNING_INPUT, scheme, digest), seconds)


def argon2_verifies(seconds: float) -> Floor:
    stored = ARGON2.hash("kata sandi percobaan")
    return repeated(lambda: ARGON2.verify(stored, "kata sandi percobaan"), seconds)


def measured(name: str, seconds: float, bits: int, on: frozenset[int]) -> Floor:
    """The same, in a process of its own on the cores `on`."""
    finished = subprocess.run(
        [sys.executable, "-m", "bench.floors", name, str(seconds), str(bits)],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, on),
    )
    operations, elapsed, cpu = finished.stdout.split()
    return Floor(int(operations), float(elapsed), float(cpu))


@contextmanager
def raw_asgi(body_bytes: int, on: frozenset[int], folder: Path) -> Iterator[tuple[Server, str]]:
    """Serves floor_app as Gerbang is served: one uvicorn worker, uvloop, httptools, no access log."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "bench.floor_app:app", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "--lifespan", "off"),
    ]
    origin = f"http://127.0.0.1:{port}"
    with serving(
        "raw ASGI",
        command,
        on=on,
        log=folder / f"raw-asgi-{body_bytes}.log",
        ready=answers(origin),
        environment={"FLOOR_BODY_BYTES": str(body_bytes)},
    ) as server:
        yield server, origin


def main() -> None:
    name, seconds, bits = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    floor = argon2_verifies(seconds) if name == "argon2" else rs256_signs(seconds, bits)
    print(floor.operations, floor.seconds, floor.cpu_seconds)


if __name__ == "__main__":
    main()

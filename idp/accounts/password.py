"""Argon2id off the event loop, on a few threads that stand back when requests need the processor.

At 19 MiB, t=2, p=1 (the OWASP floor) one check costs about 25 ms of one core. Threads at the loop's own priority would
take the processor from it for as long; niced ones leave its delays as they were and lose a tenth of their throughput.
A bounded queue turns a flood into 503 with Retry-After instead of a growing wait (T34).
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from idp.accounts.policy import normalise
from idp.base.errors import Unavailable

T = TypeVar("T")
_NICENESS = 15
# Checked in place of a missing account's hash, so that both take the same time. Written down rather than made at
# start-up, where its 19 MiB would stay with the process; a test holds it to today's parameters.
_DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$Wd4pVyK4/i2+CAltlqSLFg$DnLSbJIE9siFl0i0D6W1Dp6iFcI7Bj3cSjQMw0eRovQ"


class Hasher:
    """Hashes and verifies passwords. One per process."""

    def __init__(self, threads: int, queue: int) -> None:
        self.threads = threads or max(1, (os.cpu_count() or 2) - 1)
        self._room = self.threads + queue
        self._waiting = 0
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="argon2", initializer=_stand_back)

    @property
    def waiting(self) -> int:
        """Checks under way or queued."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Whether one more check would be turned away."""
        return self._waiting >= self._room

    async def hash(self, password: str) -> str:
        """The PHC string of a password."""
        return await self._run(lambda: self._argon2.hash(normalise(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; without a stored hash the same work is done for nothing."""
        return await self._run(lambda: self._verify(stored or _DUMMY, normalise(password))) and stored is not None

    def stale(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's, to be made anew at this sign-in."""
        return self._argon2.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self.full:
            raise Unavailable("password queue full", retry_after=3)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _stand_back() -> None:
    """Lower the priority of the calling thread alone (Linux gives each its own)."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)

"""Time is passed in, never read from the wall inside a rule, so that a test can stand at any moment."""

import time
from datetime import timedelta, timezone
from typing import Protocol

# Whose birthday is today, and when an office closes, is decided by the calendar here.
JAKARTA = timezone(timedelta(hours=7), "WIB")


class Clock(Protocol):
    """Tells the time. Whole UNIX seconds are the house's only unit of time (NumericDate, RFC 7519 section 2)."""

    def now(self) -> int:
        """The current time in whole UNIX seconds."""
        ...

    def milliseconds(self) -> int:
        """The current time in UNIX milliseconds; for UUIDv7 only."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return int(time.time())

    def milliseconds(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until it is told to move; for tests and for rehearsals."""

    def __init__(self, start: int = 1_790_000_000) -> None:
        self._now = start

    def now(self) -> int:
        return self._now

    def milliseconds(self) -> int:
        return self._now * 1000

    def advance(self, seconds: int) -> None:
        """Move the clock by `seconds`; negative values move it back."""
        self._now += seconds

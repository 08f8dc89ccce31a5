"""Failpoints: named moments at which a test lets the process die, as a power cut would. Dev mode only.

A flow or a job says where it is, and nobody listens. With `IDP_FAILPOINT=name` or `name:count` the process kills itself
when it is there for the first or the count-th time: no goodbye, no flush, nothing rolled back by our own hands. Which of
the two it is was decided when the process began.
"""

import os
import re
import signal
from collections.abc import Callable

Failpoint = Callable[[str], None]

NAMES = (
    "code.before",
    "code.consumed",
    "code.signed",
    "refresh.before",
    "refresh.rotated",
    "refresh.signed",
    "token.sent",
    "mail.leased",
    "mail.sent",
    "sms.leased",
    "sms.sent",
    "backchannel.leased",
    "backchannel.sent",
)
"""In the order in which a request, or a delivery, comes past them."""

_SPELLED = re.compile(r"(?P<name>[a-z.]+)(:(?P<count>[1-9][0-9]{0,5}))?")


def unarmed(name: str) -> None:
    """Nobody listens."""


def arm(spelled: str | None) -> Failpoint:
    """What flows and jobs call at their failpoints. ValueError unless it is `name` or `name:count`, of a known name."""
    if spelled is None:
        return unarmed
    read = _SPELLED.fullmatch(spelled)
    if read is None or read["name"] not in NAMES:
        raise ValueError(f"is a name, or name:count, of: {', '.join(NAMES)}")
    chosen, left = read["name"], int(read["count"] or 1)

    def armed(name: str) -> None:
        nonlocal left
        if name == chosen:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return armed

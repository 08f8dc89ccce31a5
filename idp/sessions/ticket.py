"""An authorization request that waits for its person, carried by the browser itself.

The request is sealed into a ticket that travels in the address (`lanjut`), a slip whose bearer is the browser. Nothing
is parked on the server: every tab has its own, Back and reload work, and a flood of requests costs no storage. What is
still missing is worked out anew each time from the request, the session and the clock; the ticket adds only what the
person did for this very request (`done`), and that counts for some minutes, in the session it was done in and no other,
so no step can be forged, skipped, borrowed or kept for later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from idp.sessions.slip import MAX_SLIP, Slips

MAX_TICKET = MAX_SLIP
DONE_COUNTS = 600
"""Seconds for which a step counts as done for its request: time to read a consent, not to leave a browser open."""

_WAITING, _POSTED = "interaction", "posted-request"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`parameters` and `resources` are the request as it was judged; `started_at` is when it arrived (UNIX seconds).

    `request_uri` is set when the request was pushed (RFC 9126): it is used up when the code is issued. `done` names what
    was done on the way (a factor, `select`, `consent`, `alone`) and when, in the session `session_id`.
    """

    parameters: Mapping[str, str]
    resources: list[str]
    started_at: int
    request_uri: str | None = None
    session_id: UUID | None = None
    done: Mapping[str, int] = field(default_factory=dict)

    def after(self, step: str, session_id: UUID, now: int) -> "Ticket":
        """The ticket once `step` was done in a session; steps done in another session are forgotten."""
        kept = self.done if self.session_id == session_id else {}
        return replace(self, session_id=session_id, done={**kept, step: now})

    def has(self, step: str, session_id: UUID, now: int) -> bool:
        """Whether `step` was done for this request in this session, not long ago."""
        return step in self.done and self.session_id == session_id and now - self.done[step] < DONE_COUNTS


class Tickets:
    """Seals and opens tickets, good for `lifetime` seconds; `device` is the digest of the browser's device cookie."""

    def __init__(self, slips: Slips, lifetime: int) -> None:
        self._slips = slips
        self._lifetime = lifetime

    def seal(self, ticket: Ticket, device: bytes) -> str:
        """The text that travels."""
        value = [
            ticket.parameters,
            ticket.resources,
            ticket.started_at,
            ticket.request_uri,
            ticket.session_id,
            ticket.done,
        ]
        expires_at = ticket.started_at + self._lifetime
        return self._slips.write(_WAITING, device, value, expires_at)

    def open(self, text: str, device: bytes, now: int) -> Ticket | None:
        """The ticket; None unless it is whole, young enough and this browser's."""
        value = self._slips.read(_WAITING, device, text, now)
        if value is None:
            return None
        parameters, resources, started_at, request_uri, session_id, done = value
        session = UUID(session_id) if session_id else None
        # The version before this one sealed names without times: those steps are asked for once more.
        steps = done if isinstance(done, dict) else {}
        return Ticket(parameters, resources, started_at, request_uri, session, steps)

    def seal_posted(self, parameters: Mapping[str, str], resources: list[str], now: int) -> str:
        """A request that came by POST, as it came. It is bound to no browser: another site's form does not bring our cookies along."""
        value = [parameters, resources]
        return self._slips.write(_POSTED, b"", value, now + self._lifetime)

    def open_posted(self, text: str, now: int) -> tuple[Mapping[str, str], list[str]] | None:
        """Parameters and resources of a posted request, not judged yet."""
        value = self._slips.read(_POSTED, b"", text, now)
        return (value[0], value[1]) if value is not None else None

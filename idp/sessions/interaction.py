"""An authorization request that waits for its person, carried by the browser itself.

The request is sealed into a ticket that travels in the address (`lanjut`). Nothing is parked on the server: every tab
has its own, Back and reload work, and a flood of requests costs no storage. What is still missing is worked out anew
each time from the request, the session and the clock; the ticket adds only what the person did for this very request
(`done`), and that counts for the session it was done in and no other, so no step can be forged, skipped or borrowed.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.base.opaque import Entropy, b64decode, b64encode
from idp.store.material import Material

MAX_TICKET = 12_000


class TicketFault(Exception):
    """The ticket was changed, belongs to another browser, or has expired."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`parameters` are the authorization request as it was judged; `started_at` is when it arrived (UNIX seconds).

    `device` is the digest of the device cookie of the browser that it is bound to; None until a browser is known.
    `done` names what was done on the way (`pwd`, `otp`, `select`, `consent`), in the session `session_id`.
    """

    parameters: Mapping[str, str | list[str]]
    started_at: int
    device: bytes | None = None
    session_id: UUID | None = None
    done: frozenset[str] = frozenset()

    def after(self, step: str, session_id: UUID) -> "Ticket":
        """The ticket once `step` was done in a session; steps done in another session are forgotten."""
        kept = self.done if self.session_id == session_id else frozenset()
        return replace(self, session_id=session_id, done=kept | {step})

    def has(self, step: str, session_id: UUID) -> bool:
        """Whether `step` was done for this request in this session."""
        return step in self.done and self.session_id == session_id


class Tickets:
    """Seals and opens tickets."""

    def __init__(self, material: Material, entropy: Entropy, lifetime: int) -> None:
        self._cipher = AESGCM(material.derive("interaction"))
        self._entropy = entropy
        self._lifetime = lifetime

    def seal(self, ticket: Ticket) -> str:
        """The text that travels."""
        body = orjson.dumps(
            [
                ticket.parameters,
                ticket.started_at,
                b64encode(ticket.device) if ticket.device else None,
                ticket.session_id,
                sorted(ticket.done),
            ]
        )
        nonce = self._entropy.bytes(12)
        return b64encode(nonce + self._cipher.encrypt(nonce, zlib.compress(body, 6), b"ticket"))

    def open(self, text: str, device: bytes | None, now: int) -> Ticket:
        """The ticket, if it is whole, young enough and bound to this browser; TicketFault otherwise."""
        if len(text) > MAX_TICKET:
            raise TicketFault("too large")
        try:
            raw = b64decode(text)
            body = zlib.decompress(self._cipher.decrypt(raw[:12], raw[12:], b"ticket"))
        except (ValueError, InvalidTag, zlib.error):
            raise TicketFault("not ours") from None
        parameters, started_at, bound, session_id, done = orjson.loads(body)
        ticket = Ticket(
            parameters,
            started_at,
            b64decode(bound) if bound else None,
            UUID(session_id) if session_id else None,
            frozenset(done),
        )
        if ticket.device is not None and ticket.device != device:
            raise TicketFault("another browser")
        if now >= started_at + self._lifetime:
            raise TicketFault("expired")
        return ticket

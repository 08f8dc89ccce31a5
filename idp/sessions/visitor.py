"""The browser that is asking, as plain values: what a door hands down instead of a request."""

from dataclasses import dataclass

from idp.base.opaque import Handle


@dataclass(frozen=True, slots=True)
class Visitor:
    """`device` is the 16-byte digest of the device cookie; `network` the caller's address for counting and showing."""

    session: Handle | None
    device: bytes
    network: str
    user_agent: str
    language: str = "id"

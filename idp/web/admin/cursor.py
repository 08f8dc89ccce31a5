"""Where the next page of a list begins: sealed with a MAC, so that nobody writes their own (T39)."""

from uuid import UUID

from idp.base.errors import InvalidRequest
from idp.base.opaque import b64decode, b64encode, same
from idp.provider import Provider

_MAC = 16


def seal(provider: Provider, room: str, position: str) -> str:
    """The cursor that stands after `position` in the list of `room`."""
    raw = position.encode()
    return b64encode(_mac(provider, room, raw) + raw)


def read(provider: Provider, room: str, cursor: str | None) -> str | None:
    """The position of a cursor; InvalidRequest unless we made it for this list."""
    if cursor is None:
        return None
    try:
        raw = b64decode(cursor)
    except ValueError:
        raw = b""
    mac, position = raw[:_MAC], raw[_MAC:]
    if not position or not same(mac, _mac(provider, room, position)):
        raise InvalidRequest("the cursor is not one of this list")
    return position.decode()


def read_id(provider: Provider, room: str, cursor: str | None) -> UUID | None:
    """The same for a list in the order of ids."""
    position = read(provider, room, cursor)
    return None if position is None else UUID(position)


def _mac(provider: Provider, room: str, position: bytes) -> bytes:
    return provider.material.mac("cursor").of(room, position)[:_MAC]

"""Pushed authorization requests (RFC 9126): parameters kept here, a reference given out, used up by one authorization."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from idp.base.opaque import Handle, same
from idp.store.database import Database, Statement

PREFIX = "urn:ietf:params:oauth:request_uri:"

_INSERT = Statement.both(
    "INSERT INTO pushed_requests (id, secret_hash, client_id, parameters, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id"
)
_READ = Statement.both(
    "SELECT secret_hash, client_id, parameters, expires_at, used_at FROM pushed_requests WHERE id = $1"
)
_CONSUME = Statement.both(
    "UPDATE pushed_requests SET used_at = $3 WHERE id = $1 AND secret_hash = $2 AND used_at IS NULL RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A pushed request as it lies in the table."""

    client_id: str
    parameters: Mapping[str, str]
    resources: list[str]
    expires_at: int
    used: bool


async def push(
    database: Database,
    handle: Handle,
    client_id: str,
    parameters: Mapping[str, str],
    resources: list[str],
    expires_at: int,
) -> str:
    """Keep a request; its request_uri."""
    await database.hot(
        _INSERT, handle.id, handle.secret_hash, client_id, orjson.dumps([parameters, resources]).decode(), expires_at
    )
    return f"{PREFIX}{handle}"


async def read(database: Database, request_uri: str) -> Pushed | None:
    """The request behind a request_uri, used or not; None if we never gave it out. Looking does not use it up."""
    handle = Handle.parse(request_uri.removeprefix(PREFIX))
    row = await database.hot(_READ, handle.id) if handle else None
    if row is None or handle is None or not same(row["secret_hash"], handle.secret_hash):
        return None
    parameters, resources = orjson.loads(row["parameters"])
    return Pushed(row["client_id"], parameters, resources, row["expires_at"], row["used_at"] is not None)


async def consume(database: Database, request_uri: str, now: int) -> bool:
    """Use it up; False if it was."""
    handle = Handle.parse(request_uri.removeprefix(PREFIX))
    return handle is not None and await database.hot(_CONSUME, handle.id, handle.secret_hash, now) is not None

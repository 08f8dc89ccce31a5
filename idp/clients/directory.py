"""The clients' table, and the snapshot of it in memory that every request reads."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from sqlalchemy import Text, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from idp.clients.client import Client
from idp.store.database import Tx
from idp.store.tables import clients

NOUN = "clients"
log = structlog.get_logger("gerbang.clients")
# What is left of a client whose row cannot be read.
_NOTHING = {
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": [],
    "response_types": [],
    "id_token_signed_response_alg": "RS256",
}


class Clients:
    """All clients in memory. `load` replaces everything at once; `put` adds what a request found to be newer."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}
        self._resources: dict[str, Client] = {}
        self._broken: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._clients)

    def get(self, client_id: str) -> Client | None:
        """An enabled client, or None."""
        client = self._clients.get(client_id)
        return client if client is not None and client.enabled else None

    def known(self, client_id: str) -> Client | None:
        """A client, disabled or not."""
        return self._clients.get(client_id)

    def owner_of(self, resource: str) -> Client | None:
        """The client that serves a resource indicator (RFC 8707)."""
        owner = self._resources.get(resource)
        return owner if owner is not None and owner.enabled else None

    def may_name(self, client: Client, resource: str) -> bool:
        """Whether a client may ask for tokens for a resource: somebody serves it, and an operator knows the client.

        A token's subject is the one that its resource knows: whoever registers itself would learn by it under what name
        other people's services know a person, which is what pairwise subjects keep apart.
        """
        owner = self.owner_of(resource)
        return owner is not None and (not client.self_registered or owner.client_id == client.client_id)

    def all(self) -> list[Client]:
        """Every client, by name."""
        return sorted(self._clients.values(), key=lambda client: (client.name.casefold(), client.client_id))

    def load(self, found: list[Client]) -> None:
        """Take over the table as it stands."""
        self._clients = {client.client_id: client for client in found}
        self._resources = {uri: client for client in found for uri in client.resource_uris}
        broken = {client.client_id: client.broken for client in found if client.broken is not None}
        for client_id in sorted(broken.keys() - self._broken):
            # Said once, and not at every change of any client.
            log.error(
                "a client cannot be read: it is off until it is replaced", client_id=client_id, fault=broken[client_id]
            )
        self._broken = frozenset(broken)

    def put(self, client: Client) -> None:
        """Take over one row."""
        self.load([*(known for known in self._clients.values() if known.client_id != client.client_id), client])


# As text: a row whose JSON is none must not keep the others from being read.
_COLUMNS = [
    type_coerce(column, Text).label(column.name) if column in (clients.c.metadata, clients.c.policy) else column
    for column in clients.c
]


async def read_all(tx: Tx) -> list[Client]:
    """Every client in the table. One that cannot be read is among them, `broken`."""
    return [_client(row) for row in await tx.execute(select(*_COLUMNS))]


async def read(tx: Tx, client_id: str, *, lock: bool = False) -> Client | None:
    """One client as the table has it now. With `lock` nobody else changes it before `tx` ends."""
    wanted = select(*_COLUMNS).where(clients.c.client_id == client_id)
    row = (await tx.execute(wanted.with_for_update() if lock else wanted)).first()
    return _client(row) if row else None


async def insert(tx: Tx, client: Client) -> bool:
    """Write a new client; False if the id is taken."""
    new = clients.insert().values(
        client_id=client.client_id, source=client.source, created_at=client.created_at, **_changing(client)
    )
    try:
        async with tx.begin_nested():
            await tx.execute(new)
    except IntegrityError:
        return False
    return True


async def replace(tx: Tx, client: Client) -> bool:
    """Write everything but id, source and birth; False if there is no such client."""
    done = await tx.execute(update(clients).where(clients.c.client_id == client.client_id).values(**_changing(client)))
    return done.rowcount == 1


async def delete(tx: Tx, client_id: str) -> bool:
    """Remove a client; False if there is none."""
    done = await tx.execute(clients.delete().where(clients.c.client_id == client_id))
    return done.rowcount == 1


def _changing(client: Client) -> Mapping[str, Any]:
    return {
        "secret_hash": client.secret_hash,
        "previous_secret_hash": client.previous_secret_hash,
        "previous_secret_expires_at": client.previous_secret_expires_at,
        "metadata": dict(client.metadata),
        "policy": dict(client.policy),
        "registration_token_hash": client.registration_token_hash,
        "updated_at": client.updated_at,
        "disabled_at": client.disabled_at,
    }


def _client(row: Any) -> Client:
    rest = (
        row.secret_hash, row.previous_secret_hash, row.previous_secret_expires_at, row.source, row.registration_token_hash,
        row.created_at, row.updated_at, row.disabled_at,
    )  # fmt: skip
    try:
        client = Client(row.client_id, _object(row.metadata), _object(row.policy), *rest)
        client.check()
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        return Client(row.client_id, _NOTHING, {}, *rest, broken=f"{type(fault).__name__}: {fault}"[:200])
    return client


def _object(text: str) -> dict[str, Any]:
    found = orjson.loads(text)
    if not isinstance(found, dict):
        raise TypeError("not a JSON object")
    return found

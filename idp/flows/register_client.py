"""The one way to make, change and remove a relying party: for `apply`, the command line, the admin API and RFC 7591/7592.

`create`, `replace`, `rotate_secret`, `switch` and `delete` are whole journeys: one transaction, then this process's own
memory. `may` is asked of the client as it is when it is written, and raises when the caller must not. Whoever changes
several clients at once checks them first (`client_rules`), calls `insert` or `rewrite` inside a transaction of its own, and
`provider.refresh_memory` after it.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.base.errors import Fault, InvalidClientMetadata
from idp.base.opaque import b64encode, digest, same, token
from idp.clients import directory
from idp.clients import metadata as rules
from idp.clients.client import SELF_REGISTERED, Client
from idp.flows import client_rules
from idp.grants import grant
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx

STATIC, DYNAMIC, ADMIN = "static", SELF_REGISTERED, "admin"
SECRET_OVERLAP = 86_400
"""Seconds that a rotated secret goes on working unless the caller says otherwise: services change theirs one by one."""
LONGEST_OVERLAP = 30 * 86_400
"""Seconds that it may."""


class UnknownClient(Fault):
    """There is no client with this id."""


def anybody(_: Client) -> None:
    """Whoever asks may change the client, whatever it is."""


@dataclass(frozen=True)
class Registered:
    """A client as it stands now. `secret` and `registration_token` are known only here: show them once."""

    client: Client
    secret: str | None = field(default=None, repr=False)
    registration_token: str | None = field(default=None, repr=False)


async def create(
    provider: Provider,
    metadata: Mapping[str, Any],
    *,
    by: str,
    source: str = STATIC,
    policy: Mapping[str, Any] | None = None,
    client_id: str | None = None,
    secret: str | None = None,
    manageable: bool = False,
) -> Registered:
    """Register a client; `manageable` gives it a registration access token (RFC 7592).

    Raises InvalidRedirectUri or InvalidClientMetadata (RFC 7591 section 3.2.2).
    """
    checked = await client_rules.check(provider, metadata, policy or {}, source)
    async with provider.database.transaction() as tx:
        made = await insert(provider, tx, checked, by=by, client_id=client_id, secret=secret, manageable=manageable)
    await provider.refresh_memory()
    return made


async def replace(
    provider: Provider,
    client_id: str,
    metadata: Mapping[str, Any],
    *,
    by: str,
    policy: Mapping[str, Any] | None = None,
    secret: str | None = None,
    may: Callable[[Client], None] = anybody,
) -> Registered:
    """Replace all metadata of a client (RFC 7592 section 2.2), and its policy when one is given; its secret is kept.

    A secret appears in the answer when the new way of authentication needs one and there was none.
    """
    async with provider.database.reading() as tx:
        known = await current(tx, client_id)
    may(known)
    await client_rules.check(provider, metadata, _policy(known, policy), known.source)
    async with provider.database.transaction() as tx:
        known = await held(tx, client_id)
        may(known)
        # Judged once more: a sector document takes its time, and what we decide about a client may have changed meanwhile.
        checked = client_rules.judge(provider, metadata, _policy(known, policy), known.source)
        changed = await rewrite(provider, tx, known, checked, by=by, secret=secret)
    await provider.refresh_memory()
    return changed


async def rotate_secret(
    provider: Provider,
    client_id: str,
    *,
    by: str,
    overlap: int = SECRET_OVERLAP,
    may: Callable[[Client], None] = anybody,
) -> Registered:
    """Give a client a new secret; the old one works for `overlap` more seconds."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        known = _readable(await held(tx, client_id))
        may(known)
        if known.secret_hash is None:
            raise InvalidClientMetadata("this client does not authenticate with a secret")
        secret = token(provider.entropy)
        client = dataclasses.replace(
            known, secret_hash=digest(secret), previous_secret_hash=known.secret_hash if overlap else None,
            previous_secret_expires_at=now + overlap if overlap else None, updated_at=now,
        )  # fmt: skip
        await directory.replace(tx, client)
        await _told(provider, tx, "client.secret_rotated", client, by, {"overlap": overlap})
    await provider.refresh_memory()
    return Registered(client, secret)


async def switch(
    provider: Provider, client_id: str, *, enabled: bool, by: str, may: Callable[[Client], None] = anybody
) -> Client:
    """Turn a client off, with every grant it holds, or on again."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        known = _readable(await held(tx, client_id))
        may(known)
        client = dataclasses.replace(known, disabled_at=None if enabled else known.disabled_at or now, updated_at=now)
        await directory.replace(tx, client)
        if not enabled:
            await grant.revoke_all_of_client(tx, client_id, now, "disabled")
        await _told(provider, tx, "client.enabled" if enabled else "client.disabled", client, by)
    await provider.refresh_memory()
    return client


async def delete(provider: Provider, client_id: str, *, by: str, may: Callable[[Client], None] = anybody) -> None:
    """Remove a client, and with it what it was given (RFC 7592 section 2.3). Raises UnknownClient."""
    async with provider.database.transaction() as tx:
        may(await held(tx, client_id))
        await remove(provider, tx, client_id, by=by)
    await provider.refresh_memory()


async def manage(provider: Provider, client_id: str, registration_token: str) -> Client | None:
    """The client whose registration access token this is (RFC 7592 section 2), or None: who asks learns no more."""
    async with provider.database.reading() as tx:
        client = await directory.read(tx, client_id)
    presented = digest(registration_token)
    if client is None or client.registration_token_hash is None:
        return None
    return client if same(presented, client.registration_token_hash) else None


async def insert(
    provider: Provider,
    tx: Tx,
    checked: client_rules.Checked,
    *,
    by: str,
    client_id: str | None = None,
    secret: str | None = None,
    manageable: bool = False,
) -> Registered:
    """Write a new client inside `tx`."""
    now = provider.clock.now()
    client_id = (
        client_rules.acceptable_id(client_id) if client_id is not None else b64encode(provider.entropy.bytes(16))
    )
    secret, made = _secret(provider, checked, secret, None)
    management = token(provider.entropy) if manageable else None
    client = Client(
        client_id=client_id, metadata=checked.metadata, policy=checked.policy, secret_hash=digest(secret) if secret else None,
        source=checked.source, registration_token_hash=digest(management) if management else None, created_at=now, updated_at=now,
    )  # fmt: skip
    await _check_resources(tx, client)
    if not await directory.insert(tx, client):
        raise InvalidClientMetadata(f"client_id {client_id} is taken")
    await _told(provider, tx, "client.created", client, by, {"source": checked.source})
    return Registered(client, made, management)


async def rewrite(
    provider: Provider, tx: Tx, known: Client, checked: client_rules.Checked, *, by: str, secret: str | None = None
) -> Registered:
    """Write a client anew inside `tx`; id, source and birth stay."""
    secret, made = _secret(provider, checked, secret, known)
    secret_hash = digest(secret) if secret else known.secret_hash if _needs_secret(checked.metadata) else None
    same_secret = secret_hash == known.secret_hash
    client = dataclasses.replace(
        known, metadata=checked.metadata, policy=checked.policy, secret_hash=secret_hash,
        previous_secret_hash=known.previous_secret_hash if same_secret else None,
        previous_secret_expires_at=known.previous_secret_expires_at if same_secret else None,
        updated_at=provider.clock.now(), broken=None,
    )  # fmt: skip
    await _check_resources(tx, client)
    await directory.replace(tx, client)
    await _told(provider, tx, "client.changed", client, by)
    return Registered(client, made)


async def remove(provider: Provider, tx: Tx, client_id: str, *, by: str) -> None:
    """Delete a client inside `tx`, its grants revoked."""
    known = await held(tx, client_id)
    await grant.revoke_all_of_client(tx, client_id, provider.clock.now(), "client gone")
    await directory.delete(tx, client_id)
    await _told(provider, tx, "client.deleted", known, by)


async def current(tx: Tx, client_id: str) -> Client:
    """A client as the table has it now, disabled or not. Raises UnknownClient."""
    return _known(await directory.read(tx, client_id), client_id)


async def held(tx: Tx, client_id: str) -> Client:
    """The same for who is about to write it anew: nobody else changes it before `tx` ends, or one change would undo the other."""
    return _known(await directory.read(tx, client_id, lock=True), client_id)


def _readable(client: Client) -> Client:
    """The client, if what is to stay of it is known. One that cannot be read can be replaced as a whole, or removed."""
    if client.broken is not None:
        raise InvalidClientMetadata(
            "what the database holds of this client cannot be read: replace it, policy and all, or delete it"
        )
    return client


def _policy(known: Client, wanted: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What we decide about the client: as wanted, or as before, which has to be known for that."""
    return _readable(known).policy if wanted is None else wanted


def _known(found: Client | None, client_id: str) -> Client:
    if found is None:
        raise UnknownClient(f"no client {client_id[:40]!r}")
    return found


async def _told(
    provider: Provider, tx: Tx, event: str, client: Client, by: str, detail: Mapping[str, Any] | None = None
) -> None:
    await provider.audit.append(tx, Event(event, actor=by, client_id=client.client_id, detail=detail or {}))
    await provider.database.bump(tx, directory.NOUN)


def _needs_secret(metadata: Mapping[str, Any]) -> bool:
    return metadata["token_endpoint_auth_method"] in ("client_secret_basic", "client_secret_post")


def _secret(
    provider: Provider, checked: client_rules.Checked, brought: str | None, known: Client | None
) -> tuple[str | None, str | None]:
    """(the secret to store, the same if it was made here and so must be shown); (None, None) leaves things as they are."""
    if not _needs_secret(checked.metadata):
        if brought is not None:
            raise InvalidClientMetadata("this way of client authentication has no secret")
        return None, None
    if brought is not None:
        if not rules.secret_strong_enough(brought):
            raise InvalidClientMetadata(
                "the secret is too weak: 22 or more characters, a dozen different ones, from a generator"
            )
        return brought, None
    if known is not None and known.secret_hash is not None:
        return None, None
    made = token(provider.entropy)
    return made, made


async def _check_resources(tx: Tx, client: Client) -> None:
    """A resource has one owner: the audience of a token must mean one API."""
    if not client.resource_uris:
        return
    for other in await directory.read_all(tx):
        if other.client_id != client.client_id and (shared := other.resource_uris & client.resource_uris):
            raise InvalidClientMetadata(f"resource {min(shared)} belongs to client {other.client_id}")

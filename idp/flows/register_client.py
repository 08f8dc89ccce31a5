"""The one way to make, change and remove a relying party: for `apply`, the command line, the admin API and RFC 7591/7592.

`create`, `replace`, `rotate_secret`, `switch` and `delete` are whole journeys: one transaction, then this process's own
memory. Whoever changes several clients at once calls `judge` and `confirm` before, and `insert` or `rewrite` inside, a transaction of
its own, and `provider.refresh_memory` after it.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from idp.base.errors import Fault, InvalidClientMetadata
from idp.base.opaque import b64encode, digest, same, token
from idp.clients import metadata as rules
from idp.clients import policy as policies
from idp.clients import registry
from idp.clients.client import SELF_REGISTERED, Client
from idp.clients.outbound import OutboundFault
from idp.grants import grant
from idp.grants.scopes import ADMIN_SCOPES, OPEN_SCOPES, SCOPES
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx

STATIC, DYNAMIC, ADMIN = "static", SELF_REGISTERED, "admin"
SECRET_OVERLAP = 86_400
"""Seconds that a rotated secret goes on working unless the caller says otherwise: services change theirs one by one."""
LONGEST_OVERLAP = 30 * 86_400
"""Seconds that it may."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~:-]{1,128}")
_LOOKS_LIKE_SUB = re.compile(r"[A-Za-z0-9_-]{43}")


class UnknownClient(Fault):
    """There is no client with this id."""


@dataclass(frozen=True)
class Checked:
    """Metadata and policy that passed every rule, ready to be written."""

    metadata: Mapping[str, Any]
    policy: Mapping[str, Any]
    source: str


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
    checked = await check(provider, metadata, policy or {}, source)
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
) -> Registered:
    """Replace all metadata of a client (RFC 7592 section 2.2), and its policy when one is given; its secret is kept.

    A secret appears in the answer when the new way of authentication needs one and there was none.
    """
    async with provider.database.reading() as tx:
        known = await current(tx, client_id)
    await check(provider, metadata, known.policy if policy is None else policy, known.source)
    async with provider.database.transaction() as tx:
        known = await held(tx, client_id)
        # Judged once more: a sector document takes its time, and what we decide about a client may have changed meanwhile.
        checked = judge(provider, metadata, known.policy if policy is None else policy, known.source)
        changed = await rewrite(provider, tx, known, checked, by=by, secret=secret)
    await provider.refresh_memory()
    return changed


async def rotate_secret(provider: Provider, client_id: str, *, by: str, overlap: int = SECRET_OVERLAP) -> Registered:
    """Give a client a new secret; the old one works for `overlap` more seconds."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        known = await held(tx, client_id)
        if known.secret_hash is None:
            raise InvalidClientMetadata("this client does not authenticate with a secret")
        secret = token(provider.entropy)
        client = dataclasses.replace(
            known, secret_hash=digest(secret), previous_secret_hash=known.secret_hash if overlap else None,
            previous_secret_expires_at=now + overlap if overlap else None, updated_at=now,
        )  # fmt: skip
        await registry.replace(tx, client)
        await _told(provider, tx, "client.secret_rotated", client, by, {"overlap": overlap})
    await provider.refresh_memory()
    return Registered(client, secret)


async def switch(provider: Provider, client_id: str, *, enabled: bool, by: str) -> Client:
    """Turn a client off, with every grant it holds, or on again."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        known = await held(tx, client_id)
        client = dataclasses.replace(known, disabled_at=None if enabled else known.disabled_at or now, updated_at=now)
        await registry.replace(tx, client)
        if not enabled:
            await grant.revoke_all_of_client(tx, client_id, now, "disabled")
        await _told(provider, tx, "client.enabled" if enabled else "client.disabled", client, by)
    await provider.refresh_memory()
    return client


async def delete(provider: Provider, client_id: str, *, by: str) -> None:
    """Remove a client, and with it what it was given (RFC 7592 section 2.3). Raises UnknownClient."""
    async with provider.database.transaction() as tx:
        await remove(provider, tx, client_id, by=by)
    await provider.refresh_memory()


async def manage(provider: Provider, client_id: str, registration_token: str) -> Client | None:
    """The client whose registration access token this is (RFC 7592 section 2), or None: who asks learns no more."""
    async with provider.database.reading() as tx:
        client = await registry.read(tx, client_id)
    presented = digest(registration_token)
    if client is None or client.registration_token_hash is None:
        return None
    return client if same(presented, client.registration_token_hash) else None


async def check(provider: Provider, metadata: Mapping[str, Any], policy: Mapping[str, Any], source: str) -> Checked:
    """Judge metadata and policy by every rule; needs no transaction."""
    checked = judge(provider, metadata, policy, source)
    await confirm(provider, checked)
    return checked


def judge(provider: Provider, metadata: Mapping[str, Any], policy: Mapping[str, Any], source: str) -> Checked:
    """The rules that need nobody else's word."""
    accepted = rules.validate(metadata)
    _check_scope(accepted, source)
    decided = policies.validate(policy)
    if source == DYNAMIC:
        decided.setdefault("require_pkce", provider.settings.registration.require_pkce)
    return Checked(accepted, decided, source)


async def confirm(provider: Provider, checked: Checked) -> None:
    """What others must say too: the sector's document lists every redirect URI (OpenID Connect Registration section 5)."""
    uri = checked.metadata.get("sector_identifier_uri")
    if uri is None:
        return
    try:
        answer = await provider.caller.get(str(uri))
        listed = orjson.loads(answer.body) if answer.status == 200 else None
    except (OutboundFault, ValueError):
        listed = None
    if not isinstance(listed, list):
        raise InvalidClientMetadata("sector_identifier_uri does not answer with a JSON list")
    if not set(checked.metadata.get("redirect_uris", ())) <= {item for item in listed if isinstance(item, str)}:
        raise InvalidClientMetadata("sector_identifier_uri does not list every redirect URI")


async def insert(
    provider: Provider,
    tx: Tx,
    checked: Checked,
    *,
    by: str,
    client_id: str | None = None,
    secret: str | None = None,
    manageable: bool = False,
) -> Registered:
    """Write a new client inside `tx`."""
    now = provider.clock.now()
    client_id = acceptable_id(client_id) if client_id is not None else b64encode(provider.entropy.bytes(16))
    secret, made = _secret(provider, checked, secret, None)
    management = token(provider.entropy) if manageable else None
    client = Client(
        client_id=client_id, metadata=checked.metadata, policy=checked.policy, secret_hash=digest(secret) if secret else None,
        source=checked.source, registration_token_hash=digest(management) if management else None, created_at=now, updated_at=now,
    )  # fmt: skip
    await _check_resources(tx, client)
    if not await registry.insert(tx, client):
        raise InvalidClientMetadata(f"client_id {client_id} is taken")
    await _told(provider, tx, "client.created", client, by, {"source": checked.source})
    return Registered(client, made, management)


async def rewrite(
    provider: Provider, tx: Tx, known: Client, checked: Checked, *, by: str, secret: str | None = None
) -> Registered:
    """Write a client anew inside `tx`; id, source and birth stay."""
    secret, made = _secret(provider, checked, secret, known)
    secret_hash = digest(secret) if secret else known.secret_hash if _needs_secret(checked.metadata) else None
    same_secret = secret_hash == known.secret_hash
    client = dataclasses.replace(
        known, metadata=checked.metadata, policy=checked.policy, secret_hash=secret_hash,
        previous_secret_hash=known.previous_secret_hash if same_secret else None,
        previous_secret_expires_at=known.previous_secret_expires_at if same_secret else None,
        updated_at=provider.clock.now(),
    )  # fmt: skip
    await _check_resources(tx, client)
    await registry.replace(tx, client)
    await _told(provider, tx, "client.changed", client, by)
    return Registered(client, made)


async def remove(provider: Provider, tx: Tx, client_id: str, *, by: str) -> None:
    """Delete a client inside `tx`, its grants revoked."""
    known = await held(tx, client_id)
    await grant.revoke_all_of_client(tx, client_id, provider.clock.now(), "client gone")
    await registry.delete(tx, client_id)
    await _told(provider, tx, "client.deleted", known, by)


async def current(tx: Tx, client_id: str) -> Client:
    """A client as the table has it now, disabled or not. Raises UnknownClient."""
    return _known(await registry.read(tx, client_id), client_id)


async def held(tx: Tx, client_id: str) -> Client:
    """The same for who is about to write it anew: nobody else changes it before `tx` ends, or one change would undo the other."""
    return _known(await registry.read(tx, client_id, lock=True), client_id)


def _known(found: Client | None, client_id: str) -> Client:
    if found is None:
        raise UnknownClient(f"no client {client_id[:40]!r}")
    return found


async def _told(
    provider: Provider, tx: Tx, event: str, client: Client, by: str, detail: Mapping[str, Any] | None = None
) -> None:
    await provider.audit.append(tx, Event(event, actor=by, client_id=client.client_id, detail=detail or {}))
    await provider.database.bump(tx, registry.NOUN)


def acceptable_id(client_id: str) -> str:
    """RFC 9700 section 4.15.1: no client may pass for a person, and our `sub` has 43 characters."""
    if not _CLIENT_ID.fullmatch(client_id) or _LOOKS_LIKE_SUB.fullmatch(client_id):
        raise InvalidClientMetadata(
            "client_id is 1 to 128 letters, digits and . _ ~ : - and does not look like a subject"
        )
    return client_id


def _needs_secret(metadata: Mapping[str, Any]) -> bool:
    return metadata["token_endpoint_auth_method"] in ("client_secret_basic", "client_secret_post")


def _secret(
    provider: Provider, checked: Checked, brought: str | None, known: Client | None
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


def in_effect(client: Client) -> dict[str, Any]:
    """The metadata that holds for a client: what it registered, and what we take where it said nothing.

    RFC 7591 section 3.2.1. It may be sent back as it is (RFC 7592 section 2.2); so where pairwise subjects come from
    several hosts, which a client may not ask for without a sector document, the subject type is left unsaid.
    """
    defaults: dict[str, Any] = {
        "application_type": "web",
        "client_name": client.name,
        "scope": " ".join(scope for scope in SCOPES if scope in OPEN_SCOPES),
        "access_token_signed_response_alg": client.access_token_algorithm,
        "require_auth_time": False,
    }
    if client.backchannel_logout_uri is not None:
        defaults["backchannel_logout_session_required"] = False
    hosts = {urlsplit(uri).hostname for uri in client.redirect_uris}
    if len(hosts) <= 1 or "sector_identifier_uri" in client.metadata:
        defaults["subject_type"] = "pairwise"
    return {**defaults, **client.metadata}


def _check_scope(accepted: dict[str, Any], source: str) -> None:
    """Whoever registers itself gets open scopes only (RFC 7591 section 2 lets us narrow); who knows us must spell right."""
    if "scope" not in accepted:
        return
    asked = list(dict.fromkeys(str(accepted["scope"]).split()))
    if source == DYNAMIC:
        allowed = [scope for scope in asked if scope in OPEN_SCOPES]
        if not allowed:
            raise InvalidClientMetadata("none of these scopes is open to clients that register themselves")
        accepted["scope"] = " ".join(allowed)
        return
    if unknown := [scope for scope in asked if scope not in SCOPES and scope not in ADMIN_SCOPES]:
        raise InvalidClientMetadata(f"unknown scope: {unknown[0]}")
    admin = [scope for scope in asked if scope in ADMIN_SCOPES]
    if admin and set(accepted["grant_types"]) != {"client_credentials"}:
        raise InvalidClientMetadata(f"scope {admin[0]} is for machines: grant_types must be client_credentials alone")


async def _check_resources(tx: Tx, client: Client) -> None:
    """A resource has one owner: the audience of a token must mean one API."""
    if not client.resource_uris:
        return
    for other in await registry.read_all(tx):
        if other.client_id != client.client_id and (shared := other.resource_uris & client.resource_uris):
            raise InvalidClientMetadata(f"resource {min(shared)} belongs to client {other.client_id}")

"""What is declared is what shall be: all of it in one transaction, and nothing the second time."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from idp.accounts import account, contact, lookup
from idp.accounts.account import Account
from idp.accounts.lookup import EMAIL
from idp.base.errors import OAuthError
from idp.clients import directory, metadata
from idp.clients.client import Client
from idp.flows import client_rules, people, register_client
from idp.flows.client_rules import Checked
from idp.flows.declaration import BadDeclaration, Declaration, DeclaredClient
from idp.flows.people import Wanted
from idp.flows.register_client import STATIC
from idp.provider import Provider
from idp.store.database import Tx

CREATE, CHANGE, SAME, DELETE = "create", "change", "same", "delete"
CLIENT, ACCOUNT = "client", "account"


@dataclass(frozen=True)
class Change:
    """What becomes of one client or account. `secret` was made here, if there was none: show it once."""

    action: str
    kind: str
    name: str
    fields: Sequence[str] = ()
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _ClientStep:
    declared: DeclaredClient
    known: Client | None
    checked: Checked
    fields: list[str]


@dataclass(frozen=True)
class _AccountStep:
    known: Account | None
    prepared: people.Prepared
    fields: list[str]


async def apply(
    provider: Provider, declaration: Declaration, *, by: str, prune: bool = False, dry_run: bool = False
) -> list[Change]:
    """Bring the database to what is declared; what was changed, or with `dry_run` would be.

    `prune` deletes clients that came from files and stand in none any more; accounts are never deleted this way.
    Raises BadDeclaration, BadAccount, InvalidRedirectUri or InvalidClientMetadata; then nothing was written.
    """
    clients = [await _client_step(provider, declared) for declared in declaration.clients.values()]
    accounts = [await _account_step(provider, wanted) for wanted in declaration.accounts.values()]
    async with provider.database.reading() as tx:
        known = await directory.read_all(tx)
    gone = [
        each.client_id
        for each in known
        if prune and each.source == STATIC and each.client_id not in declaration.clients
    ]
    changes = [_told(CLIENT, step.declared.client_id, step.known, step.fields) for step in clients]
    changes += [_told(ACCOUNT, str(step.prepared.account.email), step.known, step.fields) for step in accounts]
    changes += [Change(DELETE, CLIENT, client_id) for client_id in gone]
    if dry_run or all(change.action == SAME for change in changes):
        return changes
    secrets: dict[str, str | None] = {}
    async with provider.database.transaction() as tx:
        # First, so that a resource may move from a client that goes to one that comes.
        for client_id in gone:
            await register_client.remove(provider, tx, client_id, by=by)
        for step in clients:
            secrets[step.declared.client_id] = await _write_client(provider, tx, step, by)
        for person in accounts:
            if person.known is None:
                await people.insert(provider, tx, person.prepared, by=by)
            elif person.fields:
                await people.rewrite(provider, tx, person.prepared, person.known, by=by)
    await provider.refresh_memory()
    return [
        dataclasses.replace(change, secret=secrets.get(change.name)) if change.kind == CLIENT else change
        for change in changes
    ]


async def _write_client(provider: Provider, tx: Tx, step: _ClientStep, by: str) -> str | None:
    """Make it, or write it anew where something changed; the secret that was made here for it, if any."""
    client_id, secret = step.declared.client_id, step.declared.secret
    if step.known is None:
        made = await register_client.insert(provider, tx, step.checked, by=by, client_id=client_id, secret=secret)
        return made.secret
    if not step.fields:
        return None
    known = await register_client.held(tx, client_id)
    return (await register_client.rewrite(provider, tx, known, step.checked, by=by, secret=secret)).secret


def _told(kind: str, name: str, known: object, changed: Sequence[str]) -> Change:
    return Change(CREATE if known is None else CHANGE if changed else SAME, kind, name, changed)


async def _client_step(provider: Provider, declared: DeclaredClient) -> _ClientStep:
    async with provider.database.reading() as tx:
        known = await directory.read(tx, declared.client_id)
    try:
        client_rules.acceptable_id(declared.client_id)
        checked = client_rules.judge(
            provider, declared.metadata, declared.policy, known.source if known else declared.source
        )
        changed = _client_changes(declared, known, checked, provider.clock.now())
        if changed:
            await client_rules.confirm(provider, checked)
    except OAuthError as error:
        raise BadDeclaration(f"{declared.where}: client {declared.client_id}: {error.description}") from None
    if declared.secret is not None and not metadata.secret_strong_enough(declared.secret):
        raise BadDeclaration(
            f"{declared.where}: client {declared.client_id}: client_secret is too weak; 22 or more characters from a generator"
        )
    return _ClientStep(declared, known, checked, changed)


def _client_changes(declared: DeclaredClient, known: Client | None, checked: Checked, now: int) -> list[str]:
    if known is None:
        return sorted({*checked.metadata, *checked.policy})
    changed = _differences(known.metadata, checked.metadata) + _differences(known.policy, checked.policy)
    if declared.secret is not None and not known.knows_secret(declared.secret, now):
        changed.append("client_secret")
    return changed


async def _account_step(provider: Provider, wanted: Wanted) -> _AccountStep:
    key = lookup.key(provider.material, EMAIL, contact.normalise_email(wanted.email))
    async with provider.database.reading() as tx:
        known = await account.find(tx, key)
    prepared = await people.prepare(provider, wanted, known)
    if known is None:
        return _AccountStep(None, prepared, [])
    changed = [
        each.name
        for each in fields(Account)
        if each.name not in ("updated_at", "password_policy", "password_changed_at")
        and getattr(known, each.name) != getattr(prepared.account, each.name)
    ]
    if prepared.totp_secret is not None and prepared.totp_secret not in await people.totp_secrets(provider, known.id):
        changed.append("totp_secret")
    return _AccountStep(known, prepared, changed)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))

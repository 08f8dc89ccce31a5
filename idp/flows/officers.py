"""What officers do through the admin API, each a machine with a token of ours: who may enter, and how far they may go.

An officer is a client with admin scopes. It may make, change or take over other clients only as far as it could go itself:
otherwise whoever may write clients could write itself the right to everything (T38).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.accounts import account
from idp.accounts.account import Account
from idp.base.errors import Fault, InsufficientScope, InvalidToken
from idp.clients.client import Client
from idp.flows import access, deliver_again, people, register_client
from idp.flows.register_client import Registered
from idp.grants.scopes import ADMIN_SCOPES
from idp.keys.key import SigningKey
from idp.provider import Provider
from idp.sessions import enrolled, levels, session


class UnknownItem(Fault):
    """There is no dead outbox item with this id."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is calling, and the admin scopes that count: those of the token that the client still has."""

    client_id: str
    scope: frozenset[str]

    @property
    def actor(self) -> str:
        """How the audit trail names it."""
        return f"client:{self.client_id}"

    def require(self, scope: str) -> None:
        """Raise InsufficientScope unless the officer has it."""
        if scope not in self.scope:
            raise InsufficientScope(scope)


@dataclass(frozen=True)
class File:
    """An account as an officer sees it, with what surrounds it."""

    account: Account
    factors: list[str]
    sessions: int


async def admit(provider: Provider, token: str) -> Officer:
    """The officer behind an access token; InvalidToken unless it is one that a client got for itself, for this API."""
    presented = await access.read(provider, token)
    claims = presented.claims
    client = provider.clients.get(str(claims["client_id"]))
    if presented.grant is not None or claims["sub"] != claims["client_id"] or client is None:
        raise InvalidToken("the access token was not issued to a client for itself")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not {provider.settings.issuer, f"{provider.settings.issuer}/admin"} & set(audience):
        raise InvalidToken("the access token is for another resource")
    return Officer(client.client_id, presented.scope & (client.scopes or frozenset()) & frozenset(ADMIN_SCOPES))


async def account_page(
    provider: Provider, officer: Officer, *, status: str | None, after: UUID | None, limit: int, purpose: str
) -> list[Account]:
    """Accounts in the order in which they came. That each was looked at is written down."""
    async with provider.database.reading() as tx:
        found = await account.page(tx, status=status, after=after, limit=limit)
    await people.looked(provider, found, by=officer.actor, purpose=purpose)
    return found


async def find_account(provider: Provider, officer: Officer, identifier: str, *, purpose: str) -> Account | None:
    """The account that an identifier leads to. That it was looked at is written down."""
    found = await people.find(provider, identifier)
    await people.looked(provider, [] if found is None else [found], by=officer.actor, purpose=purpose)
    return found


async def look_at_account(provider: Provider, officer: Officer, account_id: UUID, *, purpose: str) -> File:
    """One account. That it was looked at is written down. Raises UnknownAccount."""
    file = await account_file(provider, account_id)
    await people.looked(provider, [file.account], by=officer.actor, purpose=purpose)
    return file


async def account_file(provider: Provider, account_id: UUID) -> File:
    """One account as it stands after an officer's act. Raises UnknownAccount."""
    async with provider.database.reading() as tx:
        found = await account.read(tx, account_id)
        if found is None:
            raise people.UnknownAccount(f"no account {account_id}")
        has = await enrolled.read(tx, account_id)
        live = await session.live_of(tx, account_id, provider.settings.lifetimes, provider.clock.now())
    factors = [factor for factor in (levels.PASSKEY, levels.TOTP, levels.SMS, levels.RECOVERY) if factor in has]
    if found.password_hash is not None:
        factors.insert(0, levels.PASSWORD)
    return File(found, factors, len(live))


async def client(provider: Provider, client_id: str) -> Client:
    """One client as the database has it now. Raises UnknownClient."""
    async with provider.database.reading() as tx:
        return await register_client.current(tx, client_id)


async def create_client(
    provider: Provider, officer: Officer, metadata: Mapping[str, Any], policy: Mapping[str, Any], client_id: str | None
) -> Registered:
    """Register a client with at most the admin scopes that the officer has itself."""
    _govern(officer, str(metadata.get("scope", "")))
    return await register_client.create(
        provider, metadata, by=officer.actor, source=register_client.ADMIN, policy=policy, client_id=client_id
    )


async def replace_client(
    provider: Provider, officer: Officer, client_id: str, metadata: Mapping[str, Any], policy: Mapping[str, Any] | None
) -> Registered:
    """Replace a client's metadata, and its policy when one is given."""
    _govern(officer, str(metadata.get("scope", "")))
    return await register_client.replace(
        provider, client_id, metadata, by=officer.actor, policy=policy, may=_governed_by(officer)
    )


async def rotate_client_secret(provider: Provider, officer: Officer, client_id: str, overlap: int) -> Registered:
    """A new secret for a client; whoever holds it is that client, so the officer must stand at least as high."""
    return await register_client.rotate_secret(
        provider, client_id, by=officer.actor, overlap=overlap, may=_governed_by(officer)
    )


async def switch_client(provider: Provider, officer: Officer, client_id: str, *, enabled: bool) -> Client:
    """Turn a client off or on."""
    return await register_client.switch(
        provider, client_id, enabled=enabled, by=officer.actor, may=_governed_by(officer)
    )


async def delete_client(provider: Provider, officer: Officer, client_id: str) -> None:
    """Remove a client."""
    await register_client.delete(provider, client_id, by=officer.actor, may=_governed_by(officer))


async def keys(provider: Provider) -> list[SigningKey]:
    """Every signing key, without its private part."""
    async with provider.database.reading() as tx:
        return await provider.vault.all(tx)


async def audit_page(
    provider: Provider, *, account_id: UUID | None, event: str | None, before: UUID | None, limit: int
) -> list[Any]:
    """Audit events, newest first."""
    async with provider.database.reading() as tx:
        return await provider.audit.read(tx, account_id=account_id, event=event, before=before, limit=limit)


async def verify_audit(provider: Provider) -> tuple[int, int | None, int]:
    """(rows checked, number of the first that does not fit or None, rows that wait for their link)."""
    async with provider.database.reading() as tx:
        checked, broken = await provider.audit.verify(tx)
        return checked, broken, await provider.audit.unlinked(tx)


async def retry(provider: Provider, officer: Officer, item: UUID) -> None:
    """Bring a dead item back to life. Raises UnknownItem."""
    if not await deliver_again.retry(provider, [item], by=officer.actor):
        raise UnknownItem(f"no dead item {item}")


def _governed_by(officer: Officer) -> Callable[[Client], None]:
    """Asked of a client that is about to be written: another officer may have raised it a moment ago. How high one stands
    whose row cannot be read, nobody knows."""
    return lambda known: _govern(officer, " ".join(known.scopes or () if known.broken is None else ADMIN_SCOPES))


def _govern(officer: Officer, scope: str) -> None:
    """InsufficientScope if `scope` holds an admin scope that the officer lacks."""
    for wanted in scope.split():
        if wanted in ADMIN_SCOPES:
            officer.require(wanted)

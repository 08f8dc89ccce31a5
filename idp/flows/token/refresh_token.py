"""Refresh (RFC 6749 section 6): one statement moves the family on; what an attacker copied ends it."""

from collections.abc import Mapping
from typing import Any

from idp.base.errors import InvalidGrant, InvalidRequest
from idp.clients.client import Client
from idp.flows.token import minting
from idp.flows.token.request import TokenRequest
from idp.grants import refresh
from idp.grants.grant import from_row, revoke
from idp.grants.person import Person
from idp.grants.refresh import RefreshToken
from idp.provider import Provider
from idp.store.audit import Event


async def renew(provider: Provider, client: Client, request: TokenRequest) -> dict[str, Any]:
    """Rotate and answer. A request that asks for less than was granted is judged before the family moves.

    Raises InvalidGrant, InvalidScope, InvalidTarget, and InvalidRequest without a token.
    """
    text = request.values.get("refresh_token")
    if text is None:
        raise InvalidRequest("refresh_token is missing")
    token = provider.refresh_tokens.read(text)
    if token is None:
        raise InvalidGrant("the refresh token is not valid")
    if "scope" in request.values or request.resources:
        await _judge_before_rotating(provider, client, token, request)
    now = provider.clock.now()
    provider.failpoint("refresh.before")
    row = await refresh.rotate(
        provider.database,
        token,
        client_id=client.client_id,
        now=now,
        idle_expires_at=now + provider.settings.lifetimes.refresh_idle,
    )
    provider.failpoint("refresh.rotated")
    if row is None:
        row = await _lost_answer(provider, client, token, request.network)
    answer = _answer(provider, client, row, request)
    provider.failpoint("refresh.signed")
    return answer


def _answer(provider: Provider, client: Client, row: Mapping[str, Any], request: TokenRequest) -> dict[str, Any]:
    grant = from_row(row)
    scope = minting.narrowed_scope(grant.scope, request.values.get("scope"))
    resources = minting.granted_audience(provider, client, grant, request.resources)
    successor = provider.refresh_tokens.make(grant.id, grant.generation)
    return minting.response(provider, client, grant, Person.of(row), scope, resources, refresh=successor)


async def _judge_before_rotating(
    provider: Provider, client: Client, token: RefreshToken, request: TokenRequest
) -> None:
    row = await refresh.read(provider.database, token.grant_id)
    if row is not None and refresh.usable(row, client.client_id, provider.clock.now()):
        grant = from_row(row)
        minting.narrowed_scope(grant.scope, request.values.get("scope"))
        minting.sector(provider, client, minting.granted_audience(provider, client, grant, request.resources))


async def _lost_answer(provider: Provider, client: Client, token: RefreshToken, network: str) -> Mapping[str, Any]:
    """The family as it stands, if the answer to the last rotation may have been lost; else InvalidGrant, and the alarm."""
    now = provider.clock.now()
    row = await refresh.read(provider.database, token.grant_id)
    if row is not None and refresh.repeats_lost_answer(
        row, token, client.client_id, now, provider.settings.lifetimes.refresh_grace
    ):
        return row
    if row is not None and refresh.usable(row, client.client_id, now) and token.generation < row["generation"]:
        event = Event(
            "refresh.replayed",
            actor=client.client_id,
            account_id=from_row(row).account_id,
            client_id=client.client_id,
            network=network,
            detail={"grant": str(token.grant_id), "generation": token.generation},
        )
        async with provider.database.transaction() as tx:
            if await revoke(tx, token.grant_id, now, "replay"):
                await provider.audit.append(tx, event)
    raise InvalidGrant("the refresh token is not valid")

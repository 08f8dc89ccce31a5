"""Revocation (RFC 7009): a client takes back its own tokens, and no others."""

from idp.base.errors import InvalidToken
from idp.clients.client import Client
from idp.flows import access
from idp.grants import grant, refresh
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import as_id


async def revoke(provider: Provider, client: Client, token: str, network: str) -> None:
    """Take back a token and all that its grant gave; silence about tokens that are not this client's (RFC 7009 section 2.2)."""
    family = provider.refresh_tokens.read(token)
    grant_id = family.grant_id if family is not None else None
    if grant_id is None:
        try:
            presented = await access.read(provider, token)
        except InvalidToken:
            return
        if presented.grant is None:
            return
        grant_id = presented.grant.id
    row = await refresh.read(provider.database, grant_id)
    if row is None or row["client_id"] != client.client_id:
        return
    event = Event(
        "grant.revoked",
        actor=client.client_id,
        account_id=as_id(row["account_id"]),
        client_id=client.client_id,
        network=network,
        detail={"grant": str(grant_id)},
    )
    async with provider.database.transaction() as tx:
        # Sent again, because the answer got lost: the person's list tells of it once.
        if await grant.revoke(tx, grant_id, provider.clock.now(), "client"):
            await provider.audit.append(tx, event)

"""Code for tokens (RFC 6749 section 4.1.3): consumed in one statement, and only then is anything signed."""

import re
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from idp.base.errors import InvalidGrant, InvalidRequest
from idp.base.opaque import Handle
from idp.clients.client import Client
from idp.flows.token import minting
from idp.flows.token.request import TokenRequest
from idp.grants import code
from idp.grants.grant import from_row
from idp.grants.person import Person
from idp.provider import Provider

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def exchange(provider: Provider, client: Client, request: TokenRequest) -> dict[str, Any]:
    """Redeem a code. Whatever is wrong with it is `invalid_grant`, and a code that was used before ends its grant.
    InvalidRequest without a code.
    """
    values = request.values
    if "code" not in values:
        raise InvalidRequest("code is missing")
    handle = Handle.parse(values["code"])
    if handle is None:
        raise InvalidGrant("the code is not valid")
    if request.resources:
        # What is wrong in itself is said before the code is spent.
        minting.sector(provider, client, minting.audience(provider, client, (), request.resources))
    provider.failpoint("code.before")
    row = await code.redeem(
        provider.database,
        handle,
        client_id=client.client_id,
        # No request is without one here, so it has to come again, as it was (RFC 6749 section 4.1.3, OIDC Core section 3.1.3.2).
        redirect_uri=values.get("redirect_uri", ""),
        challenge=_challenge(values.get("code_verifier")),
        now=provider.clock.now(),
        event=provider.new_id(),
        network=request.network,
    )
    if row is None:
        await code.end_if_replayed(
            provider.database,
            handle,
            client_id=client.client_id,
            now=provider.clock.now(),
            event=provider.new_id(),
            network=request.network,
        )
        raise InvalidGrant("the code is not valid" if "redirect_uri" in values else "redirect_uri is missing")
    provider.failpoint("code.consumed")
    grant = from_row(row)
    resources = minting.granted_audience(provider, client, grant, request.resources)
    refresh = provider.refresh_tokens.make(grant.id, grant.generation) if grant.offline else None
    answer = minting.response(
        provider, client, grant, Person.of(row), grant.scope, resources, refresh=refresh, nonce=grant.nonce
    )
    provider.failpoint("code.signed")
    return answer


def _challenge(verifier: str | None) -> str | None:
    if verifier is None:
        return None
    if not _VERIFIER.fullmatch(verifier):
        raise InvalidGrant("code_verifier does not match")
    return str(create_s256_code_challenge(verifier))

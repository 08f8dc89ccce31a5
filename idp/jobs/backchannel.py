"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0 section 2.5): tell a relying party that a session is over.

The token is signed at delivery, not when the session ended: after hours of retries it is as fresh as the first time. Its
`jti` stays that of the outbox row, so that a relying party can tell a second copy.
"""

from urllib.parse import urlencode

from idp.clients.outbound import OutboundFault
from idp.grants import tokens
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store.outbox import Item

_TRIES_OF_A_REFUSED_TOKEN = 3


async def deliver(provider: Provider, item: Item) -> None:
    """Post one logout token; Undelivered unless the relying party confirms it."""
    client = await provider.client(item.target)
    if client is None or client.backchannel_logout_uri is None:
        raise Undelivered("the client is gone, or has no back-channel logout URI any more", final=True, blame=False)
    claims = tokens.logout_token(
        issuer=provider.settings.issuer,
        subject=item.payload["sub"],
        client_id=client.client_id,
        sid=item.payload["sid"],
        now=provider.clock.now(),
        jti=str(item.id),
    )
    token = provider.keyring.sign(claims, client.id_token_algorithm, "logout+jwt")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = await provider.caller.post(
            client.backchannel_logout_uri, urlencode({"logout_token": token}).encode(), headers
        )
    except OutboundFault as fault:
        raise Undelivered(f"cannot be reached: {fault}") from None
    if answer.status == 400:
        # Section 2.8: the relying party did not like the token. A fresh one may do, its keys may be cached; not for ever.
        raise Undelivered(
            "refuses the logout token (400)", final=item.attempts >= _TRIES_OF_A_REFUSED_TOKEN, blame=False
        )
    if answer.status not in (200, 204):
        raise Undelivered(f"answers {answer.status}")

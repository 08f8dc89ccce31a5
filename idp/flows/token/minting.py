"""Tokens for a grant, minted the same way after a code and after a refresh. At most one RSA signature per answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from idp.base.errors import InvalidScope, InvalidTarget
from idp.clients.client import Client
from idp.grants import claims, tokens
from idp.grants.grant import Grant
from idp.grants.person import Person
from idp.provider import Provider


def narrowed_scope(granted: str, asked: str | None) -> str:
    """The scope of this token: what was asked, if it lies within what was granted, else InvalidScope (RFC 6749 section 6)."""
    if asked is None:
        return granted
    wanted = list(dict.fromkeys(asked.split()))
    if not wanted or not set(wanted) <= set(granted.split()):
        raise InvalidScope("scope exceeds what was granted")
    return " ".join(wanted)


def audience(provider: Provider, client: Client, granted: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The resources of this token: those asked for, else all that were granted (RFC 8707 section 2.2).

    The issuer may always be named: it is the resource behind userinfo, and what a token is for when nothing was asked.
    Raises InvalidTarget.
    """
    others = [resource for resource in asked if resource != provider.settings.issuer]
    if granted and not set(others) <= set(granted):
        raise InvalidTarget("resource was not part of the authorization request")
    if not all(provider.clients.may_name(client, resource) for resource in others):
        raise InvalidTarget("unknown resource")
    return list(dict.fromkeys(asked)) or list(granted)


def granted_audience(provider: Provider, client: Client, grant: Grant, asked: Sequence[str]) -> list[str]:
    """As `audience`, in a person's name: who has to ask them may name only what they were shown. Raises InvalidTarget."""
    unseen = client.foreign(asked, provider.settings.issuer).difference(grant.resources)
    if unseen and not client.pre_authorised:
        raise InvalidTarget("resource was not part of the authorization request")
    return audience(provider, client, grant.resources, asked)


def sector(provider: Provider, client: Client, resources: Sequence[str]) -> str:
    """The sector for which a token's subject is computed: its resource's, so that the resource knows the person. InvalidTarget when
    they have several.
    """
    owners = (provider.clients.owner_of(resource) for resource in resources)
    sectors = {client.sector if owner is None else owner.sector for owner in owners} or {client.sector}
    if len(sectors) > 1:
        raise InvalidTarget("these resources know people under different names; ask for one token each")
    return sectors.pop()


def access_token(provider: Provider, client: Client, grant: Grant, scope: str, resources: Sequence[str]) -> str:
    """A JWT access token (RFC 9068)."""
    settings, known_to = provider.settings, sector(provider, client, resources)
    body = tokens.access_token(
        issuer=settings.issuer,
        subject=provider.subjects.of(grant.account_id, known_to),
        client_id=client.client_id,
        audience=single(resources) or settings.issuer,
        scope=scope,
        now=provider.clock.now(),
        lifetime=settings.lifetimes.access_token,
        entropy=provider.entropy,
        authentication=grant.authentication,
        grant_id=grant.id,
        sid=provider.subjects.session(grant.session_id, known_to),
    )
    return provider.keyring.sign(body, _access_algorithm(client), tokens.ACCESS_TOKEN_TYPE)


def id_token(provider: Provider, client: Client, grant: Grant, person: Person, access: str, nonce: str | None) -> str:
    """An ID token. Profile claims stay in userinfo unless they were asked for here by name."""
    asked = grant.claims.get("id_token", {})
    body = tokens.id_token(
        issuer=provider.settings.issuer,
        subject=provider.subjects.of(grant.account_id, client.sector),
        client_id=client.client_id,
        now=provider.clock.now(),
        lifetime=provider.settings.lifetimes.id_token,
        authentication=grant.authentication,
        sid=provider.subjects.session(grant.session_id, client.sector),
        nonce=nonce,
        access_token=access,
        algorithm=client.id_token_algorithm,
        extra=_named(provider, client, grant, person, asked) if asked else {},
    )
    return provider.keyring.sign(body, client.id_token_algorithm)


def _named(
    provider: Provider, client: Client, grant: Grant, person: Person, asked: Mapping[str, Any]
) -> dict[str, Any]:
    kept = claims.barred(client, id_token=True) | frozenset(grant.withheld)
    return claims.release(person, frozenset(), asked, provider.sealer, kept)


def bearer(provider: Provider, access: str, scope: str) -> dict[str, Any]:
    """What every token response holds."""
    lifetime = provider.settings.lifetimes.access_token
    answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": lifetime}
    if scope:
        answer["scope"] = scope
    return answer


def response(
    provider: Provider,
    client: Client,
    grant: Grant,
    person: Person,
    scope: str,
    resources: Sequence[str],
    *,
    refresh: str | None,
    nonce: str | None = None,
) -> dict[str, Any]:
    """The token response of a grant (RFC 6749 section 5.1, OIDC Core section 3.1.3.3)."""
    access = access_token(provider, client, grant, scope, resources)
    answer = bearer(provider, access, scope)
    if refresh is not None:
        answer["refresh_token"] = refresh
    if "openid" in scope.split():
        answer["id_token"] = id_token(provider, client, grant, person, access, nonce)
    return answer


def _access_algorithm(client: Client) -> str:
    """The client's choice, but never a second RSA signature beside the ID token's: that would double the cost."""
    wanted = client.access_token_algorithm
    if wanted in ("RS256", "PS256") and client.id_token_algorithm in ("RS256", "PS256"):
        return "ES256"
    return wanted


def single(resources: Sequence[str]) -> str | list[str]:
    """An audience of one is a string (RFC 7519 section 4.1.3)."""
    return resources[0] if len(resources) == 1 else list(resources)

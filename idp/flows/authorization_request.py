"""What a relying party asks at /authorize, read and judged before anybody is asked anything (OIDC Core section 3.1.2.1).

Two halves, in this order: first where an answer may go (client and redirect URI; a fault here is a page, never a
redirect), then everything else (a fault there is an answer to that redirect URI).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.base.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    OAuthError,
    PageFault,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from idp.clients.client import Client
from idp.grants import claims as claims_of
from idp.grants.scopes import OPEN_SCOPES, SCOPES
from idp.provider import Provider
from idp.sessions import levels

RESPONSE_MODES = ("query", "form_post")
PROMPTS = ("none", "login", "consent", "select_account", "create")
DISPLAYS = ("page", "popup", "touch", "wap")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_STATE = 2048
_MAX_NONCE = 1024


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer goes and how; established before anything else is judged."""

    client: Client
    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """An answer to the relying party: parameters for the redirect URI, in the target's mode."""

    target: Target
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A sound request. `wanted` are levels in order of preference, known ones only; `foreign` are the resources whose
    owners are others than the client and us."""

    target: Target
    scope: frozenset[str]
    ordered_scope: str
    resources: list[str]
    foreign: frozenset[str]
    nonce: str | None
    code_challenge: str | None
    prompt: frozenset[str]
    max_age: int | None
    wanted: tuple[str, ...]
    acr_essential: bool
    claims: Mapping[str, Mapping[str, Any]]
    login_hint: str | None
    id_token_hint: str | None
    ui_locales: str | None

    @property
    def client(self) -> Client:
        return self.target.client

    @property
    def asked_claims(self) -> frozenset[str]:
        """Single claims asked for by name, which consent has to cover."""
        return frozenset(claim for place in self.claims.values() for claim in place if claim in claims_of.CLAIMS)


async def find_target(provider: Provider, values: Mapping[str, str], faults: Mapping[str, str]) -> Target:
    """Client, redirect URI, mode and state; PageFault unless client and redirect URI are beyond doubt."""
    if "client_id" in faults or "redirect_uri" in faults:
        raise PageFault("kesalahan.permintaan", "client_id or redirect_uri malformed or repeated")
    client = await provider.client(values.get("client_id", ""))
    if client is None or "authorization_code" not in client.grant_types:
        raise PageFault("kesalahan.klien", "unknown client")
    redirect_uri = values.get("redirect_uri")
    if redirect_uri is None or not client.allows_redirect(redirect_uri):
        raise PageFault("kesalahan.alamat_kembali", f"redirect_uri not registered for {client.client_id}")
    mode = values.get("response_mode", "query")
    state = values.get("state")
    if state is not None and (len(state) > _MAX_STATE or not state.isprintable()):
        state = None
    return Target(client, redirect_uri, mode if mode in RESPONSE_MODES else "query", state)


def judge(
    provider: Provider, target: Target, values: Mapping[str, str], resources: list[str], faults: Mapping[str, str]
) -> AuthorizationRequest:
    """The rest of the request; raises the OAuthError that the target shall hear."""
    for fault in faults.values():
        raise InvalidRequest(fault)
    _refuse_what_we_do_not_do(values)
    client = target.client
    asked = claims_of.parse(values.get("claims"))
    scope = _scope(client, values.get("scope", ""))
    acr_values, essential = _acr(provider, client, values, asked)
    return AuthorizationRequest(
        target=target,
        scope=frozenset(scope),
        ordered_scope=" ".join(scope),
        resources=_resources(provider, client, resources),
        foreign=client.foreign(resources, provider.settings.issuer),
        nonce=_bounded(values, "nonce", _MAX_NONCE),
        code_challenge=_challenge(client, values),
        prompt=_prompt(values.get("prompt", "")),
        max_age=_max_age(client, values.get("max_age")),
        wanted=acr_values,
        acr_essential=essential,
        claims=asked,
        login_hint=values.get("login_hint"),
        id_token_hint=values.get("id_token_hint"),
        ui_locales=values.get("ui_locales"),
    )


def refuse(target: Target, fault: OAuthError, issuer: str) -> AuthorizationResponse:
    """The answer that carries an error (OIDC Core section 3.1.2.6) and the issuer (RFC 9207)."""
    parameters = {"error": fault.code}
    if fault.description:
        parameters["error_description"] = fault.description
    if target.state is not None:
        parameters["state"] = target.state
    return AuthorizationResponse(target, {**parameters, "iss": issuer})


def _refuse_what_we_do_not_do(values: Mapping[str, str]) -> None:
    if "request" in values:
        raise RequestNotSupported("send the parameters themselves")
    if "request_uri" in values:
        raise RequestUriNotSupported("only a request_uri of our own pushed authorization endpoint is accepted")
    if "registration" in values:
        raise RegistrationNotSupported("register the client")
    if values.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequest("response_mode is not supported")
    if "state" in values and (len(values["state"]) > _MAX_STATE or not values["state"].isprintable()):
        raise InvalidRequest("state is too long or not printable")
    if "response_type" not in values:
        raise InvalidRequest("response_type is missing")
    if values["response_type"] != "code":
        raise UnsupportedResponseType("response_type must be code")
    if values.get("display", "page") not in DISPLAYS:
        raise InvalidRequest("display is unknown")


def _scope(client: Client, text: str) -> list[str]:
    """Scopes that we know, in the order asked. Unknown ones are ignored (OIDC Core section 3.1.2.1)."""
    scope = [value for value in dict.fromkeys(text.split(" ")) if value in SCOPES]
    allowed = client.scopes if client.scopes is not None else OPEN_SCOPES
    for value in scope:
        if value not in allowed:
            raise InvalidScope(f"scope {value} is not registered for this client")
    if not scope:
        raise InvalidScope("ask for a scope; openid for sign-in")
    return scope


def _resources(provider: Provider, client: Client, resources: list[str]) -> list[str]:
    for resource in resources:
        if resource != provider.settings.issuer and not provider.clients.may_name(client, resource):
            raise InvalidTarget("unknown resource")
    return list(dict.fromkeys(resources))


def _challenge(client: Client, values: Mapping[str, str]) -> str | None:
    """RFC 7636, S256 alone: `plain` shows the verifier to whoever sees the request."""
    challenge, method = values.get("code_challenge"), values.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise InvalidRequest("code_challenge is missing")
        if client.require_pkce:
            raise InvalidRequest("this client must use PKCE: send code_challenge with method S256")
        return None
    if method != "S256":
        raise InvalidRequest("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("code_challenge is not the base64url of a SHA-256")
    return challenge


def _prompt(text: str) -> frozenset[str]:
    prompt = frozenset(text.split())
    if prompt - set(PROMPTS):
        raise InvalidRequest("prompt is unknown")
    if "none" in prompt and len(prompt) > 1:
        raise InvalidRequest("prompt none stands alone")
    return prompt


def _max_age(client: Client, text: str | None) -> int | None:
    if text is None:
        return client.metadata.get("default_max_age")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InvalidRequest("max_age is not a number of seconds")
    return int(text)


def _acr(
    provider: Provider, client: Client, values: Mapping[str, str], asked: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[str, ...], bool]:
    """Levels of our ladder in order of preference; values that we do not know are not ours to fulfil."""
    by_claim, essential = claims_of.essential_acr(asked)
    texts = by_claim or values.get("acr_values", "").split() or client.metadata.get("default_acr_values", [])
    prefix = provider.settings.acr_prefix
    known = tuple(
        text.removeprefix(prefix)
        for text in texts
        if text.startswith(prefix) and text.removeprefix(prefix) in levels.LEVELS
    )
    if essential and by_claim and not known:
        # Nobody can reach a level that does not exist; said now, before anybody signs in for nothing.
        raise UnmetAuthenticationRequirements("no such acr here")
    return known, essential


def _bounded(values: Mapping[str, str], name: str, limit: int) -> str | None:
    value = values.get(name)
    if value is not None and len(value) > limit:
        raise InvalidRequest(f"{name} is too long")
    return value

"""The authorization endpoint (RFC 6749 section 4.1.1, OIDC Core section 3.1.2).

The timetable: where may an answer go? Is the request sound? Who is here? What is still missing? Then either a page is
asked for, or the code is issued. The way back from a page comes in at the same door with a ticket, and the same four
questions are asked again. With a live session and nothing missing it takes two round trips to the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp.base.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InvalidRequest,
    InvalidRequestUri,
    LoginRequired,
    OAuthError,
    PageFault,
    UnmetAuthenticationRequirements,
)
from idp.base.jose import JoseFault
from idp.base.opaque import same
from idp.flows import access, prompts
from idp.flows.authorization_request import AuthorizationRequest, Response, Target, find_target, judge, refuse
from idp.grants import code, pushed, standing
from idp.grants.standing import Standing
from idp.grants.tokens import Authentication
from idp.provider import Provider
from idp.sessions import levels
from idp.sessions.interaction import MAX_TICKET, Ticket, TicketFault
from idp.sessions.visitor import Visitor

_REFUSALS: Mapping[str, type[OAuthError]] = {
    prompts.LOGIN: LoginRequired,
    prompts.SECOND_FACTOR: LoginRequired,
    prompts.SELECT_ACCOUNT: AccountSelectionRequired,
    prompts.CONSENT: ConsentRequired,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A page has to be shown first: which (`prompts`), and the ticket with which it sends the person back."""

    prompt: str
    ticket: str
    ui_locales: str | None


async def begin(
    provider: Provider,
    values: Mapping[str, str],
    repeated: Mapping[str, list[str]],
    faults: Mapping[str, str],
    visitor: Visitor,
) -> Response | Ask:
    """A request as it arrives. PageFault when no answer may be sent anywhere."""
    resources = repeated.get("resource", [])
    if values.get("request_uri", "").startswith(pushed.PREFIX):
        values, resources = await _pushed(provider, values)
        faults = {}
    target = await find_target(provider, values, faults)
    parameters: dict[str, str | list[str]] = {**values, "resource": resources}
    # The redirect URI of a request that was refused for its other faults still hears why.
    ticket = Ticket(parameters, provider.clock.now(), visitor.device)
    return await _proceed(provider, target, ticket, visitor, faults)


async def resume(provider: Provider, text: str, visitor: Visitor) -> Response | Ask:
    """A request that comes back from a page. PageFault when the ticket is not this browser's, or too old."""
    ticket = open_ticket(provider, text, visitor)
    values = _values(ticket)
    if ticket.device is None:
        # It was posted: sealed as it came, read only now.
        return await begin(provider, values, {"resource": _resources(ticket)}, {}, visitor)
    return await _proceed(provider, await find_target(provider, values, {}), ticket, visitor, {})


def seal(provider: Provider, values: Mapping[str, str], repeated: Mapping[str, list[str]]) -> str:
    """A ticket for a request that was posted: from another site's form our cookies did not come, so it binds no browser yet."""
    return provider.tickets.seal(Ticket({**values, "resource": repeated.get("resource", [])}, provider.clock.now()))


def open_ticket(provider: Provider, text: str, visitor: Visitor) -> Ticket:
    """The ticket of this browser, or a PageFault with the way out."""
    try:
        ticket = provider.tickets.open(text, visitor.device, provider.clock.now())
    except TicketFault as fault:
        raise PageFault("kesalahan.kedaluwarsa", f"ticket: {fault}") from None
    return ticket


async def read_request(provider: Provider, ticket: Ticket) -> AuthorizationRequest:
    """The request inside a ticket, judged again: a client may have changed since."""
    if ticket.device is None:
        raise PageFault("kesalahan.kedaluwarsa", "ticket: not judged yet")
    values = _values(ticket)
    target = await find_target(provider, values, {})
    try:
        return judge(provider, target, _without_pushed(values), _resources(ticket), {})
    except OAuthError as fault:
        raise PageFault("kesalahan.permintaan", f"request no longer sound: {fault.code}") from None


async def _proceed(
    provider: Provider, target: Target, ticket: Ticket, visitor: Visitor, faults: Mapping[str, str]
) -> Response | Ask:
    values = _values(ticket)
    try:
        request = judge(provider, target, _without_pushed(values), _resources(ticket), faults)
        now = provider.clock.now()
        stands = await standing.read(
            provider.database, visitor.session, target.client.client_id, provider.settings.lifetimes, now
        )
        question = prompts.Question(request, stands, ticket, _hinted(provider, request, stands), now)
        missing = prompts.missing(question)
        if missing == prompts.LOGIN and question.hinted is False and question.did(levels.PASSWORD):
            raise LoginRequired("somebody else signed in")
        if stands is not None and missing != prompts.LOGIN and prompts.unmet(request, stands):
            raise UnmetAuthenticationRequirements("this account cannot reach the requested acr")
        if missing is None and stands is not None:
            return await _issue(provider, request, stands, values.get("request_uri"))
        assert missing is not None
        if "none" in request.prompt:
            raise _REFUSALS[missing]()
        text = provider.tickets.seal(replace(ticket, device=visitor.device))
        if len(text) > MAX_TICKET:
            raise InvalidRequest("the request is too large; push it (RFC 9126)")
        return Ask(missing, text, request.ui_locales)
    except OAuthError as fault:
        return refuse(target, fault, provider.settings.issuer)


async def _issue(
    provider: Provider, request: AuthorizationRequest, stands: Standing, request_uri: str | None
) -> Response:
    if request_uri is not None and not await pushed.consume(provider.database, request_uri, provider.clock.now()):
        raise InvalidRequestUri("the request_uri has been used")
    lifetimes, now = provider.settings.lifetimes, provider.clock.now()
    scope, offline = _granted_scope(request)
    handle = provider.new_handle()
    session = stands.session
    authentication = Authentication(session.auth_time, provider.settings.acr(stands.level), levels.amr(session.factors))
    draft = code.Draft(
        stands.account_id,
        request.client.client_id,
        session.id,
        scope,
        request.resources,
        request.claims,
        request.nonce,
        request.target.redirect_uri,
        request.code_challenge,
        authentication,
        offline,
    )
    await code.issue(
        provider.database,
        handle,
        draft,
        now=now,
        code_expires_at=now + lifetimes.code,
        idle_expires_at=now + lifetimes.refresh_idle,
        expires_at=now + (lifetimes.refresh_absolute if offline else lifetimes.code + lifetimes.access_token),
    )
    parameters = {"code": str(handle)}
    if request.target.state is not None:
        parameters["state"] = request.target.state
    return Response(request.target, {**parameters, "iss": provider.settings.issuer})


def _granted_scope(request: AuthorizationRequest) -> tuple[str, bool]:
    """The scope that is granted, and whether it brings refresh tokens.

    offline_access counts when the person was just asked (prompt=consent), or for clients that never need to ask
    (OIDC Core section 11); otherwise it is left out of what is granted, as the token response then says.
    """
    client = request.client
    offline = (
        "offline_access" in request.scope
        and "refresh_token" in client.grant_types
        and ("consent" in request.prompt or client.pre_authorised)
    )
    if offline or "offline_access" not in request.scope:
        return request.ordered_scope, offline
    return " ".join(value for value in request.ordered_scope.split() if value != "offline_access"), False


def _hinted(provider: Provider, request: AuthorizationRequest, stands: Standing | None) -> bool | None:
    """Whether the person who is here is the one that the request names; None when it names nobody.

    It names by id_token_hint, or by a value for the `sub` claim (OIDC Core section 3.1.2.2, item 4).
    """
    named = []
    if request.id_token_hint is not None:
        try:
            claims = access.read_hint(provider, request.id_token_hint)
        except JoseFault as fault:
            raise InvalidRequest("id_token_hint is not one of our ID tokens", private=str(fault)) from None
        if claims.get("aud") != request.client.client_id:
            raise InvalidRequest("id_token_hint was not issued to this client")
        named.append(str(claims.get("sub")))
    wanted = request.claims.get("id_token", {}).get("sub")
    if isinstance(wanted, dict) and "value" in wanted:
        named.append(str(wanted["value"]))
    if not named:
        return None
    here = provider.subjects.of(stands.account_id, request.client.sector) if stands is not None else ""
    return all(same(here, subject) for subject in named)


async def _pushed(provider: Provider, values: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
    """The parameters behind our own request_uri (RFC 9126 section 4); those outside it do not count."""
    found = await pushed.read(provider.database, values["request_uri"])
    if found is None or found.client_id != values.get("client_id"):
        raise PageFault("kesalahan.permintaan", "request_uri unknown or of another client")
    inside = dict(found.parameters)
    resources = inside.pop("resource", [])
    inside |= {"client_id": found.client_id, "request_uri": values["request_uri"]}
    if found.used or provider.clock.now() >= found.expires_at:
        # Still ours, so the client may hear it, at an address that was checked when it was pushed.
        inside["expired"] = "1"
    return inside, resources


def _values(ticket: Ticket) -> dict[str, str]:
    return {name: value for name, value in ticket.parameters.items() if isinstance(value, str)}


def _resources(ticket: Ticket) -> list[str]:
    resources = ticket.parameters.get("resource", [])
    return resources if isinstance(resources, list) else [resources]


def _without_pushed(values: Mapping[str, str]) -> Mapping[str, str]:
    """The request as judged; a request_uri of our own was opened already."""
    if not values.get("request_uri", "").startswith(pushed.PREFIX):
        return values
    if "expired" in values:
        raise InvalidRequestUri("the request_uri has been used or has expired")
    return {name: value for name, value in values.items() if name != "request_uri"}

"""The authorization endpoint (RFC 6749 section 4.1.1, OIDC Core section 3.1.2).

The timetable: where may an answer go? Is the request sound? Who is here? What is still missing? Then either a page is
asked for, or the code is issued. The way back from a page comes in at the same door with a ticket, and the same four
questions are asked again. With a live session and nothing missing it takes two round trips to the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.accounts import policy
from idp.base.errors import (
    AccessDenied,
    AccountSelectionRequired,
    ConsentRequired,
    InteractionRequired,
    InvalidRequest,
    InvalidRequestUri,
    LoginRequired,
    OAuthError,
    Unavailable,
    UnmetAuthenticationRequirements,
)
from idp.base.jose import JoseFault
from idp.base.opaque import same
from idp.flows import access, owner, passwords, prompts
from idp.flows.authorization_request import (
    AuthorizationRequest,
    AuthorizationResponse,
    Target,
    find_target,
    judge,
    refuse,
)
from idp.flows.interaction import open_ticket
from idp.grants import claims as claims_of
from idp.grants import code, pushed
from idp.grants.standing import Standing
from idp.grants.tokens import Authentication
from idp.provider import Provider
from idp.sessions import levels
from idp.sessions.ticket import MAX_TICKET, Ticket
from idp.sessions.visitor import Visitor

_REFUSALS: Mapping[str, type[OAuthError]] = {
    prompts.LOGIN: LoginRequired,
    prompts.SECOND_FACTOR: LoginRequired,
    prompts.SELECT_ACCOUNT: AccountSelectionRequired,
    prompts.NEW_PASSWORD: InteractionRequired,
    prompts.CONSENT: ConsentRequired,
    prompts.LIFT: AccessDenied,
}

# What is asked once it is settled how strongly the person has to sign in, or nothing at all.
_AFTER_LEVELS = (prompts.SECOND_FACTOR, prompts.CONSENT, None)

# Account and consent are read, and once more as the code is written. Who meets a change in between is asked again.
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """A page has to be shown first: which (`prompts`), and the ticket with which it sends the person back."""

    prompt: str
    ticket: str


async def begin(
    provider: Provider,
    values: Mapping[str, str],
    resources: list[str],
    faults: Mapping[str, str],
    visitor: Visitor,
) -> AuthorizationResponse | Ask:
    """A request as it arrives. PageFault when no answer may be sent anywhere."""
    now = provider.clock.now()
    if not values.get("request_uri", "").startswith(pushed.PREFIX):
        target = await find_target(provider, values, faults)
        if target.client.require_pushed:
            return refuse(
                target, InvalidRequest("this client pushes its requests (RFC 9126)"), provider.settings.issuer
            )
        return await _proceed(provider, target, Ticket(values, resources, now), visitor, faults)
    found = await pushed.read(provider.database, values["request_uri"])
    if found is None or found.client_id != values.get("client_id"):
        # What stands beside it is no request, but it may say where the answer goes.
        target = await find_target(provider, values, faults)
        return refuse(target, InvalidRequestUri("no such request_uri"), provider.settings.issuer)
    # What lies outside the pushed request does not count (RFC 9126 section 4).
    target = await find_target(provider, found.parameters, {})
    if found.used or now >= found.expires_at:
        return refuse(
            target, InvalidRequestUri("the request_uri has been used or has expired"), provider.settings.issuer
        )
    ticket = Ticket(found.parameters, found.resources, now, values["request_uri"])
    return await _proceed(provider, target, ticket, visitor, {})


async def park(
    provider: Provider, values: Mapping[str, str], resources: list[str], faults: Mapping[str, str]
) -> AuthorizationResponse | str:
    """A posted request, sealed for its way back by GET. What is malformed is said at once: as an answer, or as a PageFault
    when none may be sent anywhere."""
    if not values.get("request_uri", "").startswith(pushed.PREFIX):
        target = await find_target(provider, values, faults)
        if faults:
            return refuse(target, InvalidRequest(next(iter(faults.values()))), provider.settings.issuer)
    return provider.tickets.seal_posted(values, resources, provider.clock.now())


async def resume(provider: Provider, text: str, visitor: Visitor) -> AuthorizationResponse | Ask:
    """A request that comes back: from a page, or from its own POST. PageFault when the ticket is no good."""
    posted = provider.tickets.open_posted(text, provider.clock.now())
    if posted is not None:
        return await begin(provider, *posted, {}, visitor)
    ticket = await open_ticket(provider, text, visitor)
    return await _proceed(provider, await find_target(provider, ticket.parameters, {}), ticket, visitor, {})


async def _proceed(
    provider: Provider, target: Target, ticket: Ticket, visitor: Visitor, faults: Mapping[str, str]
) -> AuthorizationResponse | Ask:
    try:
        request = judge(provider, target, ticket.parameters, ticket.resources, faults)
        for _ in range(_LOOKS):
            outcome = await _answer(provider, request, ticket, visitor)
            if outcome is not None:
                return outcome
    except OAuthError as fault:
        return refuse(target, fault, provider.settings.issuer)
    raise Unavailable("what the answer would stand on changes as fast as it is read")


async def _answer(
    provider: Provider, request: AuthorizationRequest, ticket: Ticket, visitor: Visitor
) -> AuthorizationResponse | Ask | None:
    """Who is here, what is missing, and so what comes of it; None when that was true no more as the code was to be written."""
    client, now = request.client, provider.clock.now()
    stands = await owner.here(provider, visitor, client.client_id)
    stands = stands and stands.without(client.excluded_factors)
    spent = stands is not None and passwords.due(provider, stands) == policy.FORCE
    question = prompts.Question(request, stands, ticket, _hinted(provider, request, stands, ticket), now, spent)
    if question.hinted is False and question.signed_in_anew:
        raise LoginRequired("somebody else signed in")
    missing = prompts.missing(question)
    if stands is not None and missing in _AFTER_LEVELS and prompts.unmet(request, stands):
        raise UnmetAuthenticationRequirements("this account cannot reach the requested acr")
    if missing is None and stands is not None:
        return await _issue(provider, request, stands, ticket.request_uri)
    assert missing is not None
    if "none" in request.prompt:
        raise _REFUSALS[missing]()
    text = provider.tickets.seal(ticket, visitor.device)
    if len(text) > MAX_TICKET:
        raise InvalidRequest("the request is too large; push it (RFC 9126)")
    return Ask(missing, text)


async def _issue(
    provider: Provider, request: AuthorizationRequest, stands: Standing, request_uri: str | None
) -> AuthorizationResponse | None:
    lifetimes, now = provider.settings.lifetimes, provider.clock.now()
    scope, offline = _granted_scope(request)
    handle = provider.new_handle()
    session = stands.session
    authentication = Authentication(
        session.auth_time, provider.settings.acr(levels.told(stands.level, request.wanted)), levels.amr(session.factors)
    )
    new = code.NewGrant(
        account_id=stands.account_id,
        client_id=request.client.client_id,
        session_id=session.id,
        scope=scope,
        resources=request.resources,
        claims=claims_of.by_name(request.claims),
        nonce=request.nonce,
        redirect_uri=request.target.redirect_uri,
        code_challenge=request.code_challenge,
        authentication=authentication,
        offline=offline,
        withheld=sorted(_withheld(request, stands)),
        agreed_at=_agreed_at(request, stands),
    )
    issued = await code.issue(
        provider.database,
        handle,
        new,
        now=now,
        code_expires_at=now + lifetimes.code,
        idle_expires_at=now + lifetimes.refresh_idle,
        expires_at=now + (lifetimes.refresh_absolute if offline else lifetimes.code + lifetimes.access_token),
    )
    if not issued:
        return None
    # After the code, which nobody learns where this fails: whoever has to be asked once more comes back with the same request.
    if request_uri is not None and not await pushed.consume(provider.database, request_uri, now):
        raise InvalidRequestUri("the request_uri has been used")
    parameters = {"code": str(handle)}
    if request.target.state is not None:
        parameters["state"] = request.target.state
    return AuthorizationResponse(request.target, {**parameters, "iss": provider.settings.issuer})


def _withheld(request: AuthorizationRequest, stands: Standing) -> frozenset[str]:
    """What the person did not allow. Where nobody is asked, nothing could be kept back."""
    if stands.consent is None or request.client.pre_authorised:
        return frozenset()
    return stands.consent.withheld


def _agreed_at(request: AuthorizationRequest, stands: Standing) -> int | None:
    """When the person allowed what this stands on. Where nobody is asked, it stands on nothing of theirs."""
    if stands.consent is None or request.client.pre_authorised:
        return None
    return stands.consent.granted_at


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


def _hinted(provider: Provider, request: AuthorizationRequest, stands: Standing | None, ticket: Ticket) -> bool | None:
    """Whether the person who is here is the one that the request names; None when it names nobody.

    It names by id_token_hint, or by a value for the `sub` claim (OIDC Core section 3.1.2.2, item 4). A hint that no
    key of ours verifies may have outlived its key, so it is no fault of the request: it names somebody whom nobody
    here can be known to be, until a person signed in for this very request.
    """
    named: list[list[str]] = []
    if request.id_token_hint is not None:
        try:
            claims = access.read_hint(provider, request.id_token_hint)
        except JoseFault:
            now = provider.clock.now()
            if stands is None or not any(ticket.has(factor, stands.session.id, now) for factor in levels.PRIMARY):
                return False
        else:
            if claims.get("aud") != request.client.client_id:
                raise InvalidRequest("id_token_hint was not issued to this client")
            named.append([str(claims.get("sub"))])
    if (subjects := claims_of.subjects(request.claims)) is not None:
        named.append(subjects)
    if not named:
        return None
    here = provider.subjects.of(stands.account_id, request.client.sector) if stands is not None else ""
    return all(any(same(here, subject) for subject in subjects) for subjects in named)

"""Who may enter. The gate stands in front of routing: whoever has no token learns nothing, and nothing of theirs is read.

Behind it each operation names the one scope that it needs, and the same name is what the OpenAPI document shows and what
is enforced, again before path, query or body are looked at.
"""

from collections.abc import Callable, Coroutine, Set
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from idp.base.errors import Fault, InvalidToken, Unavailable
from idp.flows import officers
from idp.flows.officers import Officer, UnknownItem
from idp.flows.people import UnknownAccount
from idp.flows.register_client import UnknownClient
from idp.flows.report import UnknownReport
from idp.provider import Provider
from idp.web import wire
from idp.web.admin import problem
from idp.web.shell import App, Receive, Scope, Send

PREFIX = "/admin/v1"
SCHEME = "oauth2"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operation works with: the house, and who is asking."""

    provider: Provider
    officer: Officer


class Gate:
    """Pure ASGI, around the whole application; looks at `/admin/v1` alone."""

    def __init__(self, app: App, provider: Provider) -> None:
        self._app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] + "/").startswith(PREFIX + "/"):
            return await self._app(scope, receive, send)
        try:
            token = wire.bearer(scope)
            if not token:
                return await problem.challenge(None)(scope, receive, send)
            scope["gerbang.desk"] = Desk(self._provider, await officers.admit(self._provider, token))
        except InvalidToken as fault:
            return await problem.challenge(fault)(scope, receive, send)
        except Unavailable as fault:
            answer = problem.of(fault)
            assert answer is not None
            return await answer(scope, receive, send)
        await self._app(scope, receive, send)


class GuardedRoute(APIRoute):
    """An operation that checks its scope first and tells its faults as problems. One without a scope cannot be made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        [[needed]] = [requirement[SCHEME] for requirement in (self.openapi_extra or {})["security"]]
        known = {parameter.alias for parameter in self.dependant.query_params}

        async def guarded(request: Request) -> Response:
            try:
                at_desk(request).officer.require(needed)
                _refuse_strangers(request, known)
                response = await handle(request)
            except (UnknownAccount, UnknownClient, UnknownItem, UnknownReport) as fault:
                return problem.not_found(fault)
            except (Fault, RequestValidationError, HTTPException) as fault:
                answer = problem.of(fault)
                if answer is None:
                    raise
                return answer
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded


def _refuse_strangers(request: Request, known: Set[str]) -> None:
    """Query parameters that an operation does not take are refused, as members of a body are: a filter with a slip
    in its name would give the whole list, and the first of it be taken for the one that was meant."""
    if strangers := sorted(set(request.query_params) - known):
        raise RequestValidationError(
            [{"loc": ("query", name), "msg": "Extra inputs are not permitted"} for name in strangers]
        )


def at_desk(request: Request) -> Desk:
    """The desk that the gate has set up."""
    desk: Desk = request.scope["gerbang.desk"]
    return desk


AtDesk = Annotated[Desk, Depends(at_desk)]


def needs(scope: str, *failures: int) -> dict[str, Any]:
    """What an operation says about itself: its scope, and the problems beyond the common ones that it may answer with."""
    return {
        "openapi_extra": {"security": [{SCHEME: [scope]}]},
        "responses": {status: _RESPONSES[status] for status in sorted({401, 403, 422, 503, *failures})},
    }


_RESPONSES = {
    status: {"description": text, "content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in (
        (400, "A rule for these values was not kept."),
        (401, "No access token, or one that does not count."),
        (403, "The access token lacks a scope."),
        (404, "There is no such thing."),
        (422, "The request does not have the shape that this operation takes."),
        (503, "Try again later; Retry-After says when."),
    )
}

"""The admin REST API: FastAPI routers with OpenAPI; `gate` decides who may enter."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp import __version__
from idp.grants.scopes import ADMIN_SCOPES
from idp.provider import Provider
from idp.web.admin import accounts, audit, clients, docs, keys, outbox, problem, reports
from idp.web.admin.gate import PREFIX, SCHEME, Gate

TITLE = "Gerbang admin API"
ROOMS = (accounts, clients, keys, audit, outbox, reports)

_DESCRIPTION = """
Manage accounts, relying parties and keys; read the audit trail. Access tokens come from the token endpoint
(`grant_type=client_credentials`) of a client that was registered with the scopes that it needs. Lists are paged by opaque
cursors. Errors are problem details (RFC 9457).
"""


def install(app: FastAPI, provider: Provider) -> None:
    """Add gate, routers, OpenAPI document and its page to the application."""
    for room in ROOMS:
        app.include_router(room.router, prefix=PREFIX)
    app.add_middleware(Gate, provider=provider)
    app.add_exception_handler(HTTPException, _unrouted)

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(provider.settings.issuer)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    app.router.routes.append(docs.route(described))


def document(issuer: str) -> dict[str, Any]:
    """The OpenAPI document of the provider at `issuer`."""
    app = FastAPI(generate_unique_id_function=_operation_id)
    for room in ROOMS:
        app.include_router(room.router, prefix=PREFIX)
    made = get_openapi(
        title=TITLE, version=__version__, description=_DESCRIPTION, routes=app.routes, servers=[{"url": issuer}]
    )
    token = {"tokenUrl": f"{issuer}/token", "scopes": dict(ADMIN_SCOPES)}
    components = made.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = problem.SCHEMA
    components["securitySchemes"] = {SCHEME: {"type": "oauth2", "flows": {"clientCredentials": token}}}
    return made


def _operation_id(route: APIRoute) -> str:
    """An operation's id is its function's name in camel case. Generated clients name their methods after it, so it stays."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)


async def _unrouted(request: Request, fault: Exception) -> Response:
    """No such path, or not by this method: a problem as well. Routing names the methods of the first route it met alone."""
    path = request.url.path.removeprefix(PREFIX)
    routes = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]
    allowed = sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()})
    answer = problem.of(fault)
    assert answer is not None
    if allowed:
        answer.headers["Allow"] = ", ".join(allowed)
    return answer

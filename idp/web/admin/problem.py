"""Errors of the admin API: problem details (RFC 9457), with a Bearer challenge where RFC 6750 asks for one."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from idp.base.errors import Fault, InsufficientScope, InvalidToken, OAuthError, Unavailable
from idp.web.shell import BodyTooLarge

MEDIA_TYPE = "application/problem+json"
SCHEMA = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "An error code of OAuth, where one fits."},
        "detail": {"type": "string", "description": "What was wrong this time."},
        "errors": {
            "type": "array",
            "description": "One entry per value that was not accepted.",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    413: "Content Too Large", 422: "Unprocessable Content", 503: "Service Unavailable",
}  # fmt: skip


class Problem(JSONResponse):
    """One error as an answer."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Any] = (),
    ) -> None:
        body: dict[str, Any] = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status}
        body |= {name: value for name, value in (("code", code), ("detail", detail), ("errors", list(errors))) if value}
        super().__init__(body, status, {"Cache-Control": "no-store", **(headers or {})})


def challenge(fault: InvalidToken | None) -> Problem:
    """401 (RFC 6750 section 3): without a fault the caller simply sent no token."""
    if fault is None:
        return Problem(
            401, "send an access token as a Bearer token", headers={"WWW-Authenticate": 'Bearer realm="admin"'}
        )
    value = f'Bearer realm="admin", error="{fault.code}", error_description="{fault.description}"'
    return Problem(401, fault.description, code=fault.code, headers={"WWW-Authenticate": value})


def insufficient(fault: InsufficientScope) -> Problem:
    """403, with the scope that would have done."""
    value = f'Bearer realm="admin", error="insufficient_scope", scope="{fault.scope}"'
    return Problem(403, f"this needs the scope {fault.scope}", code=fault.code, headers={"WWW-Authenticate": value})


def of(fault: Exception) -> Problem | None:
    """How a caller sees a fault of the house; None for what nobody foresaw."""
    if isinstance(fault, RequestValidationError):
        # Where and why, never what: the value may be a secret that was put into the wrong place.
        errors = [
            {"pointer": "/" + "/".join(map(str, error["loc"])), "detail": error["msg"]} for error in fault.errors()
        ]
        return Problem(422, "the request does not have the shape that this operation takes", errors=errors[:20])
    if isinstance(fault.__cause__, BodyTooLarge):
        return Problem(413, "the request is too large")
    if isinstance(fault, HTTPException):
        said = "the body cannot be read as JSON" if fault.status_code == 400 else ""
        return Problem(fault.status_code, said, headers=fault.headers)
    if isinstance(fault, InsufficientScope):
        return insufficient(fault)
    if isinstance(fault, OAuthError):
        return Problem(fault.status, fault.description, code=fault.code)
    if isinstance(fault, Unavailable):
        return Problem(503, "try again later", headers={"Retry-After": str(fault.retry_after)})
    return None


def not_found(fault: Fault) -> Problem:
    """404 for something that an officer named and that is not there."""
    return Problem(404, fault.private)

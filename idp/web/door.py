"""One address that browsers come to, as an ASGI application."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from idp.base.errors import Fault, PageFault
from idp.web.shell import BodyTooLarge, Receive, Scope, Send

Handler = Callable[[Request], Awaitable[Response]]
ShowFault = Callable[[HTTPConnection, Exception], Response]
Deliver = Callable[[Request, Response, Send], Awaitable[None]]

log = structlog.get_logger("gerbang.web")


class Door:
    """Method, handler, whatever a handler raises as a page, and the answer on its way: `fault` and `send` as the frame has them.

    HEAD is answered like GET, without the body, unless GET is not `safe`: HEAD always is (RFC 9110 section 9.2.1).
    """

    def __init__(
        self, path: str, handlers: Mapping[str, Handler], fault: ShowFault, send: Deliver, *, safe: bool = True
    ) -> None:
        self.path = path
        self._fault = fault
        self._send = send
        self._handlers = dict(handlers)
        if safe and "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The shell counts requests by route.
        scope["route"] = self
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except (Fault, BodyTooLarge) as fault:
            reason = fault.private if isinstance(fault, Fault) else "body too large"
            log.info("refused", path=self.path, reason=reason, request_id=scope.get("gerbang.request_id"))
            response = self._fault(request, fault)
        except Exception as fault:
            log.exception("fault", path=self.path, request_id=scope.get("gerbang.request_id"))
            response = self._fault(request, fault)
        await self._send(request, response, send)

    async def _answer(self, request: Request) -> Response:
        handler = self._handlers.get(request.method)
        if handler is not None:
            return await handler(request)
        response = self._fault(request, PageFault("kesalahan.permintaan", "method", 405))
        response.headers["Allow"] = ", ".join(sorted(self._handlers))
        return response

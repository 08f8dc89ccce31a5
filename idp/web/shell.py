"""The shell around every door: who is calling, request id, security headers, body limits, faults, one log line, metrics.

Pure ASGI, one layer. Values that doors ask for are put into `scope["state"]`-like keys of our own (`gerbang.*`).
"""

import ipaddress
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

import structlog

from idp.base.errors import Unavailable
from idp.base.opaque import Entropy, b64encode
from idp.base.settings import Settings
from idp.web import metrics

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger("gerbang.web")

# So many times the largest file is still read to its end, and not kept, so that its sender can be told.
_READ_ANYWAY = 4


class BodyTooLarge(Exception):
    """The request body passed the limit."""


def security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """What every answer carries (ASVS 5.0 section 3.4)."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    if settings.https:
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return headers


class Shell:
    """Wraps the house. `documents` are answers that are ready and need no shell; `routes` what is found by its path before
    the rest: protocol endpoints, and pages whose address holds no name. `uploads` are the addresses that take a file."""

    def __init__(
        self,
        settings: Settings,
        entropy: Entropy,
        documents: dict[str, App],
        routes: dict[str, App],
        rest: App,
        uploads: frozenset[str] = frozenset(),
    ) -> None:
        self._documents = documents
        self._routes = routes
        self._rest = rest
        self._entropy = entropy
        self._prefix = settings.issuer_path
        self._limit = settings.limits.body
        # Beside the file there are its form's few fields.
        self._larger = dict.fromkeys(uploads, _READ_ANYWAY * settings.documents.max_bytes + settings.limits.body)
        self._proxies = [ipaddress.ip_network(network, strict=False) for network in settings.trusted_proxies]
        self._headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._rest(scope, receive, send)
        path: str = scope["path"]
        if self._prefix and path.startswith(self._prefix + "/"):
            path = path[len(self._prefix) :]
            scope["path"] = path
        if document := self._documents.get(path):
            return await document(scope, receive, send)
        endpoint = self._routes.get(path)
        scope["gerbang.network"] = self._network(scope)
        request_id = scope["gerbang.request_id"] = b64encode(self._entropy.bytes(9))
        started = time.perf_counter()
        status = 0
        headers = [*self._headers, (b"x-request-id", request_id.encode())]

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        try:
            await (endpoint or self._rest)(scope, _limited(receive, self._larger.get(path, self._limit)), sending)
        except BodyTooLarge:
            if status == 0:
                await _plain(sending, 413, b"request body too large")
        except Unavailable as fault:
            log.warning("unavailable", path=path, reason=fault.private, request_id=request_id)
            if status == 0:
                await _plain(
                    sending, 503, b"temporarily unavailable", (b"retry-after", str(fault.retry_after).encode())
                )
        except Exception:
            log.exception("fault", path=path, request_id=request_id)
            if status == 0:
                await _plain(sending, 500, b"internal error")
        finally:
            # The route, never the path as it came: an address may hold a link's secret, and labels must be few.
            route = path if endpoint is not None else getattr(scope.get("route"), "path", "other")
            metrics.observe(route, scope["method"], status, time.perf_counter() - started)

    def _network(self, scope: Scope) -> str:
        """The caller's address; X-Forwarded-For counts only as far as trusted proxies wrote it (T35). IPv6 counts by /64."""
        client = scope.get("client")
        address = str(client[0]) if client else "0.0.0.0"  # noqa: S104  # not bound to; stands for "unknown"
        if self._proxies and self._trusted(address := _plain_address(address)):
            forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
            for hop in reversed(forwarded.decode("latin-1").split(",")):
                if not (hop := hop.strip()):
                    break
                try:
                    ipaddress.ip_address(hop)
                except ValueError:
                    break
                address = hop = _plain_address(hop)
                if not self._trusted(hop):
                    break
        return _counted_network(address)

    def _trusted(self, address: str) -> bool:
        try:
            known = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(known in network for network in self._proxies if network.version == known.version)


def _plain_address(text: str) -> str:
    """An IPv4 address that a socket for both families shows as `::ffff:a.b.c.d`, as itself: by /64 all of IPv4 were one caller."""
    if text[:7].lower() != "::ffff:":
        return text
    try:
        mapped = ipaddress.IPv6Address(text).ipv4_mapped
    except ValueError:
        return text
    return str(mapped) if mapped is not None else text


@lru_cache(4096)
def _counted_network(address: str) -> str:
    """The network that an address counts for: itself, of IPv6 its /64. Remembered, since callers come back."""
    address = _plain_address(address)
    if ":" in address:
        return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
    return address


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise BodyTooLarge
        return message

    return receiving


async def _plain(send: Send, status: int, text: bytes, *extra: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})

"""Calls that leave the house by HTTP. Those to relying parties: resolved once, checked, pinned to the addresses that were checked; no redirects, small, short.

The one module of the provider that knows httpx; commands that try an installation from outside are clients of their own.

T37: metadata, loopback and private addresses are never connected to, and a name that
resolves anew between check and call (DNS rebinding) makes no difference, since the call goes to a checked address.
"""

import asyncio
import ipaddress
import socket
import ssl
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idp.base.settings import Outbound

if TYPE_CHECKING:
    import httpx

MAX_ANSWER = 65_536
_TRIED = 3
"""Addresses of a name that are tried, in the resolver's order of preference."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# IPv4-compatible, site-local and local-use NAT64 addresses, which the standard library takes for global ones.
_RETIRED = [ipaddress.ip_network(text) for text in ("::/96", "fec0::/10", "64:ff9b:1::/48")]


class OutboundFault(Exception):
    """The call was refused or failed; the text names no address of ours."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type without parameters, and at most MAX_ANSWER bytes of body."""

    status: int
    media_type: str
    body: bytes


Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Host name and port → addresses, in the order of preference."""


async def resolve(host: str, port: int) -> list[str]:
    """What the machine's resolver says. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


class Caller:
    """Makes outbound calls. One per process; `close` it at the end."""

    def __init__(self, settings: Outbound, *, allow_private: bool, resolver: Resolver = resolve) -> None:
        self._allow_private = allow_private or settings.allow_private_hosts
        self._http: httpx.AsyncClient | None = None
        self._ca_file = settings.ca_file
        self._deadline = settings.timeout
        self._resolve = resolver

    async def get(self, url: str) -> Answer:
        """GET a document."""
        return await self._call(self._deadline, self._pinned("GET", url, None, {"Accept": "application/json"}))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST a body."""
        return await self._call(self._deadline, self._pinned("POST", url, body, headers))

    async def operators(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], deadline: int
    ) -> Answer:
        """Call an address that the operator set, a gateway in the own network for one: no address is refused.

        `deadline` is in seconds. Raises OutboundFault as the others do.
        """
        return await self._call(deadline, self._direct(method, url, body, headers))

    async def _call(self, deadline: int, call: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(deadline):
                return await call
        except (_httpx().HTTPError, _httpx().InvalidURL, OSError, TimeoutError, ValueError) as error:
            raise OutboundFault(type(error).__name__) from None

    async def _direct(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        http = await self._client()
        return await self._send(
            http, http.build_request(method, url, content=body, headers={**headers, "User-Agent": "gerbang"})
        )

    async def _pinned(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
            raise OutboundFault("not a web address")
        if parts.scheme == "http" and not self._allow_private:
            raise OutboundFault("not https")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = (await self._checked(parts.hostname, port))[:_TRIED]
        http = await self._client()

        def to(address: str) -> "httpx.Request":
            host = f"[{address}]" if ":" in address else address
            return http.build_request(
                method,
                _httpx().URL(url).copy_with(host=host, port=port, fragment=None),
                content=body,
                headers={**headers, "Host": parts.netloc, "User-Agent": "gerbang", "Accept-Encoding": "identity"},
                extensions={"sni_hostname": parts.hostname},
                # An address that swallows everything leaves time for the next one.
                timeout=_httpx().Timeout(self._deadline, connect=self._deadline / len(addresses)),
            )

        for address in addresses[:-1]:
            try:
                return await self._send(http, to(address))
            except (_httpx().ConnectError, _httpx().ConnectTimeout):
                # Nothing was sent yet. `localhost` is ::1 first on most machines, also for who listens on 127.0.0.1 alone.
                continue
        return await self._send(http, to(addresses[-1]))

    async def _client(self) -> "httpx.AsyncClient":
        """Made for the first call; the library is loaded aside from the loop, for it takes longer than a request may wait."""
        await asyncio.to_thread(_httpx)
        if self._http is None:
            self._http = self._make()
        return self._http

    def _make(self) -> "httpx.AsyncClient":
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._ca_file is not None:
            context.load_verify_locations(self._ca_file)
        made: httpx.AsyncClient = _httpx().AsyncClient(
            verify=context,
            timeout=self._deadline,
            follow_redirects=False,
            trust_env=False,
            limits=_httpx().Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=15),
        )
        return made

    async def _send(self, http: "httpx.AsyncClient", request: "httpx.Request") -> Answer:
        answer = await http.send(request, stream=True)
        try:
            received = bytearray()
            # As it came: unpacked before it is counted, sixty kilobytes could become sixty megabytes (T16).
            async for chunk in answer.aiter_raw():
                received += chunk
                if len(received) > MAX_ANSWER:
                    raise OutboundFault("answer too large")
        finally:
            await answer.aclose()
        return Answer(
            answer.status_code,
            answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
            bytes(received),
        )

    async def _checked(self, host: str, port: int) -> list[str]:
        found = await self._resolve(host, port)
        if not self._allow_private and not all(public_address(address) for address in found):
            raise OutboundFault("address not allowed")
        if not found:
            raise OutboundFault("name not found")
        return found

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.aclose()


@cache
def _httpx() -> ModuleType:
    """The library, loaded when somebody is called: with its TLS context it is four megabytes, and a process that runs
    no worker may never call anybody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import httpx
    return httpx


def public_address(text: str) -> bool:
    """Whether an address belongs to the open internet; IPv4 inside IPv6 is judged as IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if embedded is not None:
            return public_address(str(embedded))
        if address in _NAT64:
            return public_address(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if any(address in network for network in _RETIRED):
            return False
    return address.is_global and not address.is_multicast

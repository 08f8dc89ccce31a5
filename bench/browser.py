"""A virtual person: one keep-alive connection, a cookie jar, forms filled in, redirects followed. Enough to sign in anywhere.

A foreign HTTP client would cost more than the servers under measurement, so this one speaks HTTP/1.1 itself.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

MOST_STEPS = 12


class JourneyError(Exception):
    """The server did not lead where the journey goes."""


@dataclass(frozen=True)
class Client:
    """A relying party, registered alike at every candidate; it authenticates by client_secret_basic."""

    id: str
    secret: str
    redirect_uri: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()


@dataclass(frozen=True)
class Account:
    email: str
    password: str


@dataclass(frozen=True)
class Endpoints:
    """Absolute URLs, from the provider's own metadata."""

    authorization: str
    token: str
    userinfo: str
    introspection: str
    jwks: str
    discovery: str


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = self.headers.get(name)
        return values[0] if values else None


def target(url: str) -> str:
    """The request target of an absolute URL."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def request_head(method: str, url: str, headers: Mapping[str, str]) -> str:
    """Request line and headers, the empty line included."""
    lines = [f"{method} {target(url)} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


def prepared_get(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    return request_head("GET", url, headers or {}).encode()


def prepared_post(url: str, client: Client, fields: Mapping[str, str]) -> bytes:
    """A whole form request, authenticated by client_secret_basic."""
    body = urlencode(fields)
    return (form_head(url, client) % len(body) + body).encode()


def form_head(url: str, client: Client) -> str:
    """The head of such a request, with %d for Content-Length."""
    escaped = {"Authorization": client.authorization, "Content-Type": "application/x-www-form-urlencoded"}
    head = request_head("POST", url, {**escaped, "Content-Length": "LENGTH"})
    return head.replace("%", "%%").replace("LENGTH", "%d")


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it already holds."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.names: set[str] = set()
        self.values: dict[str, str] = {}
        self.forms = 0
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method", "").lower() == "post":
            # A page may hold a small form first (a language switch); the one with the fields is wanted.
            if self.names & {"identifier", "decision"}:
                return
            self.forms += 1
            self._inside = True
            self.action, self.names, self.values = values.get("action", ""), set(), {}
        elif self._inside and tag in {"input", "button"} and values.get("name"):
            self.names.add(values["name"])
            if tag == "input" and values.get("type") == "hidden":
                self.values[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def filled(page: str, account: Account) -> tuple[str, dict[str, str]]:
    """The action and the fields of the page's form, signed in with `account` or allowed.

    Raises JourneyError when the page asks for something else.
    """
    form = _Form()
    form.feed(page)
    fields = dict(form.values)
    if "identifier" in form.names:
        return form.action, {**fields, "identifier": account.email, "password": account.password}
    if "decision" in form.names:
        return form.action, {**fields, "decision": "allow"}
    title = page.partition("<title>")[2].partition("</title>")[0].strip()
    raise JourneyError(f"a page that is neither sign-in nor consent: {title!r} with {sorted(form.names)}")


@dataclass
class Person:
    """One browser. `cookies` is emptied to make it a fresh one; the connection stays."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: str = "") -> Answer:
        every = dict(headers or {})
        if body:
            every["Content-Length"] = str(len(body))
        message = (request_head(method, url, every) + body).encode()
        for attempt in (1, 2):
            try:
                return await self._exchange(message)
            except (ConnectionError, asyncio.IncompleteReadError):
                # The server may close an idle connection; nothing was answered, and one new connection is tried.
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def _exchange(self, message: bytes) -> Answer:
        if self._writer is None or self._reader is None:
            parts = urlsplit(self.origin)
            self._reader, self._writer = await asyncio.open_connection(parts.hostname, parts.port)
        self._writer.write(message)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, separator, value = line.partition(":")
            if separator:
                headers.setdefault(name.lower(), []).append(value.strip())
        answer = Answer(int(first.split(" ", 2)[1]), headers, await self._body(self._reader, headers))
        if (answer.header("connection") or "").lower() == "close":
            self.close()
        return answer

    @staticmethod
    async def _body(reader: asyncio.StreamReader, headers: Mapping[str, list[str]]) -> bytes:
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"][0]))
        if headers.get("transfer-encoding", [""])[0].lower() != "chunked":
            return b""
        chunks = []
        while size := int(await reader.readline(), 16):
            chunks.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(chunks)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def visit(self, method: str, url: str, fields: Mapping[str, str] | None = None) -> Answer:
        """A browser's request: cookies go with it, and cookies that come back are kept."""
        headers = {"Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = ""
        if fields is not None:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        answer = await self.send(method, url, headers, body)
        for cookie in answer.headers.get("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            if value and "max-age=0" not in cookie.lower() and "expires=thu, 01 jan 1970" not in cookie.lower():
                self.cookies[name.strip()] = value
            else:
                self.cookies.pop(name.strip(), None)
        return answer

    async def authorize(
        self, endpoint: str, client: Client, account: Account, parameters: Mapping[str, str]
    ) -> tuple[str, str]:
        """Walks the code flow to its end; returns the code and the PKCE verifier.

        Raises JourneyError when it ends elsewhere.
        """
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **parameters,
        }
        url = f"{endpoint}?{urlencode(query)}"
        answer = await self.visit("GET", url)
        for _ in range(MOST_STEPS):
            if answer.status in {302, 303}:
                url = urljoin(url, answer.header("location") or "")
                if url.startswith(client.redirect_uri):
                    returned = parse_qs(urlsplit(url).query)
                    if returned.get("state") != [query["state"]] or "code" not in returned:
                        raise JourneyError(f"the authorization response has no code: {returned}")
                    return returned["code"][0], verifier
                answer = await self.visit("GET", url)
            elif answer.status == 200:
                action, fields = filled(answer.body.decode(), account)
                url = urljoin(url, action or url)
                answer = await self.visit("POST", url, fields)
            else:
                raise JourneyError(f"{answer.status} at {urlsplit(url).path}: {answer.body[:300]!r}")
        raise JourneyError(f"no end after {MOST_STEPS} steps")

    async def exchange(self, endpoint: str, client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
        """A token request, as the relying party's server sends it. Raises JourneyError unless it succeeds."""
        headers = {"Authorization": client.authorization, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.send("POST", endpoint, headers, urlencode(fields))
        if answer.status != 200:
            raise JourneyError(f"{answer.status} at the token endpoint: {answer.body[:300]!r}")
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens

    async def code_flow(
        self, endpoints: Endpoints, client: Client, account: Account, parameters: Mapping[str, str]
    ) -> dict[str, Any]:
        """The whole authorization code flow, from the first request to the tokens."""
        code, verifier = await self.authorize(endpoints.authorization, client, account, parameters)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        tokens = await self.exchange(endpoints.token, client, fields)
        if not {"access_token", "id_token"} <= tokens.keys():
            raise JourneyError(f"the token response has only {sorted(tokens)}")
        return tokens

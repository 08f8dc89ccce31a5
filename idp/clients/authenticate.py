"""Client authentication (RFC 6749 section 2.3, RFC 7523 section 2.2, OIDC Core section 9)."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

import orjson
from joserfc.jwk import Key

from idp.base.clock import Clock
from idp.base.errors import InvalidClient, InvalidRequest
from idp.base.jose import ALGORITHMS, MAX_JWT, JoseFault, read_jwks, verify
from idp.base.opaque import b64decode
from idp.base.settings import Settings
from idp.clients.client import Client
from idp.clients.directory import Clients
from idp.clients.outbound import Caller, OutboundFault
from idp.store.ephemeral import Ephemeral

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAX_ASSERTION_LIFE = 3600
_SHORT_ASSERTION = 300
_JWKS_CACHE = 300
_JWKS_PAUSE = 10
_MAX_CLIENT_ID = 128
_MAX_TURNED_AWAY = 100_000


class Attempt(NamedTuple):
    """What a request brought to prove who it comes from. `network` is the caller's, for counting failures."""

    authorization: str | None
    form: Mapping[str, str]
    network: str


class _Published:
    """The keys behind a client's `jwks_uri`, as they were last fetched."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.fetching = asyncio.Lock()
        self.fetched_at: int | None = None
        self.keys: list[Key] = []

    def younger(self, now: int, age: int) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < age


class Authenticator:
    """Tells which client is calling. Secrets and assertions of a wrong client cost an attacker, not the client:
    failures are counted per client and network, and only that pair is turned away."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        ephemeral: Ephemeral,
        clients: Clients,
        caller: Caller,
        reread: Callable[[str], Awaitable[Client | None]],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ephemeral = ephemeral
        self._clients = clients
        self._caller = caller
        self._reread = reread
        self._audiences = frozenset({settings.issuer, f"{settings.issuer}/token"})
        self._turned_away: dict[tuple[str, str], int] = {}
        self._published: dict[str, _Published] = {}

    async def authenticate(self, attempt: Attempt) -> Client:
        """The client; InvalidClient if it proved nothing, InvalidRequest if it tried two ways at once."""
        scheme, _, credentials = (attempt.authorization or "").partition(" ")
        basic = scheme.lower() == "basic"
        ways = [basic, "client_secret" in attempt.form, "client_assertion" in attempt.form]
        if sum(ways) > 1:
            raise InvalidRequest("use one way of client authentication")
        if basic:
            return await self._by_secret(*self._read_basic(credentials), "client_secret_basic", attempt)
        if "client_secret" in attempt.form:
            secrets = (attempt.form["client_secret"],)
            return await self._by_secret(attempt.form.get("client_id", ""), secrets, "client_secret_post", attempt)
        if "client_assertion" in attempt.form:
            return await self._by_assertion(attempt)
        client_id = attempt.form.get("client_id")
        if client_id is None:
            raise InvalidClient("send client_id, or authenticate")
        client = self._clients.get(client_id) or await self._reread(client_id)
        if client is None or not client.public:
            raise InvalidClient()
        return client

    async def _by_secret(self, client_id: str, secrets: tuple[str, ...], method: str, attempt: Attempt) -> Client:
        """The client, if one of the readings of what it sent is its secret; all readings together are one guess."""
        basic = method == "client_secret_basic"
        if attempt.form.get("client_id", client_id) != client_id:
            raise InvalidClient("client_id differs from the authenticated client", basic=basic)
        self._refuse_if_turned_away(client_id, attempt.network, basic=basic)
        now = self._clock.now()
        client = self._clients.get(client_id)
        known = client is not None and _knows(client, secrets, now)
        if not known:
            # Another replica may have registered the client, or rotated its secret, within the last second.
            client = await self._reread(client_id)
            known = client is not None and _knows(client, secrets, now)
        if client is None or not known:
            await self._count_failure(client_id, attempt.network)
            raise InvalidClient(basic=basic)
        if client.auth_method != method:
            # Said to nobody but who has the secret: half of all libraries send it in the other way unless they are told.
            raise InvalidClient(f"this client is registered for {client.auth_method}, not {method}", basic=basic)
        return client

    def _read_basic(self, credentials: str) -> tuple[str, tuple[str, ...]]:
        """The id, and what the secret may be: form-encoded inside the base64 (RFC 6749 section 2.3.1), or as it stands.

        Many libraries leave the encoding out. Where both readings of an id differ, the encoded one is taken unless only
        the other is a client's.
        """
        try:
            text = base64.b64decode(credentials.strip(), validate=True).decode()
            client_id, separator, secret = text.partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            separator = ""
        if not separator:
            raise InvalidClient(basic=True)
        named = unquote_plus(client_id)
        if named != client_id and self._clients.get(named) is None and self._clients.get(client_id) is not None:
            named = client_id
        return named, tuple(dict.fromkeys((unquote_plus(secret), secret)))

    async def _by_assertion(self, attempt: Attempt) -> Client:
        assertion = attempt.form["client_assertion"]
        if attempt.form.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("client_assertion_type is not jwt-bearer")
        client_id = _unverified_subject(assertion)
        if attempt.form.get("client_id", client_id) != client_id:
            raise InvalidClient("client_id differs from the authenticated client")
        self._refuse_if_turned_away(client_id, attempt.network)
        client = self._clients.get(client_id) or await self._reread(client_id)
        if client is None or client.auth_method != "private_key_jwt":
            await self._count_failure(client_id, attempt.network)
            raise InvalidClient()
        declared = client.metadata.get("token_endpoint_auth_signing_alg")
        try:
            claims = await self._verify(client, assertion, (declared,) if declared else ALGORITHMS)
            await self._accept(client, claims)
        except JoseFault as fault:
            await self._count_failure(client_id, attempt.network)
            raise InvalidClient(private=str(fault)) from None
        return client

    async def _verify(self, client: Client, assertion: str, algorithms: tuple[str, ...]) -> Mapping[str, object]:
        if "jwks_uri" not in client.metadata:
            return verify(assertion, client.keys, algorithms)
        try:
            return verify(assertion, await self._remote_keys(client, renew=False), algorithms)
        except JoseFault:
            # The client may have rotated its key: look once more, but not more often than every few seconds.
            return verify(assertion, await self._remote_keys(client, renew=True), algorithms)

    async def _remote_keys(self, client: Client, *, renew: bool) -> list[Key]:
        """The keys behind a `jwks_uri`. Of many assertions at once one goes and fetches, and the others wait for it: they
        may be a stranger's, and would flood the client through us."""
        uri, age = str(client.metadata["jwks_uri"]), _JWKS_PAUSE if renew else _JWKS_CACHE
        published = self._published.get(client.client_id)
        if published is None or published.uri != uri:
            # One for each client, however often it names another address; so there are never more of them than clients.
            published = self._published[client.client_id] = _Published(uri)
            self._forget_who_is_gone()
        if published.younger(self._clock.now(), age):
            return published.keys
        async with published.fetching:
            now = self._clock.now()
            if not published.younger(now, age):
                published.keys = await self._fetch(uri) or published.keys
                published.fetched_at = now
            return published.keys

    def _forget_who_is_gone(self) -> None:
        if len(self._published) > len(self._clients):
            self._published = {name: kept for name, kept in self._published.items() if self._clients.known(name)}

    async def _fetch(self, uri: str) -> list[Key]:
        """The keys there now; none while it does not answer with any, and then those of the last time count on."""
        try:
            answer = await self._caller.get(uri)
            if answer.status == 200:
                return read_jwks(orjson.loads(answer.body))
        except (OutboundFault, JoseFault, ValueError):
            pass
        return []

    async def _accept(self, client: Client, claims: Mapping[str, object]) -> None:
        """RFC 7523 section 3; the audience is one string, issuer or token endpoint (T17)."""
        now, skew = self._clock.now(), self._settings.lifetimes.clock_skew
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise JoseFault("iss and sub must be the client")
        if not isinstance(claims.get("aud"), str) or claims["aud"] not in self._audiences:
            raise JoseFault("aud must be this issuer")
        expires = _time(claims, "exp")
        # Without iat, the latest moment at which a short assertion can have been made.
        issued = _time(claims, "iat") if "iat" in claims else expires - _SHORT_ASSERTION
        not_before = _time(claims, "nbf") if "nbf" in claims else issued
        life = _MAX_ASSERTION_LIFE if "iat" in claims else _SHORT_ASSERTION
        if expires <= now - 10 or expires > now + life + skew or max(issued, not_before) > now + skew:
            raise JoseFault("not valid at this time")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 256:
            raise JoseFault("jti missing")
        if issued < await self._ephemeral.epoch():
            raise JoseFault("issued before replay marks were kept")
        if not await self._ephemeral.mark(f"assertion:{client.client_id}:{jti}", expires - now + 60):
            raise JoseFault("replayed")

    def _refuse_if_turned_away(self, client_id: str, network: str, *, basic: bool = False) -> None:
        pair = client_id[:_MAX_CLIENT_ID], network
        until = self._turned_away.get(pair)
        if until is not None:
            if self._clock.now() < until:
                raise InvalidClient("too many failed attempts, try again in a minute", basic=basic)
            del self._turned_away[pair]

    async def _count_failure(self, client_id: str, network: str) -> None:
        client_id = client_id[:_MAX_CLIENT_ID]
        failures = await self._ephemeral.hit(f"client:{client_id}:{network}", 60)
        if failures > self._settings.limits.client_auth_per_network * self._settings.limits.factor(network):
            # Moved to the end, so that the oldest stand first: a flood of invented ids pushes out its own.
            self._turned_away.pop((client_id, network), None)
            self._turned_away[client_id, network] = self._clock.now() + 60
            if len(self._turned_away) > _MAX_TURNED_AWAY:
                del self._turned_away[next(iter(self._turned_away))]


def _knows(client: Client, secrets: tuple[str, ...], now: int) -> bool:
    """Whether one of the readings is the secret. Every one is compared: which it was, the time does not tell."""
    return sum(client.knows_secret(secret, now) for secret in secrets) > 0


def _unverified_subject(assertion: str) -> str:
    """Whom the assertion claims to be, to find the keys that will verify it."""
    try:
        claims = orjson.loads(b64decode(assertion.split(".")[1])) if len(assertion) <= MAX_JWT else None
    except (ValueError, IndexError):
        claims = None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    if not isinstance(subject, str) or len(subject) > _MAX_CLIENT_ID:
        raise InvalidClient()
    return subject


def _time(claims: Mapping[str, object], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e12:
        raise JoseFault(f"{name} is not a time")
    return int(value)

"""A relying party of the tests: authorization code with PKCE, by discovery and JWKS alone, written once for everybody."""

import base64
import hashlib
import secrets
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
import pyotp
from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning

from idp.base.clock import Clock
from tests.support.browser import Browser, Page

# The most pages that one authorization may ask a person for: sign-in, second factor, consent, and one nudge.
MAX_STEPS = 6


@dataclass(frozen=True)
class Account:
    """A demo account, as `demo.json` prints it."""

    email: str
    password: str
    totp_secret: str | None = None


@dataclass(frozen=True)
class AuthorizationRequest:
    """What the relying party must remember between sending a person away and getting them back."""

    url: str
    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class Tokens:
    """A token response, and the claims of its ID token after every check of OpenID Connect Core 3.1.3.7."""

    raw: dict[str, Any]
    claims: dict[str, Any]

    @property
    def access_token(self) -> str:
        return str(self.raw["access_token"])

    @property
    def refresh_token(self) -> str:
        return str(self.raw["refresh_token"])

    @property
    def id_token(self) -> str:
        return str(self.raw["id_token"])


class RelyingParty:
    """One registered client. `http` reaches the provider; it must not be the browser's, whose cookies are its own."""

    def __init__(
        self, http: httpx2.AsyncClient, client: Mapping[str, Any], *, issuer: str, clock: Clock | None = None
    ) -> None:
        """`client` has client_id, redirect_uris and, when confidential, client_secret (sent as client_secret_basic)."""
        self.http = http
        self.issuer = issuer
        self.client_id: str = client["client_id"]
        self.client_secret: str | None = client.get("client_secret")
        self.redirect_uri: str = next(iter(client.get("redirect_uris") or ["http://localhost/nowhere"]))
        self._clock = clock
        self._metadata: dict[str, Any] = {}

    async def metadata(self) -> dict[str, Any]:
        """The discovery document, fetched once."""
        if not self._metadata:
            answer = await self.http.get(f"{self.issuer}/.well-known/openid-configuration")
            answer.raise_for_status()
            self._metadata = answer.json()
            assert self._metadata["issuer"] == self.issuer
        return self._metadata

    async def authorization(self, scope: str = "openid", **parameters: str | None) -> AuthorizationRequest:
        """A new authorization request; `parameters` add to it, replace what is in it or, when None, leave it out."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query: dict[str, str | None] = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **parameters,
        }
        sent = {name: value for name, value in query.items() if value is not None}
        endpoint = (await self.metadata())["authorization_endpoint"]
        return AuthorizationRequest(
            f"{endpoint}?{urlencode(sent)}",
            sent.get("state", ""),
            sent.get("nonce", ""),
            verifier,
            sent.get("redirect_uri", self.redirect_uri),
        )

    async def authorize(
        self, browser: Browser, account: Account | None = None, scope: str = "openid", **parameters: str | None
    ) -> tuple[AuthorizationRequest, dict[str, str]]:
        """Send the browser through the authorization endpoint; the request, and the answer that came to the redirect URI.

        Without `account` the answer must come without a question asked.
        """
        request = await self.authorization(scope, **parameters)
        page = await browser.get(request.url)
        if account is not None:
            page = await self.answer(browser, page, account)
        answer = page.parameters
        assert answer.get("state", "") == request.state
        assert answer.get("iss") == self.issuer  # RFC 9207
        return request, answer

    async def answer(self, browser: Browser, page: Page, account: Account) -> Page:
        """Answer whatever pages ask (password, second factor, consent) until the browser leaves the site."""
        for _ in range(MAX_STEPS):
            leaving = any(not form.action.startswith(self.issuer) for form in page.forms)  # response_mode=form_post
            if page.left_to is not None or not page.forms or leaving:
                return page
            if "password" in page.names:
                identifier = {"identifier": account.email} if "identifier" in page.names else {}
                page = await browser.submit(page, {**identifier, "password": account.password}, press="sign-in")
            elif "code" in page.names:
                page = await browser.submit(page, {"code": self.totp(account)}, press="submit-code")
            elif "allow" in page.ids:
                page = await browser.submit(page, press="allow")
            else:
                return page
        raise AssertionError(f"more than {MAX_STEPS} pages, the last {page.url} ({page.title!r}): {page.text[:500]}")

    def totp(self, account: Account) -> str:
        """The code that the account's authenticator app shows now."""
        assert account.totp_secret, f"{account.email} has no TOTP"
        return pyotp.TOTP(account.totp_secret).at(self._now())

    async def sign_in(
        self, browser: Browser, account: Account | None = None, scope: str = "openid", **parameters: str
    ) -> Tokens:
        """The whole authorization code flow."""
        request, answer = await self.authorize(browser, account, scope, **parameters)
        assert "code" in answer, answer
        return await self.redeem(request, answer["code"])

    async def redeem(self, request: AuthorizationRequest, code: str) -> Tokens:
        """Exchange a code that must be good."""
        answer = await self.post_code(request, code)
        assert answer.status_code == 200, answer.text
        return await self._tokens(answer.json(), nonce=request.nonce)

    async def post_code(self, request: AuthorizationRequest, code: str, **parameters: str) -> httpx2.Response:
        """Exchange a code, whatever comes of it."""
        return await self.token(**self.exchange(request, code), **parameters)

    @staticmethod
    def exchange(request: AuthorizationRequest, code: str) -> dict[str, str]:
        """The parameters of a token request that exchanges `code`."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.code_verifier,
        }

    async def refresh(self, refresh_token: str, **parameters: str) -> Tokens:
        """Rotate a refresh token that must be good."""
        answer = await self.token(grant_type="refresh_token", refresh_token=refresh_token, **parameters)
        assert answer.status_code == 200, answer.text
        return await self._tokens(answer.json())

    async def token(self, **parameters: str) -> httpx2.Response:
        """POST to the token endpoint as this client, whatever comes of it."""
        return await self._post("token_endpoint", parameters)

    async def introspect(self, token: str, **parameters: str) -> dict[str, Any]:
        """RFC 7662."""
        answer = await self._post("introspection_endpoint", {"token": token, **parameters})
        assert answer.status_code == 200, answer.text
        response: dict[str, Any] = answer.json()
        return response

    async def revoke(self, token: str, **parameters: str) -> httpx2.Response:
        """RFC 7009."""
        return await self._post("revocation_endpoint", {"token": token, **parameters})

    async def userinfo(self, access_token: str) -> httpx2.Response:
        """OpenID Connect Core 5.3, whatever comes of it."""
        endpoint = (await self.metadata())["userinfo_endpoint"]
        return await self.http.get(endpoint, headers={"Authorization": f"Bearer {access_token}"})

    async def end_session_url(self, id_token: str, **parameters: str) -> str:
        """Where to send the browser to sign out (RP-initiated logout)."""
        query = urlencode({"id_token_hint": id_token, **parameters})
        return f"{(await self.metadata())['end_session_endpoint']}?{query}"

    async def verified(self, token: str, *, audience: str | None = None, type: str | None = None) -> dict[str, Any]:  # noqa: A002
        """The claims of a JWT of the provider: signature by JWKS, issuer, audience and times checked."""
        keys = jwk.KeySet.import_key_set((await self.http.get((await self.metadata())["jwks_uri"])).json())
        algorithms: Sequence[str] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
        with warnings.catch_warnings():
            # RFC 9864 calls it Ed25519; clients registered before still ask for EdDSA.
            warnings.simplefilter("ignore", SecurityWarning)
            decoded = jwt.decode(token, keys, algorithms=algorithms)
        if type is not None:
            assert str(decoded.header.get("typ", "")).lower() == type.lower(), decoded.header
        claims: dict[str, Any] = decoded.claims
        assert claims["iss"] == self.issuer
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        assert (audience or self.client_id) in audiences
        assert claims["iat"] <= self._now() < claims["exp"]
        return claims

    async def _tokens(self, raw: dict[str, Any], nonce: str = "") -> Tokens:
        assert raw["token_type"].lower() in {"bearer", "dpop"}
        claims = await self.verified(raw["id_token"]) if "id_token" in raw else {}
        if nonce and claims:
            assert claims["nonce"] == nonce
        return Tokens(raw, claims)

    async def token_request(self, **parameters: str) -> httpx2.Request:
        """The request that `token` sends, for those who send it in another way."""
        url, data = (await self.metadata())["token_endpoint"], dict(parameters)
        if self.client_secret is None:
            return self.http.build_request("POST", url, data={"client_id": self.client_id, **data})
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return self.http.build_request("POST", url, data=data, headers={"Authorization": f"Basic {pair}"})

    async def _post(self, endpoint: str, parameters: Mapping[str, str]) -> httpx2.Response:
        url = (await self.metadata())[endpoint]
        if self.client_secret is None:
            return await self.http.post(url, data={"client_id": self.client_id, **parameters})
        return await self.http.post(url, data=dict(parameters), auth=(self.client_id, self.client_secret))

    def _now(self) -> int:
        return self._clock.now() if self._clock else int(time.time())

"""The app as an OAuth client, written out: PKCE, state, nonce, `iss`, a rotated refresh token, one resource.

A mobile team would use AppAuth, which does the same; here the whole of it fits on a page.
"""

import asyncio
import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import httpx2

from examples.jmo.keychain import Keychain, Tokens
from examples.jmo.loopback import Loopback
from examples.provider import Provider, TokenRefused
from examples.registration import Registration

SCOPE = "openid profile email phone offline_access kepesertaan saldo:baca"

FOLLOWED = ("name", "email", "phone_number", "nomor_peserta")
"""Claims of which the app tells when they have changed."""


@dataclass(frozen=True)
class Attempt:
    """One sign-in, from the moment the browser is sent off until its answer is in."""

    redirect_uri: str
    onward: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class Client:
    def __init__(self, us: Registration, resource: str, http: httpx2.AsyncClient, keychain: Keychain) -> None:
        self._us = us
        self._resource = resource
        self._http = http
        self._keychain = keychain
        self._provider = Provider(us.issuer, http)
        self._loopback = Loopback()
        self._refreshing = asyncio.Lock()
        self.refusal: str | None = None  # the error of the last sign-in that came to nothing

    @property
    def tokens(self) -> Tokens | None:
        return self._keychain.read()

    async def authorization_url(self, onward: str, **asked: str) -> str:
        """Opens the way back and returns the address to open in the system browser, never in a WebView (§8.12)."""
        attempt: Attempt | None = None

        async def receive(answer: dict[str, str]) -> str | None:
            nonlocal attempt
            if attempt is None or not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
                return None  # not an answer to our question: keep waiting
            ours, attempt = attempt, None
            self.refusal = await self._finish(ours, answer)
            return ours.onward

        attempt = Attempt(await self._loopback.open(receive), onward)
        parameters = {
            "response_type": "code",
            "client_id": self._us.client_id,
            "redirect_uri": attempt.redirect_uri,
            "scope": SCOPE,
            "resource": self._resource,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **asked,
        }
        return f"{(await self._provider.metadata())['authorization_endpoint']}?{urlencode(parameters)}"

    async def _finish(self, attempt: Attempt, answer: dict[str, str]) -> str | None:
        """Turns the answer into tokens. Returns the error, None when signed in."""
        if answer.get("iss") != self._us.issuer:  # RFC 9207: keep the code from another provider's hands
            return "mixed_up"
        if "code" not in answer:
            return answer.get("error", "invalid_response")
        response = await self._token_request(
            grant_type="authorization_code",
            code=answer["code"],
            redirect_uri=attempt.redirect_uri,
            code_verifier=attempt.verifier,
        )
        if response.status_code != 200:
            return str(response.json().get("error", "invalid_response"))
        granted = response.json()
        try:
            claims = await self._provider.claims(granted["id_token"], typ=None, audience=self._us.client_id)
        except TokenRefused:
            return "invalid_id_token"
        if claims.get("nonce") != attempt.nonce:
            return "invalid_id_token"
        if (before := self.tokens) is not None:
            await self._revoke(before.refresh_token)  # the new sign-in takes its place
        self._keychain.keep(
            Tokens(claims["sub"], granted["access_token"], granted["refresh_token"], granted["id_token"])
        )
        return None

    async def refresh(self) -> Tokens | None:
        """New tokens for the kept refresh token; None when the provider has ended it (signed out elsewhere).

        One at a time: two calls with one refresh token look like theft once the grace is over. If an answer gets
        lost (httpx2.TransportError), the same refresh token is tried again next time: the provider's grace is for that.
        """
        async with self._refreshing:
            if (kept := self.tokens) is None:
                return None
            response = await self._token_request(grant_type="refresh_token", refresh_token=kept.refresh_token)
            if response.status_code == 400 and response.json().get("error") == "invalid_grant":
                self._keychain.forget()
                return None
            granted: dict[str, Any] = response.raise_for_status().json()
            tokens = Tokens(
                kept.sub,
                granted["access_token"],
                granted.get("refresh_token", kept.refresh_token),
                granted.get("id_token", kept.id_token),
                kept.profile,
            )
            self._keychain.keep(tokens)
            return tokens

    async def keep_in_step(self) -> list[str]:
        """Reads the profile anew, since it may have changed on the web; the claims that are not what they were.

        For this the refresh token brings a token for the provider itself: the one for saldo opens nothing else.
        """
        async with self._refreshing:
            if (kept := self.tokens) is None:
                return []
            response = await self._token_request(
                grant_type="refresh_token", refresh_token=kept.refresh_token, resource=self._us.issuer
            )
            granted: dict[str, Any] = response.raise_for_status().json()
            # Kept before it is used: should the next call fail, the new refresh token is the one that counts.
            kept = replace(kept, refresh_token=granted.get("refresh_token", kept.refresh_token))
            self._keychain.keep(kept)
        endpoint = (await self._provider.metadata())["userinfo_endpoint"]
        answer = await self._http.get(endpoint, headers={"Authorization": f"Bearer {granted['access_token']}"})
        profile: dict[str, Any] = answer.raise_for_status().json()
        if profile.pop("sub") == kept.sub:
            self._keychain.keep(replace(kept, profile=profile))
        return [name for name in FOLLOWED if kept.profile and kept.profile.get(name) != profile.get(name)]

    async def sign_out_url(self) -> str:
        """Forgets the tokens, here and at the provider; returns the address that ends the browser's session too."""
        parameters = {"client_id": self._us.client_id, "post_logout_redirect_uri": f"{self._us.url}/"}
        if (kept := self.tokens) is not None:
            self._keychain.forget()
            await self._revoke(kept.refresh_token)
            parameters["id_token_hint"] = kept.id_token
        return f"{(await self._provider.metadata())['end_session_endpoint']}?{urlencode(parameters)}"

    async def _token_request(self, **parameters: str) -> httpx2.Response:
        endpoint = (await self._provider.metadata())["token_endpoint"]
        mine = {"client_id": self._us.client_id, "resource": self._resource}
        return await self._http.post(endpoint, data=mine | parameters)

    async def _revoke(self, refresh_token: str) -> None:
        """RFC 7009, where the provider offers it; else the refresh token dies of disuse."""
        if endpoint := (await self._provider.metadata()).get("revocation_endpoint"):
            form = {"token": refresh_token, "token_type_hint": "refresh_token", "client_id": self._us.client_id}
            await self._http.post(endpoint, data=form)

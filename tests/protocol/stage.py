"""A stage for tests of the protocol: clients and people made to measure, and browsers that are signed in already.

How a person signs in is tested where the pages are; here a session is written as sign-in leaves it, so that a test
of the protocol says only what it is about.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2
from joserfc.jwk import Key
from sqlalchemy import insert, update

from idp.accounts import birthdate
from idp.base.opaque import Handle, b64encode, digest
from idp.clients import directory, metadata, policy
from idp.clients.client import Client
from idp.grants import consent
from idp.provider import Provider
from idp.sessions import session
from idp.sessions.session import Session
from idp.store.tables import accounts, totp_credentials
from idp.web.cookies import device_cookie, session_cookie
from tests.support.browser import Browser, Page
from tests.support.relying_party import AuthorizationRequest, RelyingParty, Tokens
from tests.support.servers import House

CALLBACK = "https://rp.example/callback"
SCOPE = "openid profile email address phone offline_access"
LIFE = 12 * 3600

# Every standard claim of OpenID Connect Core section 5.1 that is not a column of its own.
CLAIMS: Mapping[str, Any] = {
    "given_name": "Budi", "family_name": "Santoso", "middle_name": "Adi", "nickname": "Bud", "preferred_username": "budi",
    "profile": "https://rp.example/budi", "picture": "https://rp.example/budi.png", "website": "https://rp.example",
    "gender": "male", "zoneinfo": "Asia/Jakarta",
    "address": {"street_address": "Jalan Melati 1", "locality": "Bandung", "postal_code": "40111", "country": "ID"},
}  # fmt: skip


@dataclass
class Person:
    """An account, and the session that `Stage.browser` gave its last browser."""

    id: UUID
    name: str
    email: str
    session: Handle | None = None


class Party(RelyingParty):
    """A relying party that asks in the way a test wants: with or without PKCE, by redirect or by form_post."""

    response_mode = "query"
    pkce = True

    async def authorization(self, scope: str = "openid", **parameters: str | None) -> AuthorizationRequest:
        if self.response_mode != "query":
            parameters = {"response_mode": self.response_mode, **parameters}
        if not self.pkce:
            parameters = {"code_challenge": None, "code_challenge_method": None, **parameters}
        return await super().authorization(scope, **parameters)

    async def post_code(self, request: AuthorizationRequest, code: str, **parameters: str) -> httpx2.Response:
        """The verifier goes along only when a challenge went ahead (OAuth 2.1 section 4.1.3)."""
        values = {"code": code, "redirect_uri": request.redirect_uri, **parameters}
        if "code_challenge" in query_of(request.url):
            values.setdefault("code_verifier", request.code_verifier)
        return await self.token(grant_type="authorization_code", **values)

    async def answered(self, browser: Browser, scope: str = "openid", **parameters: str | None) -> dict[str, str]:
        """The answer alone, to a request that must not end in a question."""
        return (await self.authorize(browser, None, scope, **parameters))[1]

    async def code(
        self, browser: Browser, scope: str = "openid", **parameters: str | None
    ) -> tuple[AuthorizationRequest, str]:
        """A code, and the request that it answers."""
        request, answer = await self.authorize(browser, None, scope, **parameters)
        assert "code" in answer, answer
        return request, answer["code"]

    async def tokens(self, browser: Browser, scope: str = "openid", **parameters: str | None) -> Tokens:
        """The whole flow, for a person who is signed in."""
        return await self.redeem(*await self.code(browser, scope, **parameters))


class Stage:
    """One provider, on which every test brings its own client and its own person."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.provider: Provider = house.provider
        self.clock = house.clock
        self.issuer = house.issuer
        self.http = house.http()
        self._made = 0

    async def party(
        self,
        *,
        public: bool = False,
        require_pkce: bool = True,
        pre_authorised: bool = True,
        first_party: bool = True,
        resource_uris: list[str] | None = None,
        approved_claims: list[str] | None = None,
        key: Key | None = None,
        **members: Any,
    ) -> Party:
        """Register a client and return it. It may do everything, and people are not asked, unless told otherwise."""
        self._made += 1
        client_id = f"party-{self._made}-{b64encode(self.provider.entropy.bytes(6))}"
        secret = b64encode(self.provider.entropy.bytes(32))
        wanted: dict[str, Any] = {
            "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"], "scope": SCOPE,
            "post_logout_redirect_uris": ["https://rp.example/bye"], **members,
        }  # fmt: skip
        if public:
            wanted["token_endpoint_auth_method"] = "none"
        if key is not None:
            wanted |= {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=False)]}}
        rules = policy.validate(
            {"require_pkce": require_pkce, "first_party": first_party, "pre_authorised": pre_authorised and first_party,
             "resource_uris": resource_uris or [], "approved_claims": approved_claims or []}
        )  # fmt: skip
        now = self.clock.now()
        client = Client(client_id, metadata.validate(wanted), rules, digest(secret), created_at=now, updated_at=now)
        async with self.provider.database.transaction() as tx:
            assert await directory.insert(tx, client)
        self.provider.clients.put(client)
        known = {"client_id": client_id, "redirect_uris": wanted["redirect_uris"]}
        if not public and key is None:
            known["client_secret"] = secret
        return Party(self.house.http(), known, issuer=self.issuer, clock=self.clock)

    async def change(self, party: RelyingParty, **columns: Any) -> None:
        """Rewrite a client, in the table and in memory."""
        client = self.provider.clients.known(party.client_id)
        assert client is not None
        changed = replace(client, updated_at=self.clock.now(), **columns)
        async with self.provider.database.transaction() as tx:
            assert await directory.replace(tx, changed)
        self.provider.clients.put(changed)

    async def person(self, *, totp: bool = False, **columns: Any) -> Person:
        """An active account with every standard claim."""
        self._made += 1
        account_id, now = self.provider.new_id(), self.clock.now()
        email = f"person-{self._made}@contoh.example"
        row = {
            "id": account_id, "status": "active", "name": "Budi Santoso", "email": email, "email_verified": True,
            "phone": "+6281234567890", "phone_verified": True, "identity_level": 0, "locale": "id", "claims": dict(CLAIMS),
            "birthdate_sealed": birthdate.seal(self.provider.sealer, account_id, "1990-01-31"),
            "not_before": 0, "created_at": now, "updated_at": now, **columns,
        }  # fmt: skip
        async with self.provider.database.transaction() as tx:
            await tx.execute(insert(accounts).values(**row))
            if totp:
                await tx.execute(
                    insert(totp_credentials).values(
                        id=self.provider.new_id(),
                        account_id=account_id,
                        secret_sealed=b"sealed",
                        last_step=0,
                        created_at=now,
                    )
                )
        return Person(account_id, "Budi Santoso", email)

    async def alter(self, person: Person, **columns: Any) -> None:
        """Change an account behind the provider's back, as an operator would."""
        async with self.provider.database.transaction() as tx:
            await tx.execute(update(accounts).where(accounts.c.id == person.id).values(**columns))

    async def browser(self, person: Person | None = None, factors: Mapping[str, int] | None = None) -> Browser:
        """A browser; with `person` signed in by password now, or by `factors`."""
        browser = self.house.browser()
        if person is not None:
            person.session = await self.sign_in(browser, person, factors)
        return browser

    async def sign_in(self, browser: Browser, person: Person, factors: Mapping[str, int] | None = None) -> Handle:
        """Give a browser the session that a sign-in would have given it."""
        handle, now = self.provider.new_handle(), self.clock.now()
        begun = Session(
            handle.id, person.id, factors or {"pwd": now}, now, now, now, now + LIFE, b"d" * 16, "198.51.100.7", "test"
        )
        async with self.provider.database.transaction() as tx:
            await session.insert(tx, handle, begun)
        browser.http.cookies.set(session_cookie(self.house.settings), str(handle))
        return handle

    async def consent(self, person: Person, party: RelyingParty, scope: str = SCOPE, *resources: str) -> None:
        """Remember that a person allowed a client these scopes and resources."""
        now = self.clock.now()
        allowed = consent.Consent(frozenset(scope.split()), frozenset(), now, frozenset(resources))
        async with self.provider.database.transaction() as tx:
            await consent.remember(
                tx, self.provider.new_id(), person.id, party.client_id, allowed, frozenset(), now + 86400
            )

    async def signed_in(self, **options: Any) -> tuple[Party, Browser, Person]:
        """A client, a person, and their browser."""
        party, person = await self.party(**options), await self.person()
        return party, await self.browser(person), person


def path(page: Page) -> str:
    """The page of ours that is shown."""
    assert page.left_to is None, page.left_to
    return urlsplit(page.url).path


def stayed(page: Page) -> None:
    """The browser was sent nowhere, and is shown an error page."""
    assert page.left_to is None, page.left_to
    assert page.status == 400, (page.status, page.text[:200])
    assert page.headers["content-type"].startswith("text/html")
    assert not any(urlsplit(form.action).netloc == "rp.example" for form in page.forms)


def asked(page: Page) -> None:
    """The browser was sent nowhere: the person is asked, on a page of ours, whether to sign out."""
    assert (page.left_to, page.status, path(page)) == (None, 200, "/keluar")
    assert not any(urlsplit(form.action).netloc == "rp.example" for form in page.forms)


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address, each of which must come once."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), url
    return dict(pairs)


def challenge(verifier: str) -> str:
    """RFC 7636 section 4.2, S256."""
    return b64encode(hashlib.sha256(verifier.encode()).digest())


__all__ = [
    "CALLBACK",
    "CLAIMS",
    "Page",
    "Party",
    "Person",
    "Stage",
    "challenge",
    "device_cookie",
    "path",
    "query_of",
    "stayed",
]

"""What the example services refuse, without a provider: they are copied from, so they must be right."""

import ast
import hmac
import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from pyotp import TOTP

from examples.backchannel import EVENT, LogoutTokens
from examples.demo_code import code_at
from examples.gateway.app import gateway
from examples.klaim.claim import Claim, payable_from
from examples.ladder import reaches
from examples.look import ENGLISH, FOLDER
from examples.provider import Provider, TokenRefused
from examples.registration import Registration
from examples.saldo.api import api
from examples.saldo.app import saldo
from examples.saldo.ledger import Ledger
from examples.saldo.pdf import pdf
from examples.session import Sessions

pytestmark = pytest.mark.anyio

ISSUER = "https://sso.example"
RESOURCE = "https://saldo.example/api"
LADDER = [f"urn:example:{rung}" for rung in ("loa1", "loa2", "loa2v", "loa3")]
NOW = 1_790_000_000


class FakeIssuer:
    """Answers discovery and JWKS, and signs whatever a test wants signed."""

    def __init__(self) -> None:
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        self.jwks_fetches = 0
        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/.well-known/openid-configuration":
            document = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", "acr_values_supported": LADDER}
            return httpx2.Response(200, json=document)
        self.jwks_fetches += 1
        return httpx2.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})

    def sign(self, claims: dict[str, Any], *, typ: str = "at+jwt", key: ECKey | None = None) -> str:
        key = key or self.keys[-1]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": typ}, claims, key)


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer()


def access_claims(**changed: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "s1",
        "client_id": "jmo",
        "scope": "openid saldo:baca",
        "iat": NOW - 5,
        "exp": NOW + 300,
        "auth_time": NOW - 60,
        "acr": "urn:example:loa2",
    } | changed
    return {name: value for name, value in claims.items() if value is not None}


async def call(issuer: FakeIssuer, authorization: str | None, query: str = "") -> httpx2.Response:
    app = FastAPI()
    app.include_router(
        api(Provider(ISSUER, issuer.http, lambda: NOW), RESOURCE, Ledger(date(2025, 11, 22)), lambda: NOW)
    )
    headers = {b"Authorization": authorization.encode()} if authorization else {}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://saldo.example") as http:
        return await http.get(f"/api/saldo{query}", headers=headers)


async def test_a_good_token_opens_the_balance(issuer: FakeIssuer) -> None:
    first = await call(issuer, f"Bearer {issuer.sign(access_claims())}")
    other_client = await call(issuer, f"bearer {issuer.sign(access_claims(client_id='saldo', acr=LADDER[3]))}")
    assert first.status_code == 200
    assert first.json() == other_client.json(), "one person has one balance, whoever asks for her"
    assert first.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": ISSUER},
        {"aud": None},
        {"iss": "https://other.example"},
        {"exp": NOW - 60},
        {"exp": None},
        {"iat": None},
        {"iat": NOW + 3600},
        {"cnf": {"jkt": "x"}},
    ],
    ids=str,
)
async def test_a_token_that_is_not_ours_is_invalid(issuer: FakeIssuer, changed: dict[str, Any]) -> None:
    refused = await call(issuer, f"Bearer {issuer.sign(access_claims(**changed))}")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


async def test_only_access_tokens_of_a_known_key_open_it(issuer: FakeIssuer) -> None:
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    forged = [
        issuer.sign(access_claims(), typ="JWT"),  # an ID token
        issuer.sign(access_claims(), typ="logout+jwt"),
        issuer.sign(access_claims(), key=stranger),
        signed_with_public_key(issuer.keys[0]),
        "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.",
        "not a token",
        "ö.ö.ö",
    ]
    for token in forged:
        refused = await call(issuer, f"Bearer {token}")
        assert refused.status_code == 401, token
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def signed_with_public_key(key: ECKey) -> str:
    """HS256 with the published key as its secret; by hand, for joserfc would refuse to make it."""
    header = {"alg": "HS256", "kid": key.kid, "typ": "at+jwt"}
    signed = ".".join(
        urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, access_claims())
    )
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


async def test_no_token_gets_a_bare_challenge(issuer: FakeIssuer) -> None:
    token = issuer.sign(access_claims())
    for answer in (
        await call(issuer, None),
        await call(issuer, f"Basic {token}"),
        await call(issuer, None, f"?access_token={token}"),
    ):
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_token_without_the_scope_is_not_enough(issuer: FakeIssuer) -> None:
    refused = await call(issuer, f"Bearer {issuer.sign(access_claims(scope='openid saldo:baca2'))}")
    assert refused.status_code == 403
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="saldo:baca"'


@pytest.mark.parametrize(
    "changed",
    [{"acr": LADDER[0]}, {"acr": None}, {"acr": "urn:other:loa3"}, {"auth_time": NOW - 901}, {"auth_time": None}],
    ids=str,
)
async def test_a_weak_or_stale_sign_in_is_told_what_to_do(issuer: FakeIssuer, changed: dict[str, Any]) -> None:
    refused = await call(issuer, f"Bearer {issuer.sign(access_claims(**changed))}")
    challenge = refused.headers["WWW-Authenticate"]
    assert refused.status_code == 401
    assert 'error="insufficient_user_authentication"' in challenge
    assert f'acr_values="{LADDER[1]}", max_age="900"' in challenge


async def test_a_rotated_key_is_fetched_once_and_a_made_up_one_does_not_hammer(issuer: FakeIssuer) -> None:
    moment = [float(NOW)]
    provider = Provider(ISSUER, issuer.http, lambda: moment[0])

    async def accept(token: str) -> None:
        await provider.claims(token, typ="at+jwt", audience=RESOURCE)

    await accept(issuer.sign(access_claims()))
    issuer.keys.append(ECKey.generate_key("P-256", auto_kid=True))
    moment[0] += 60
    await accept(issuer.sign(access_claims()))
    assert issuer.jwks_fetches == 2
    for _ in range(20):
        stranger = ECKey.generate_key("P-256", auto_kid=True)
        with pytest.raises(TokenRefused):
            await accept(issuer.sign(access_claims(), key=stranger))
    assert issuer.jwks_fetches == 2


async def test_discovery_of_another_issuer_is_refused(issuer: FakeIssuer) -> None:
    with pytest.raises(httpx2.ProtocolError):
        await Provider("https://evil.example", issuer.http, lambda: NOW).metadata()


def logout_claims(**changed: Any) -> dict[str, Any]:
    claims = {"iss": ISSUER, "aud": "klaim", "iat": NOW, "exp": NOW + 120, "jti": "j1", "sid": "sess", "sub": "s1"}
    return {name: value for name, value in (claims | {"events": {EVENT: {}}} | changed).items() if value is not None}


async def test_a_logout_token_is_obeyed_once(issuer: FakeIssuer) -> None:
    tokens = LogoutTokens(Provider(ISSUER, issuer.http, lambda: NOW), "klaim", lambda: NOW)
    token = issuer.sign(logout_claims(), typ="logout+jwt")
    logout = await tokens.read(token)
    assert logout is not None
    assert (logout.sid, logout.sub) == ("sess", "s1")
    assert await tokens.read(token) is None, "a repeated delivery is no error, and ends nothing again"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"},
        {"aud": "saldo"},
        {"iat": NOW - 3600},
        {"iat": None},
        {"exp": NOW - 60},
        {"jti": None},
        {"jti": 7},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: True}},
        {"nonce": "n"},
        {"sid": None, "sub": None},
        {"sid": 5},
    ],
    ids=str,
)
async def test_a_logout_token_with_one_fault_is_refused(issuer: FakeIssuer, changed: dict[str, Any]) -> None:
    tokens = LogoutTokens(Provider(ISSUER, issuer.http, lambda: NOW), "klaim", lambda: NOW)
    with pytest.raises(TokenRefused):
        await tokens.read(issuer.sign(logout_claims(**changed), typ="logout+jwt"))


async def test_an_id_token_is_no_logout_token(issuer: FakeIssuer) -> None:
    tokens = LogoutTokens(Provider(ISSUER, issuer.http, lambda: NOW), "klaim", lambda: NOW)
    with pytest.raises(TokenRefused):
        await tokens.read(issuer.sign(logout_claims(), typ="JWT"))


async def test_a_wrong_logout_token_gets_400_from_the_service(issuer: FakeIssuer) -> None:
    us = Registration(ISSUER, "saldo", "secret", "https://saldo.example")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(saldo(us, issuer.http)), base_url="https://saldo.example"
    ) as http:
        answer = await http.post("/backchannel-logout", data={"logout_token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("acr", "asked", "enough"),
    [
        ("urn:example:loa1", "urn:example:loa2", False),
        ("urn:example:loa2", "urn:example:loa2", True),
        ("urn:example:loa3", "urn:example:loa2v", True),
        ("urn:elsewhere:loa3", "urn:example:loa2", False),
        ("urn:example:loa9", "urn:example:loa2", False),
        (None, "urn:example:loa1", False),
    ],
)
def test_the_ladder(acr: object, asked: str, enough: bool) -> None:
    assert reaches(acr, asked) is enough


def test_the_shown_code_is_the_authenticators() -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    for now in (59, NOW, NOW + 29.9, 20_000_000_000):
        assert code_at(secret, now) == TOTP(secret).at(int(now))


Act = Callable[[Request], None]


class Visits:
    """One browser at a service whose only page does what the test says."""

    def __init__(self, sessions: Sessions) -> None:
        self._act: Act = lambda _: None
        app = FastAPI()

        @app.get("/")
        async def page(request: Request) -> dict[str, Any]:
            self._act(request)
            return dict(request.session)

        transport = httpx2.ASGITransport(sessions.around(app))
        self.http = httpx2.AsyncClient(transport=transport, base_url="https://saldo.example")

    async def __call__(self, act: Act = lambda _: None) -> dict[str, Any]:
        self._act = act
        shown: dict[str, Any] = (await self.http.get("/")).json()
        return shown


def signed_in(sessions: Sessions) -> Act:
    return lambda request: sessions.start(request, {"sub": "s1", "sid": "sess"})


async def test_a_session_gets_a_new_name_at_sign_in() -> None:
    sessions = Sessions("s", https=True)
    visit = Visits(sessions)
    await visit(lambda request: request.session.update(state="x"))
    before = visit.http.cookies["s"]
    await visit(signed_in(sessions))
    assert visit.http.cookies["s"] != before
    assert (await visit())["sub"] == "s1"
    visit.http.cookies.set("s", before, domain="saldo.example")
    assert await visit() == {}


async def test_the_provider_ends_a_session_whose_browser_is_away() -> None:
    sessions = Sessions("s", https=True)
    visit = Visits(sessions)
    await visit(signed_in(sessions))
    assert sessions.end_all(sid="another", sub="s1") == 0, "sid is the narrower, and wins"
    assert sessions.end_all(sid="sess", sub="s1") == 1
    assert await visit() == {}


async def test_a_session_ended_during_a_request_stays_ended() -> None:
    sessions = Sessions("s", https=True)
    visit = Visits(sessions)
    await visit(signed_in(sessions))
    await visit(lambda _: [sessions.end_all(sid=None, sub="s1")].clear())
    assert await visit() == {}


async def test_an_idle_session_ends() -> None:
    moment = [time.time()]
    sessions = Sessions("s", https=True, now=lambda: moment[0])
    visit = Visits(sessions)
    await visit(signed_in(sessions))
    moment[0] += 20 * 60 + 1
    assert await visit() == {}


def test_a_pdf_says_where_each_of_its_objects_begins() -> None:
    """ISO 32000-1 section 7.5: readers trust the table at the end."""
    lines = [f"baris {n} (kurung) \\ {'é' if n % 2 else 'ą'}" for n in range(120)]
    document = pdf("Riwayat (iuran)", lines)
    table = document[document.rindex(b"xref\n0 ") :].splitlines()
    assert int(document.rpartition(b"startxref\n")[2].split()[0]) == document.rindex(b"xref\n0 ")
    entries = [line for line in table[2:] if line.endswith(b" 00000 n ")]
    assert entries
    for number, entry in enumerate(entries, 1):
        assert document[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)
    for length, content in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", document, re.DOTALL):
        assert len(content) == int(length)
    assert document.count(b"/Type /Page ") == 3
    assert rb"baris 1 \(kurung\) \\ " + "é".encode("cp1252") in document


def test_a_change_of_contact_holds_money_back_for_three_days() -> None:
    assert payable_from(None, NOW) is None
    assert payable_from(NOW - 60, NOW) == NOW - 60 + 72 * 3600
    assert payable_from(NOW - 72 * 3600, NOW) is None


@pytest.mark.parametrize(
    ("changed", "mistakes"),
    [
        ({}, set()),
        ({"deceased": "123"}, {"deceased"}),
        ({"relation": "teman"}, {"relation"}),
        ({"certificate": " "}, {"certificate"}),
        ({"program": "JHT", "deceased": "", "relation": "", "certificate": ""}, set()),
        ({"program": "JKP"}, {"program"}),
    ],
)
def test_what_a_claim_needs(changed: dict[str, str], mistakes: set[str]) -> None:
    whole = {
        "program": "JKM", "bank_account": "1234567890", "reason": "x", "deceased": "12345678901", "relation": "anak",
        "certificate": "AKM-1",
    }  # fmt: skip
    assert set(Claim.typed(**{**whole, **changed}).mistakes()) == mistakes


async def test_only_a_machine_with_the_right_pays_and_once(issuer: FakeIssuer) -> None:
    ledger = Ledger(date(2025, 11, 22))
    app = FastAPI()
    app.include_router(api(Provider(ISSUER, issuer.http, lambda: NOW), RESOURCE, ledger, lambda: NOW))
    before = ledger.balance("subject")
    payment = {"code": before.code, "amount": 50_000, "number": "GB-12345678"}
    machine = issuer.sign(
        access_claims(sub="gateway", client_id="gateway", scope="iuran:bayar", acr=None, auth_time=None)
    )
    person = issuer.sign(access_claims(scope="iuran:bayar"))
    other = issuer.sign(access_claims(sub="gateway", client_id="gateway", scope="saldo:baca"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://saldo.example") as http:

        async def pay(token: str, **changed: object) -> httpx2.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return await http.post("/api/iuran", json={**payment, **changed}, headers=headers)

        assert [(await pay(token)).status_code for token in (person, other)] == [403, 403]
        assert (await pay(machine, code="880000000000000")).status_code == 404
        for wrong in ({"amount": 1}, {"amount": "banyak"}, {"number": "'"}, {"code": "1"}):
            assert (await pay(machine, **wrong)).status_code == 422
        assert [(await pay(machine)).status_code for _ in range(2)] == [200, 200]
    assert ledger.balance("subject").old_age == before.old_age + 50_000


def test_the_category_decides_the_programmes() -> None:
    ledger = Ledger(date(2025, 11, 22))
    assert ledger.balance("s").pension is None, "not told yet"
    for category, pension in (("PU", True), ("BPU", False), ("PMI", False), ("JAKON", False)):
        ledger.learn("s", category)
        assert (ledger.balance("s").pension is not None) is pension
        assert ("JP" in {entry.program for entry in ledger.contributions("s")}) is pension


@pytest.mark.parametrize("name", ["saldo", "klaim", "jmo", "mitra", "gateway", "siapkerja"])
def test_every_sentence_of_a_service_has_its_english(name: str) -> None:
    folder = FOLDER.parent / name
    english = {**ENGLISH, **import_module(f"examples.{name}.english").ENGLISH}
    templates = [path.read_text() for path in (*(folder / "pages").glob("*.html"), *FOLDER.glob("*.html"))]
    said = {sentence for text in templates for sentence in re.findall(r"""\b_\("([^"]+)"\)""", text)}
    for call in ast.walk(ast.parse((folder / "app.py").read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "trouble":
            said |= {
                word.value for word in call.args[2:] if isinstance(word, ast.Constant) and isinstance(word.value, str)
            }
    assert len(said) > 10
    assert said - english.keys() == set()
    for text in templates:
        bare = re.sub(r"\{[{%].*?[%}]\}", "", text)
        assert re.findall(r">[^<>]*\b(Anda|untuk|dengan|Keluar|Masuk)\b[^<>]*<", bare) == [], "a sentence without _()"


async def test_a_language_once_chosen_stays() -> None:
    us = Registration(ISSUER, "gateway", "s" * 32, "http://gateway.example")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(gateway(us, httpx2.AsyncClient()))) as person:
        front = await person.get("http://gateway.example/")
        assert '<html lang="id">' in front.text
        assert "Bayar iuran" in front.text
        chosen = await person.get("http://gateway.example/?bahasa=en")
        assert '<html lang="en">' in chosen.text
        assert "Pay contributions" in (await person.get("http://gateway.example/")).text
        assert "Bayar iuran" in (await person.get("http://gateway.example/?bahasa=id")).text

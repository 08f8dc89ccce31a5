"""Attack classes of the protocol, T2 to T39, and the bugs that the field has had; T1 and T3 are in test_races.py."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import Key

from idp.base.jose import JoseFault, generate, verify
from idp.base.opaque import Handle, b64encode
from idp.clients.client import Client
from idp.clients.outbound import Caller, OutboundFault
from idp.web.cookies import session_cookie
from tests.jobs.http_server import HttpServer, http_server
from tests.protocol.assertions import assertion, by_assertion
from tests.protocol.forgeries import forgeries
from tests.protocol.stage import CALLBACK, Stage, asked, challenge, path, query_of, stayed

pytestmark = pytest.mark.anyio

OFFLINE = "openid offline_access"
URN = "urn:ietf:params:oauth:request_uri:"


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


# T2, T6, T19


async def test_t2_what_is_used_once_is_used_as_what_it_is(stage: Stage) -> None:
    """A code, a session, a refresh token and a reference look alike; none passes for another."""
    party, browser, person = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)
    request, code = await party.code(browser)
    pushed = await party._post("pushed_authorization_request_endpoint", {**query_of(request.url)})
    reference = pushed.json()["request_uri"].removeprefix(URN)
    session = str(person.session)
    for other in (session, reference, tokens.refresh_token, tokens.access_token, tokens.id_token):
        assert (await party.post_code(request, other)).json()["error"] == "invalid_grant"
    for other in (session, reference, code, tokens.access_token, tokens.id_token):
        assert (await party.token(grant_type="refresh_token", refresh_token=other)).json()["error"] == "invalid_grant"
    for other in (session, code, tokens.refresh_token):
        stayed(await browser.get("/authorize", client_id=party.client_id, request_uri=URN + other))
    for other in (reference, code, tokens.refresh_token, tokens.access_token):
        stranger = stage.house.browser()
        stranger.http.cookies.set(session_cookie(stage.house.settings), other)
        assert path(await stranger.get((await party.authorization()).url)) == "/masuk"
    for other in (session, reference, code, tokens.refresh_token):
        assert (await party.userinfo(other)).status_code == 401
    await party.redeem(request, code)


async def test_t6_pkce_is_not_taken_away(stage: Stage) -> None:
    """Every combination of what is sent and what is stripped; only the pair that belongs together passes."""
    party, browser, _ = await stage.signed_in(require_pkce=False)
    verifier = b64encode(b"v" * 32)

    good = challenge(verifier)
    for sent, method in (
        (good, "plain"),
        (good, None),
        (verifier, "plain"),
        (None, "S256"),
        (None, "plain"),
        (good, "s256"),
        (good, "S512"),
    ):
        answer = await party.answered(browser, code_challenge=sent, code_challenge_method=method)
        assert answer["error"] == "invalid_request", (sent, method)
    for wrong in (
        {},
        {"code_verifier": good},
        {"code_verifier": verifier[:-1]},
        {"code_verifier": verifier + "A"},
        {"code_verifier": ""},
    ):
        _, code = await party.code(browser, code_challenge=good, code_challenge_method="S256")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **wrong}
        assert (await party.token(**form)).json()["error"] == "invalid_grant", wrong


async def test_t19_a_code_serves_the_client_that_asked(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    other = await stage.party()
    victim_request, victim_code = await party.code(browser)
    attacker = await stage.browser(await stage.person())
    attacker_request, _ = await party.code(attacker)
    assert (await other.post_code(victim_request, victim_code)).json()["error"] == "invalid_grant"
    # Injected into the attacker's own flow: the verifier is not the one.
    assert (await party.post_code(attacker_request, victim_code)).json()["error"] == "invalid_grant"
    assert (await party.redeem(victim_request, victim_code)).claims["nonce"] == victim_request.nonce


# T7, T8: redirect URIs

REGISTERED = "https://rp.example/callback"
EVIL = [
    "https://rp.example/callback/", "https://rp.example/callback?", "https://rp.example/callback?x=1", "https://rp.example/callback#",
    "https://rp.example/callback#x", "https://rp.example/callback;x", "https://rp.example/callback;/../evil", "https://rp.example/callback/..;/evil",
    "https://rp.example/callback/../callback", "https://rp.example/./callback", "https://rp.example//callback", "https://rp.example/%63allback",
    "https://rp.example/callback%2f", "https://rp.example/callback%252f", "https://rp.example/callback%00", "https://rp.example/callback\x00",
    "https://rp.example/callback ", " https://rp.example/callback", "https://rp.example/callback\n", "https://rp.example/\tcallback",
    "HTTPS://rp.example/callback", "https://RP.example/callback", "https://rp.example./callback", "https://rp.example:443/callback",
    "https://rp.example:/callback", "http://rp.example/callback", "https://rp.example@evil.example/callback", "https://evil.example@rp.example/callback",
    "https://user@rp.example/callback", "https://rp.example@@evil.example/callback", "https://rp.example\\@evil.example/callback",
    "https://evil.example/https://rp.example/callback", "https://rp.example.evil.example/callback", "https://rp-example/callback",
    "https://rpxexample/callback", "https:rp.example/callback", "https:/rp.example/callback", "//rp.example/callback", "/callback", "callback",
    "https://rp.example\\callback", "https://rp.example/Callback", "https://rp.example/callbac", "https://rp.example/callback.evil", "",
    "https://ｒｐ.example/callback", "https://rp。example/callback", "javascript:alert(1)//https://rp.example/callback", "data:text/html,x",
    "*", "https://*/callback", "https://rp.example/*", ".*", "https://rp.example/callback,https://evil.example",
]  # fmt: skip
LOOPBACK = "http://127.0.0.1/callback"
EVIL_LOOPBACK = [
    "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1:/callback", "http://127.0.0.1:080/callback", "http://127.0.0.1:70000/callback",
    "http://127.0.0.1:-1/callback", "http://127.0.0.1:8000:9000/callback", "http://127.0.0.1:٣/callback", "http://127.0.0.2:8000/callback",
    "http://localhost:8000/callback", "http://[::1]:8000/callback", "https://127.0.0.1:8000/callback", "http://127.0.0.1:8000/callback/",
    "http://127.0.0.1:8000/callback?x", "http://127.0.0.1:8000/evil", "http://127.1:8000/callback", "http://2130706433:8000/callback",
    "http://127.0.0.1.evil.example:8000/callback", "http://127.0.0.1:8000@evil.example/callback", "http://user@127.0.0.1:8000/callback",
    "http://127.0.0.1:8000\\@evil.example/callback", "http://127.0.0.1:8000/callback#x", "http://127.0.0.1 :8000/callback",
    "http://127.0.0.1:8000\t/callback", "HTTP://127.0.0.1:8000/callback", "http://0x7f.0.0.1:8000/callback", "http://127.0.0.1:8_0/callback",
    "http://127.0.0.1:+80/callback",
]  # fmt: skip


def client(*uris: str) -> Client:
    return Client("c", {"redirect_uris": list(uris)})


@pytest.mark.parametrize(("registered", "evil"), [(REGISTERED, EVIL), (LOOPBACK, EVIL_LOOPBACK)])
async def test_t7_redirect_uris_are_compared_byte_by_byte(stage: Stage, registered: str, evil: list[str]) -> None:
    party, browser, _ = await stage.signed_in(redirect_uris=[registered])
    for address in evil:
        page = await browser.get((await party.authorization(redirect_uri=address)).url)
        assert page.left_to is None, address
        assert page.status == 400, address
        pushed = await party._post(
            "pushed_authorization_request_endpoint", query_of((await party.authorization(redirect_uri=address)).url)
        )
        assert pushed.status_code == 400, address


@given(
    st.text(max_size=60)
    | st.text("htps:/rp.examlcbk?#@%;\\", max_size=40)
    | st.builds(
        lambda cut, text: REGISTERED[:cut] + text + REGISTERED[cut:],
        st.integers(0, len(REGISTERED)),
        st.text(min_size=1, max_size=3),
    )
)
def test_t7_nothing_but_itself_matches(uri: str) -> None:
    assert client(REGISTERED).allows_redirect(uri) == (uri == REGISTERED)


@given(
    st.integers(0, 65535), st.sampled_from([LOOPBACK, "http://127.0.0.1:8080/callback", "http://[::1]/callback?x=1"])
)
def test_t7_any_port_of_a_loopback_address(port: int, registered: str) -> None:
    parts = urlsplit(registered)
    host = "[::1]" if parts.hostname == "::1" else str(parts.hostname)
    assert client(registered).allows_redirect(registered.replace(parts.netloc, f"{host}:{port}"))
    assert client(registered).allows_redirect(registered)


@given(st.text(max_size=30), st.sampled_from([LOOPBACK, "http://127.0.0.1:8080/callback"]), st.integers(0, 30))
def test_t7_a_port_and_nothing_else(text: str, registered: str, cut: int) -> None:
    changed = registered[:cut] + text + registered[cut:]
    rest = changed.removeprefix("http://127.0.0.1").removesuffix("/callback")
    is_port = rest == "" or (
        rest[:1] == ":"
        and rest[1:].isascii()
        and rest[1:].isdigit()
        and str(int(rest[1:])) == rest[1:]
        and int(rest[1:]) < 65536
    )
    assert client(registered).allows_redirect(changed) == (
        changed == registered or (is_port and changed == f"http://127.0.0.1{rest}/callback")
    )


def test_t8_a_registered_address_is_no_pattern() -> None:
    for registered in ("https://rp.example/a.c", "https://rp.example/(callback|other)", "https://rp.example/a+"):
        assert not client(registered).allows_redirect(
            registered.replace(".c", "xc").replace("(callback|other)", "other").replace("a+", "aa")
        )
    assert client("https://rp.example/*").allows_redirect("https://rp.example/*")
    assert not client("https://rp.example/*").allows_redirect("https://rp.example/x")


# T12 to T16: JWTs


async def jwks(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.http.get("/jwks")).json()
    return found


async def test_t12_to_t16_access_tokens(stage: Stage, web: HttpServer) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    for what, forged in forgeries(tokens.access_token, await jwks(stage), web.url):
        answer = await stage.http.get("/userinfo", headers=[(b"Authorization", f"Bearer {forged}".encode())])
        # White space around a token is HTTP's, not the token's.
        assert answer.status_code == (200 if what == "line break" else 401), what
        if len(forged) < 8000:
            assert await party.introspect(forged) == {"active": False}, what
            assert (await party.revoke(forged)).status_code == 200, what
    assert (await party.userinfo(tokens.access_token)).status_code == 200, "revoking forgeries revoked nothing"
    assert web.received == []


async def test_t12_to_t16_id_token_hints(stage: Stage, web: HttpServer) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    for what, forged in forgeries(tokens.id_token, await jwks(stage), web.url):
        if len(forged) > 8000:
            continue
        answer = await party.answered(browser, prompt="none", id_token_hint=forged)
        assert answer["error"] == "login_required", what
        asked(
            await browser.get("/end_session", id_token_hint=forged, post_logout_redirect_uri="https://rp.example/bye")
        )
    assert "code" in await party.answered(browser, prompt="none")
    assert web.received == []


async def test_t12_to_t16_client_assertions(stage: Stage, web: HttpServer) -> None:
    key = generate("ES256", 2048)
    party = await stage.party(key=key)
    public = {"keys": [{**key.as_dict(private=False), "kid": str(key.kid), "alg": "ES256"}]}
    good = assertion(stage, party.client_id, key)
    for number, (what, forged) in enumerate(forgeries(good, public, web.url)):
        if len(forged) > 8000:
            continue
        # From an address of its own each, or counting failures would refuse the later ones.
        http = stage.house.http(f"203.0.113.{number}")
        answer = await http.post("/introspect", data={**by_assertion(forged), "token": "x"})
        assert answer.json() == {"error": "invalid_client", "error_description": "client authentication failed"}, what
        assert answer.status_code == 401
    unspent = await stage.http.post("/introspect", data={**by_assertion(good), "token": "x"})
    assert unspent.status_code == 200, unspent.text
    assert web.received == []


@given(
    st.text(max_size=200)
    | st.lists(st.binary(max_size=60).map(b64encode), min_size=3, max_size=3).map(".".join)
    | st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "zip", "jwk", "x"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    ).map(
        lambda header: (
            f"{b64encode(orjson.dumps(header, option=orjson.OPT_NON_STR_KEYS) if all(not isinstance(v, int) or abs(v) < 2**63 for v in header.values()) else b'{}')}.e30.AAAA"
        )
    )
)
def test_t12_verify_raises_nothing_but_jose_fault(token: str) -> None:
    with pytest.raises(JoseFault):
        verify(token, [_KEY], ["ES256", "RS256", "PS256", "EdDSA"])


_KEY: Key = generate("ES256", 2048)


# T17, T20: client assertions


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": ["ISSUER"]}, {"aud": "https://other.example"}, {"aud": None}, {"aud": "ISSUER/par"}, {"aud": "ISSUER/"}, {"aud": ""},
        {"iss": "somebody"}, {"iss": None}, {"sub": None}, {"sub": "somebody"}, {"jti": None}, {"jti": ""}, {"jti": 5}, {"jti": "j" * 257},
        {"exp": None}, {"exp": "soon"}, {"exp": -300}, {"exp": -11}, {"exp": 10**9}, {"exp": 3700}, {"exp": True}, {"exp": 1e300},
        {"iat": 61}, {"nbf": 61}, {"iat": "now"}, {"iat": None, "exp": 500},
    ],
)  # fmt: skip
async def test_t17_an_assertion_that_is_wrong_in_one_way(stage: Stage, wrong: dict[str, Any]) -> None:
    key = generate("ES256", 2048)
    party = await stage.party(key=key)
    now = stage.clock.now()
    claims: dict[str, Any] = {}
    for name, value in wrong.items():
        if isinstance(value, str):
            claims[name] = value.replace("ISSUER", stage.issuer)
        elif isinstance(value, list):
            claims[name] = [item.replace("ISSUER", stage.issuer) for item in value]
        elif name in {"exp", "iat", "nbf"} and isinstance(value, int) and not isinstance(value, bool):
            claims[name] = now + value
        else:
            claims[name] = value
    answer = await stage.http.post(
        "/introspect", data={**by_assertion(assertion(stage, party.client_id, key, **claims)), "token": "x"}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "right", [{"aud": "TOKEN"}, {"iat": 8, "nbf": 8}, {"iat": None, "exp": 60}, {"nbf": -5}, {"exp": -9}]
)
async def test_t17_what_a_good_client_sends(stage: Stage, right: dict[str, Any]) -> None:
    """Both audiences of B2.10, clocks that differ by some seconds, and no iat."""
    key = generate("ES256", 2048)
    party = await stage.party(key=key)
    stage.clock.advance(400)  # long after replay marks began to be kept
    now = stage.clock.now()
    claims: dict[str, Any] = {name: now + value if isinstance(value, int) else value for name, value in right.items()}
    if "aud" in right:
        claims["aud"] = f"{stage.issuer}/token"
    answer = await stage.http.post(
        "/introspect", data={**by_assertion(assertion(stage, party.client_id, key, **claims)), "token": "x"}
    )
    assert answer.status_code == 200, answer.text


async def test_t17_an_assertion_serves_once(stage: Stage) -> None:
    key = generate("ES256", 2048)
    party, other = await stage.party(key=key), await stage.party(key=key)
    form = {**by_assertion(assertion(stage, party.client_id, key, jti="same")), "token": "x"}
    assert (await stage.http.post("/introspect", data=form)).status_code == 200
    for endpoint in ("/introspect", "/token", "/revoke", "/par"):
        assert (await stage.http.post(endpoint, data=form)).status_code == 401
    stage.clock.advance(65)
    assert (await stage.http.post("/introspect", data=form)).status_code == 401
    mine = by_assertion(assertion(stage, other.client_id, key, jti="same"))
    assert (await stage.http.post("/introspect", data={**mine, "token": "x"})).status_code == 200, (
        "a jti is its client's own"
    )


async def test_t17_a_key_without_kid_verifies(stage: Stage) -> None:
    """B2.3: the suite registers an RSA key that has no kid."""
    key = generate("RS256", 2048)
    bare = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
    party = await stage.party(
        token_endpoint_auth_method="private_key_jwt", jwks={"keys": [{**bare, "alg": "RS256", "use": "sig"}]}
    )
    form = by_assertion(assertion(stage, party.client_id, key, "RS256"))
    assert (await stage.http.post("/introspect", data={**form, "token": "x"})).status_code == 200


async def test_t17_only_the_registered_algorithm(stage: Stage) -> None:
    key = generate("RS256", 2048)
    party = await stage.party(key=key, token_endpoint_auth_signing_alg="PS256")
    refused = by_assertion(assertion(stage, party.client_id, key, "RS256"))
    assert (await stage.http.post("/introspect", data={**refused, "token": "x"})).status_code == 401
    accepted = by_assertion(assertion(stage, party.client_id, key, "PS256"))
    assert (await stage.http.post("/introspect", data={**accepted, "token": "x"})).status_code == 200


async def test_t17_the_form_names_the_same_client(stage: Stage) -> None:
    key = generate("ES256", 2048)
    party, other = await stage.party(key=key), await stage.party()
    form = {**by_assertion(assertion(stage, party.client_id, key)), "client_id": other.client_id, "token": "x"}
    assert (await stage.http.post("/introspect", data=form)).json()["error"] == "invalid_client"
    basic = await stage.http.post(
        "/introspect",
        data={"client_id": party.client_id, "token": "x"},
        auth=(other.client_id, str(other.client_secret)),
    )
    assert basic.json()["error"] == "invalid_client"


async def test_guessing_a_secret_is_slowed_down_for_the_guesser_alone(stage: Stage) -> None:
    """OAuth 2.1 section 2.4.1; an attacker cannot lock a client out."""
    party = await stage.party()
    attacker = stage.house.http("203.0.113.9")
    limit = stage.house.settings.limits.client_auth_per_network
    for _ in range(limit + 1):
        await attacker.post("/introspect", data={"token": "x"}, auth=(party.client_id, "guess"))
    right = (party.client_id, str(party.client_secret))
    assert (await attacker.post("/introspect", data={"token": "x"}, auth=right)).status_code == 401
    assert (await party.http.post("/introspect", data={"token": "x"}, auth=right)).status_code == 200
    stage.clock.advance(61)
    assert (await attacker.post("/introspect", data={"token": "x"}, auth=right)).status_code == 200


# T24


async def test_t24_no_answer_repeats_a_host(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    lies = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/admin",
    }
    request = await party.authorization()
    for http, address in (
        (stage.http, request.url),
        (browser.http, request.url),
        (stage.http, "/end_session"),
        (stage.http, "/authorize?client_id=x"),
    ):
        answer = await http.get(address, headers=lies)
        assert "evil.example" not in answer.text + answer.headers.get("location", "")
    tokens = await party.tokens(browser)
    assert tokens.claims["iss"] == stage.issuer


# T37


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::ffff:127.0.0.1", "::ffff:a00:1",
     "fe80::1", "fc00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "ff02::1", "fd00:ec2::254", "198.18.0.1", "255.255.255.255"],
)  # fmt: skip
async def test_t37_no_call_goes_into_our_own_network(stage: Stage, address: str) -> None:
    asked = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34", address] if len(asked) > 1 else [address]

    caller = Caller(stage.house.settings.outbound, allow_private=False, resolver=resolver)
    try:
        for _ in range(2):
            with pytest.raises(OutboundFault):
                await caller.get("https://metadata.example/jwks.json")
        literal = f"[{address}]" if ":" in address else address
        with pytest.raises(OutboundFault):
            await caller.get(f"https://{literal}/jwks.json")
        with pytest.raises(OutboundFault):
            await caller.get("http://metadata.example/jwks.json")
    finally:
        await caller.close()


async def test_t37_a_redirect_of_a_jwks_uri_is_not_followed(stage: Stage, web: HttpServer) -> None:
    """Dev mode allows loopback, so that the suite's own host can be called; not what it points at."""
    key = generate("ES256", 2048)
    party = await stage.party(token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{web.url}/jwks.json")
    web.answers[:] = [302, 302]
    answer = await stage.http.post(
        "/introspect", data={**by_assertion(assertion(stage, party.client_id, key)), "token": "x"}
    )
    assert answer.json()["error"] == "invalid_client"
    assert {received.path for received in web.received} == {"/jwks.json"}


async def test_a_client_rotates_the_key_behind_its_jwks_uri(stage: Stage, web: HttpServer) -> None:
    """A key that nobody knows yet has the document fetched again, but not more often than every ten seconds."""
    old, new = generate("ES256", 2048), generate("ES256", 2048)
    party = await stage.party(token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{web.url}/jwks.json")

    async def accepted(key: Key) -> bool:
        form = by_assertion(assertion(stage, party.client_id, key))
        return (await stage.http.post("/introspect", data={**form, "token": "x"})).status_code == 200

    def publish(*keys: Key) -> None:
        web.documents["/jwks.json"] = orjson.dumps({"keys": [key.as_dict(private=False) for key in keys]})

    publish(old)
    assert await accepted(old)
    publish(new)
    assert not await accepted(new)
    stage.clock.advance(10)
    assert await accepted(new)
    assert not await accepted(old)
    assert len(web.received) == 2
    stage.clock.advance(300)
    web.answers[:] = [503]
    assert await accepted(new), "a document that cannot be had for a while takes nothing away"
    stage.clock.advance(300)
    assert await accepted(new)
    assert len(web.received) == 4


async def test_strangers_do_not_flood_a_jwks_uri_through_us(stage: Stage, web: HttpServer) -> None:
    """Whatever they sign as a client has its keys looked for; of many at once one goes and looks."""
    party = await stage.party(token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{web.url}/jwks.json")
    forms = [by_assertion(assertion(stage, party.client_id, generate("ES256", 2048))) for _ in range(20)]
    answers = await asyncio.gather(*(stage.http.post("/introspect", data={**form, "token": "x"}) for form in forms))
    assert {answer.status_code for answer in answers} == {401}
    assert len(web.received) == 1


async def test_t37_a_request_uri_of_others_is_not_fetched(stage: Stage, web: HttpServer) -> None:
    party, browser, _ = await stage.signed_in()
    assert (await party.answered(browser, request_uri=f"{web.url}/request.jwt"))["error"] == "request_uri_not_supported"
    assert web.received == []


# T38, T39


async def test_t38_parameters_of_our_own_making_change_nothing(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    extra = {
        "account_id": str(stage.provider.new_id()), "sub": "x", "acr": "urn:gerbang:acr:loa2", "auth_time": "1", "expired": "1", "done": "pwd",
        "device": "x", "session_id": "x", "generation": "9", "offline": "true", "code_challenge_methods": "plain",
    }  # fmt: skip
    request, code = await party.code(browser, **extra)
    answer = await party.post_code(request, code, scope="openid email", offline="1", sub="x")
    assert answer.json()["scope"] == "openid"
    assert "refresh_token" not in answer.json()
    tokens = await party._tokens(answer.json(), request.nonce)
    assert tokens.claims["acr"] == "urn:gerbang:acr:loa1"
    pushed = await party._post(
        "pushed_authorization_request_endpoint", {**query_of(request.url), "expired": "1", "used": "1"}
    )
    assert pushed.status_code == 201


async def test_t38_a_session_is_found_by_its_secret(stage: Stage) -> None:
    """Whoever learns a session's id has nothing yet; and `sid` is not even that."""
    party, browser, person = await stage.signed_in()
    tokens = await party.tokens(browser)
    assert person.session is not None
    assert str(person.session.id) not in str(tokens.claims)
    thief = stage.house.browser()
    thief.http.cookies.set(session_cookie(stage.house.settings), str(Handle(person.session.id, b64encode(b"x" * 32))))
    assert (await party.answered(thief, prompt="none"))["error"] == "login_required"


INJECTIONS = ["' OR 1=1 --", "'; DROP TABLE grants; --", "{{7777*7777}}", "${7777*7777}", "{% for x in ().__class__ %}", "\r\nSet-Cookie: a=b", "\x1b[31m", "%0d%0aX: y", "../../etc/passwd", "<svg onload=alert(1)>"]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
async def test_t39_what_is_sent_stays_text(stage: Stage, text: str) -> None:
    party, browser, _ = await stage.signed_in()
    for name in ("state", "nonce", "login_hint", "ui_locales", "claims_locales", "acr_values", "extra"):
        for person in (browser, stage.house.browser()):
            page = await person.get((await party.authorization(**{name: text})).url)
            assert "60481729" not in page.text
            assert "<svg onload" not in page.html
            assert "x" not in page.headers or page.headers["x"] != "y"
            assert page.left_to is None or page.parameters.get("state") is not None or text.startswith(("\r", "\x1b"))
    for endpoint in ("/token", "/introspect", "/revoke"):
        for form in (
            {"client_id": text},
            {"client_id": party.client_id, "client_secret": text},
            {"client_id": text, "client_secret": text},
        ):
            answer = await stage.http.post(endpoint, data={**form, "token": text, "grant_type": text})
            assert answer.status_code in (400, 401)
            assert text not in answer.text
    answer = await party.token(grant_type="authorization_code", code=text, redirect_uri=text, code_verifier=text)
    assert answer.json()["error"] == "invalid_grant"


# Tickets


async def test_a_ticket_serves_the_browser_that_was_given_it(stage: Stage) -> None:
    party = await stage.party()
    victim, attacker = stage.house.browser(), stage.house.browser()
    page = await attacker.get((await party.authorization()).url)
    ticket = query_of(page.url)["lanjut"]
    await stage.sign_in(victim, await stage.person())
    stayed(await victim.get("/authorize/lanjut", lanjut=ticket))
    assert path(await attacker.get("/authorize/lanjut", lanjut=ticket)) == "/masuk"
    stage.clock.advance(stage.house.settings.lifetimes.interaction)
    stayed(await attacker.get("/authorize/lanjut", lanjut=ticket))


@pytest.mark.parametrize("ticket", ["", "x", "A" * 64, "é", "A" * 13_000])
async def test_a_ticket_that_is_not_ours(stage: Stage, ticket: str) -> None:
    stayed(await stage.house.browser().get("/authorize/lanjut", lanjut=ticket))
    answer = await stage.http.get(f"/authorize/lanjut?{urlencode({'lanjut': ticket})}&lanjut={quote('x')}")
    assert answer.status_code == 400


async def test_what_was_done_counts_for_the_session_it_was_done_in(stage: Stage) -> None:
    """prompt=login is not satisfied by somebody else's later session, nor by the one from before."""
    party, person = await stage.party(), await stage.person()
    browser = await stage.browser(person)
    page = await browser.get((await party.authorization(prompt="login")).url)
    assert path(page) == "/masuk"
    ticket = query_of(page.url)["lanjut"]
    assert path(await browser.get("/authorize/lanjut", lanjut=ticket)) == "/masuk"
    await stage.sign_in(browser, await stage.person())
    assert path(await browser.get("/authorize/lanjut", lanjut=ticket)) == "/masuk"

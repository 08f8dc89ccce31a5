"""How the protocol refuses: shapes, characters, headers, methods; and nothing that anybody sends makes a 500."""

import base64
import re
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.base.errors import InvalidRequest
from idp.base.opaque import digest
from idp.store.tables import grants
from idp.web import wire
from tests.protocol.stage import Party, Stage, stayed
from tests.support.browser import Browser

pytestmark = pytest.mark.anyio

FOR_CLIENTS = ("/token", "/introspect", "/revoke", "/par")
FOR_BROWSERS = ("/authorize", "/authorize/lanjut", "/end_session")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# RFC 6749 appendix A.8.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
# Five seconds would be too many for a strategy that is asked 50 times by two databases.
fuzz = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_json(answer: httpx2.Response, status: int, error: str | None = None) -> None:
    """An error of RFC 6749 section 5.2."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    body = answer.json()
    assert set(body) <= {"error", "error_description", "error_uri"}
    assert error in (None, body["error"])
    assert DESCRIPTION.fullmatch(body.get("error_description", ""))


def check_redirect(parameters: dict[str, str], error: str | None = None) -> None:
    """An error of RFC 6749 section 4.1.2.1."""
    assert set(parameters) <= {"error", "error_description", "error_uri", "state", "iss"}
    assert error in (None, parameters["error"]), parameters
    assert DESCRIPTION.fullmatch(parameters.get("error_description", ""))


@pytest.fixture(scope="module")
async def signed_in(stage: Stage) -> tuple[Party, Browser]:
    party, browser, _ = await stage.signed_in()
    return party, browser


# The authorization endpoint

REFUSED: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": 'c"o\\de\n'}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": None}, "invalid_scope"),
    ({"scope": "admin unknown"}, "invalid_scope"),
    ({"scope": "openid saldo:baca"}, "invalid_scope"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "later"}, "invalid_request"),
    ({"display": "hologram"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "1e3"}, "invalid_request"),
    ({"max_age": "٣"}, "invalid_request"),
    ({"max_age": "9" * 400}, "invalid_request"),
    ({"nonce": "n" * 1025}, "invalid_request"),
    ({"claims": "[]"}, "invalid_request"),
    ({"claims": "{"}, "invalid_request"),
    ({"claims": '{"userinfo":[1]}'}, "invalid_request"),
    ({"claims": '{"userinfo":{"name":1}}'}, "invalid_request"),
    ({"claims": "[" * 4000}, "invalid_request"),
    ({"claims": '{"userinfo":{"x":' + '{"a":' * 700 + "1" + "}" * 702}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": "=" * 43}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"request_uri": "https://rp.example/r"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"resource": "https://nobody.example/api"}, "invalid_target"),
    ({"resource": "not a uri"}, "invalid_target"),
    ({"id_token_hint": "garbage", "prompt": "none"}, "login_required"),
    ({"claims": '{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}'}, "unmet_authentication_requirements"),
]


@pytest.mark.parametrize(("wrong", "error"), REFUSED)
async def test_a_refusal_is_a_redirect_with_state_and_issuer(
    signed_in: tuple[Party, Browser], wrong: dict[str, str | None], error: str
) -> None:
    party, browser = signed_in
    answer = await party.answered(browser, **{"scope": "openid", **wrong})  # type: ignore[arg-type]
    check_redirect(answer, error)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "a" * 8000},
        {"client_id": "a\x00b"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": ""},
    ],
)
@pytest.mark.parametrize(
    "more", [{}, {"prompt": "none"}, {"response_type": "x"}, {"request": "a.b.c"}, {"response_mode": "form_post"}]
)
async def test_t9_nothing_is_sent_to_an_address_that_was_not_checked(
    signed_in: tuple[Party, Browser], wrong: dict[str, str | None], more: dict[str, str]
) -> None:
    """Also with prompt=none: the client and its address are judged before anything else."""
    party, browser = signed_in
    stayed(await browser.get((await party.authorization(**{"scope": "openid", **wrong, **more})).url))  # type: ignore[arg-type]


async def test_an_error_page_speaks_the_language_that_was_asked_for(stage: Stage) -> None:
    browser = await stage.browser()
    for locales, language in (("en-GB id", "en"), ("se", "id")):
        page = await browser.get("/authorize", client_id="nobody", ui_locales=locales)
        stayed(page)
        assert f'<html lang="{language}"' in page.html


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_repeated_client_or_address_is_a_page(signed_in: tuple[Party, Browser], name: str) -> None:
    party, browser = signed_in
    request = await party.authorization()
    stayed(await browser.get(f"{request.url}&{name}=x"))
    stayed(
        await browser.get(
            f"{request.url}&{name}={quote(party.client_id if name == 'client_id' else party.redirect_uri)}"
        )
    )


@pytest.mark.parametrize(
    "name",
    [
        "scope",
        "response_type",
        "nonce",
        "state",
        "prompt",
        "max_age",
        "code_challenge",
        "claims",
        "response_mode",
        "unknown",
    ],
)
@pytest.mark.parametrize("how", ["twice", "bytes", "nul", "long"])
async def test_a_malformed_parameter_is_invalid_request(signed_in: tuple[Party, Browser], name: str, how: str) -> None:
    party, browser = signed_in
    request = await party.authorization(max_age="9999", claims="{}", unknown="x", prompt="none", response_mode="query")
    added = {
        "twice": f"&{name}=x",
        "bytes": f"&{name}=%ff%fe",
        "nul": f"&{name}=a%00",
        "long": f"&{name}={'a' * 8193}",
    }[how]
    kept = request.url if how == "twice" else re.sub(rf"&{name}=[^&]*", "", request.url)
    page = await browser.get(kept + added)
    check_redirect(page.parameters, "invalid_request")
    if name != "state":
        assert page.parameters["state"] == request.state


@pytest.mark.parametrize(
    "added",
    [
        "".join(f"&p{n}=1" for n in range(61)),
        "".join(f"&p{n}={'a' * 8000}" for n in range(4)),
        f"&unknown={'a' * 40_000}",
        "&unknown=ü",
    ],
    ids=["many", "large", "long", "raw"],
)
async def test_too_much_is_invalid_request_too(signed_in: tuple[Party, Browser], added: str) -> None:
    """However it comes: what is wrong with the whole does not hide where the answer goes, either."""
    party, browser = signed_in
    request = await party.authorization()
    posted = await party.http.post("/authorize", content=(urlsplit(request.url).query + added).encode(), headers=FORM)
    answers = [dict(parse_qsl(urlsplit(posted.headers["location"]).query))]
    if added.isascii():
        answers.append((await browser.get(request.url + added)).parameters)
    for answer in answers:
        check_redirect(answer, "invalid_request")
        assert answer["state"] == request.state


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}])
async def test_a_posted_request_of_nobody_is_a_page_at_once(stage: Stage, wrong: dict[str, str]) -> None:
    party = await stage.party()
    query = urlsplit((await party.authorization(**wrong)).url).query
    answer = await stage.http.post("/authorize", content=query, headers=FORM)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


async def test_resource_may_repeat(stage: Stage) -> None:
    await stage.party(resource_uris=["https://a.example/api", "https://b.example/api"])
    party, browser, _ = await stage.signed_in()
    request = await party.authorization()
    page = await browser.get(f"{request.url}&resource=https://a.example/api&resource=https://b.example/api")
    tokens = await party.redeem(request, page.parameters["code"])
    claims = await party.verified(tokens.access_token, audience="https://a.example/api", type="at+jwt")
    assert claims["aud"] == ["https://a.example/api", "https://b.example/api"]


@pytest.mark.parametrize("state", ["a" * 2048, "ü~!@#$%^&*()_+{}|:<>?", "a b", " ", "%00", "日本"])
async def test_state_comes_back_as_it_went(signed_in: tuple[Party, Browser], state: str) -> None:
    party, browser = signed_in
    assert (await party.answered(browser, state=state))["state"] == state
    assert (await party.answered(browser, state=state, response_type="x"))["state"] == state


@pytest.mark.parametrize("state", ["a" * 2049, "a\nb", "a\r\nSet-Cookie: x=y"])
async def test_a_state_that_no_client_needs_is_refused(signed_in: tuple[Party, Browser], state: str) -> None:
    party, browser = signed_in
    page = await browser.get((await party.authorization(state=state)).url)
    check_redirect(page.parameters, "invalid_request")
    assert "state" not in page.parameters


@pytest.mark.parametrize("nonce", ["n" * 384, "n" * 1024, "ñ €", '"quoted\\"'])
async def test_a_nonce_comes_back_as_it_went(signed_in: tuple[Party, Browser], nonce: str) -> None:
    party, browser = signed_in
    assert (await party.tokens(browser, nonce=nonce)).claims["nonce"] == nonce


async def test_no_state_no_state(signed_in: tuple[Party, Browser]) -> None:
    party, browser = signed_in
    assert set(await party.answered(browser, state=None)) == {"code", "iss"}
    assert set(await party.answered(browser, state="")) == {"code", "iss"}


async def test_an_address_keeps_its_query(stage: Stage) -> None:
    address = "https://rp.example/callback?tenant=a%20b&x="
    party, browser, _ = await stage.signed_in(redirect_uris=[address])
    page = await browser.get((await party.authorization()).url)
    assert page.left_to is not None
    assert page.left_to.startswith(f"{address}&code=")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("endpoint", FOR_BROWSERS)
async def test_browsers_get_and_post_alone(stage: Stage, endpoint: str, method: str) -> None:
    answer = await stage.http.request(method, endpoint)
    assert answer.status_code == 405
    assert answer.headers["allow"] == ("GET" if endpoint == "/authorize/lanjut" else "GET, POST")
    assert "access-control-allow-origin" not in answer.headers


async def test_whoever_only_looks_at_a_link_does_nothing(stage: Stage) -> None:
    """RFC 9110 section 9.2.1: HEAD is safe, and programs that check links send it with the cookies of a browser."""
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    before = await stage.house.count(grants)
    assert (await browser.http.head((await party.authorization()).url)).status_code == 405
    assert await stage.house.count(grants) == before
    assert (await browser.http.head(f"/end_session?id_token_hint={tokens.id_token}")).status_code == 405
    assert (await party.userinfo(tokens.access_token)).status_code == 200


@pytest.mark.parametrize("endpoint", FOR_BROWSERS)
async def test_no_other_origin_reads_what_a_browser_is_shown(stage: Stage, endpoint: str) -> None:
    """RFC 9700 section 2.6: no CORS at the authorization endpoint."""
    answer = await stage.http.get(endpoint, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_redirect_is_303_and_kept_by_nobody(signed_in: tuple[Party, Browser]) -> None:
    """RFC 9700 section 4.12."""
    party, browser = signed_in
    answer = await browser.http.get((await party.authorization()).url, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "application/x-www-form-urlencoded2"],
)
async def test_only_a_form_is_a_posted_request(signed_in: tuple[Party, Browser], content_type: str) -> None:
    party, browser = signed_in
    body = (await party.authorization()).url.partition("?")[2]
    answer = await browser.http.post("/authorize", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert "location" not in answer.headers


# Endpoints that clients call


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("endpoint", FOR_CLIENTS)
async def test_clients_post_alone(stage: Stage, endpoint: str, method: str) -> None:
    answer = await stage.http.request(method, endpoint, params={"grant_type": "refresh_token"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("endpoint", FOR_CLIENTS)
async def test_t22_only_a_form_counts(signed_in: tuple[Party, Browser], endpoint: str, content_type: str) -> None:
    party, _ = signed_in
    body = urlencode({"client_id": party.client_id, "client_secret": str(party.client_secret), "token": "x"})
    answer = await party.http.post(endpoint, content=body, headers={"Content-Type": content_type})
    check_json(answer, 400, "invalid_request")


async def test_the_query_is_no_form(signed_in: tuple[Party, Browser]) -> None:
    """RFC 6749 section 2.3.1: credentials never travel in the address."""
    party, _ = signed_in
    credentials = {"client_id": party.client_id, "client_secret": str(party.client_secret)}
    answer = await party.http.post("/introspect", params={**credentials, "token": "x"}, headers=FORM)
    check_json(answer, 401, "invalid_client")


@pytest.mark.parametrize("endpoint", FOR_CLIENTS)
@pytest.mark.parametrize(
    "body", ["token=a&token=b", "x=%ff", "x=a%00", f"x={'a' * 8193}", "&".join(f"p{n}=1" for n in range(61)), "x=ü"]
)
async def test_a_malformed_form_is_invalid_request(signed_in: tuple[Party, Browser], endpoint: str, body: str) -> None:
    party, _ = signed_in
    answer = await party.http.post(
        endpoint, content=body.encode(), headers=FORM, auth=(party.client_id, str(party.client_secret))
    )
    check_json(answer, 400, "invalid_request")


@pytest.mark.parametrize("endpoint", [*FOR_CLIENTS, "/authorize", "/end_session", "/userinfo"])
async def test_a_body_has_an_end(stage: Stage, endpoint: str) -> None:
    answer = await stage.http.post(endpoint, content=b"x=" + b"a" * 70_000, headers=FORM)
    assert answer.status_code == 413
    if endpoint in (*FOR_CLIENTS, "/userinfo"):
        check_json(answer, 413, "invalid_request")
    answer = await stage.http.post(endpoint, content=b"x=" + b"a" * 30_000, headers=FORM)
    assert answer.status_code == 400


async def test_a_wrong_secret_is_challenged_where_it_was_sent(signed_in: tuple[Party, Browser]) -> None:
    """RFC 6749 section 5.2."""
    party, _ = signed_in
    basic = await party.http.post("/token", data={"grant_type": "refresh_token"}, auth=(party.client_id, "wrong"))
    check_json(basic, 401, "invalid_client")
    assert re.fullmatch(r'Basic realm="[a-z]+", charset="UTF-8"', basic.headers["www-authenticate"])
    posted = await party.http.post("/token", data={"client_id": party.client_id, "client_secret": "wrong"})
    check_json(posted, 401, "invalid_client")
    assert "www-authenticate" not in posted.headers


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic YQ==", "Basic /w==", "Basic " + "A" * 20_000, "Basic Og==", "BASIC ww=="],
)
async def test_malformed_basic_is_invalid_client(stage: Stage, header: str) -> None:
    check_json(
        await stage.http.post("/token", data={"grant_type": "x"}, headers={"Authorization": header}),
        401,
        "invalid_client",
    )


@pytest.mark.parametrize("encoded", [True, False])
async def test_a_basic_secret_is_taken_with_and_without_form_encoding(stage: Stage, encoded: bool) -> None:
    """RFC 6749 section 2.3.1 asks for the encoding; many libraries leave it out."""
    party, secret = await stage.party(), "a+b%2F%zz:c d&e=ü/" + "0123456789abcdef"
    await stage.change(party, secret_hash=digest(secret))
    pair = f"{party.client_id}:{quote_plus(secret) if encoded else secret}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    answer = await stage.http.post("/token", data={"grant_type": "refresh_token"}, headers=headers)
    check_json(answer, 400, "invalid_request")
    wrong = {"Authorization": f"Basic {base64.b64encode(pair[:-1].encode()).decode()}"}
    answer = await stage.http.post("/token", data={"grant_type": "refresh_token"}, headers=wrong)
    check_json(answer, 401, "invalid_client")


async def test_two_ways_at_once_are_refused(signed_in: tuple[Party, Browser]) -> None:
    party, _ = signed_in
    secret = str(party.client_secret)
    both = await party.http.post(
        "/token", data={"client_id": party.client_id, "client_secret": secret}, auth=(party.client_id, secret)
    )
    check_json(both, 400, "invalid_request")


async def test_a_method_that_was_not_registered_is_refused(stage: Stage) -> None:
    party = await stage.party(token_endpoint_auth_method="client_secret_post")
    answer = await party.http.post("/introspect", data={"token": "x"}, auth=(party.client_id, str(party.client_secret)))
    check_json(answer, 401, "invalid_client")
    assert (
        answer.json()["error_description"]
        == "this client is registered for client_secret_post, not client_secret_basic"
    )
    guessed = await party.http.post("/introspect", data={"token": "x"}, auth=(party.client_id, "w" * 43))
    assert guessed.json()["error_description"] == "client authentication failed", "only who has the secret is told more"
    public = await stage.party(public=True)
    posted = await public.http.post("/token", data={"client_id": public.client_id, "client_secret": "anything"})
    check_json(posted, 401, "invalid_client")
    confidential = await stage.party()
    check_json(await public.http.post("/token", data={"client_id": confidential.client_id}), 401, "invalid_client")
    nobody = await public.http.post("/token", data={"grant_type": "refresh_token"})
    check_json(nobody, 401, "invalid_client")
    assert nobody.json()["error_description"] == "send client_id, or authenticate"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "A" * 64}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "A" * 64, "code_verifier": "short"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "A" * 64, "code_verifier": "ü" * 50}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "A" * 70}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "é"}, "invalid_grant"),
    ],
)
async def test_token_errors(signed_in: tuple[Party, Browser], form: dict[str, str], error: str) -> None:
    check_json(await signed_in[0].token(**form), 400, error)


async def test_browsers_of_public_clients_may_call(stage: Stage) -> None:
    for endpoint in ("/token", "/revoke", "/userinfo"):
        preflight = await stage.http.options(
            endpoint,
            headers={
                "Origin": "https://app.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "authorization" in preflight.headers["access-control-allow-headers"]
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert "access-control-allow-credentials" not in preflight.headers
        called = await stage.http.post(endpoint, data={"x": "y"}, headers={"Origin": "https://app.example"})
        assert called.headers["access-control-allow-origin"] == "*"


async def test_what_a_browser_may_call_it_may_read(stage: Stage) -> None:
    """A script that gets an answer without the header sees a dead network, whatever was said and done."""
    party = await stage.party(public=True)
    pushed = await party.http.post("/par", data=dict(parse_qsl(urlsplit((await party.authorization()).url).query)))
    assert pushed.status_code == 201
    assert pushed.headers["access-control-allow-origin"] == "*"
    for endpoint in (*FOR_CLIENTS, "/userinfo"):
        for answer in (
            await stage.http.post(endpoint, content=b"x=" + b"a" * 70_000, headers=FORM),
            await stage.http.put(endpoint),
        ):
            assert answer.status_code in (405, 413)
            assert answer.headers["access-control-allow-origin"] == "*", (endpoint, answer.status_code)


# Userinfo


async def test_userinfo_challenges(signed_in: tuple[Party, Browser]) -> None:
    """RFC 6750 section 3: no error code for a request without a token."""
    party, browser = signed_in
    bare = await party.http.get("/userinfo")
    assert bare.status_code == 401
    assert bare.headers["www-authenticate"] == 'Bearer realm="gerbang"'
    for header in ("Bearer x", "bearer x.y.z", "BEARER", "Bearer  "):
        answer = await party.http.get("/userinfo", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    twice = await party.http.post("/userinfo", data={"access_token": "x"}, headers={"Authorization": "Bearer x"})
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    tokens = await party.tokens(browser)
    in_query = await party.http.get("/userinfo", params={"access_token": tokens.access_token})
    assert in_query.status_code == 401, "addresses are logged (RFC 9700 section 4.3.2)"
    as_text = await party.http.post(
        "/userinfo", content=f"access_token={tokens.access_token}", headers={"Content-Type": "text/plain"}
    )
    assert as_text.status_code == 401, "RFC 6750 section 2.2 asks for a form"
    scheme = await party.http.get("/userinfo", headers={"Authorization": f"bEaReR {tokens.access_token}"})
    assert scheme.status_code == 200
    json = await party.http.post("/userinfo", json={"ü": 1}, headers={"Authorization": f"Bearer {tokens.access_token}"})
    assert json.status_code == 200


async def test_userinfo_needs_openid(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, "profile")
    assert "id_token" not in tokens.raw
    answer = await party.userinfo(tokens.access_token)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'scope="openid"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
async def test_userinfo_methods(stage: Stage, method: str) -> None:
    answer = await stage.http.request(method, "/userinfo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


# Anything at all


@given(st.binary(max_size=300) | st.text(alphabet="%&=abc\x00ü0+;", max_size=80).map(str.encode))
def test_wire_parse_raises_nothing_but_invalid_request(raw: bytes) -> None:
    try:
        found = wire.parse(raw)
        found.require_sound()
    except InvalidRequest as fault:
        if not DESCRIPTION.fullmatch(fault.description):
            raise AssertionError(fault.description) from None
        return
    for value in [*found.values.values(), *(item for items in found.repeated.values() for item in items)]:
        assert value
        assert "\x00" not in value
        value.encode()


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=20),
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1),
        max_size=20,
    )
)
def test_wire_parse_reads_what_urlencode_writes(values: dict[str, str]) -> None:
    found = wire.parse(urlencode(values).encode())
    assert found.faults == {}
    single = {name: value for name, value in values.items() if name not in ("resource", "audience")}
    assert found.values == single


async def check_anything(stage: Stage, path: str, raw: bytes, authorization: str | None) -> None:
    headers: dict[str, Any] = (
        {} if authorization is None else {"Authorization": authorization.encode("utf-8", "surrogatepass")}
    )
    for answer in (
        await stage.http.get(f"{path}?{quote(raw, safe='%&=+')}", headers=headers),
        await stage.http.post(path, content=raw, headers={**headers, **FORM}),
        await stage.http.post(path, content=raw, headers=headers),
    ):
        assert answer.status_code < 500, (path, raw, answer.text)


@pytest.mark.parametrize("path", [*FOR_CLIENTS, *FOR_BROWSERS, "/userinfo"])
async def test_no_500_on_anything(stage: Stage, path: str) -> None:
    """Hypothesis chooses; the house is asked in one loop, so the examples are drawn first."""
    drawn: list[tuple[bytes, str | None]] = []
    names = st.sampled_from(
        ["client_id", "redirect_uri", "client_secret", "client_assertion", "client_assertion_type", "grant_type", "code", "token", "lanjut",
         "refresh_token", "code_verifier", "scope", "claims", "request_uri", "id_token_hint", "resource", "access_token", "state", "x"]
    )  # fmt: skip
    values = st.text(max_size=40) | st.sampled_from(
        [
            "urn:ietf:params:oauth:request_uri:",
            "urn:ietf:params:oauth:request_uri:" + "A" * 64,
            "a.b.c",
            "e30.e30.e30",
            "A" * 64,
            "A" * 70,
            "authorization_code",
        ]
    )
    forms = st.lists(st.tuples(names, values), max_size=8).map(
        lambda pairs: urlencode(pairs, errors="surrogatepass").encode()
    )
    headers = st.none() | st.sampled_from(["Basic ", "Bearer ", ""]).flatmap(
        lambda scheme: st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=30).map(
            scheme.__add__
        )
    )

    @fuzz
    @given(st.tuples(st.binary(max_size=200) | forms, headers))
    def draw(example: tuple[bytes, str | None]) -> None:
        drawn.append(example)

    draw()
    for raw, authorization in drawn:
        await check_anything(stage, path, raw, authorization)

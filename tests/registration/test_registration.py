"""Dynamic registration (RFC 7591) and its management (RFC 7592), as the conformance plans and an attacker use them."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import orjson
import pytest
from joserfc.jwk import RSAKey

from idp.flows import register_client
from idp.flows.client_rules import Checked
from tests.support.hosts import host
from tests.support.servers import House

pytestmark = pytest.mark.anyio

Houses = Callable[..., AbstractAsyncContextManager[House]]
WEB = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Layanan"}


async def register(house: House, **metadata: Any) -> httpx2.Response:
    return await house.http().post("/register", json={**WEB, **metadata})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_registration_answers_with_everything(house: House) -> None:
    answer = await register(
        house, contacts=["ops@rp.example"], initiate_login_uri="https://rp.example/masuk", unknown_member="x"
    )
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["client_secret_expires_at"] == 0
    assert made["client_id_issued_at"] == house.clock.now()
    assert made["registration_client_uri"] == f"{house.issuer}/register/{made['client_id']}"
    assert made["registration_access_token"]
    defaults = {
        "token_endpoint_auth_method": "client_secret_basic", "grant_types": ["authorization_code"], "response_types": ["code"],
        "id_token_signed_response_alg": "RS256", "contacts": ["ops@rp.example"], "initiate_login_uri": "https://rp.example/masuk",
    }  # fmt: skip
    assert made.items() >= {**WEB, **defaults}.items()
    assert "unknown_member" not in made


async def test_a_registration_answers_with_what_holds_where_nothing_was_said(house: House) -> None:
    """RFC 7591 section 3.2.1; and a client may send back what it was told (RFC 7592 section 2.2)."""
    made = (await register(house)).json()
    silent = {
        "scope": "openid profile email phone address offline_access", "subject_type": "pairwise",
        "application_type": "web", "access_token_signed_response_alg": "ES256", "require_auth_time": False,
    }  # fmt: skip
    assert made.items() >= silent.items()
    ours = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
    again = await house.http().put(
        f"/register/{made['client_id']}",
        json={name: value for name, value in made.items() if name not in ours},
        headers=bearer(made["registration_access_token"]),
    )
    assert again.status_code == 200, again.text
    assert again.json().items() >= silent.items()
    several = await register(house, redirect_uris=["https://a.example/cb", "https://b.example/cb"])
    assert "subject_type" not in several.json(), "it could not be sent back"


async def test_a_registered_client_signs_people_in_at_once(house: House) -> None:
    made = (await register(house)).json()
    party = house.relying_party(
        "bench", **{name: made[name] for name in ("client_id", "client_secret", "redirect_uris")}
    )
    # The suite's Basic plan sends no PKCE, so a confidential client that registered itself need not.
    request = await party.authorization(code_challenge=None, code_challenge_method=None)
    browser = house.browser()
    page = await party.answer(browser, await browser.get(request.url), house.account())
    answer = await party.token(
        grant_type="authorization_code", code=page.parameters["code"], redirect_uri=request.redirect_uri
    )
    assert answer.status_code == 200, answer.text


async def test_keys_without_a_kid_are_taken(house: House) -> None:
    public = RSAKey.generate_key(2048).as_dict(private=False)
    public.pop("kid", None)
    answer = await register(
        house, jwks={"keys": [{**public, "alg": "RS256", "use": "sig"}]}, token_endpoint_auth_method="private_key_jwt"
    )
    assert answer.status_code == 201
    assert "client_secret" not in answer.json()
    assert "client_secret_expires_at" not in answer.json()


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"redirect_uris": ["https://rp.example/cb#fragment"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://rp.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://*.rp.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://rp.example/cb\u0000"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"initiate_login_uri": "http://rp.example/masuk"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "HS256"}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "invalid_client_metadata"),
        ({"jwks": {"keys": []}, "jwks_uri": "https://rp.example/jwks"}, "invalid_client_metadata"),
        ({"scope": "accounts:write"}, "invalid_client_metadata"),
        ({"scope": "saldo:baca"}, "invalid_client_metadata"),
        ({"subject_type": "pairwise", "sector_identifier_uri": "https://127.0.0.1:1/sector"}, "invalid_client_metadata"),
        ({"client_name": "x" * 1000}, "invalid_client_metadata"),
        ({"client_name#en-GB": ""}, "invalid_client_metadata"),
    ],
)  # fmt: skip
async def test_what_is_not_acceptable(house: House, metadata: dict[str, Any], code: str) -> None:
    answer = await register(house, **metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer.json()["error_description"]), "RFC 6749 section 5.2"


async def test_a_protection_that_we_do_not_give_is_refused_by_name(house: House) -> None:
    made = (await register(house)).json()
    own, token = f"/register/{made['client_id']}", bearer(made["registration_access_token"])
    for name, value in (
        ("id_token_encrypted_response_alg", "RSA-OAEP-256"),
        ("id_token_encrypted_response_enc", "A256GCM"),
        ("userinfo_encrypted_response_alg", "ECDH-ES"),
        ("request_object_encryption_alg", "RSA-OAEP"),
        ("authorization_signed_response_alg", "PS256"),
        ("introspection_encrypted_response_alg", "RSA-OAEP"),
        ("require_signed_request_object", True),
        ("tls_client_certificate_bound_access_tokens", True),
        ("dpop_bound_access_tokens", True),
    ):
        answer = await register(house, **{name: value})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata"), name
        assert name in answer.json()["error_description"]
        wanted = {**WEB, "client_id": made["client_id"], name: value}
        assert (await house.http().put(own, json=wanted, headers=token)).status_code == 400, name


async def test_what_asks_for_no_more_than_we_do_anyway_is_left_out(house: House) -> None:
    """Among it what the Dynamic plan registers about request objects, which are refused one by one, and what says no."""
    silent = {
        "id_token_encrypted_response_alg": None, "userinfo_encrypted_response_alg": "", "dpop_bound_access_tokens": False,
        "require_signed_request_object": False, "request_object_signing_alg": "RS256",
        "request_uris": ["https://rp.example/request#x"], "backchannel_token_delivery_mode": "poll",
    }  # fmt: skip
    answer = await register(house, **silent, userinfo_signed_response_alg="RS256")
    assert answer.status_code == 201
    assert not silent.keys() & answer.json().keys()
    assert answer.json()["userinfo_signed_response_alg"] == "RS256"


async def test_what_people_read_is_said_in_languages_and_nothing_else(house: House) -> None:
    """RFC 7591 section 2.2. What only looks like it is as unknown as anything else, and is not repeated in an error."""
    strange = {
        'client_name#"é\\': "",
        "client_name#": "x",
        "client_name#en#id": "x",
        "grant_types#en": ["authorization_code"],
    }
    answer = await register(house, **strange, **{"client_name#en-GB": "Service"})
    assert answer.status_code == 201
    assert {name: value for name, value in answer.json().items() if "#" in name} == {"client_name#en-GB": "Service"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"redirect_uris": "\\ud800"}'])
async def test_a_body_that_is_no_json_object(house: House, body: bytes) -> None:
    answer = await house.http().post("/register", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_forms_are_refused(house: House) -> None:
    assert (await house.http().post("/register", data={"redirect_uris": "https://rp.example/cb"})).status_code == 400
    assert (await house.http().get("/register")).status_code == 405
    as_json = {"Content-Type": "application/json"}
    endless = await house.http().post("/register", content=b'"' + b"a" * 70_000, headers=as_json)
    assert (endless.status_code, endless.json()["error"]) == (413, "invalid_request")


async def test_nobody_registers_itself_as_more_than_a_third_party(house: House) -> None:
    """T38: policy, secret and source are ours."""
    answer = await register(
        house, policy={"first_party": True}, first_party=True, pre_authorised=True, source="static", client_id="bench",
        client_secret="a-secret-that-somebody-brought-along", secret_hash="x", require_pkce=False, scope="openid email saldo:baca",
    )  # fmt: skip
    made = answer.json()
    client = await house.provider.client(made["client_id"])
    assert client is not None
    assert (client.first_party, client.source, made["scope"]) == (False, "dynamic", "openid email")
    assert made["client_id"] != "bench"
    assert "brought-along" not in answer.text


async def test_a_client_manages_itself(house: House) -> None:
    made = (await register(house)).json()
    uri, http = made["registration_client_uri"], house.http(headers=bearer(made["registration_access_token"]))
    read = (await http.get(uri)).json()
    assert read == {name: value for name, value in made.items() if not name.startswith("client_secret")}

    wanted = {**WEB, "client_id": made["client_id"], "client_secret": made["client_secret"], "client_name": "Nama Baru"}
    changed = await http.put(uri, json=wanted)
    assert changed.status_code == 200
    assert (changed.json()["client_name"], (await http.get(uri)).json()["client_name"]) == ("Nama Baru", "Nama Baru")

    assert (await http.delete(uri)).status_code == 204
    gone = await http.get(uri)
    assert gone.status_code == 401
    assert gone.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "bench"}, {"client_id": None}, {"client_secret": "not-the-secret"}, {"registration_access_token": "x"},
        {"registration_client_uri": "x"}, {"client_id_issued_at": 0}, {"redirect_uris": ["http://rp.example/"]},
    ],
)  # fmt: skip
async def test_a_change_that_is_not_the_clients_to_make(house: House, wrong: dict[str, Any]) -> None:
    made = (await register(house)).json()
    http = house.http(headers=bearer(made["registration_access_token"]))
    answer = await http.put(made["registration_client_uri"], json={**WEB, "client_id": made["client_id"], **wrong})
    assert answer.status_code == 400
    assert (await http.get(made["registration_client_uri"])).json()["redirect_uris"] == WEB["redirect_uris"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_token_manages_its_own_client_and_no_other(house: House, method: str) -> None:
    """Another client's token, no client at all, and a client that operators made: all the same answer."""
    mine, other = (await register(house)).json(), (await register(house)).json()
    http = house.http()
    answers = [
        await http.request(
            method, f"/register/{client_id}", headers=bearer(token), json={**WEB, "client_id": client_id}
        )
        for client_id in (other["client_id"], "bench", "nobody", "x" * 500, "%00")
        for token in (mine["registration_access_token"], "x", mine["client_secret"])
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert (await http.request(method, f"/register/{mine['client_id']}")).status_code == 401
    assert (
        await http.get(f"/register/{other['client_id']}", headers=bearer(other["registration_access_token"]))
    ).status_code == 200


async def test_closed_outside_dev_mode_unless_opened(houses: Houses) -> None:
    async with houses(dev=False) as house:
        assert (await register(house)).status_code == 404
        assert (await house.http().get("/register/x", headers=bearer("x"))).status_code == 404
        discovered = (await house.http().get("/.well-known/openid-configuration")).json()
        assert "registration_endpoint" not in discovered


async def test_opened_it_asks_for_an_initial_access_token(houses: Houses) -> None:
    async with houses(dev=False, registration={"enabled": True}) as house:
        unknown = await register(house)
        assert (unknown.status_code, unknown.headers["www-authenticate"]) == (401, 'Bearer realm="gerbang"')
        for scope, status in (("clients:register", 201), ("clients:write", 403)):
            made = await register_client.create(
                house.provider,
                {"grant_types": ["client_credentials"], "scope": scope},
                by="the test",
                source=register_client.ADMIN,
            )
            assert made.secret is not None
            answer = await house.http().post(
                "/token", data={"grant_type": "client_credentials"}, auth=(made.client.client_id, made.secret)
            )
            token = answer.json()["access_token"]
            assert (await house.http(headers=bearer(token)).post("/register", json=WEB)).status_code == status


async def test_open_to_all_it_counts_per_network(houses: Houses) -> None:
    settings = {"enabled": True, "require_initial_access_token": False}
    async with houses(dev=False, registration=settings, limits={"sign_up_per_network": 3}) as house:
        assert [(await register(house)).status_code for _ in range(4)] == [201, 201, 201, 503]
        elsewhere = await house.http("203.0.113.9").post("/register", json=WEB)
        assert elsewhere.status_code == 201


async def test_whoever_tries_out_is_not_counted(houses: Houses) -> None:
    """A conformance suite registers one or two clients for each of its modules."""
    async with houses(limits={"sign_up_per_network": 1}) as house:
        assert [(await register(house)).status_code for _ in range(3)] == [201, 201, 201]


async def test_no_page_of_another_origin_registers_where_no_token_is_asked(house: House) -> None:
    """Anybody's page would have its visitors do it: a browser asks before it sends JSON, and is told nothing (Fetch)."""
    wrong = await house.http().post("/register", content=b"{}", headers={"Content-Type": "text/plain"})
    for answer in (await register(house), await register(house, grant_types=["password"]), wrong):
        assert answer.status_code in (201, 400)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    asked = await house.http().options("/register", headers={"Access-Control-Request-Method": "POST"})
    assert (asked.status_code, asked.headers["allow"]) == (405, "POST")
    assert not [name for name in asked.headers if name.startswith("access-control-")]


async def test_a_page_of_another_origin_registers_with_a_token(houses: Houses) -> None:
    async with houses(dev=False, registration={"enabled": True}) as house:
        asked = await house.http().options("/register")
        assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "POST")
        assert (await register(house)).headers["access-control-allow-origin"] == "*", "that a token is missing"


async def test_a_page_of_another_origin_manages_its_client(house: House) -> None:
    """No cookie counts here, so whoever has the token may send it from wherever they are (Fetch)."""
    made = await register(house)
    own = f"/register/{made.json()['client_id']}"
    asked = await house.http().options(own)
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, PUT, DELETE")
    refused = await house.http().patch(own)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (405, "*")
    for method, status in (("GET", 200), ("DELETE", 204), ("GET", 401)):
        answer = await house.http().request(method, own, headers=bearer(made.json()["registration_access_token"]))
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")


async def test_a_client_that_changes_itself_brings_back_nothing_that_was_decided_meanwhile(house: House) -> None:
    """A sector document takes as long as its host likes: an officer decides while it is on its way."""
    made: dict[str, Any] = {}
    decisions = 0

    async def decide() -> None:
        nonlocal decisions
        if made:
            async with house.provider.database.transaction() as tx:
                known = await register_client.held(tx, made["client_id"])
                decided = Checked(known.metadata, {"always_ask": True}, known.source)
                await register_client.rewrite(house.provider, tx, known, decided, by="officer")
            decisions += 1

    async with host(decide, orjson.dumps(WEB["redirect_uris"])) as url:
        told = {**WEB, "sector_identifier_uri": f"{url}/sector"}
        made |= (await register(house, **told)).json()
        changed = await house.http().put(
            f"/register/{made['client_id']}",
            json={**told, "client_id": made["client_id"], "client_name": "Nama Lain"},
            headers=bearer(made["registration_access_token"]),
        )
    assert changed.status_code == 200, changed.text
    assert decisions == 1
    async with house.provider.database.reading() as tx:
        client = await register_client.current(tx, made["client_id"])
    assert (client.name, client.always_ask) == ("Nama Lain", True)

"""Every operation that the OpenAPI document knows, without a token, with the wrong one, and with the wrong scope."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.async_api import Browser as Chromium

from idp.flows import register_client
from idp.grants import tokens
from idp.grants.scopes import ADMIN_SCOPES
from tests.admin.conftest import Officer, machine, token
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NOBODY = UUID("01900000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Operation:
    """One row of the document."""

    method: str
    path: str
    scope: str
    described: dict[str, Any]


async def document(house: House) -> dict[str, Any]:
    answer = await house.http().get("/admin/openapi.json")
    assert answer.status_code == 200
    read: dict[str, Any] = answer.json()
    return read


def operations(read: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in read["paths"].items():
        for method, described in methods.items():
            [[scope]] = [requirement["oauth2"] for requirement in described["security"]]
            named = path.format(account_id=NOBODY, item_id=NOBODY, client_id="nobody", reference="GB-2222-2222")
            yield Operation(method.upper(), named, scope, described)


async def test_the_document_is_public_and_tells_everything(house: House) -> None:
    read = await document(house)
    assert len(list(operations(read))) >= 18
    schemas = read["components"]["schemas"]
    for each in operations(read):
        assert each.path.startswith("/admin/v1/")
        assert each.scope in ADMIN_SCOPES
        assert each.described["summary"]
        assert each.described["description"]
        assert {"401", "403", "422", "503"} <= each.described["responses"].keys()
    assert "HTTPValidationError" not in schemas
    flow = read["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == f"{house.issuer}/token"
    assert flow["scopes"].keys() == set(ADMIN_SCOPES)
    assert all(flow["scopes"].values())


async def test_operations_have_names_that_a_generated_client_can_use(house: House) -> None:
    named = [each.described["operationId"] for each in operations(await document(house))]
    assert len(named) == len(set(named))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in named)
    assert {"listAccounts", "getClient", "rotateClientSecret", "listAuditEvents", "rotateSigningKeys"} <= set(named)


async def test_its_page_asks_nobody_else_for_anything(house: House) -> None:
    answer = await house.http().get("/admin/docs")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    shown = unescape(answer.text)
    assert all(each.described["summary"] in shown for each in operations(await document(house)))


async def test_its_page_fits_a_small_screen(house: House, chromium: Chromium) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 640})
    page = await context.new_page()
    await page.set_content((await house.http().get("/admin/docs")).text)
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await context.close()


async def test_without_a_token_nothing_is_read(house: House) -> None:
    http = house.http()
    for each in operations(await document(house)):
        for path in (each.path, each.path.replace(str(NOBODY), "%00%ff").replace("nobody", "'or 1=1")):
            answer = await http.request(
                each.method, path, content=b"{not json", headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 401, each
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "error=" not in answer.headers["www-authenticate"]
            assert answer.headers["content-type"] == "application/problem+json"
    assert (await http.get("/admin/v1/no/such/thing")).status_code == 401
    assert (await http.get("/admin/v1")).status_code == 401


async def test_a_token_without_the_scope_is_told_which_one(house: House, officer: Officer) -> None:
    for wanted in ADMIN_SCOPES:
        others = await officer(*(scope for scope in ADMIN_SCOPES if scope != wanted))
        for each in operations(await document(house)):
            if each.scope != wanted:
                continue
            answer = await others.request(
                each.method, each.path, content=b"{not json", headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 403, each
            assert f'error="insufficient_scope", scope="{wanted}"' in answer.headers["www-authenticate"]


async def test_strange_tokens_are_refused(house: House, officer: Officer) -> None:
    client_id, secret = await machine(house, "accounts:read")
    good = await token(house, client_id, secret)
    provider, now = house.provider, house.clock.now()

    def forged(typ: str = tokens.ACCESS_TOKEN_TYPE, **replaced: Any) -> str:
        claims = {
            "iss": house.issuer, "sub": client_id, "aud": house.issuer, "client_id": client_id, "scope": "accounts:read",
            "iat": now, "exp": now + 60, "jti": "x", **replaced,
        }  # fmt: skip
        return str(provider.keyring.sign(claims, "ES256", typ))

    async def status(value: str) -> int:
        return (await house.http(headers={"Authorization": f"Bearer {value}"}).get("/admin/v1/accounts")).status_code

    assert await status(good) == 200
    assert await status(forged()) == 200
    assert await status(forged(aud=f"{house.issuer}/admin")) == 200
    for bad in (
        forged("JWT"), forged(aud="https://other.example"), forged(sub="somebody"), forged(iss="https://other.example"),
        forged(exp=now), forged(client_id="nobody", sub="nobody"), good[:-2], good + "x", "x", "a.b.c",
    ):  # fmt: skip
        assert await status(bad) == 401
    # Scopes that the token claims and the client does not have are worth nothing.
    answer = await house.http(headers={"Authorization": f"Bearer {forged(scope='keys:write accounts:read')}"}).post(
        "/admin/v1/keys/rotate", json={}
    )
    assert answer.status_code == 403
    await register_client.switch(provider, client_id, enabled=False, by="the test")
    assert await status(good) == 401


async def test_a_persons_token_opens_nothing(house: House) -> None:
    party = house.relying_party("bench")
    account = house.account()
    signed_in = await party.sign_in(house.browser(), account)
    answer = await house.http(headers={"Authorization": f"Bearer {signed_in.access_token}"}).get("/admin/v1/accounts")
    assert answer.status_code == 401


async def test_what_no_operation_takes_is_a_problem_too(admin: httpx2.AsyncClient) -> None:
    """A path that is none, a method that is none, a body without end, and one that is no text."""
    as_json = {"Content-Type": "application/json"}
    for status, answer in (
        (404, await admin.get("/admin/v1/nothing")),
        (405, await admin.put("/admin/v1/clients")),
        (413, await admin.post("/admin/v1/clients", content=b'"' + b"a" * 70_000, headers=as_json)),
        (400, await admin.post("/admin/v1/clients", content=b'"\xff"', headers=as_json)),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.headers.get("allow") == ("GET, POST" if status == 405 else None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


MEMBERS = st.sampled_from(
    ["metadata", "policy", "client_id", "overlap", "algorithm", "force", "redirect_uris", "scope"]
)
QUERY = st.sampled_from(["cursor", "limit", "status", "identifier", "event", "account_id"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    which=st.integers(0, 1000),
    body=JSON | st.dictionaries(MEMBERS, JSON | st.dictionaries(MEMBERS, JSON, max_size=4), max_size=4),
    query=st.dictionaries(QUERY, st.text(max_size=30), max_size=3),
)
async def test_no_input_is_a_fault_of_ours(
    house: House, admin: httpx2.AsyncClient, which: int, body: Any, query: dict[str, str]
) -> None:
    """Whatever is sent to whatever operation is answered below 500, and what is refused is a problem."""
    known = list(operations(await document(house)))
    each = known[which % len(known)]
    answer = await admin.request(each.method, each.path, json=body, params=query if each.method == "GET" else None)
    assert answer.status_code < 500, (each, body, query, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"

"""Officers and relying parties: the whole life of a client, and how far an officer may go."""

from typing import Any

import httpx2
import orjson
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from idp.clients import directory
from idp.flows import register_client
from idp.flows.client_rules import Checked
from idp.flows.register_client import SECRET_OVERLAP
from tests.admin.conftest import Officer, machine, token
from tests.support.hosts import host
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW = {
    "metadata": {
        "client_name": "Layanan Baru",
        "client_name#en": "New service",
        "redirect_uris": ["https://baru.example/cb"],
    }
}


async def works(house: House, client_id: str, secret: str) -> bool:
    """Whether the token endpoint takes the secret; the grant is wrong on purpose."""
    answer = await house.http().post(
        "/token", data={"grant_type": "authorization_code", "code": "x", "redirect_uri": "x"}, auth=(client_id, secret)
    )
    return bool(answer.json()["error"] != "invalid_client")


async def test_the_life_of_a_client(house: House, admin: httpx2.AsyncClient) -> None:
    created = await admin.post(
        "/admin/v1/clients", json={**NEW, "client_id": "layanan-baru", "policy": {"first_party": True}}
    )
    assert created.status_code == 201, created.text
    made = created.json()
    assert (made["client_id"], made["source"], made["has_secret"]) == ("layanan-baru", "admin", True)
    assert await works(house, "layanan-baru", made["client_secret"])

    read = await admin.get("/admin/v1/clients/layanan-baru")
    assert read.json() == {name: value for name, value in made.items() if name != "client_secret"}
    assert made["client_secret"] not in read.text

    changed = await admin.put(
        "/admin/v1/clients/layanan-baru", json={"metadata": {**NEW["metadata"], "client_name": "Nama Lain"}}
    )
    assert (changed.json()["name"], changed.json()["policy"], changed.json()["client_secret"]) == (
        "Nama Lain",
        {"first_party": True},
        None,
    )
    assert await works(house, "layanan-baru", made["client_secret"])

    rotated = (await admin.post("/admin/v1/clients/layanan-baru/secret", json={"overlap": 60})).json()
    assert rotated["previous_secret_expires_at"] == house.clock.now() + 60
    assert await works(house, "layanan-baru", rotated["client_secret"])
    assert await works(house, "layanan-baru", made["client_secret"])
    house.clock.advance(60)
    assert not await works(house, "layanan-baru", made["client_secret"])
    rotated = (await admin.post("/admin/v1/clients/layanan-baru/secret")).json()  # without a body: the usual overlap
    assert rotated["previous_secret_expires_at"] == house.clock.now() + SECRET_OVERLAP

    assert (await admin.post("/admin/v1/clients/layanan-baru/disable")).json()["disabled_at"] == house.clock.now()
    assert not await works(house, "layanan-baru", rotated["client_secret"])
    assert (await admin.post("/admin/v1/clients/layanan-baru/enable")).json()["disabled_at"] is None
    assert await works(house, "layanan-baru", rotated["client_secret"])

    assert (await admin.delete("/admin/v1/clients/layanan-baru")).status_code == 204
    assert (await admin.delete("/admin/v1/clients/layanan-baru")).status_code == 404
    assert (await admin.get("/admin/v1/clients/layanan-baru")).status_code == 404


async def test_a_first_service_signs_people_in(house: House, admin: httpx2.AsyncClient) -> None:
    made = (await admin.post("/admin/v1/clients", json=NEW)).json()
    party = house.relying_party(
        "bench",
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        redirect_uris=["https://baru.example/cb"],
    )
    assert (await party.sign_in(house.browser(), house.account())).claims["aud"] == made["client_id"]


@pytest.mark.parametrize(
    "wanted",
    [
        {**NEW, "source": "static"},
        {**NEW, "secret_hash": "x"},
        {**NEW, "disabled_at": None},
        {"metadata": {**NEW["metadata"], "secret_hash": "x"}},
        {"metadata": {**NEW["metadata"], "client_secret": "a-secret-that-somebody-brought-along"}},
        {**NEW, "policy": {"first_party": True, "admin": True}},
        {**NEW, "policy": {"first_party": "yes"}},
        {"metadata": {**NEW["metadata"], "redirect_uris": "https://baru.example/cb"}},
        {"metadata": {**NEW["metadata"], "grant_types": ["password"]}},
        {},
        [],
    ],
)  # fmt: skip
async def test_members_that_are_not_offered_are_refused(admin: httpx2.AsyncClient, wanted: Any) -> None:
    """T38: mass assignment."""
    answer = await admin.post("/admin/v1/clients", json=wanted)
    assert answer.status_code == 422
    assert "brought-along" not in answer.text


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"metadata": {"redirect_uris": ["http://baru.example/cb"]}}, "invalid_redirect_uri"),
        ({"metadata": {"redirect_uris": ["https://baru.example/cb#x"]}}, "invalid_redirect_uri"),
        ({"metadata": {}}, "invalid_redirect_uri"),
        ({"metadata": {"redirect_uris": ["https://baru.example/cb"], "scope": "no-such-scope"}}, "invalid_client_metadata"),
        ({**NEW, "policy": {"pre_authorised": True}}, "invalid_client_metadata"),
        ({**NEW, "client_id": "bench"}, "invalid_client_metadata"),
        ({**NEW, "client_id": "a" * 43}, "invalid_client_metadata"),
    ],
)  # fmt: skip
async def test_rules_of_the_metadata(admin: httpx2.AsyncClient, wanted: Any, code: str) -> None:
    answer = await admin.post("/admin/v1/clients", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_an_officer_cannot_raise_itself_through_a_client(house: House, officer: Officer) -> None:
    """T38: who may write clients may not thereby write accounts, keys or anything else."""
    low = await officer("clients:read", "clients:write")
    high_id, high_secret = await machine(house, "keys:write accounts:write")
    wanted = {"metadata": {"grant_types": ["client_credentials"], "scope": "keys:write"}}
    assert (await low.post("/admin/v1/clients", json=wanted)).status_code == 403
    assert (await low.put(f"/admin/v1/clients/{high_id}", json=NEW)).status_code == 403
    assert (await low.post(f"/admin/v1/clients/{high_id}/secret", json={})).status_code == 403
    assert (await low.post(f"/admin/v1/clients/{high_id}/disable")).status_code == 403
    assert (await low.delete(f"/admin/v1/clients/{high_id}")).status_code == 403
    equal = {"metadata": {"grant_types": ["client_credentials"], "scope": "clients:read"}}
    made = await low.post("/admin/v1/clients", json=equal)
    assert made.status_code == 201
    assert (await low.put(f"/admin/v1/clients/{made.json()['client_id']}", json=wanted)).status_code == 403
    assert await token(house, high_id, high_secret)


async def test_a_client_that_is_raised_meanwhile_is_out_of_reach(house: House, officer: Officer) -> None:
    """A sector document takes as long as its host likes: another officer gives the client more while it is on its way."""
    low = await officer("clients:read", "clients:write")
    client_id, _ = await machine(house, "clients:read")

    async def raise_it() -> None:
        async with house.provider.database.transaction() as tx:
            known = await register_client.held(tx, client_id)
            raised = Checked({**known.metadata, "scope": "keys:write"}, known.policy, known.source)
            await register_client.rewrite(house.provider, tx, known, raised, by="another officer")

    async with host(raise_it, orjson.dumps(NEW["metadata"]["redirect_uris"])) as url:
        wanted = {"metadata": {**NEW["metadata"], "sector_identifier_uri": f"{url}/sector"}}
        answer = await low.put(f"/admin/v1/clients/{client_id}", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    async with house.provider.database.reading() as tx:
        assert (await register_client.current(tx, client_id)).scopes == frozenset({"keys:write"})


async def test_the_list_is_complete_page_by_page(admin: httpx2.AsyncClient, house: House) -> None:
    everything = [
        item["client_id"] for item in (await admin.get("/admin/v1/clients", params={"limit": 200})).json()["items"]
    ]
    assert everything == sorted(everything)
    assert set(everything) >= {client["client_id"] for client in house.demo["clients"].values()}
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = (await admin.get("/admin/v1/clients", params=query)).json()
        seen += [item["client_id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == everything


@pytest.mark.parametrize(("column", "value"), [("metadata", "{"), ("policy", '{"resource_uris": 7}')])
async def test_a_row_that_cannot_be_read_stops_its_client_alone(
    house: House, officer: Officer, admin: httpx2.AsyncClient, column: str, value: str
) -> None:
    provider, broken, other = house.provider, house.relying_party("saldo"), house.relying_party("klaim")
    assert other.client_secret
    with capture_logs() as logs:
        async with provider.database.transaction() as tx:
            statement = text(f"UPDATE clients SET {column} = :value WHERE client_id = :id")
            await tx.execute(statement, {"value": value, "id": broken.client_id})
            await provider.database.bump(tx, directory.NOUN)
        for _ in range(3):
            await provider.refresh_memory()
    assert [line["client_id"] for line in logs if line["log_level"] == "error"] == [broken.client_id]
    assert (await house.browser().get((await broken.authorization()).url)).status == 400
    # The changes of all others are taken over as ever, and the operator can do something about this one.
    rotated = await admin.post(f"/admin/v1/clients/{other.client_id}/secret", json={"overlap": 0})
    assert not await works(house, other.client_id, other.client_secret)
    assert await works(house, other.client_id, rotated.json()["client_secret"])
    own = f"/admin/v1/clients/{broken.client_id}"
    refused = [await admin.post(f"{own}/{verb}") for verb in ("secret", "disable", "enable")]
    assert {answer.status_code for answer in refused} == {400}
    # It may have stood higher than most officers do.
    low, known = await officer("clients:read", "clients:write"), {**NEW, "policy": {"first_party": True}}
    refused = [await low.put(own, json=known), await low.delete(own)]
    assert {answer.status_code for answer in refused} == {403}
    # Nor is what we decided about it lost in silence: whoever replaces it says that too.
    assert (await admin.put(own, json=NEW)).status_code == 400
    assert (await admin.put(own, json=known)).status_code == 200
    assert broken.client_secret
    assert await works(house, broken.client_id, broken.client_secret)

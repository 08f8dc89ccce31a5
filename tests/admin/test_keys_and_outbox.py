"""Officers, signing keys and dead letters."""

import httpx2
import pytest

from idp.keys.key import notice
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def test_keys_are_listed_without_private_parts_and_rotated(house: House, admin: httpx2.AsyncClient) -> None:
    listed = await admin.get("/admin/v1/keys")
    keys = listed.json()["items"]
    assert {(key["algorithm"], key["state"]) for key in keys} == {
        (algorithm, state) for algorithm in ("ES256", "RS256", "PS256", "EdDSA") for state in ("active", "next")
    }
    assert not {"private", "d", "sealed"} & set(keys[0])
    [rotation] = (await admin.post("/admin/v1/keys/rotate", json={"algorithm": "ES256"})).json()["items"]
    published = {key["kid"] for key in (await house.http().get("/jwks")).json()["keys"]}
    assert {rotation["retired"], rotation["active"], rotation["next"]} <= published
    [refused] = (await admin.post("/admin/v1/keys/rotate", json={"algorithm": "ES256"})).json()["items"]
    assert refused["refused"] == f"too young, may sign from {house.clock.now() + notice(house.settings.lifetimes)}"
    # The token that the retired key signed is still good.
    assert (await admin.get("/admin/v1/keys")).status_code == 200


async def test_a_rotation_without_a_body_is_one_of_every_algorithm(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post("/admin/v1/keys/rotate")
    assert answer.status_code == 200, answer.text
    assert {each["algorithm"] for each in answer.json()["items"]} == {"ES256", "RS256", "PS256", "EdDSA"}


async def test_a_dead_letter_is_shown_without_its_content_and_revived(house: House, admin: httpx2.AsyncClient) -> None:
    provider = house.provider
    async with provider.database.transaction() as tx:
        await provider.outbox.put(tx, "mail", "contoh.example", {"to": "siti@contoh.example", "text": "rahasia-123456"})
        [item] = await provider.outbox.claim(tx, "mail")
        assert await provider.outbox.failed(tx, item, "recipient refused (550)", final=True)
    listed = await admin.get("/admin/v1/outbox/dead")
    [dead] = listed.json()["items"]
    assert (dead["id"], dead["target"], dead["last_error"]) == (
        str(item.id),
        "contoh.example",
        "recipient refused (550)",
    )
    assert "rahasia" not in listed.text
    assert "siti" not in listed.text
    assert (await admin.post(f"/admin/v1/outbox/{item.id}/retry")).status_code == 204
    assert (await admin.get("/admin/v1/outbox/dead")).json()["items"] == []
    assert (await admin.post(f"/admin/v1/outbox/{item.id}/retry")).status_code == 404

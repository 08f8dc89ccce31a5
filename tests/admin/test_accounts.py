"""Officers and accounts: what they see, and how fast an account is off."""

from uuid import UUID

import httpx2
import pytest

from idp import worker
from idp.accounts import passkey, recovery_codes
from idp.accounts.webauthn import Made
from idp.flows import people
from tests.admin.conftest import machine, token
from tests.support.servers import House

pytestmark = pytest.mark.anyio

KNOWN = {
    "id", "status", "name", "email", "email_verified", "phone", "phone_verified", "kpj", "identity_level", "locale", "created_at",
    "updated_at", "password_changed_at",
}  # fmt: skip


async def id_of(admin: httpx2.AsyncClient, email: str) -> str:
    [found] = (await admin.get("/admin/v1/accounts", params={"identifier": email})).json()["items"]
    return str(found["id"])


async def test_the_list_is_complete_page_by_page(house: House, admin: httpx2.AsyncClient) -> None:
    for number in range(5):
        await people.create(house.provider, people.Wanted(f"peserta{number}@contoh.example", "Peserta"), by="the test")
    everybody = (await admin.get("/admin/v1/accounts", params={"limit": 200})).json()
    assert everybody["next"] is None
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await admin.get("/admin/v1/accounts", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [item["id"] for item in everybody["items"]]
    assert all(item.keys() == KNOWN for item in everybody["items"])


async def test_a_filter_that_there_is_not_gives_no_list(admin: httpx2.AsyncClient) -> None:
    """Or the first of all accounts would be taken for the one that was meant."""
    answer = await admin.get("/admin/v1/accounts", params={"email": "siti@contoh.go.id", "limit": 1})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"pointer": "/query/email", "detail": "Extra inputs are not permitted"}],
    )


async def test_forged_cursors_are_refused(admin: httpx2.AsyncClient, house: House) -> None:
    """T39."""
    page = (await admin.get("/admin/v1/accounts", params={"limit": 1})).json()
    good = page["next"]
    clients = (await admin.get("/admin/v1/clients", params={"limit": 1})).json()["next"]
    forged = good[:-2] + ("BB" if good.endswith("AA") else "AA")
    for bad in (good[:-1], forged, clients, "x", "' OR 1=1 --", "MDE5", ""):
        answer = await admin.get("/admin/v1/accounts", params={"cursor": bad})
        assert answer.status_code == 400, bad
    assert (await admin.get("/admin/v1/accounts", params={"cursor": good})).status_code == 200


async def test_one_account_with_its_surroundings_and_no_secret(house: House, admin: httpx2.AsyncClient) -> None:
    account = house.account()
    answer = await admin.get(f"/admin/v1/accounts/{await id_of(admin, account.email)}")
    file = answer.json()
    assert file.keys() == KNOWN | {"factors", "sessions"}
    assert (file["email"], file["factors"], file["sessions"]) == (account.email, ["pwd", "otp", "sms"], 0)
    assert "argon2" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_an_officer_sees_everything_that_a_person_can_show(house: House, admin: httpx2.AsyncClient) -> None:
    account_id, provider = await id_of(admin, house.account().email), house.provider
    made = Made(b"credential", b"key", 0, synced=True, aaguid="", transports=[])
    async with provider.database.transaction() as tx:
        await passkey.insert(tx, provider.new_id(), UUID(account_id), made, "Telepon", house.clock.now())
        codes = recovery_codes.new_codes(provider.entropy)
        await recovery_codes.replace(tx, provider.material, UUID(account_id), codes, house.clock.now())
    await house.codes_by_sms(wanted=True)
    file = (await admin.get(f"/admin/v1/accounts/{account_id}")).json()
    assert file["factors"] == ["pwd", "passkey", "otp", "sms", "rec"]


async def test_disabling_ends_sessions_tokens_and_grants_at_once(house: House, admin: httpx2.AsyncClient) -> None:
    account, party, browser = house.account(), house.relying_party("bench"), house.browser()
    tokens = await party.sign_in(browser, account, "openid offline_access")
    assert (await party.userinfo(tokens.access_token)).status_code == 200
    account_id = await id_of(admin, account.email)
    disabled = await admin.post(f"/admin/v1/accounts/{account_id}/disable")
    assert (disabled.json()["status"], disabled.json()["sessions"]) == ("disabled", 0)

    assert (await party.userinfo(tokens.access_token)).status_code == 401
    assert not (await party.introspect(tokens.access_token))["active"]
    assert (await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    _, answer = await party.authorize(browser, prompt="none")
    assert answer["error"] == "login_required"

    enabled = await admin.post(f"/admin/v1/accounts/{account_id}/enable")
    assert enabled.json()["status"] == "active"
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    assert (await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    listed = (await admin.get("/admin/v1/accounts", params={"status": "disabled"})).json()["items"]
    assert listed == []


async def test_a_change_names_the_officer_in_the_audit_trail(house: House, admin: httpx2.AsyncClient) -> None:
    client_id, secret = await machine(house, "accounts:write")
    acting = house.http(headers={"Authorization": f"Bearer {await token(house, client_id, secret)}"})
    account_id = await id_of(admin, house.account().email)
    assert (await acting.post(f"/admin/v1/accounts/{account_id}/disable")).status_code == 200
    query = {"event": "account.disabled", "account_id": account_id}
    [event] = (await admin.get("/admin/v1/audit", params=query)).json()["items"]
    assert event["actor"] == f"client:{client_id}"
    await worker.drain(house.provider)
    assert (await admin.get("/admin/v1/audit/verification")).json()["broken_at"] is None


@pytest.mark.parametrize("action", ["", "/disable", "/enable"])
async def test_an_unknown_account(admin: httpx2.AsyncClient, action: str) -> None:
    path = f"/admin/v1/accounts/01900000-0000-7000-8000-000000000000{action}"
    answer = await (admin.post(path) if action else admin.get(path))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"

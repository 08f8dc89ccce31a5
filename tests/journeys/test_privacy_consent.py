"""Consent: what is optional can be kept back, what changes is asked again, and all of it has a history."""

import asyncio
import json

import pytest
from sqlalchemy import select

from idp.base.errors import InvalidClientMetadata
from idp.flows import register_client
from idp.jobs.sweep import sweep
from idp.store.tables import consent_history
from tests.journeys.test_sign_in_consent import ASKED, at_consent
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def change(house: House, **policy: object) -> None:
    """Let an operator decide something about the demo's third party."""
    known = house.provider.clients.known("koperasi")
    assert known is not None
    await register_client.replace(house.provider, "koperasi", known.metadata, by="the test", policy=policy)


async def untick(browser: Browser, page: Page, *names: str) -> Page:
    """Say yes with these boxes empty."""
    (form,) = [form for form in page.forms if "decision" in form.names or any(b.id == "allow" for b in form.buttons)]
    kept = [value for name, value in form.values if name == "claim" and value not in names]
    fields = {name: value for name, value in form.values if name != "claim"}
    answer = await browser.http.post(
        page.url, data={**fields, "claim": kept, "decision": "allow"}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return await browser.get(answer.headers["location"])


async def test_essential_is_told_from_optional(house: House) -> None:
    page = await at_consent(house, house.browser())
    boxes = {value for name, value in page.forms[0].values if name == "claim"}
    assert {"birthdate", "gender", "given_name"} <= boxes
    assert not {"name", "email", "phone_number", "address"} & boxes


async def test_what_is_not_ticked_is_not_released(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    request = await party.authorization(ASKED)
    page = await browser.get(request.url)
    person = house.account()
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    page = await untick(browser, page, "birthdate", "gender")
    tokens = await party.redeem(request, page.parameters["code"])
    told = (await party.userinfo(tokens.access_token)).json()
    assert told["given_name"] == "Budi"
    assert not {"birthdate", "gender"} & told.keys()
    # Remembered: neither asked again, nor released by the next code.
    again = await party.sign_in(browser, None, "openid profile")
    assert not {"birthdate", "gender"} & (await party.userinfo(again.access_token)).json().keys()


async def test_the_claims_parameter_says_what_is_essential_and_the_id_token_keeps_to_it(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    wish = json.dumps({"id_token": {"birthdate": {"essential": True}, "gender": None}, "userinfo": {"gender": None}})
    page = await at_consent(house, browser, "openid", claims=wish)
    boxes = {value for name, value in page.forms[0].values if name == "claim"}
    assert boxes == {"gender"}
    request = await party.authorization("openid", claims=wish)
    page = await untick(browser, await browser.get(request.url), "gender")
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["birthdate"] == "1987-08-17"
    assert "gender" not in tokens.claims
    assert "gender" not in (await party.userinfo(tokens.access_token)).json()


async def test_what_was_kept_back_and_becomes_essential_is_asked_again(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    await untick(browser, await at_consent(house, browser, "openid profile"), "birthdate")
    wish = json.dumps({"userinfo": {"birthdate": {"essential": True}}})
    request = await party.authorization("openid profile", claims=wish)
    page = await browser.get(request.url)
    assert "allow" in page.ids
    page = await browser.submit(page, press="allow")
    tokens = await party.redeem(request, page.parameters["code"])
    assert (await party.userinfo(tokens.access_token)).json()["birthdate"] == "1987-08-17"


async def test_keeping_more_back_is_true_of_what_the_service_holds_already(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    tokens = await party.sign_in(browser, house.account(), "openid profile")
    assert "birthdate" in (await party.userinfo(tokens.access_token)).json()
    page = await browser.get((await party.authorization("openid profile", prompt="consent")).url)
    await untick(browser, page, "birthdate")
    assert "birthdate" not in (await party.userinfo(tokens.access_token)).json()


async def test_an_unticked_box_stays_unticked_when_asked_again(house: House) -> None:
    browser = house.browser()
    await untick(browser, await at_consent(house, browser, "openid profile"), "birthdate")
    page = await at_consent(house, browser, "openid profile email")
    boxes = {value for name, value in page.forms[0].values if name == "claim"}
    assert "birthdate" not in boxes
    assert "given_name" in boxes


async def test_a_new_purpose_is_asked_and_shown(house: House) -> None:
    browser = house.browser()
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    await change(house, purpose={"id": "Menghitung bunga pinjaman.", "en": "To compute interest."})
    page = await at_consent(house, browser, "openid email")
    assert "Menghitung bunga pinjaman." in page.text
    english = await browser.get(f"{page.url}&bahasa=en")
    assert "To compute interest." in english.text
    await browser.submit(page, press="allow")
    assert "code" in (await at_consent(house, browser, "openid email")).parameters


async def test_what_was_allowed_for_another_purpose_is_not_allowed_for_this_one(house: House) -> None:
    browser = house.browser()
    await browser.submit(await at_consent(house, browser, "openid email phone"), press="allow")
    await change(house, purpose={"id": "Menghitung bunga pinjaman."})
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    # The number was never asked for since, so nobody has agreed to what it is wanted for now.
    page = await at_consent(house, browser, "openid email phone")
    assert "Menghitung bunga pinjaman." in page.text
    await browser.submit(page, press="allow")
    assert "code" in (await at_consent(house, browser, "openid email phone")).parameters


async def test_always_ask_means_always(house: House) -> None:
    await change(house, always_ask=True)
    browser, party = house.browser(), house.relying_party("koperasi")
    for _ in range(2):
        page = await at_consent(house, browser, "openid email")
        assert "allow" in page.ids
        assert "code" in (await browser.submit(page, press="allow")).parameters
    page = await browser.get((await party.authorization("openid email", prompt="none")).url)
    assert page.parameters["error"] == "consent_required"


async def test_without_a_page_consent_is_required_until_it_was_given(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    for scope, expected in (("openid email", "code"), ("openid email phone", "error")):
        page = await browser.get((await party.authorization(scope, prompt="none")).url)
        assert expected in page.parameters
        assert page.parameters.get("error") in (None, "consent_required")


@pytest.mark.parametrize(
    "policy",
    [
        {"pre_authorised": True},
        {"first_party": True, "pre_authorised": True, "always_ask": True},
        {"purpose": "text"},
        {"purpose": {"de": "Zweck"}},
        {"purpose": {"id": "baris\nkedua"}},
        {"purpose": {"id": ""}},
        {"holds": ["everything"]},
        {"always_ask": "yes"},
    ],
)
async def test_policies_that_contradict_the_law_or_themselves_are_refused(
    house: House, policy: dict[str, object]
) -> None:
    with pytest.raises(InvalidClientMetadata):
        await change(house, **policy)


async def test_a_first_party_is_told_of_beside_the_sign_in(house: House) -> None:
    page = await house.browser().get((await house.relying_party("saldo").authorization("openid profile email")).url)
    assert "Saldo JHT menerima: Nama" in page.text
    for name, scope in (("koperasi", "openid profile"), ("klaim", "openid klaim:ajukan")):
        # The one asks; the other learns nothing that has a name for people, and a list of nothing is no sentence.
        page = await house.browser().get((await house.relying_party(name).authorization(scope)).url)
        assert "menerima:" not in page.text


async def test_consent_has_a_history_that_is_only_added_to(house: House) -> None:
    browser = house.browser()
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    await browser.submit(await at_consent(house, browser, "openid email phone"), press="allow")
    page = await browser.get("/akun/privasi/izin")
    assert "Mitra Koperasi" in page.text
    assert "Diizinkan" in page.text
    assert "Diubah" in page.text
    (button,) = [button for button in page.forms[0].buttons if button.name == "withdraw"]
    hidden = dict(page.form_with("sesi").values)
    await browser.http.post("/akun/privasi/izin", data={**hidden, "withdraw": button.value})
    page = await browser.get("/akun/privasi/izin")
    assert not [button for button in page.forms[0].buttons if button.name == "withdraw"]
    assert page.text.count("Mitra Koperasi") == 3
    assert "Dicabut" in page.text
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    house.clock.advance(house.settings.lifetimes.consent + 1)
    await sweep(house.provider)
    fresh = house.browser()
    person = house.account()
    page = await fresh.submit(
        await fresh.get("/masuk"), {"identifier": person.email, "password": person.password}, press="sign-in"
    )
    page = await fresh.get("/akun/privasi/izin")
    assert "Habis masa berlakunya" in page.text


async def test_a_button_pressed_many_times_is_one_consent(house: House) -> None:
    browser = house.browser()
    page = await at_consent(house, browser, "openid email")
    form = dict(page.forms[0].values) | {"decision": "allow"}
    answers = await asyncio.gather(*(browser.http.post(page.url, data=form, follow_redirects=False) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {303}
    async with house.provider.database.reading() as tx:
        events = sorted((await tx.execute(select(consent_history.c.event))).scalars())
    assert events == ["changed"] * 7 + ["given"]


async def test_withdrawing_stops_the_service_at_once(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    tokens = await party.sign_in(browser, house.account(), "openid email offline_access", prompt="consent")
    page = await browser.get("/akun/privasi/izin")
    hidden = dict(page.form_with("sesi").values)
    await browser.http.post("/akun/privasi/izin", data={**hidden, "withdraw": "koperasi"})
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert answer.json()["error"] == "invalid_grant"

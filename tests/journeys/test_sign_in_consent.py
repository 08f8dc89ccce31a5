"""What a service is told, and who says so; and going on as the person who is here, or as another."""

import pytest

from idp.sessions import ticket
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

ASKED = "openid profile email phone address kepesertaan offline_access"


async def at_consent(house: House, browser: Browser, scope: str = ASKED, **parameters: str) -> Page:
    """The consent page of the one demo service that is nobody's own."""
    person = house.account()
    page = await browser.get((await house.relying_party("koperasi").authorization(scope, **parameters)).url)
    if "password" in page.names:
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    return page


async def test_the_very_values_are_shown(house: House) -> None:
    page = await at_consent(house, house.browser())
    assert "Izinkan Mitra Koperasi memakai data Anda?" in page.title
    for value in (
        "Budi Santoso",
        "budi@contoh.go.id",
        "0812-3456-7890",
        "17 Agustus 1987",
        "Laki-laki",
        "Jl. Merdeka 17",
    ):
        assert value in page.text
    assert {"allow", "deny"} <= page.ids
    for raw in ("+6281234567890", "1987-08-17", ">male<", ">True<"):
        assert raw not in page.html, raw


async def test_only_what_is_asked_is_shown(house: House) -> None:
    page = await at_consent(house, house.browser(), "openid email")
    assert "budi@contoh.go.id" in page.text
    assert "0812-3456-7890" not in page.text


async def test_yes_is_remembered_for_this_client_and_these_scopes(house: House) -> None:
    browser, party = house.browser(), house.relying_party("koperasi")
    page = await at_consent(house, browser, "openid email")
    assert "code" in (await browser.submit(page, press="allow")).parameters
    assert (await party.sign_in(browser, None, "openid email")).claims["sub"]
    page = await at_consent(house, browser, "openid email phone")
    assert "allow" in page.ids
    house.clock.advance(5)
    assert "code" in (await browser.submit(page, press="allow")).parameters
    assert (await party.sign_in(browser, None, "openid email phone")).claims["sub"]


async def test_yes_is_asked_again_after_a_year(house: House) -> None:
    browser = house.browser()
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    house.clock.advance(366 * 86_400)
    assert "allow" in (await at_consent(house, browser, "openid email")).ids


async def test_no_goes_back_with_access_denied_and_is_asked_again(house: House) -> None:
    browser = house.browser()
    page = await at_consent(house, browser)
    answer = (await browser.submit(page, press="deny")).parameters
    assert answer["error"] == "access_denied"
    assert answer["iss"] == house.issuer
    assert "deny" in (await at_consent(house, browser)).ids


async def test_no_can_be_said_to_a_service_that_wants_a_form(house: House) -> None:
    browser = house.browser()
    page = await browser.submit(await at_consent(house, browser, response_mode="form_post"), press="deny")
    assert page.parameters["error"] == "access_denied"
    assert "'nonce-" in page.headers["content-security-policy"]


async def test_neither_yes_nor_no_is_no_answer(house: House) -> None:
    browser = house.browser()
    page = await at_consent(house, browser)
    form = dict(page.forms[0].values)
    for decision in ({}, {"decision": "mungkin"}):
        answer = await browser.http.post(page.url, data={**form, **decision})
        assert answer.status_code == 400


async def test_a_consent_counts_for_the_person_who_gave_it(house: House) -> None:
    """A ticket on which somebody said yes does not speak for whoever signs in after them."""
    browser, other = house.browser(), house.account(1)
    await browser.submit(await at_consent(house, browser, "openid email"), press="allow")
    page = await browser.get((await house.relying_party("koperasi").authorization("openid email", prompt="login")).url)
    page = await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    assert "allow" in page.ids
    assert other.email in page.text


async def test_what_was_done_long_ago_does_not_answer_prompt_login(house: House) -> None:
    """A tab that lay open at the consent is no proof that the person is still the same."""
    browser, person = house.browser(), house.account()
    page = await browser.get((await house.relying_party("koperasi").authorization("openid email", prompt="login")).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    house.clock.advance(ticket.DONE_COUNTS)
    page = await browser.submit(page, press="allow")
    assert "password" in page.names
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" in page.parameters, "the consent itself is remembered"


async def test_consent_before_sign_in_leads_to_the_sign_in(house: House) -> None:
    browser = house.browser()
    page = await browser.get((await house.relying_party("koperasi").authorization("openid")).url)
    form = dict(page.form_with("password").values)
    posted = await browser.http.post(
        "/izin", data={"csrf": form["csrf"], "lanjut": form["lanjut"], "decision": "allow"}, follow_redirects=True
    )
    assert 'name="password"' in posted.text


async def chosen(house: House, browser: Browser, press: str) -> Page:
    person = house.account()
    page = await browser.get("/masuk")
    await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    page = await browser.get((await house.relying_party("saldo").authorization("openid", prompt="select_account")).url)
    assert "b***@contoh.go.id" in page.text
    return await browser.submit(page, press=press)


async def test_going_on_as_the_person_who_is_here(house: House) -> None:
    page = await chosen(house, house.browser(), "continue-account")
    assert "code" in page.parameters


async def test_going_on_as_somebody_else(house: House) -> None:
    browser, other = house.browser(), house.account(1)
    page = await chosen(house, browser, "other-account")
    assert "password" in page.names
    page = await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    assert "code" in page.parameters


async def test_pages_of_a_journey_without_one_lead_to_the_sign_in(house: House) -> None:
    for path in ("/izin", "/pilih-akun"):
        assert "password" in (await house.browser().get(path)).names

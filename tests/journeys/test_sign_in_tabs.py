"""Two tabs, Back, and pages that were left open: every request has a ticket of its own, and none leads into a dead end."""

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page as Tab

from tests.journeys.test_sign_in import enter
from tests.journeys.test_sign_in_embedded import begins_at
from tests.support.browser import Browser, Page
from tests.support.relying_party import AuthorizationRequest
from tests.support.servers import House, Server

pytestmark = pytest.mark.anyio

LOA2 = "urn:gerbang:acr:loa2"


async def with_password(house: House, browser: Browser, page: Page) -> Page:
    person = house.account()
    return await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
async def test_two_tabs_finish_in_any_order_each_at_its_own_service(house: House, order: tuple[int, int]) -> None:
    browser = house.browser()
    parties = [house.relying_party("saldo"), house.relying_party("klaim")]
    requests = [await party.authorization("openid") for party in parties]
    tabs = [await browser.get(request.url) for request in requests]
    for place in order:
        page = await with_password(house, browser, tabs[place])
        page = await parties[place].answer(browser, page, house.account())
        assert page.left_to is not None
        assert page.left_to.startswith(parties[place].redirect_uri)
        assert page.parameters["state"] == requests[place].state


async def test_a_tab_that_waited_goes_on_without_the_password_when_another_has_signed_in(house: House) -> None:
    browser, party = house.browser(), house.relying_party("saldo")
    request = await party.authorization("openid")
    tab = await browser.get(request.url)
    await enter(browser, house.account().email, house.account().password)
    page = await browser.get(tab.url.replace("/masuk?", "/authorize/lanjut?"))
    assert page.parameters["state"] == request.state


async def test_a_password_typed_in_one_tab_is_no_answer_in_another(house: House) -> None:
    """T21: what was done for one request (`prompt=login`) is marked in its own ticket."""
    browser, party = house.browser(), house.relying_party("saldo")
    one, other = [await browser.get((await party.authorization("openid", prompt="login")).url) for _ in range(2)]
    assert (await with_password(house, browser, one)).left_to is not None
    page = await browser.get(other.url.replace("/masuk?", "/authorize/lanjut?"))
    assert "password" in page.names


async def test_back_after_signing_in_and_the_same_form_again(house: House) -> None:
    browser, party = house.browser(), house.relying_party("saldo")
    request = await party.authorization("openid")
    tab = await browser.get(request.url)
    codes = set()
    for _ in range(2):
        page = await with_password(house, browser, tab)
        assert page.parameters["state"] == request.state
        codes.add(page.parameters["code"])
    assert len(codes) == 2
    assert (await browser.get(tab.url)).status == 200


async def test_a_sign_in_page_that_was_open_for_hours_still_signs_in(house: House) -> None:
    browser, person = house.browser(), house.account()
    tab = await browser.get("/masuk")
    house.clock.advance(9 * 3_600)
    page = await browser.submit(tab, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert page.url.endswith("/akun")


async def test_a_request_that_is_too_old_leads_back_to_its_service(house: House) -> None:
    await begins_at(house, initiate_login_uri="https://saldo.contoh.go.id/masuk")
    browser = house.browser()
    tab = await browser.get((await house.relying_party("saldo").authorization("openid")).url)
    house.clock.advance(3_601)
    sent = await with_password(house, browser, tab)
    for page in (sent, await browser.get(tab.url)):
        assert page.status == 400
        assert "Halaman ini terbuka terlalu lama" in page.title
        assert page.links["Kembali ke Saldo JHT"] == (
            "https://saldo.contoh.go.id/masuk?iss=http%3A%2F%2Flocalhost%3A8000"
        )


async def test_a_service_that_has_not_said_where_it_begins_is_named(house: House) -> None:
    browser, party = house.browser(), house.relying_party("bench")
    tab = await browser.get((await party.authorization("openid")).url)
    house.clock.advance(3_601)
    page = await browser.get(tab.url)
    assert page.status == 400
    assert "dari alamat atau aplikasinya" in page.text
    assert not [link for link in page.links if link.startswith("Kembali ke")]


async def test_a_ticket_of_another_browser_tells_nothing_of_the_service(house: House) -> None:
    """T21: too old or not, only the browser that it is bound to learns what it was about."""
    tab = await house.browser().get((await house.relying_party("saldo").authorization("openid")).url)
    house.clock.advance(3_601)
    page = await house.browser().get(tab.url)
    assert page.status == 400
    assert "Saldo JHT" not in page.text


async def test_after_the_session_is_over_the_account_comes_back_where_it_was(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    house.clock.advance(20 * 60 + 1)
    page = await browser.get("/akun/keamanan")
    assert "Sesi berakhir. Masuk lagi untuk melanjutkan." in page.text
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert page.url.endswith("/akun/keamanan")


async def test_after_the_session_is_over_a_service_keeps_its_request(house: House) -> None:
    browser, party = house.browser(), house.relying_party("saldo")
    request = await party.authorization("openid", acr_values=LOA2)
    page = await with_password(house, browser, await browser.get(request.url))
    assert "code" in page.names
    house.clock.advance(20 * 60 + 1)
    page = await browser.submit(page, {"code": party.totp(house.account())}, press="submit-code")
    assert "password" in page.names
    page = await party.answer(browser, page, house.account())
    assert page.parameters["state"] == request.state


async def _sign_in(tab: Tab, server: Server, request: AuthorizationRequest) -> str:
    """Fill in what is asked until the browser goes to the service; nobody listens there, and nobody need."""
    await tab.fill("[name=identifier]", server.account().email)
    await tab.fill("[name=password]", server.account().password)
    async with tab.expect_request(f"{request.redirect_uri}*") as arrival:
        await tab.click("#sign-in")
    return (await arrival.value).url


async def test_in_a_real_browser(server: Server, chromium: Chromium) -> None:
    """Two tabs, the second one first; then Back in the first, and the same form once more."""
    context = await chromium.new_context(locale="id-ID", viewport={"width": 320, "height": 640})
    parties = [server.relying_party(name) for name in ("saldo", "klaim")]
    try:
        requests = [await party.authorization("openid") for party in parties]
        tabs = [await context.new_page() for _ in requests]
        for tab, request in zip(tabs, requests, strict=True):
            await tab.goto(request.url)
        for tab, request in reversed(list(zip(tabs, requests, strict=True))):
            assert f"state={request.state}" in await _sign_in(tab, server, request)
        await tabs[0].wait_for_url("chrome-error://**")
        await tabs[0].go_back()
        await tabs[0].locator("[name=password]").wait_for()
        assert f"state={requests[0].state}" in await _sign_in(tabs[0], server, requests[0])
    finally:
        await context.close()
        for party in parties:
            await party.http.aclose()

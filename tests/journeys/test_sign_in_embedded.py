"""A sign-in page that is opened within another application: the way to a browser, and the ways that an operator may choose."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium

from idp.flows import register_client
from tests.journeys.test_sign_in import signed_in
from tests.support.browser import Browser
from tests.support.servers import House, Server

pytestmark = pytest.mark.anyio

WITHIN = "Mozilla/5.0 (Linux; Android 10; SM-A107F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0;]"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 308.0"
HEADING = "Buka di peramban"


def within(house: House, name: str = WITHIN) -> Browser:
    browser = house.browser()
    browser.http.headers["user-agent"] = name
    return browser


async def begins_at(house: House, **metadata: Any) -> str:
    """The saldo client, with where it begins; its id."""
    party = house.relying_party("saldo")
    known = await house.provider.client(party.client_id)
    assert known
    changed = {**known.metadata, **metadata}
    await register_client.replace(house.provider, party.client_id, changed, by="the test", policy=known.policy)
    return party.client_id


async def test_the_page_leads_to_the_service_in_a_browser(house: House) -> None:
    await begins_at(house, client_uri="https://saldo.contoh.go.id/")
    page = await within(house).get((await house.relying_party("saldo").authorization("openid")).url)
    assert (page.status, page.title.split(" – ")[0].strip().startswith(HEADING)) == (200, True)
    assert "Saldo JHT" in page.text
    assert "https://saldo.contoh.go.id/" in page.text
    assert "lanjut=" not in page.text, "the request that waits is this browser's, and would not open in another"
    assert page.links[HEADING].startswith("intent://saldo.contoh.go.id/#Intent;scheme=https;")
    assert "password" not in page.names


async def test_where_a_sign_in_may_be_begun_from_outside_comes_first(house: House) -> None:
    """OIDC Core section 4: the service is told which provider it is about."""
    await begins_at(
        house, client_uri="https://saldo.contoh.go.id/", initiate_login_uri="https://saldo.contoh.go.id/masuk"
    )
    page = await within(house, IPHONE).get((await house.relying_party("saldo").authorization("openid")).url)
    assert "https://saldo.contoh.go.id/masuk?iss=http%3A%2F%2Flocalhost%3A8000" in page.text
    assert HEADING not in page.links, "there is no such link on an iPhone"


async def test_a_service_that_has_not_said_where_it_begins_is_named(house: House) -> None:
    party = house.relying_party("bench")
    page = await within(house).get((await party.authorization("openid")).url)
    assert "Buka Chrome atau Safari, lalu masuk ke" in page.text


async def test_the_account_itself_has_an_address(house: House) -> None:
    page = await within(house).get("/akun")
    assert "http://localhost:8000/akun" in page.text


async def test_whoever_would_rather_stay_may(house: House) -> None:
    browser, person = within(house), house.account()
    request = await house.relying_party("saldo").authorization("openid")
    page = await browser.click(await browser.get(request.url), "Tetap masuk di sini")
    wrong = await browser.submit(page, {"identifier": person.email, "password": "salah sama sekali"}, press="sign-in")
    assert "Email atau kata sandi salah" in wrong.text
    page = await browser.submit(wrong, {"password": person.password}, press="sign-in")
    assert page.parameters["state"] == request.state


async def test_an_operator_may_refuse(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(embedded_browsers="refuse") as house:
        browser, person = within(house), house.account()
        for address in ("/masuk", "/masuk?di_sini=1"):
            page = await browser.get(address)
            assert page.status == 403
            assert "Tetap masuk di sini" not in page.links
        browser.http.headers["user-agent"] = "Mozilla/5.0"
        form = dict((await browser.get("/masuk")).form_with("password").values)
        browser.http.headers["user-agent"] = WITHIN
        sent = {**form, "identifier": person.email, "password": person.password}
        assert (await browser.http.post("/masuk", data=sent)).status_code == 403
        browser.http.headers["user-agent"] = "Mozilla/5.0"
        assert not await signed_in(browser)


async def test_an_operator_may_look_away(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(embedded_browsers="allow") as house:
        assert "password" in (await within(house).get("/masuk")).names


async def test_in_a_browser_of_320_pixels_it_fits_and_leads_on(server: Server, chromium: Chromium) -> None:
    context = await chromium.new_context(
        locale="id-ID",
        viewport={"width": 320, "height": 640},
        user_agent=WITHIN,
        permissions=["clipboard-write", "clipboard-read"],
    )
    page = await context.new_page()
    await page.goto(f"{server.issuer}/masuk")
    await page.get_by_role("heading", name=HEADING).wait_for()
    assert await page.locator("html").evaluate("e => e.scrollWidth <= e.clientWidth")
    await page.get_by_role("button", name="Salin alamat").click()
    await page.get_by_role("button", name="Alamat tersalin").wait_for()
    async with asyncio.timeout(60):  # a browser copies when it comes to it
        while await page.evaluate("navigator.clipboard.readText()") != f"{server.issuer}/akun":
            pass
    await page.click("#stay")
    await page.fill("[name=identifier]", server.account().email)
    await page.fill("[name=password]", server.account().password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun")
    await context.close()

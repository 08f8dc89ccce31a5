"""Which passwords may be chosen, for how long they last, and what happens when their term has come."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Browser as Chromium

from idp.flows import bootstrap
from tests.journeys.mailbox import newest
from tests.journeys.test_account import at_home
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import ask, plain
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House, Server

pytestmark = pytest.mark.anyio

HALF_A_YEAR = 181 * 86_400
Houses = Callable[..., AbstractAsyncContextManager[House]]
CHOICES = [f"Layang-Layang-{word}-5" for word in ("Putus", "Jauh", "Turun", "Merapat", "Hilang", "Kembali")]


async def change(browser: Browser, current: str, new: str) -> Page:
    page = await browser.get("/akun/kata-sandi")
    return await browser.submit(page, {"current_password": current, "password": new}, press="set-password")


@pytest.fixture
async def strict(houses: Houses) -> AsyncIterator[House]:
    """A house under the national regulation's preset, where a term is enforced."""
    async with houses(password_policy="seed-bssn") as house:
        yield house


async def test_none_of_the_last_five_passwords_comes_back(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    worn = [person.password]
    for choice in CHOICES[:5]:
        house.clock.advance(60)
        assert "/akun/keamanan" in (await change(browser, worn[-1], choice)).url
        worn.append(choice)
    for earlier in worn[1:]:
        page = await change(browser, worn[-1], earlier)
        assert page.status == 400
        assert "Kata sandi ini sama seperti sebelumnya" in page.text
    # The first of six is far enough back.
    assert "/akun/keamanan" in (await change(browser, worn[-1], worn[0])).url


async def test_a_reset_does_not_bring_an_earlier_one_back_either(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    await change(browser, person.password, CHOICES[0])
    house.clock.advance(60)
    stranger = house.browser("203.0.113.9")
    await ask(stranger, person.email)
    page = await stranger.get((await newest(house, person.email)).link)
    page = await stranger.submit(page, {"password": person.password}, press="set-password")
    assert "Kata sandi ini sama seperti sebelumnya" in page.text
    page = await stranger.submit(page, {"password": CHOICES[1]}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_a_reminder_is_a_word_and_no_obstacle(house: House) -> None:
    """The default preset reminds after 180 days (ASVS 6.2.10: nobody is forced)."""
    person, party = plain(house), house.relying_party("saldo")
    browser = await at_home(house, person)
    assert "Sudah waktunya diganti" not in (await browser.get("/akun/keamanan")).text
    house.clock.advance(HALF_A_YEAR)
    await party.sign_in(house.browser(), person)
    browser = await at_home(house, person)
    assert "Sudah waktunya diganti" in (await browser.get("/akun/keamanan")).text
    assert "lebih dari 180 hari" in (await browser.get("/akun/kata-sandi")).text


async def test_where_the_term_is_enforced_the_way_to_a_service_leads_past_a_new_password(strict: House) -> None:
    person, party, browser = plain(strict), strict.relying_party("saldo"), strict.browser()
    strict.clock.advance(HALF_A_YEAR)
    request = await party.authorization()
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "/akun/kata-sandi" in page.url
    assert "lebih dari 180 hari" in page.text
    assert "Saldo JHT" in page.text
    # Asking again, or silently, is no way around it.
    assert "/akun/kata-sandi" in (await browser.get(request.url)).url
    _, answer = await party.authorize(browser, prompt="none")
    assert answer["error"] == "interaction_required"
    page = await browser.submit(
        page, {"current_password": person.password, "password": "Layang!"}, press="set-password"
    )
    assert page.status == 400
    page = await browser.submit(
        page, {"current_password": person.password, "password": CHOICES[0]}, press="set-password"
    )
    assert page.parameters["state"] == request.state
    await party.redeem(request, page.parameters["code"])
    await party.sign_in(browser)
    await party.sign_in(strict.browser(), Account(person.email, CHOICES[0]))


async def test_without_a_service_too_the_old_password_leads_to_a_new_one(strict: House) -> None:
    person = plain(strict)
    strict.clock.advance(HALF_A_YEAR)
    page = await sign_in(strict.browser(), person.email, person.password)
    assert page.url.endswith("/akun/kata-sandi")


async def test_officers_have_rules_of_their_own(houses: Houses) -> None:
    async with houses(password_policy_officers="nist") as house:
        person = plain(house)
        # With her number as a second factor, a shorter password would do.
        await house.codes_by_sms(wanted=False)
        browser = await at_home(house, person)
        assert "Minimal 12 karakter" in (await browser.get("/akun/kata-sandi")).text
        await bootstrap.appoint(house.provider, person.email, "Siti Rahayu", by="test")
        page = await browser.get("/akun/kata-sandi")
        assert "Minimal 15 karakter" in page.text
        assert "huruf kecil" not in page.text
        assert "minimal 15 karakter" in (await change(browser, person.password, "Layang-Putus5")).text
        assert "/akun/keamanan" in (await change(browser, person.password, "payung bocor di kereta")).url


async def test_the_rules_are_ticked_off_while_one_types(server: Server, chromium: Chromium) -> None:
    """The script only marks; what is judged is judged by the server, with or without it."""
    page, person = await (await chromium.new_context(locale="id-ID")).new_page(), server.account(1)
    await page.goto(f"{server.issuer}/masuk")
    await page.fill("[name=identifier]", person.email)
    await page.fill("[name=password]", person.password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun")
    await page.goto(f"{server.issuer}/akun/kata-sandi")
    met = page.locator("#password-hint .met")
    await page.fill("#password", "kuda")
    assert await met.count() == 0
    await page.fill("#password", "Kuda-Terbang-77")
    assert await met.all_text_contents() == ["Minimal 12 karakter", "Huruf besar, huruf kecil, angka, dan simbol"]
    await page.fill("#password", "payung bocor di kereta")
    assert await met.count() == 3
    await page.context.close()

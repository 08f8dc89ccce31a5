"""The code of the authenticator app: asked when a service needs it, counted wherever it is tried, used once."""

import pyotp
import pytest

from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOA2 = "urn:gerbang:acr:loa2"


async def at_the_code(house: House, browser: Browser, **parameters: str) -> Page:
    """The page that asks for the code, after the password, on the way to a service that wants loa2."""
    party, person = house.relying_party("saldo"), house.account()
    page = await browser.get((await party.authorization("openid", acr_values=LOA2, **parameters)).url)
    if "password" in page.names:
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" in page.names, page.text
    return page


def code(house: House, steps: int = 0) -> str:
    """What the app shows, or showed so many steps ago."""
    secret = house.account().totp_secret
    assert secret
    return pyotp.TOTP(secret).at(house.clock.now() + 30 * steps)


async def test_the_code_leads_back_to_the_service_with_loa2(house: House) -> None:
    party = house.relying_party("saldo")
    tokens = await party.sign_in(house.browser(), house.account(), "openid", acr_values=LOA2)
    assert tokens.claims["acr"] == LOA2
    assert set(tokens.claims["amr"]) == {"pwd", "otp", "mfa"}


async def test_the_page_says_for_whom_and_why(house: House) -> None:
    page = await at_the_code(house, house.browser())
    assert "Saldo JHT menampilkan data pribadi" in page.text
    assert "Budi Santoso" not in page.title


async def test_spaces_in_a_code_do_not_matter(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    shown = code(house)
    page = await browser.submit(page, {"code": f" {shown[:3]} {shown[3:]}"}, press="submit-code")
    assert page.left_to


async def test_a_code_works_one_step_early_and_late_and_no_more(house: House) -> None:
    for steps, taken in ((-2, False), (2, False), (-1, True)):
        browser = house.browser()
        page = await at_the_code(house, browser)
        page = await browser.submit(page, {"code": code(house, steps)}, press="submit-code")
        assert bool(page.left_to) is taken


async def test_a_code_works_once_and_so_does_none_before_it(house: House) -> None:
    """T30: in another browser, with the same code and with that of the step before."""
    first, second = house.browser(), house.browser()
    page = await at_the_code(house, first)
    other = await at_the_code(house, second)
    assert (await first.submit(page, {"code": code(house)}, press="submit-code")).left_to
    for steps in (0, -1):
        other = await second.submit(other, {"code": code(house, steps)}, press="submit-code")
        assert other.status == 400
        assert "Kode salah" in other.text
    house.clock.advance(30)
    assert (await second.submit(other, {"code": code(house)}, press="submit-code")).left_to


async def test_wrong_codes_are_counted_for_the_account_in_every_session(house: House) -> None:
    """T29: fifteen in a day, from new sessions and new networks; then even the right one waits."""
    for attempt in range(15):
        browser = house.browser(f"198.18.{attempt}.1")
        page = await at_the_code(house, browser)
        assert (await browser.submit(page, {"code": "000000"}, press="submit-code")).status == 400
    browser = house.browser("198.19.0.1")
    page = await at_the_code(house, browser)
    page = await browser.submit(page, {"code": code(house)}, press="submit-code")
    assert page.status == 429
    assert "Terlalu banyak percobaan" in page.text
    assert int(page.headers["retry-after"]) <= 86_400
    house.clock.advance(86_400)
    browser = house.browser("198.19.0.2")
    page = await at_the_code(house, browser)
    assert (await browser.submit(page, {"code": code(house)}, press="submit-code")).left_to


async def test_right_codes_do_not_clear_the_count(house: House) -> None:
    """Or a thief with the password could guess on, whenever the owner has signed in."""
    statuses = []
    for _ in range(16):
        browser = house.browser()
        page = await at_the_code(house, browser)
        page = await browser.submit(page, {"code": "000000"}, press="submit-code")
        statuses.append(page.status)
        if page.status == 400:
            page = await browser.submit(page, {"code": code(house)}, press="submit-code")
            house.clock.advance(30)
    assert statuses == [400] * 15 + [429]


async def test_the_session_keeps_its_id_and_changes_its_secret(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    before = browser.http.cookies["gerbang-session"]
    await browser.submit(page, {"code": code(house)}, press="submit-code")
    after = browser.http.cookies["gerbang-session"]
    assert before != after
    assert before[:20] == after[:20]


async def test_whoever_cancels_goes_back_with_access_denied(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    answer = (await browser.submit(page, press="cancel")).parameters
    assert answer["error"] == "access_denied"
    assert answer["iss"] == house.issuer
    assert "code" not in answer


async def test_whoever_would_rather_not_sign_in_goes_back_with_access_denied(house: House) -> None:
    """From the first page on; where no service waits, there is nowhere to go back to."""
    browser = house.browser()
    page = await browser.get((await house.relying_party("saldo").authorization("openid", state="s")).url)
    answer = (await browser.submit(page, press="cancel")).parameters
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "s", house.issuer)
    assert "cancel" not in (await browser.get("/masuk")).ids


async def test_without_a_session_the_password_comes_first(house: House) -> None:
    """T23, T28: no step can be jumped over by its address."""
    browser = house.browser()
    page = await browser.get("/masuk/kode")
    assert "password" in page.names
    page = await browser.get((await house.relying_party("saldo").authorization("openid", acr_values=LOA2)).url)
    ticket = dict(page.form_with("password").values)["lanjut"]
    page = await browser.get("/masuk/kode", lanjut=ticket)
    assert "password" in page.names
    page = await browser.get("/authorize/lanjut", lanjut=ticket)
    assert "password" in page.names


async def test_a_password_alone_does_not_satisfy_what_asks_for_two(house: House) -> None:
    """T28: the way back from the password ends at the code, in every tab, for the person who has just signed in as well."""
    browser, person = house.browser(), house.account()
    page = await at_the_code(house, browser)
    ticket = dict(page.form_with("code").values)["lanjut"]
    page = await browser.get("/authorize/lanjut", lanjut=ticket)
    assert "code" in page.names
    page = await browser.get(
        (await house.relying_party("saldo").authorization("openid", acr_values=LOA2, prompt="login")).url
    )
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" in page.names


async def test_signing_in_anew_starts_from_one_factor(house: House) -> None:
    """T28: a second factor of an earlier sign-in is not carried into a new one."""
    browser, person = house.browser(), house.account()
    party = house.relying_party("saldo")
    await party.sign_in(browser, person, "openid", acr_values=LOA2)
    house.clock.advance(30)
    page = await browser.get((await party.authorization("openid", prompt="login")).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert page.left_to
    tokens = await party.sign_in(browser, None, "openid")
    assert tokens.claims["amr"] == ["pwd"]


async def test_an_account_without_an_app_is_not_asked_for_a_code(house: House) -> None:
    browser, person = house.browser(), house.account(1)
    page = await browser.get("/masuk")
    await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" not in (await browser.get("/masuk/kode")).names


async def test_an_empty_code_is_not_counted(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    for _ in range(20):
        page = await browser.submit(page, {"code": " "}, press="submit-code")
        assert "Masukkan kodenya." in page.text
    assert (await browser.submit(page, {"code": code(house)}, press="submit-code")).left_to

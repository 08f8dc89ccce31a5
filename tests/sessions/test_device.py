"""Known devices: remembered for thirty days after their last sign-in, forgotten together."""

import pytest

from idp.accounts import account, lookup
from idp.sessions import device
from tests.support.browser import Browser
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def attempt(house: House, browser: Browser, password: str) -> bool:
    """One attempt on the sign-in page, and whether it went through; the session is put away again."""
    page = await browser.get("/masuk")
    page = await browser.submit(page, {"identifier": house.account().email, "password": password}, press="sign-in")
    if "gerbang-session" in browser.http.cookies:
        browser.http.cookies.delete("gerbang-session")
    return page.url.endswith("/akun")


async def is_known(house: House, browser: Browser) -> bool:
    """Whether a network that used up its attempts hinders this browser."""
    stranger = house.browser()
    for _ in range(6):
        await attempt(house, stranger, "salah sama sekali")
    return await attempt(house, browser, house.account().password)


async def test_a_device_is_known_for_thirty_days(house: House) -> None:
    browser = house.browser()
    assert await attempt(house, browser, house.account().password)
    house.clock.advance(device.REMEMBERED - 1)
    assert await is_known(house, browser)
    house.clock.advance(device.REMEMBERED)
    assert not await is_known(house, browser)


async def test_every_device_of_an_account_can_be_forgotten(house: House) -> None:
    browser, provider = house.browser(), house.provider
    await attempt(house, browser, house.account().password)
    async with provider.database.transaction() as tx:
        found = await account.find(tx, lookup.key(provider.material, lookup.EMAIL, house.account().email))
        assert found is not None
        await device.forget_all(tx, found.id)
    assert not await is_known(house, browser)

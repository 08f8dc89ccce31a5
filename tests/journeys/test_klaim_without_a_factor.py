"""From klaim, which wants two factors of a checked person, with a password alone: nobody is left where they came from with nothing."""

import pyotp
import pytest
from sqlalchemy import update

from idp.store.tables import accounts
from tests.journeys.mailbox import newest
from tests.journeys.test_account import secret_of
from tests.journeys.test_recover import plain
from tests.support.authenticator import Authenticator, asked
from tests.support.browser import Browser, Page
from tests.support.relying_party import AuthorizationRequest, RelyingParty
from tests.support.servers import House

pytestmark = pytest.mark.anyio

ACR = "urn:gerbang:acr:"
ASKED = {"scope": "openid profile klaim:ajukan", "acr_values": f"{ACR}loa3 {ACR}loa2v", "max_age": "300"}
"""What `examples/klaim` asks before it takes a claim."""


async def at_two_ways(
    house: House, browser: Browser, identity: int, number: str | None = "+6281398765432"
) -> tuple[RelyingParty, AuthorizationRequest, Page]:
    """Siti comes from klaim with her password; what she is offered."""
    siti, party = plain(house), house.relying_party("klaim")
    async with house.provider.database.transaction() as tx:
        hers = update(accounts).where(accounts.c.email == siti.email)
        await tx.execute(hers.values(sms_off_at=house.clock.now(), identity_level=identity, phone=number))
    request = await party.authorization(**ASKED)
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": siti.email, "password": siti.password}, press="sign-in")
    assert "/masuk/cara-kedua" in page.url
    assert "Klaim" in page.text
    assert {"add-passkey", "add-totp", "alone", "cancel"} <= page.ids
    return party, request, page


async def back(party: RelyingParty, browser: Browser, request: AuthorizationRequest, page: Page) -> dict[str, object]:
    while "allow" in page.ids:
        page = await browser.submit(page, press="allow")
    assert page.parameters["state"] == request.state
    return dict((await party.redeem(request, page.parameters["code"])).claims)


@pytest.mark.parametrize(("identity", "reached"), [(0, "loa2"), (2, "loa2v")])
async def test_an_app_is_added_on_the_way_back_to_klaim(house: House, identity: int, reached: str) -> None:
    browser = house.browser()
    party, request, page = await at_two_ways(house, browser, identity)
    page = await browser.get(next(url for url in page.links.values() if "/keamanan/totp" in url))
    code = pyotp.TOTP(secret_of(page)).at(house.clock.now())
    claims = await back(party, browser, request, await browser.submit(page, {"code": code}, press="submit-code"))
    assert claims["acr"] == ACR + reached
    assert set(claims["amr"]) == {"pwd", "otp", "mfa"}  # type: ignore[call-overload]
    assert claims["auth_time"] == house.clock.now()


async def test_a_passkey_reaches_what_klaim_likes_best(house: House) -> None:
    browser, key = house.browser(), Authenticator(house.issuer)
    party, request, page = await at_two_ways(house, browser, 2)
    page = await browser.get(next(url for url in page.links.values() if "/keamanan/passkey" in url))
    page = await browser.submit(page, {"passkey": key.create(asked(page))}, form=page.form_with("passkey"))
    # A new key has signed nothing yet: it is shown once before it counts.
    page = await browser.submit(page, {"passkey": key.get(asked(page))}, form=page.form_with("passkey"))
    assert (await back(party, browser, request, page))["acr"] == f"{ACR}loa3"


async def test_codes_by_sms_are_turned_on_on_the_way(house: House) -> None:
    browser = house.browser()
    party, request, page = await at_two_ways(house, browser, 0)
    page = await browser.get(next(url for url in page.links.values() if "/keamanan/ponsel" in url))
    page = await browser.submit(page, press="send-code")
    code = (await newest(house, "+6281398765432")).code
    claims = await back(party, browser, request, await browser.submit(page, {"code": code}, press="submit-code"))
    assert claims["acr"] == f"{ACR}loa2"
    assert "sms" in claims["amr"]  # type: ignore[operator]


@pytest.mark.parametrize(("button", "outcome"), [("alone", f"{ACR}loa1"), ("cancel", "access_denied")])
async def test_whoever_adds_nothing_goes_back_and_klaim_hears_how_far_it_went(
    house: House, button: str, outcome: str
) -> None:
    browser = house.browser()
    party, request, page = await at_two_ways(house, browser, 0)
    page = await browser.submit(page, press=button)
    if button == "cancel":
        assert page.parameters["error"] == outcome
    else:
        assert (await back(party, browser, request, page))["acr"] == outcome

"""Every page of the account, as the house has them: for whoever is signed in, and for nobody else in the same browser."""

import pytest
from starlette.routing import Route

from idp.store.tables import audit
from idp.web.errors import ONWARD
from idp.web.pages import UPLOADS, routes
from tests.journeys.test_account import at_home
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import plain
from tests.support.pictures import card
from tests.support.servers import House

pytestmark = pytest.mark.anyio

# Who comes by a link of a mail need not be signed in, nor who just signed out; the last is asked by a script.
OPEN = {"/akun/keluar", "/akun/keamanan/batal", "/akun/privasi/hapus/batal", "/akun/tetap-masuk"}
BUTTONS = {
    "accept": "1", "always": "on", "cancel": "1", "cancel-recovery": "1", "delete": "1", "everywhere": "1", "make": "1",
    "newsletter": "1", "officer": "1", "restrict": "1", "take_back": "1", "withdraw": "saldo",
}  # fmt: skip


def own_pages(house: House) -> list[str]:
    found = [route.path for route in routes(house.provider) if isinstance(route, Route)]
    return [path for path in found if path.startswith("/akun") and path not in OPEN]


async def test_every_page_of_an_account_is_for_who_is_signed_in(house: House) -> None:
    browser = house.browser()
    csrf = dict((await browser.get("/masuk")).form_with("identifier").values)["csrf"]
    pages = own_pages(house)
    assert len(pages) > 20
    for path in pages:
        for answer in (
            await browser.http.get(path),
            await browser.http.head(path),
            await browser.http.post(path, data={"csrf": csrf}),
        ):
            if answer.status_code != 405:
                assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/masuk"), path


async def test_a_form_that_was_shown_to_somebody_else_does_nothing(house: House) -> None:
    browser = await at_home(house, house.account())
    shown = dict((await browser.get("/akun")).form_with("sesi").values)
    await browser.submit(await browser.get("/keluar"), press="sign-out")
    siti = plain(house)
    await sign_in(browser, siti.email, siti.password)
    before = await house.count(audit)
    for path in own_pages(house):
        if path in UPLOADS:
            answer = await browser.http.post(f"{path}?jenis=ktp", data=shown, files={"photo": ("a.jpg", card())})
        else:
            answer = await browser.http.post(path, data={**shown, **BUTTONS})
        if answer.status_code != 405:
            assert (answer.status_code, answer.headers["location"][:5]) == (303, "/akun"), path
    assert await house.count(audit) == before
    assert "Siti" in (await browser.get("/akun")).text


async def test_a_service_that_waits_behind_a_page_is_not_lost_with_the_session(house: House) -> None:
    siti = plain(house)
    browser = await at_home(house, siti)
    await browser.submit(await browser.get("/akun/privasi/batasi"), press="restrict")
    page = await browser.get((await house.relying_party("saldo").authorization()).url)
    browser.http.cookies.delete("gerbang-session")
    page = await browser.submit(page, press="lift")
    page = await browser.submit(page, {"identifier": siti.email, "password": siti.password}, press="sign-in")
    assert "lift" in page.ids
    assert "Saldo JHT" in page.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_where_a_way_ends_the_next_step_is_a_page_with_a_name(house: House) -> None:
    pages = {route.path for route in routes(house.provider) if isinstance(route, Route)}
    messages = house.provider.theme.language("id").messages
    for fault, (path, label) in ONWARD.items():
        assert path in pages
        assert {f"{fault}.judul", f"{fault}.isi", label} <= messages.keys()

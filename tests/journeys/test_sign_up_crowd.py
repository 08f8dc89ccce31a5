"""Many registrations from one network: a proof instead of a closed door, and never a puzzle for people."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import func, select

from idp.store.tables import drafts
from tests.journeys.mailbox import letters, newest
from tests.support.browser import Browser, Page
from tests.support.registration import fill_in, register
from tests.support.servers import House

pytestmark = pytest.mark.anyio

Houses = Callable[..., AbstractAsyncContextManager[House]]
BITS = 10
FEW = {"sign_up_starts": 2, "puzzle_bits": BITS}


def solve(puzzle: str, *, wrong: bool = False) -> str:
    """What the page's script finds."""
    for number in range(1 << 20):
        hashed = hashlib.sha256(f"{puzzle}.{number}".encode()).digest()
        if (int.from_bytes(hashed, "big") >> (256 - BITS) == 0) is not wrong:
            return str(number)
    raise AssertionError("no answer")


async def crowded(house: House) -> tuple[Browser, Page]:
    """A browser behind an address from which two have begun already."""
    for _ in range(2):
        assert "/daftar/data-diri" in (await fill_in(house.browser(), until="data-diri")).url
    browser = house.browser()
    return browser, await fill_in(browser)


async def test_a_browser_proves_work_and_goes_on(houses: Houses) -> None:
    async with houses(limits=FEW) as house:
        browser, page = await crowded(house)
        assert page.url.endswith("/daftar/ramai")
        assert "Banyak pendaftaran datang dari jaringan Anda" in page.text
        puzzle = dict(page.form_with("puzzle").values)["puzzle"]
        page = await browser.submit(page, {"answer": solve(puzzle)})
        assert page.url.endswith("/daftar/data-diri")
        page = await fill_in(browser, page=page)
        assert (await browser.submit(page, {"terms": "1"}, press="sign-up")).url.endswith("/daftar/terkirim")


async def test_a_proof_is_one_browsers_works_once_and_must_be_right(houses: Houses) -> None:
    async with houses(limits=FEW) as house:
        browser, page = await crowded(house)
        puzzle = dict(page.form_with("puzzle").values)["puzzle"]
        answer = solve(puzzle)
        refused = [
            await browser.submit(page, {"answer": solve(puzzle, wrong=True)}),
            await browser.submit(page, {"answer": "9" * 400}),
            await browser.submit(page, {"puzzle": "x" * 80, "answer": "1"}),
        ]
        other = house.browser()
        theirs = await fill_in(other)
        refused.append(await other.submit(theirs, {"puzzle": puzzle, "answer": answer}))
        assert (await browser.submit(page, {"answer": answer})).url.endswith("/daftar/data-diri")
        refused.append(await browser.submit(page, {"answer": answer}))
        house.clock.advance(601)
        refused.append(await browser.submit(page, {"answer": answer}))
        for one in refused:
            assert one.status == 400
            assert "Pemeriksaan belum berhasil" in one.text


async def test_without_javascript_an_address_is_named_first(houses: Houses) -> None:
    async with houses(limits=FEW) as house:
        browser, page = await crowded(house)
        page = await browser.submit(page, {"email": "sari@gmail.com"}, press="send-link")
        assert "Periksa email Anda" in page.text
        mail = await newest(house, "sari@gmail.com")
        assert mail.subject == "Lanjutkan pendaftaran Anda"
        # On whatever device the mail is read.
        other = house.browser("203.0.113.5")
        page = await other.get(mail.link)
        early = await other.submit(page, press="continue")
        assert "Tunggu 20 detik" in early.text
        house.clock.advance(21)
        page = await other.submit(page, press="continue")
        assert "/daftar/data-diri" in page.url
        page = await fill_in(other, page=page, until="kontak")
        assert 'value="sari@gmail.com"' in page.html
        again = await house.browser().submit(await house.browser().get(mail.link), press="continue")
        assert again.status in {403, 410}


async def test_the_mailed_link_works_once_and_for_an_hour(houses: Houses) -> None:
    async with houses(limits=FEW) as house:
        browser, page = await crowded(house)
        await browser.submit(page, {"email": "sari@gmail.com"}, press="send-link")
        mail = await newest(house, "sari@gmail.com")
        house.clock.advance(21)
        page = await browser.get(mail.link)
        assert "/daftar/data-diri" in (await browser.submit(page, press="continue")).url
        assert (await browser.submit(page, press="continue")).status == 410
        house.clock.advance(3601)
        assert (await browser.get(mail.link)).status == 410
        assert (await browser.get("/daftar/lanjut?token=abc")).status == 410


async def test_naming_an_address_tells_nothing_and_is_counted(houses: Houses) -> None:
    """T33."""
    async with houses(limits=FEW) as house:
        browser, page = await crowded(house)
        said = [
            (await browser.submit(page, {"email": email}, press="send-link")).text
            for email in (house.account().email, "tidak.ada@contoh.go.id")
        ]
        assert said[0] == said[1]
        assert len(await letters(house, house.account().email)) == 1
        assert (
            "Tunggu 60 detik" in (await browser.submit(page, {"email": house.account().email}, press="send-link")).text
        )
        assert "format nama@contoh.com" in (await browser.submit(page, {"email": "sari@"}, press="send-link")).text


async def test_a_flood_of_beginnings_leaves_no_rows(houses: Houses) -> None:
    async with houses(limits=FEW) as house:
        browser, _ = await crowded(house)
        for _ in range(10):
            await fill_in(browser)
        async with house.provider.database.reading() as tx:
            assert await tx.scalar(select(func.count()).select_from(drafts)) == 2


async def test_a_crowd_that_sends_proves_at_the_end_and_loses_nothing(houses: Houses) -> None:
    async with houses(limits={"sign_up_per_network": 1, "puzzle_bits": BITS}) as house:
        late = house.browser()
        form = await fill_in(late, email="dua@contoh.go.id", phone="0813 7152 0001")
        await register(house.browser())
        page = await late.submit(form, {"terms": "1"}, press="sign-up")
        assert "/daftar/ramai" in page.url
        page = await late.submit(page, {"answer": solve(dict(page.form_with("puzzle").values)["puzzle"])})
        assert page.url.endswith("/daftar/periksa")
        page = await late.submit(page, {"terms": "1"}, press="sign-up")
        assert page.url.endswith("/daftar/terkirim")
        assert "/daftar/ramai" in (await fill_in(house.browser())).url
        assert "/daftar/data-diri" in (await fill_in(house.browser("203.0.113.1"), until="data-diri")).url
        assert "/daftar/data-diri" in (await fill_in(house.browser("203.0.113.1"), until="data-diri")).url


async def test_ten_times_the_threshold_is_the_end(houses: Houses) -> None:
    async with houses(limits={"sign_up_per_network": 1, "puzzle_bits": BITS}) as house:
        for _ in range(11):
            await house.provider.ephemeral.hit(f"sign-up:{'198.51.100.7'}", 300)
        browser = house.browser()
        page = await fill_in(browser)
        page = await browser.submit(page, {"answer": solve(dict(page.form_with("puzzle").values)["puzzle"])})
        page = await fill_in(browser, page=page)
        page = await browser.submit(page, {"terms": "1"}, press="sign-up")
        assert page.status == 400
        assert "Terlalu banyak permintaan" in page.text

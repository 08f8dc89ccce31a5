"""Recovery through a branch for who has a telephone and no mailbox; and by two officers, where one is not enough."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from idp.accounts import assisted
from idp.accounts.assisted import Case
from idp.flows import people, recovery_desk
from idp.flows.people import Wanted
from idp.flows.recovery_desk import NotPossible, Seen
from idp.store.tables import accounts
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.journeys.test_assisted_recovery import APPROVED, COOLING, approve, case_of, letter_of, open_case
from tests.journeys.test_recover import NEW, ask, plain
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NUMBER, TYPED = "+6281371520946", "0813 7152 0946"


async def opened(house: House, identifier: str, typed: str = TYPED) -> tuple[Browser, Page]:
    browser = house.browser("203.0.113.50")
    page = await browser.get("/lupa-kata-sandi/bantuan")
    return browser, await browser.submit(
        page, {"identifier": identifier, "email": "", "phone": typed}, press="open-case"
    )


async def code_page(browser: Browser, number: str) -> Page:
    page = await browser.click(
        await browser.get("/lupa-kata-sandi/bantuan"),
        "Sudah mendapat SMS bahwa waktu tunggu selesai? Lanjutkan di sini",
    )
    return await browser.submit(page, {"number": number}, press="send-code")


async def test_a_code_at_the_new_number_ends_the_recovery(house: House) -> None:
    person = plain(house)
    browser, page = await opened(house, person.email)
    case = await case_of(house)
    assert case.number in page.text
    assert case.number in (await newest(house, NUMBER)).text
    await approve(house)
    told = await letter_of(house, person.email, APPROVED)
    assert "0813****0946" in told.text
    house.clock.advance(COOLING)
    await letters(house, NUMBER)
    ready = (await letters(house, NUMBER))[-1]
    assert "Waktu tunggu" in ready.text
    assert not any(sms.links for sms in await letters(house, NUMBER))
    house.clock.advance(1)
    page = await code_page(browser, case.number.replace("-", " ").lower())
    code = (await newest(house, NUMBER)).code
    wrong = await browser.submit(page, {"code": code.swapcase()}, press="submit-code")
    assert "Kode salah atau sudah kedaluwarsa" in wrong.text
    # Another browser has no use for it, and it is good once.
    assert "tidak bisa dipakai lagi" in (await house.browser("203.0.113.51").get(page.url)).text
    entered = await browser.submit(wrong, {"code": code}, press="submit-code")
    assert "set-password" in entered.ids
    assert "Kode salah" in (await browser.submit(wrong, {"code": code}, press="submit-code")).text
    assert "Kata sandi sudah diganti" in (await browser.submit(entered, {"password": NEW}, press="set-password")).text
    found = house.browser("203.0.113.52")
    home = await sign_in(found, TYPED, NEW)
    assert home.url.endswith("/akun")
    # Its page has one next step for an account without an address.
    assert "belum punya email" in home.text
    assert home.links["Tambahkan email"].endswith("/akun/kontak/email")
    assert "Email – Tambahkan" in (await found.get("/akun/kontak")).text
    again = await found.get("/masuk?kembali=kontak")
    assert dict(again.form_with("identifier").values)["identifier"] == NUMBER, "nobody types what we know"
    # The mailbox that was lost opens nothing any more, and heard of it a last time.
    assert "Email atau kata sandi salah" in (await sign_in(house.browser("203.0.113.53"), person.email, NEW)).text
    assert "Email ini tidak dipakai lagi di akun Anda" in [one.subject for one in await letters(house, person.email)]
    house.clock.advance(61)
    before = len(await letters(house, person.email))
    await ask(house.browser("203.0.113.54"), person.email)
    assert len(await letters(house, person.email)) == before


async def test_five_wrong_codes_burn_it_and_a_new_one_can_be_asked_for(house: House) -> None:
    browser, _ = await opened(house, plain(house).email)
    case = await approve(house)
    house.clock.advance(COOLING)
    await letters(house, NUMBER)
    await letters(house, NUMBER)
    house.clock.advance(1)
    page = await code_page(browser, case.number)
    code = (await newest(house, NUMBER)).code
    await asyncio.gather(*(browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code") for _ in range(8)))
    assert "Kode salah" in (await browser.submit(page, {"code": code}, press="submit-code")).text
    assert "Tunggu" in (await browser.submit(page, press="resend")).text
    house.clock.advance(61)
    page = await browser.submit(page, press="resend")
    page = await browser.submit(page, {"code": (await newest(house, NUMBER)).code}, press="submit-code")
    assert "set-password" in page.ids


async def test_no_case_and_a_case_that_waits_get_the_same_page_and_no_code(house: House) -> None:
    browser, _ = await opened(house, plain(house).email)
    case = await approve(house)
    await letters(house, NUMBER)
    said = set()
    for number in (case.number, "CDFG-HJKM"):
        page = await code_page(browser, number)
        said.add((page.status, re.sub(r"kasus=\S+", "", page.text)))
        assert "Kode salah" in (await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")).text
    assert len(said) == 1
    assert not any("Kode kata sandi" in sms.text for sms in await letters(house, NUMBER))
    page = await browser.submit(
        await browser.get("/lupa-kata-sandi/bantuan/lanjut"), {"number": " "}, press="send-code"
    )
    assert page.status == 400
    assert (await browser.get("/lupa-kata-sandi/bantuan/kode?kasus=x")).status == 400


async def test_a_number_that_is_none_is_told_and_somebody_elses_is_not_taken(house: House) -> None:
    _, page = await opened(house, plain(house).email, "021 5551234")
    assert (page.status, "phone-error" in page.ids) == (400, True)
    await opened(house, plain(house).email, "0812 3456 7890")
    with pytest.raises(NotPossible, match="another account has the new number"):
        await approve(house)


# Two officers


@pytest.fixture
async def strict(houses: Callable[..., AbstractAsyncContextManager[House]]) -> AsyncIterator[House]:
    """A house where two officers have to see the person."""
    async with houses(recovery={"officers": 2}) as house:
        for name in ("rina", "tono"):
            await people.create(house.provider, Wanted(f"{name}@kantor.go.id", name.title()), by="test")
        async with house.provider.database.transaction() as tx:
            officers = accounts.update().where(accounts.c.email.like("%@kantor.go.id"))
            await tx.execute(officers.values(officer_since=house.clock.now()))
        yield house


async def agree(house: House, number: str, officer: str, *, factors_go: bool = False) -> Case:
    seen = ("ktp", "face")
    return await recovery_desk.approve(
        house.provider, number, Seen(seen, "datang", factors_go), by="command line", officer=officer
    )


async def test_the_wait_begins_with_the_second_officer(strict: House) -> None:
    person = plain(strict)
    await open_case(strict, person.email)
    number = (await case_of(strict)).number
    with pytest.raises(NotPossible, match="officer's account"):
        await agree(strict, number, "")
    with pytest.raises(NotPossible, match="officer's account"):
        await agree(strict, number, person.email)
    first = await agree(strict, number, "rina@kantor.go.id", factors_go=True)
    assert first.state == assisted.OPEN
    assert not await letters(strict, person.email)
    with pytest.raises(NotPossible, match="another officer"):
        await agree(strict, number, "rina@kantor.go.id", factors_go=True)
    with pytest.raises(NotPossible, match="--remove-factors"):
        await agree(strict, number, "tono@kantor.go.id")
    second = await agree(strict, number, "tono@kantor.go.id", factors_go=True)
    assert (second.state, second.overridden) == (assisted.COOLING, False)
    assert second.first_officer != second.decided_by
    # The owner can still cancel: two officers are not an override.
    letter = await letter_of(strict, person.email, APPROVED)
    browser = strict.browser()
    assert (
        "Pemulihan dibatalkan" in (await browser.submit(await browser.get(letter.link), press="cancel-recovery")).text
    )


async def test_of_two_officers_at_once_one_is_the_first(strict: House) -> None:
    await open_case(strict, plain(strict).email)
    number = (await case_of(strict)).number
    decided = await asyncio.gather(*(agree(strict, number, f"{name}@kantor.go.id") for name in ("rina", "tono")))
    assert sorted(case.state for case in decided) == [assisted.COOLING, assisted.OPEN]

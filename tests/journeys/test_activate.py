"""Activating, by link and by code."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import select

from idp.accounts import links, lookup, pending
from idp.accounts.pending import Applicant, SignUp
from idp.flows import register_client
from idp.store.tables import accounts, audit, sign_ups
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_sign_up import EMAIL, FORM, NUMBER, register
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio


OWNERS = "Sawah-Hijau-Luas-31"
"""What the mailbox's owner chooses where nobody registered."""


async def sign_in(browser: Browser, identifier: str = EMAIL, password: str = FORM["password"]) -> Page:
    page = await browser.get("/masuk")
    return await browser.submit(page, {"identifier": identifier, "password": password}, press="sign-in")


async def test_a_link_is_shown_by_get_and_spent_by_post(house: House) -> None:
    """T27: programs open links before people do."""
    await register(house.browser())
    before, mail = await house.count(accounts), await newest(house, EMAIL)
    for _ in range(3):
        scanner = await house.browser("203.0.113.50").get(mail.link)
        assert "activate" in scanner.ids
    assert (await house.http().head(mail.link)).status_code == 200
    assert await house.count(accounts) == before
    other_device = house.browser("203.0.113.60")
    page = await other_device.submit(await other_device.get(mail.link), {"password": OWNERS}, press="activate")
    assert "Akun Anda aktif" in page.text
    assert await house.count(accounts) == before + 1
    assert (await sign_in(other_device, password=OWNERS)).url.endswith("/akun")


async def test_a_link_speaks_the_language_of_its_message_on_any_device(house: House) -> None:
    browser, other_device = house.browser(), house.browser("203.0.113.61")
    await browser.get("/daftar?bahasa=en")
    await register(browser)
    page = await other_device.get((await newest(house, EMAIL)).link)
    assert "Activate your account" in page.text
    page = await other_device.submit(page, {"password": OWNERS}, press="activate")
    assert "Your account is active" in page.text


async def test_an_account_is_made_though_the_service_that_waited_is_gone(house: House) -> None:
    """The link is spent and the account there: an error page would say the opposite."""
    browser = house.browser()
    page = await browser.get((await house.relying_party("saldo").authorization(prompt="create")).url)
    await register(browser, page)
    link = (await newest(house, EMAIL)).link
    form = await browser.get(link)
    await register_client.delete(house.provider, "saldo", by="test")
    page = await browser.submit(form, press="activate")
    assert page.status == 200
    assert "Akun Anda aktif" in page.text
    assert (await sign_in(browser)).url.endswith("/akun")


async def test_a_link_works_once(house: House) -> None:
    browser = house.browser()
    await register(browser)
    link = (await newest(house, EMAIL)).link
    form = await browser.get(link)
    await browser.submit(form, press="activate")
    assert "Akun sudah aktif. Silakan masuk." in (await browser.get(link)).text
    assert "Akun sudah aktif" in (await browser.submit(form, press="activate")).text
    assert len([one for one in await letters(house, EMAIL) if one.subject == "Aktifkan akun Anda"]) == 1


async def test_who_reloads_does_nothing_a_second_time(house: House) -> None:
    """What a form did is told at an address of its own, and can be looked at again."""
    browser = house.browser()
    page = await register(browser)
    for form in (page, await browser.get("/aktivasi")):
        house.clock.advance(90)
        told = await browser.submit(form, press="resend")
        assert "Pesan baru sudah dikirim" in told.text
        sent = (await newest(house, EMAIL)).link
        assert "Pesan baru sudah dikirim" in (await browser.get(told.url)).text
        assert (await newest(house, EMAIL)).link == sent
    link = (await newest(house, EMAIL)).link
    done = await browser.submit(await browser.get(link), press="activate")
    assert "Akun Anda aktif" in done.text
    assert (await browser.get(done.url)).text == done.text


async def test_the_code_works_in_the_browser_that_registered(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    page = await browser.click(page, "Masukkan kode")
    assert "identifier" not in page.names
    code = (await newest(house, EMAIL)).code
    page = await browser.submit(page, {"code": f" {code[:4]}-{code[4:]} "}, press="submit-code")
    assert "Akun Anda aktif" in page.text
    page = await browser.click(page, "Lanjutkan")
    assert page.url.endswith("/masuk")


async def test_case_matters_and_the_fifth_wrong_code_is_the_last(house: House) -> None:
    browser = house.browser()
    await register(browser)
    code = (await newest(house, EMAIL)).code
    page = await browser.get("/aktivasi")
    for left in (4, 3, 2, 1):
        page = await browser.submit(page, {"code": code.swapcase()}, press="submit-code")
        assert f"Huruf besar dan kecil dibedakan. Sisa {left} percobaan" in page.text
    page = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
    assert "tidak bisa dipakai lagi" in page.text
    page = await browser.submit(page, {"code": code}, press="submit-code")
    assert "tidak bisa dipakai lagi" in page.text
    # The link of the same mail is too long to guess, so it is not burnt with the code.
    assert "activate" in (await browser.get((await newest(house, EMAIL)).link)).ids


async def test_parallel_guesses_are_five(house: House) -> None:
    """T29, T31: tries are taken before they are looked at."""
    browser = house.browser()
    await register(browser)
    form = await browser.get("/aktivasi")
    pages = await asyncio.gather(
        *(browser.submit(form, {"code": f"AAAAAA{n:02}"}, press="submit-code") for n in range(30))
    )
    looked_at = [page for page in pages if re.search(r"Sisa \d", page.text)]
    assert len(looked_at) == 4
    code = (await newest(house, EMAIL)).code
    assert "tidak bisa dipakai lagi" in (await browser.submit(form, {"code": code}, press="submit-code")).text


async def test_another_browser_says_which_address(house: House) -> None:
    await register(house.browser())
    code = (await newest(house, EMAIL)).code
    other = house.browser("203.0.113.60")
    page = await other.get("/aktivasi")
    page = await other.submit(page, {"identifier": "", "code": code}, press="submit-code")
    assert "Masukkan email" in page.text
    page = await other.submit(page, {"identifier": EMAIL.upper(), "code": code}, press="submit-code")
    assert page.status == 400
    assert "Masukkan kata sandi." in page.text
    chosen = {"identifier": EMAIL.upper(), "code": code, "password": OWNERS}
    page = await other.submit(page, chosen, press="submit-code")
    assert "Akun Anda aktif" in page.text
    assert (await sign_in(other, password=OWNERS)).url.endswith("/akun")


async def test_another_browser_learns_nothing_about_addresses(house: House) -> None:
    await register(house.browser())
    said = set()
    for n, identifier in enumerate((EMAIL, "tidak.ada@contoh.go.id", house.account().email, "bukan apa-apa")):
        browser = house.browser(f"203.0.113.{n}")
        page = await browser.submit(
            await browser.get("/aktivasi"),
            {"identifier": identifier, "code": "AAAAAAAA", "password": OWNERS},
            press="submit-code",
        )
        again = await browser.submit(page, {"identifier": identifier}, press="resend")
        said.add((page.status, page.text, again.status))
    assert len({status_text for status_text in said if status_text[2] == 200}) <= 1
    assert len({(status, text) for status, text, _ in said}) == 1


async def test_only_the_newest_message_works(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    old = await newest(house, EMAIL)
    house.clock.advance(90)
    await browser.submit(page, press="resend")
    new = await newest(house, EMAIL)
    assert new.link != old.link
    page = await browser.get(old.link)
    assert "Ada pesan yang lebih baru" in page.text
    sent = house.provider.theme.language("id").time(house.clock.now())
    assert f"dikirim pukul {sent}" in page.text
    page = await browser.submit(await browser.get("/aktivasi"), {"code": old.code}, press="submit-code")
    assert "Kode salah" in page.text
    page = await browser.submit(page, {"code": new.code}, press="submit-code")
    assert "Akun Anda aktif" in page.text


async def test_wrong_code_then_resend_then_right_code(house: House) -> None:
    """A wrong code never spoils the next message."""
    browser = house.browser()
    await register(browser)
    page = await browser.get("/aktivasi")
    for _ in range(6):
        page = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
    house.clock.advance(90)
    page = await browser.submit(page, press="resend")
    assert "Pesan baru sudah dikirim" in page.text
    page = await browser.submit(page, {"code": (await newest(house, EMAIL)).code}, press="submit-code")
    assert "Akun Anda aktif" in page.text


async def test_an_expired_link_offers_a_new_one(house: House) -> None:
    browser = house.browser()
    await register(browser)
    old = await newest(house, EMAIL)
    house.clock.advance(24 * 3600)
    page = await browser.submit(await browser.get("/aktivasi"), {"code": old.code}, press="submit-code")
    assert "Kode sudah kedaluwarsa. Minta kode baru." in page.text
    page = await browser.get(old.link)
    assert "kedaluwarsa" in page.text
    page = await browser.submit(page, press="resend")
    new = await newest(house, EMAIL)
    for shown in (page, await browser.get(page.url)):
        assert "Pesan baru sudah dikirim" in shown.text
        assert "Masukkan kode terbaru" in shown.links, "one next step, and not the one that was just done"
    assert (await newest(house, EMAIL)).link == new.link, "who reloads asks for nothing"
    page = await browser.submit(await browser.get(new.link), press="activate")
    assert "Akun Anda aktif" in page.text


async def test_an_unknown_link_is_told_apart(house: House) -> None:
    for token in ("A" * 64, "x", "%00", "A" * 5000):
        page = await house.browser().get(f"/aktivasi?token={token}")
        assert page.status in {400, 404}
        assert "activate" not in page.ids


async def test_a_link_of_another_kind_activates_nothing(house: House) -> None:
    """T2: what resets a password does not activate, nor the other way round."""
    await register(house.browser())
    activation = (await newest(house, EMAIL)).link.partition("token=")[2]
    browser, person = house.browser("203.0.113.1"), house.account()
    await browser.submit(await browser.get("/lupa-kata-sandi"), {"identifier": person.email}, press="send-reset")
    reset = (await newest(house, person.email)).link.partition("token=")[2]
    assert (await browser.get(f"/aktivasi?token={reset}")).status == 404
    assert "set-password" not in (await browser.get(f"/lupa-kata-sandi/baru?token={activation}")).ids


async def test_the_account_is_what_was_typed(house: House) -> None:
    browser = house.browser()
    await register(browser, kpj="5091 7364 820")
    sms = await newest(house, NUMBER)
    page = await browser.submit(await browser.get("/aktivasi"), {"code": sms.code}, press="submit-code")
    await browser.submit(page, {"code": (await newest(house, EMAIL)).code}, press="submit-code")
    async with house.provider.database.reading() as tx:
        row = (await tx.execute(select(accounts).where(accounts.c.email == EMAIL))).one()
        event = (await tx.execute(select(audit).where(audit.c.event == "account.activated"))).one()
    assert (row.name, row.phone, row.kpj, row.status) == ("Sari Dewi", NUMBER, "50917364820", "active")
    assert (row.email_verified, row.phone_verified, row.password_policy) == (True, True, "hybrid-2")
    assert event.account_id == row.id
    assert (await sign_in(house.browser(), "0813-7152-0946")).url.endswith("/akun")


async def test_a_number_opens_the_account_once_it_is_confirmed_and_the_pages_say_so(house: House) -> None:
    browser = house.browser()
    await register(browser)
    page = await browser.submit(
        await browser.get("/aktivasi"), {"code": (await newest(house, EMAIL)).code}, press="submit-code"
    )
    waits = "Nomor HP belum dikonfirmasi, jadi belum bisa dipakai untuk masuk."
    assert waits in page.text
    stranger = house.browser("203.0.113.9")
    # The general truth stands there for everybody, whether or not there is an account.
    said = {
        (await sign_in(stranger, number)).text.replace(number, "") for number in ("0813-7152-0946", "0813-9999-0946")
    }
    assert len(said) == 1
    assert "Nomor HP bisa dipakai setelah dikonfirmasi" in said.pop()
    await sign_in(browser)
    page = await browser.get("/akun")
    assert "0813-7152-0946" in page.text
    assert waits in page.text
    house.clock.advance(61)
    page = await browser.submit(await browser.get("/akun/keamanan/ponsel"), press="send-code")
    await browser.submit(page, {"code": (await newest(house, NUMBER)).code}, press="submit-code")
    assert waits not in (await browser.get("/akun")).text
    assert (await sign_in(house.browser("203.0.113.10"), "0813-7152-0946")).url.endswith("/akun")


async def test_a_number_that_was_not_proven_finds_nobody(house: House) -> None:
    browser = house.browser()
    await register(browser)
    await browser.submit(
        await browser.get("/aktivasi"), {"code": (await newest(house, EMAIL)).code}, press="submit-code"
    )
    assert not (await sign_in(house.browser(), "0813-7152-0946")).url.endswith("/akun")


async def test_activation_throws_out_every_other_registration_of_the_address(house: House) -> None:
    """T36: somebody registered a stranger's address with a password of their own."""
    await register(house.browser("203.0.113.1"), password="Penyusup-Malam-13!")
    squatter = await newest(house, EMAIL)
    house.clock.advance(120)
    owner = house.browser()
    await register(owner)
    mail = await newest(house, EMAIL)
    await owner.submit(await owner.get(mail.link), press="activate")
    assert "Akun sudah aktif" in (await owner.get(squatter.link)).text
    assert await house.count(sign_ups) == 1
    assert not (await sign_in(house.browser("203.0.113.1"), password="Penyusup-Malam-13!")).url.endswith("/akun")
    assert (await sign_in(owner)).url.endswith("/akun")


async def test_who_owns_the_mailbox_keeps_nothing_of_who_registered_it(house: House) -> None:
    """T36: a squatter waits for the owner to press the button. Neither password nor telephone of theirs gets in."""
    squatter, owner = house.browser("203.0.113.66"), house.browser()
    await register(squatter, password="Penyusup-Malam-13!")
    mail, sms = await newest(house, EMAIL), await newest(house, NUMBER)
    page = await squatter.submit(await squatter.get("/aktivasi"), {"code": sms.code}, press="submit-code")
    assert "sudah dikonfirmasi" in page.text
    form = await owner.get(mail.link)
    assert {"token", "password"} <= form.names
    assert "Sari Dewi" in form.text
    for weak in ("", "pendek", "Sari-Dewi-1990", "Penyusup"):
        page = await owner.submit(form, {"password": weak}, press="activate")
        assert page.status == 400
        assert "activate" in page.ids
    page = await owner.submit(page, {"password": OWNERS}, press="activate")
    assert "Akun Anda aktif" in page.text
    for known in (EMAIL, NUMBER):
        assert not (await sign_in(squatter, known, "Penyusup-Malam-13!")).url.endswith("/akun")
    assert not (await sign_in(house.browser(), NUMBER, OWNERS)).url.endswith("/akun"), "their number finds nobody"
    assert (await sign_in(owner, password=OWNERS)).url.endswith("/akun")
    assert "Penyusup" not in form.html


async def test_the_browser_that_registered_is_asked_for_no_other_password(house: House) -> None:
    browser = house.browser()
    await register(browser)
    form = await browser.get((await newest(house, EMAIL)).link)
    assert "password" not in form.names
    hostile = await browser.http.post(
        "/aktivasi", data={**dict(form.form_with("token").values), "password": "Penyusup-Malam-13!"}
    )
    assert hostile.headers["location"].startswith("/aktivasi/selesai")
    assert (await sign_in(browser)).url.endswith("/akun"), "what was typed at registration counts"


async def test_fifty_activations_of_one_address_make_one_account(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    """T36."""
    async with houses(limits={"hash_queue": 50}) as house:
        await check_fifty(house)


async def check_fifty(house: House) -> None:
    provider, now, before = house.provider, house.clock.now(), await house.count(accounts)
    key, hashed = lookup.key(provider.material, lookup.EMAIL, EMAIL), await provider.hasher.hash(FORM["password"])
    tokens = []
    for _ in range(50):
        sign_up = SignUp(
            provider.new_id(), key, Applicant("Sari Dewi", EMAIL, NUMBER), hashed, "hybrid-1", "id", now, now + 86_400
        )  # fmt: skip
        handle = provider.new_handle()
        sent = links.Challenge(handle.id, links.ACTIVATE, sign_up.id, links.BY_EMAIL, EMAIL, 5, now, now + 3600)
        async with provider.database.transaction() as tx:
            await pending.put(tx, provider.sealer, sign_up)
            await links.issue(tx, provider.material, handle, "AAAAAAAA", sent)
        tokens.append(str(handle))
    browser = house.browser()
    form = await browser.get(f"/aktivasi?token={tokens[0]}")
    pages = await asyncio.gather(
        *(
            browser.http.post(
                "/aktivasi", data={**dict(form.form_with("token").values), "token": token, "password": OWNERS}
            )
            for token in tokens
        )
    )
    assert [page.headers["location"] for page in pages if page.status_code == 303] == ["/aktivasi/selesai"]
    assert sum(page.status_code == 200 and "Akun sudah aktif" in page.text for page in pages) == 49
    assert await house.count(accounts) == before + 1


async def test_signing_in_before_activation_asks_for_the_code(house: House) -> None:
    await register(house.browser())
    other = house.browser("203.0.113.60")
    page = await sign_in(other)
    assert "/aktivasi" in page.url
    assert "identifier" not in page.names
    page = await other.submit(page, {"code": (await newest(house, EMAIL)).code}, press="submit-code")
    assert "Akun Anda aktif" in page.text


async def test_a_service_that_waits_is_gone_back_to(house: House) -> None:
    party, browser = house.relying_party("bench"), house.browser()
    request = await party.authorization()
    page = await browser.get(request.url)
    page = await browser.click(page, "Belum punya akun? Daftar")
    assert "Bench" in page.text
    page = await register(browser, page)
    assert "Periksa email" in page.text
    page = await browser.submit(await browser.get((await newest(house, EMAIL)).link), press="activate")
    page = await browser.click(page, "Lanjutkan")
    assert "Bench" in page.text
    page = await browser.submit(page, {"identifier": EMAIL, "password": FORM["password"]}, press="sign-in")
    assert page.left_to is not None
    assert "code" in page.parameters

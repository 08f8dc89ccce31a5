"""The steps of a registration: what each one asks and says, and what two tabs, Back, a double click and a day do to them."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from sqlalchemy import select

from idp.accounts import declared, nik, proofing
from idp.flows import export, proofing_desk
from idp.store.encrypted import Place
from idp.store.tables import accounts, audit, drafts, sign_ups
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_recover import ask
from tests.support.browser import Browser, Page
from tests.support.registration import PERSON, fill_in, register
from tests.support.servers import House

pytestmark = pytest.mark.anyio

EMAIL, NUMBER = "sari.dewi@contoh.go.id", "+6281371520946"
Houses = Callable[..., AbstractAsyncContextManager[House]]


async def activate(house: House, browser: Browser, to: str = EMAIL) -> Page:
    return await browser.submit(await browser.get((await newest(house, to)).link), press="activate")


async def test_the_first_page_says_what_is_needed_and_is_not_the_sign_in(house: House) -> None:
    page = await house.browser().get("/daftar")
    for said in ("Gratis", "10 menit", "Unggah dokumen bisa nanti", "KTP Anda", "Mulai daftar", "Masuk di sini"):
        assert said in page.text
    assert "resume" not in page.ids


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"nik": "123"}, "NIK harus 16 angka. Periksa KTP Anda."),
        ({"nik": "3374156713900003"}, "Susunan NIK ini tidak mungkin."),
        ({"nik": ""}, "NIK harus 16 angka. Periksa KTP Anda."),
        ({"birth_day": "31", "birth_month": "2"}, "Masukkan tanggal lahir, contoh 27 3 1990."),
        ({"name": "R2D2"}, "Masukkan nama Anda, paling banyak 60 huruf."),
        ({"nik": "", "passport": "A1"}, "Nomor paspor terdiri dari 6 sampai 12"),
        ({"email": "sari@"}, "Masukkan email dengan format nama@contoh.com."),
        ({"phone": "12"}, "Masukkan nomor ponsel, contoh 0812 3456 7890."),
        ({"phone": "021 5551234"}, "Ini bukan nomor ponsel. Gunakan nomor yang bisa menerima SMS."),
        ({"category": "raja"}, "Pilih salah satu."),
        ({"kpj": "123"}, "Nomor peserta (KPJ) terdiri dari 11 angka. Kosongkan jika belum punya."),
        ({"password": ""}, "Masukkan kata sandi."),
        ({"password": "pendek"}, "Kata sandi minimal 12 karakter."),
        ({"password": "kudaterbangbiru7"}, "Tambahkan huruf besar, simbol, atau pakai frasa minimal 20 karakter."),
        ({"password": "Sari-Dewi-Naik-77"}, "Jangan pakai nama, tanggal lahir, NIK, atau nomor ponsel Anda."),
        ({"password": "Kuda-27031990-Ya"}, "Jangan pakai nama, tanggal lahir, NIK, atau nomor ponsel Anda."),
        ({"password": "27Maret1990!ab"}, "Jangan pakai nama, tanggal lahir, NIK, atau nomor ponsel Anda."),
        ({"password": "Kuda-337415-Biru"}, "Jangan pakai nama, tanggal lahir, NIK, atau nomor ponsel Anda."),
        ({"password": "SandiAkunKu123!"}, "Kata sandi ini mudah ditebak atau pernah bocor. Pilih yang lain."),
        ({"terms": None}, "Centang kotak ini jika Anda setuju."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_each_mistake_is_named_where_it_is_made(house: House, typed: dict[str, str | None], said: str) -> None:
    page = await register(house.browser(), None, **typed)
    assert page.status == 400
    assert said in page.text
    assert page.title.startswith("Kesalahan:")
    for name, value in typed.items():
        if name in ("name", "nik", "passport", "phone", "email", "kpj") and value:
            assert f'value="{value}"' in page.html
    assert (typed.get("password") or "Kuda-Terbang") not in page.html
    assert await house.count(sign_ups) == 0


async def test_the_person_is_told_everything_of_one_step_at_once(house: House) -> None:
    page = await fill_in(house.browser(), name="", nik="1", birth_day="x")
    assert all(said in page.text for said in ("NIK harus 16 angka", "Masukkan nama Anda", "Masukkan tanggal lahir"))


async def test_a_number_of_another_date_is_told_first_and_taken_when_confirmed(house: House) -> None:
    browser = house.browser()
    page = await fill_in(browser, birth_day="28")
    assert "Tanggal lahir tidak cocok dengan NIK. Periksa keduanya." in page.text
    assert "confirmed" in page.names
    page = await browser.submit(page, {"confirmed": "1"}, press="continue")
    assert "/daftar/kontak" in page.url
    await browser.submit(await fill_in(browser, page=page), {"terms": "1"}, press="sign-up")
    await activate(house, browser)
    assert (await row(house)).review == declared.NIK_BIRTHDATE


async def test_the_tick_is_for_the_person_who_saw_the_difference(house: House) -> None:
    """The box is not there before there is something to confirm."""
    browser = house.browser()
    page = await browser.submit(await browser.get("/daftar"), press="start")
    assert "confirmed" not in page.names


async def row(house: House, email: str = EMAIL) -> Any:
    async with house.provider.database.reading() as tx:
        return (await tx.execute(select(accounts).where(accounts.c.email == email))).one()


async def test_an_account_carries_what_was_declared_sealed(house: House) -> None:
    browser = house.browser()
    await register(browser, category="BPU", kpj="5091 7364 820")
    await activate(house, browser)
    made, provider = await row(house), house.provider
    assert nik.unseal(provider.sealer, made.id, made.nik_sealed) == "3374156703900003"
    assert b"3374156703900003" not in made.nik_sealed
    assert (made.category, made.kpj, made.review) == ("BPU", "50917364820", None)
    assert (made.terms_version, made.terms_accepted_at) == (house.provider.theme.notice_version, house.clock.now())
    assert made.birthdate_sealed is not None
    assert made.identity_level == 0


async def test_two_people_may_declare_one_number_and_neither_is_told(house: House) -> None:
    """T36: a stranger's NIK or KPJ cannot be occupied, and its holder is nobody's business."""
    pages = []
    for n, email in enumerate(("satu@contoh.go.id", "dua@contoh.go.id")):
        browser = house.browser(f"203.0.113.{n}")
        pages.append(await register(browser, email=email, phone=f"0813 7152 000{n}", kpj="50917364820"))
        await activate(house, browser, email)
    assert [page.status for page in pages] == [200, 200]
    one, other = await row(house, "satu@contoh.go.id"), await row(house, "dua@contoh.go.id")
    assert one.nik_index == other.nik_index is not None
    assert re.sub(r"\S\*\*\*\S+|\d{4}\*{4}\d{4}", "", pages[0].text) == re.sub(
        r"\S\*\*\*\S+|\d{4}\*{4}\d{4}", "", pages[1].text
    )


async def test_a_foreigner_registers_with_a_passport_and_is_looked_at(house: House) -> None:
    browser = house.browser()
    await register(browser, nik="", passport="x 123-4567", phone="+65 8123 4567", category="none")
    await activate(house, browser)
    made, provider = await row(house), house.provider
    [(check, _)] = await proofing_desk.waiting(provider, [proofing.REVIEW], 10)
    *_, typed = await proofing_desk.look(provider, check.id, by="officer")
    assert (typed["passport"], typed["nik"]) == ("X1234567", "")
    [own] = (await export.collect(provider, made.id))["holds"]["accounts"]
    assert (own["passport"], own["nik"]) == ("X1234567", None)
    assert b"X1234567" not in made.passport_sealed
    assert (made.nik_sealed, made.nik_index, made.review) == (None, None, declared.PASSPORT)
    assert made.phone == "+6581234567"


@pytest.mark.parametrize("typed", ["0813 7152 0946", "813-7152-0946", "6281371520946", "+62 813.7152.0946"])
async def test_a_mobile_number_may_be_written_as_people_do(house: House, typed: str) -> None:
    assert "0813****0946" in (await register(house.browser(), phone=typed)).text


async def test_whoever_is_under_17_is_looked_at(house: House) -> None:
    browser = house.browser()
    await register(browser, nik="3374152703120003", birth_year="2012")
    await activate(house, browser)
    assert (await row(house)).review == declared.MINOR


async def test_a_slip_in_an_address_is_asked_about_once(house: House) -> None:
    browser = house.browser()
    page = await fill_in(browser, email="sari@gmial.com")
    assert "Maksud Anda sari@gmail.com?" in page.text
    again = await browser.submit(page, press="continue")
    assert "/daftar/kepesertaan" in again.url
    page = await browser.submit(page, press="use-suggestion")
    page = await fill_in(browser, page=page)
    assert "sari@gmail.com" in page.text


async def test_answers_are_kept_for_who_goes_back(house: House) -> None:
    browser = house.browser()
    page = await fill_in(browser, until="kata-sandi", kpj="50917364820")
    for step, value in (("kepesertaan", "50917364820"), ("kontak", EMAIL), ("data-diri", "3374156703900003")):
        page = await browser.get(f"/daftar/{step}")
        assert f'value="{value}"' in page.html
    page = await browser.submit(page, {"name": "Sari Dewi Lestari"}, press="continue")
    assert "/daftar/kata-sandi" in page.url, "what was answered is not asked again"
    page = await fill_in(browser, page=page)
    assert "Sari Dewi Lestari" in page.text
    assert "3374••••••••0003" in page.text
    assert "3374156703900003" not in page.html


async def test_a_step_that_is_too_early_leads_to_the_one_that_is_missing(house: House) -> None:
    browser = house.browser()
    await fill_in(browser, until="kontak")
    for step in ("kepesertaan", "dokumen", "kata-sandi", "periksa"):
        assert "/daftar/kontak" in (await browser.get(f"/daftar/{step}")).url


async def test_what_makes_the_password_guessable_takes_it_away(house: House) -> None:
    browser = house.browser()
    page = await fill_in(browser, password="Kuda-Terbang-Biru-77")
    page = await browser.submit(await browser.get("/daftar/data-diri"), {"name": "Kuda Terbang"}, press="continue")
    assert "/daftar/kata-sandi" in page.url
    assert "Data Anda berubah." in page.text
    page = await browser.submit(page, {"password": "Kuda-Terbang-Biru-77"}, press="continue")
    assert "Jangan pakai nama" in page.text
    page = await browser.submit(page, {"password": "Layang-Layang-Putus-5"}, press="continue")
    assert "/daftar/periksa" in page.url


async def test_what_makes_nothing_guessable_keeps_the_password(house: House) -> None:
    browser = house.browser()
    await fill_in(browser)
    page = await browser.submit(
        await browser.get("/daftar/kontak"), {"email": "sari.dewi@kantor.go.id"}, press="continue"
    )
    assert "/daftar/periksa" in page.url
    page = await browser.submit(await browser.get("/daftar/kata-sandi"), press="continue")
    assert "/daftar/periksa" in page.url


async def test_two_tabs_are_two_registrations(house: House) -> None:
    browser = house.browser()
    first = await fill_in(browser, until="kontak", name="Sari Dewi")
    second = await fill_in(browser, until="kontak", name="Budi Santoso", nik="3374152703900003")
    assert first.url != second.url
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", first.url + second.url), "an id in an address"
    first = await fill_in(browser, page=first, email="satu@contoh.go.id")
    second = await fill_in(browser, page=second, email="dua@contoh.go.id", phone="0813 7152 0001")
    assert "Sari Dewi" in first.text
    assert "Budi Santoso" not in first.text
    assert "dua@contoh.go.id" in second.text
    await browser.submit(first, {"terms": "1"}, press="sign-up")
    await browser.submit(second, {"terms": "1"}, press="sign-up")
    assert "Halo Sari Dewi" in (await newest(house, "satu@contoh.go.id")).text
    assert "Halo Budi Santoso" in (await newest(house, "dua@contoh.go.id")).text


async def test_another_browser_sees_nothing_of_a_draft(house: House) -> None:
    mine, other = house.browser(), house.browser()
    page = await fill_in(mine, until="kontak")
    seen = await other.get("/daftar/data-diri")
    assert (seen.status, "Sari Dewi" in seen.html) == (410, False)
    assert "Mulai daftar lagi" in seen.links
    start = await other.get("/daftar")
    stolen = {**dict(page.form_with("email").values), "csrf": dict(start.form_with("csrf").values)["csrf"]}
    answer = await other.http.post("/daftar/kontak", data={**stolen, "email": EMAIL, "phone": "0813 7152 0946"})
    assert answer.status_code == 410


async def test_a_draft_lives_for_a_day(house: House) -> None:
    browser = house.browser()
    page = await fill_in(browser, until="kontak")
    house.clock.advance(86_000)
    start = await browser.get("/daftar")
    assert start.links["Teruskan pendaftaran tadi"].endswith("/daftar/kontak")
    house.clock.advance(500)
    gone = await browser.submit(page, {"email": EMAIL, "phone": "0813 7152 0946"}, press="continue")
    assert gone.status == 410
    assert "Pendaftaran ini tidak ada lagi" in gone.text
    assert "start" in (await browser.click(gone, "Mulai daftar lagi")).ids
    await letters(house, EMAIL)  # the broom goes along with the post
    assert await house.count(drafts) == 0


async def test_answers_can_be_deleted_on_a_shared_phone(house: House) -> None:
    browser = house.browser()
    await fill_in(browser, until="kontak")
    page = await browser.submit(await browser.get("/daftar"), press="discard")
    assert "resume" not in page.ids
    assert await house.count(drafts) == 0
    assert (await browser.get("/daftar/data-diri")).status == 410


async def test_the_first_page_offers_what_was_begun_last(house: House) -> None:
    browser = house.browser()
    await register(browser)
    await fill_in(browser, until="kontak", name="Budi Santoso", nik="3374152703900003")
    page = await browser.get("/daftar")
    page = await browser.click(page, "Teruskan pendaftaran tadi")
    assert "/daftar/kontak" in page.url
    assert "Budi Santoso" in (await browser.click(page, "Kembali")).html
    page = await browser.submit(await browser.get("/daftar"), press="discard")
    assert "resume" not in page.ids
    assert await house.count(drafts) == 1, "that of the registration that waits"


async def test_a_password_chosen_later_is_judged_with_the_number_too(house: House) -> None:
    browser = house.browser()
    await register(browser)
    await activate(house, browser)
    page = await browser.submit(
        await browser.get("/masuk"), {"identifier": EMAIL, "password": PERSON["password"]}, press="sign-in"
    )
    values = {"current_password": PERSON["password"], "password": "Layang-337415-Putus"}
    page = await browser.submit(await browser.get("/akun/kata-sandi"), values, press="set-password")
    assert "Jangan pakai nama" in page.text


async def test_fifty_clicks_are_one_registration_and_one_mail(house: House) -> None:
    """T36."""
    browser = house.browser()
    form = await fill_in(browser)
    pages = await asyncio.gather(*(browser.submit(form, {"terms": "1"}, press="sign-up") for _ in range(50)))
    assert {page.url.partition("8000")[2] for page in pages} == {"/daftar/terkirim"}
    assert len(await letters(house, EMAIL)) == 1
    assert len(await letters(house, NUMBER)) == 1
    assert await house.count(sign_ups) == 1
    again = await browser.submit(form, {"terms": "1"}, press="sign-up")
    assert again.url.endswith("/daftar/terkirim")
    assert len(await letters(house, EMAIL)) == 1


async def test_people_are_told_the_times_that_are_set(houses: Houses) -> None:
    settings = {"draft": 3 * 3600, "activation": 1800, "proofing_documents": 86_400}
    async with houses(lifetimes=settings, limits={"resend_pause": 90}) as house:
        browser = house.browser()
        assert "Isian Anda disimpan 3 jam" in (await browser.get("/daftar")).text
        await fill_in(browser)
        assert "dihapus 24 jam setelah diperiksa" in (await browser.get("/daftar/dokumen?ke=1")).text
        assert "deleted 24 hours after" in (await browser.get("/daftar/dokumen?ke=1&bahasa=en")).text
        await register(house.browser(), phone=NUMBER)
        assert "berlaku 30 menit" in (await newest(house, NUMBER)).text
        page = await ask(house.browser("203.0.113.9"), EMAIL)
        assert "paling cepat 90 detik sekali" in page.text


async def test_many_who_register_one_address_make_one_account(houses: Houses) -> None:
    """T36: many browsers, one address; the mailbox's owner takes one, and the others are gone."""
    async with houses(limits={"resend_pause": 1, "resend_per_hour": 1000, "resend_per_day": 1000}) as house:
        forms = []
        for n in range(10):
            browser = house.browser(f"203.0.113.{n}")
            forms.append((browser, await fill_in(browser, phone=f"0813 7152 00{n:02}")))
        before = await house.count(accounts)
        pages = await asyncio.gather(*(one.submit(form, {"terms": "1"}, press="sign-up") for one, form in forms))
        assert any(page.url.endswith("/daftar/terkirim") for page in pages)
        mails = await letters(house, EMAIL)
        browser = house.browser()
        shown = [await browser.get(mail.link) for mail in mails]
        await asyncio.gather(
            *(browser.submit(page, {"password": "Layang-Layang-Putus-5"}, press="activate") for page in shown)
        )
        assert await house.count(accounts) == before + 1
        assert await house.count(sign_ups) == 1


async def test_nothing_of_the_person_stays_in_the_draft(house: House) -> None:
    browser = house.browser()
    await register(browser)
    for step in ("data-diri", "kontak", "periksa"):
        page = await browser.get(f"/daftar/{step}")
        assert page.url.endswith("/daftar/terkirim")
    assert "resume" not in (await browser.get("/daftar")).ids


async def test_a_draft_holds_no_password_and_shows_nothing_to_the_database(house: House) -> None:
    await fill_in(house.browser())
    async with house.provider.database.reading() as tx:
        sealed = (await tx.execute(select(drafts.c.answers_sealed))).scalar_one()
        draft_id = (await tx.execute(select(drafts.c.id))).scalar_one()
    assert b"Sari Dewi" not in sealed
    opened = house.provider.sealer.open(Place("drafts", "answers", draft_id), sealed)
    assert b"Sari Dewi" in opened
    assert b"Kuda-Terbang" not in opened
    assert b"$argon2id$" in opened


async def test_the_channel_that_was_chosen_comes_first(house: House) -> None:
    page = await register(house.browser(), first="sms")
    assert page.text.index("0813****0946") < page.text.index("s***@contoh.go.id")
    page = await register(house.browser("203.0.113.2"), email="lain@contoh.go.id", phone="0813 7152 0001")
    assert page.text.index("l***@contoh.go.id") < page.text.index("0813****0001")


async def test_an_address_is_corrected_without_typing_anything_else(house: House) -> None:
    browser = house.browser()
    page = await register(browser, email="sari.dewi@contoh.com")
    wrong = await newest(house, "sari.dewi@contoh.com")
    house.clock.advance(120)
    form = await browser.click(page, "Perbaiki alamat")
    assert "Sekarang s***@contoh.com." in form.text
    assert "sari.dewi@contoh.com" not in form.html
    pages = await asyncio.gather(*(browser.submit(form, {"email": EMAIL}, press="save") for _ in range(5)))
    assert {page.url.partition("8000")[2] for page in pages} == {"/daftar/terkirim"}
    assert "s***@contoh.go.id" in pages[0].text
    assert len(await letters(house, EMAIL)) == 1
    assert await house.count(sign_ups) == 1
    stranger = await house.browser("203.0.113.9").get(wrong.link)
    assert (stranger.status, "activate" in stranger.ids) == (404, False)
    await activate(house, browser)
    made = await row(house)
    assert made.nik_sealed is not None
    page = await browser.submit(
        await browser.get("/masuk"), {"identifier": EMAIL, "password": PERSON["password"]}, press="sign-in"
    )
    assert page.url.endswith("/akun")


@pytest.mark.parametrize("answered", [True, False])
async def test_a_correction_sent_again_a_moment_later_is_the_same_correction(house: House, answered: bool) -> None:
    """By a finger that was too quick, before the answer to the first came or after it."""
    browser = house.browser()
    page = await register(browser, email="sari.dewi@contoh.com")
    house.clock.advance(120)
    form = await browser.click(page, "Perbaiki alamat")
    cookies = dict(browser.http.cookies)
    for _ in range(2):
        page = await browser.submit(form, {"email": EMAIL}, press="save")
        assert page.url.endswith("/daftar/terkirim")
        if not answered:
            browser.http.cookies.clear()
            browser.http.cookies.update(cookies)
    assert len(await letters(house, EMAIL)) == 1
    assert await house.count(sign_ups) == 1


async def test_a_correction_that_stands_in_the_password_asks_for_another(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    house.clock.advance(120)
    form = await browser.click(page, "Perbaiki alamat")
    page = await browser.submit(form, {"email": "terbang@contoh.go.id"}, press="save")
    assert "Data Anda berubah." in page.text
    page = await browser.submit(
        page, {"email": "terbang@contoh.go.id", "password": "Kuda-Terbang-Biru-77"}, press="save"
    )
    assert "Jangan pakai nama" in page.text
    page = await browser.submit(
        page, {"email": "terbang@contoh.go.id", "password": "Layang-Layang-Putus-5"}, press="save"
    )
    assert page.url.endswith("/daftar/terkirim")
    assert "Halo Sari Dewi" in (await newest(house, "terbang@contoh.go.id")).text


async def test_a_correction_says_what_is_wrong_and_how_soon_it_may_be_sent(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    form = await browser.click(page, "Perbaiki alamat")
    page = await browser.submit(form, {"email": "sari@", "phone": "021 5551234"}, press="save")
    assert "format nama@contoh.com" in page.text
    assert "bukan nomor ponsel" in page.text
    page = await browser.submit(form, {"phone": "0813 7152 0947"}, press="save")
    new = {"phone": "0813 7152 0947", "password": "Layang-Layang-Putus-5"}
    page = await browser.submit(page, new, press="save")
    assert "Tunggu 60 detik" in page.text


async def test_a_correction_of_another_browser_or_after_activation_leads_to_the_code(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    form = await browser.click(page, "Perbaiki alamat")
    assert (await house.browser().get("/daftar/perbaiki")).url.endswith("/aktivasi")
    await activate(house, house.browser())
    page = await browser.submit(form, {"email": "baru@contoh.go.id"}, press="save")
    assert not page.url.endswith("/daftar/terkirim")
    assert await letters(house, "baru@contoh.go.id") == []


async def test_a_hostile_host_header_changes_no_link(house: House) -> None:
    """T24."""
    browser = house.browser()
    form = await fill_in(browser)
    hostile = {"Host": "jahat.example", "X-Forwarded-Host": "jahat.example", "Forwarded": "host=jahat.example"}
    values = {**dict(form.form_with("terms").values), "terms": "1"}
    await browser.http.post("/daftar/periksa", data=values, headers=hostile)
    mail = await newest(house, EMAIL)
    assert mail.links
    assert all(link.startswith("http://localhost:8000/") for link in mail.links)
    assert "jahat.example" not in mail.text + mail.html


@pytest.mark.parametrize("step", ["", "/data-diri", "/kontak", "/kepesertaan", "/dokumen", "/kata-sandi", "/periksa"])
async def test_a_form_of_another_site_registers_nobody(house: House, step: str) -> None:
    """T22."""
    answer = await house.http().post(f"/daftar{step}", data={"name": "Sari"})
    assert answer.status_code == 403
    assert await house.count(sign_ups) == await house.count(drafts) == 0


async def test_numbers_stay_out_of_the_audit_trail(house: House) -> None:
    browser = house.browser()
    await register(browser, kpj="50917364820")
    await activate(house, browser)
    async with house.provider.database.reading() as tx:
        rows = " ".join(str(dict(one._mapping)) for one in await tx.execute(select(audit)))
    assert "sign_up.started" in rows
    for secret in ("3374156703900003", "50917364820", "1990-03-27", EMAIL):
        assert secret not in rows

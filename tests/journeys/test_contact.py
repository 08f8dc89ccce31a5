"""Another address or number: proven, told, taken back; and the newsletter."""

import asyncio
import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from idp import worker
from idp.accounts import account, lookup
from idp.flows import newsletter
from idp.store.tables import accounts, identifiers, recovery_codes
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home, at_home_with_both
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import ask as ask_reset
from tests.journeys.test_recover import now_code, plain
from tests.support.authenticator import Authenticator, asked
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW, NUMBER = "siti.baru@contoh.example", "+6281355556666"
RESET = "Kereta-Malam-Ke-Bandung-9"


async def ask(browser: Browser, kind: str, value: str) -> Page:
    path, field = {"email": ("email", "email"), "phone": ("ponsel", "phone")}[kind]
    return await browser.submit(await browser.get(f"/akun/kontak/{path}"), {field: value}, press="send-code")


async def change(house: House, browser: Browser, kind: str, value: str, spelled: str = "") -> Page:
    page = await ask(browser, kind, value)
    code = (await newest(house, spelled or value)).code
    return await browser.submit(page, {"code": code}, press="submit-code")


async def by_two_channels(house: House, browser: Browser, email: str) -> Page:
    """Siti's new password once the old one was closed: the mail alone does not set it, and a code by SMS has to come too."""
    house.clock.advance(61)
    await ask_reset(browser, email)
    mail = next(one for one in reversed(await letters(house, email)) if one.subject == "Atur ulang kata sandi")
    page = await browser.submit(await browser.get(mail.link), press="send-code")
    code = (await newest(house, "+6281398765432")).code
    page = await browser.submit(page, {"password": RESET, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    return page


async def known(house: House, value: str) -> tuple[str, int]:
    """As what a contact is known, and when it was proven."""
    kind = lookup.EMAIL if "@" in value else lookup.PHONE
    key = lookup.key(house.provider.material, kind, value)
    async with house.provider.database.reading() as tx:
        row = (await tx.execute(select(identifiers).where(identifiers.c.lookup == key))).one()
    return row.kind, row.verified_at


async def test_a_new_address_is_proven_where_it_is_and_told_where_it_was(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    page = await ask(browser, "email", f" {NEW.upper()} ")
    assert f"Kami mengirim kode ke {NEW}" in page.text
    page = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
    assert "Kode salah. Huruf besar dan kecil dibedakan. Sisa 4 percobaan." in page.text
    page = await browser.submit(page, {"code": (await newest(house, NEW)).code}, press="submit-code")
    assert "Email Anda sudah disimpan" in page.text
    assert NEW in page.text
    assert "Kontak akun Anda diganti" in {letter.subject for letter in await letters(house, person.email)}
    assert "Email akun Anda diganti" in {letter.subject for letter in await letters(house, NEW)}
    assert (await sign_in(house.browser(), NEW, person.password)).url.endswith("/akun")
    claims = (await house.relying_party("saldo").sign_in(browser, scope="openid email")).access_token
    answer = (await house.relying_party("saldo").userinfo(claims)).json()
    assert (answer["email"], answer["email_verified"]) == (NEW, True)


async def test_a_new_number_is_proven_by_sms(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    page = await change(house, browser, "phone", "0813 5555 6666", NUMBER)
    assert "Nomor HP Anda sudah disimpan" in page.text
    told = await letters(house, "+6281398765432")
    assert any("Nomor HP akun Anda diganti" in letter.text for letter in told)
    assert all("://" not in letter.text for letter in told)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("email", "siti@", "Masukkan email dengan format"),
        ("email", "siti@contoh.go.id", "Ini kontak Anda yang sekarang"),
        ("phone", "021 555 1234", "Ini bukan nomor ponsel"),
        ("phone", "0813 9876 5432", "Ini kontak Anda yang sekarang"),
    ],
)
async def test_what_is_no_new_contact_is_told_so(house: House, kind: str, value: str, said: str) -> None:
    page = await ask(await at_home_with_both(house, plain(house)), kind, value)
    assert page.status == 400
    assert said in page.text


async def test_somebody_elses_address_looks_like_any_other(house: House) -> None:
    """T33: only the mailbox of its owner tells."""
    owner, browser = house.account(), await at_home_with_both(house, plain(house))
    page = await ask(browser, "email", owner.email)
    assert f"Kami mengirim kode ke {owner.email}" in page.text
    mail = await newest(house, owner.email)
    assert mail.subject == "Email ini sudah punya akun"
    assert not re.search(r"^ {4}\w{8}$", mail.text, re.MULTILINE)
    # Nor does a wrong code tell, however many.
    for left in (4, 3, 2, 1, 0):
        page = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
        assert (f"Sisa {left} percobaan" if left else "tidak bisa dipakai lagi") in page.text


async def test_only_a_fresh_sign_in_changes_a_contact(house: House) -> None:
    browser = await at_home_with_both(house, plain(house))
    page = await browser.get("/akun/kontak/email")
    house.clock.advance(301)
    for answer in (
        await browser.get("/akun/kontak/email"),
        await browser.submit(page, {"email": NEW}, press="send-code"),
    ):
        assert "/masuk?kembali=email" in answer.url
    assert await letters(house, NEW) == []


async def test_nor_does_a_code_leave_again_once_the_sign_in_is_not_fresh(house: House) -> None:
    browser = await at_home_with_both(house, plain(house))
    page = await ask(browser, "email", NEW)
    house.clock.advance(301)
    before = len(await letters(house, NEW))
    assert "/masuk?kembali=email" in (await browser.submit(page, press="resend")).url
    assert len(await letters(house, NEW)) == before


async def test_a_code_is_of_no_use_in_another_session(house: House) -> None:
    page = await ask(await at_home_with_both(house, plain(house)), "email", NEW)
    thief = await at_home(house, house.account(), "203.0.113.1")
    assert (await thief.get(page.url)).url.endswith("/akun/kontak")


async def test_the_owner_takes_a_change_back_for_72_hours(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    await change(house, browser, "email", NEW)
    house.clock.advance(60)
    await change(house, browser, "email", "pencuri@contoh.example")
    mail = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti")
    owner = house.browser("203.0.113.9")
    page = await owner.get(mail.link)
    assert "s***@contoh.go.id" in page.text
    assert "/akun" in (await browser.get("/akun")).url  # to look changes nothing
    page = await owner.submit(page, press="revert-contact")
    assert "Kontak lama sudah kembali" in page.text
    assert "Kata sandi sekarang tidak bisa dipakai lagi" in page.text
    assert page.links["Atur ulang sekarang"].endswith("/lupa-kata-sandi")
    assert "/masuk" in (await browser.get("/akun")).url
    # Whoever made the change had to type the password for it.
    page = await sign_in(house.browser("203.0.113.66"), person.email, person.password)
    assert "Kata sandi ini tidak bisa dipakai lagi" in page.text
    await by_two_channels(house, owner, person.email)
    assert (await sign_in(house.browser(), person.email, RESET)).url.endswith("/akun")
    for letter in [mail, *await letters(house, NEW)]:
        if "/kontak/batalkan" in letter.text:
            assert (await owner.get(letter.link)).status == 400
    assert "Perubahan kontak dibatalkan" in {one.subject for one in await letters(house, person.email)}


@pytest.mark.parametrize("kind", ["email", "phone"])
async def test_what_was_replaced_opens_nothing_while_it_can_be_brought_back(house: House, kind: str) -> None:
    """It serves the link in its owner's mail and nobody else: not to sign in, and not to begin a recovery."""
    person = plain(house)
    old = person.email if kind == "email" else "+6281398765432"
    await change(house, await at_home_with_both(house, person), kind, NEW if kind == "email" else NUMBER)
    before = {to: len(await letters(house, to)) for to in (person.email, NEW, NUMBER, "+6281398765432")}
    nobody = "bukan.siapa@contoh.example" if kind == "email" else "+6281399990000"
    said = [await sign_in(house.browser(f"203.0.113.{n}"), who, person.password) for n, who in enumerate((old, nobody))]
    assert {(page.status, "Email atau kata sandi salah" in page.text) for page in said} == {(400, True)}
    asked = [await ask_reset(house.browser("203.0.113.5"), who) for who in (old, nobody)]
    assert asked[0].text.split("berlaku")[0] == asked[1].text.split("berlaku")[0]
    assert {to: len(await letters(house, to)) for to in before} == before


async def test_a_password_chosen_by_the_other_mailbox_goes_with_it(house: House) -> None:
    """A thief changes the address, then resets the password there: taken back, neither is worth anything."""
    person, stolen = plain(house), "Layang-Layang-Putus-5"
    await change(house, await at_home_with_both(house, person), "email", NEW)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti")
    house.clock.advance(61)
    thief = house.browser("203.0.113.66")
    await ask_reset(thief, NEW)
    await thief.submit(await thief.get((await newest(house, NEW)).link), {"password": stolen}, press="set-password")
    assert (await sign_in(house.browser("203.0.113.67"), NEW, stolen)).url.endswith("/akun")
    owner = house.browser("203.0.113.9")
    await owner.submit(await owner.get(mail.link), press="revert-contact")
    assert not (await sign_in(thief, person.email, stolen)).url.endswith("/akun")
    await by_two_channels(house, owner, person.email)
    assert (await sign_in(owner, person.email, RESET)).url.endswith("/akun")


async def test_a_reset_and_the_way_back_at_once_both_end(house: House) -> None:
    """They change the same rows, each begun by whoever reads one of the two mailboxes: neither waits for the other for ever."""
    person, stolen = plain(house), "Layang-Layang-Putus-5"
    owner, thief = house.browser("203.0.113.9"), house.browser("203.0.113.66")
    async with house.provider.database.reading() as tx:
        before = (await tx.execute(select(accounts).where(accounts.c.email == person.email))).one()
    for n in range(2):
        fresh = f"pencuri{n}@contoh.example"
        await change(house, await at_home_with_both(house, person), "email", fresh)
        mail = next(one for one in reversed(await letters(house, person.email)) if "/kontak/batalkan" in one.text)
        await ask_reset(thief, fresh)
        reset = next(one for one in await letters(house, fresh) if one.subject == "Atur ulang kata sandi")
        back, new = await owner.get(mail.link), await thief.get(reset.link)
        done, late = await asyncio.gather(
            owner.submit(back, press="revert-contact"),
            thief.submit(new, {"password": f"{stolen}{n}"}, press="set-password"),
        )
        assert "Kontak lama sudah kembali" in done.text
        assert late.status in (200, 400)
        assert not (await sign_in(house.browser(f"203.0.113.{n + 20}"), person.email, f"{stolen}{n}")).url.endswith(
            "/akun"
        )
        house.clock.advance(3601)
        async with house.provider.database.transaction() as tx:
            again = {"password_hash": before.password_hash, "reset_required_at": None}
            await tx.execute(accounts.update().where(accounts.c.id == before.id).values(again))


async def test_taking_a_change_back_takes_everything_since_with_it(house: House) -> None:
    """A thief changes the address, and then the number, whose way back goes to the thief; adds an app; asks for the end."""
    person = plain(house)
    proven = (await known(house, "+6281398765432"))[1]
    house.clock.advance(86_400)
    thief = await at_home_with_both(house, person)
    proven_again = (await known(house, "+6281398765432"))[1]
    assert proven_again > proven
    await change(house, thief, "email", NEW)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti")
    house.clock.advance(61)
    await change(house, thief, "phone", NUMBER)
    await thief.submit(await thief.get("/akun/keamanan/kode-pemulihan"), press="make")
    page = await thief.get("/akun/privasi/hapus")
    await thief.submit(page, {"understood": "1"}, press="delete")
    owner = house.browser("203.0.113.9")
    page = await owner.submit(await owner.get(mail.link), press="revert-contact")
    assert "Kontak lama sudah kembali" in page.text
    # The number came back with the date of its own proof, so that it starts a recovery no longer than before.
    assert (await known(house, "+6281398765432")) == ("phone", proven_again)
    assert (await known(house, NUMBER))[0] == (await known(house, NEW))[0] == "was"
    told = next(one for one in await letters(house, person.email) if one.subject == "Perubahan kontak dibatalkan")
    for line in ("nomor HP lama Anda, 0813****5432", "Kode pemulihan", "permintaan hapus akun"):
        assert line in told.text
    for gone in (NEW, NUMBER):
        word = next(one for one in await letters(house, gone) if "tidak dipakai lagi" in one.text)
        assert "Siti" not in word.text
    await by_two_channels(house, owner, person.email)
    assert (await sign_in(owner, person.email, RESET)).url.endswith("/akun")
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(recovery_codes)) == 0
    assert "keep-account" not in (await owner.get("/akun/privasi/hapus")).ids


async def test_nor_does_a_way_in_stay_that_was_made_before_the_change(house: House) -> None:
    """A thief who means to stay adds a passkey and their number first, and changes the address last."""
    person, key = plain(house), Authenticator(house.issuer)
    thief = await at_home_with_both(house, person)
    page = await thief.get("/akun/keamanan/passkey")
    await thief.submit(page, {"name": "Pencuri", "passkey": key.create(asked(page))})
    house.clock.advance(61)
    await change(house, thief, "phone", NUMBER)
    house.clock.advance(61)
    await change(house, thief, "email", NEW)
    owner = house.browser("203.0.113.9")
    mail = next(one for one in await letters(house, person.email) if "Email akun Anda diganti" in one.text)
    await owner.submit(await owner.get(mail.link), press="revert-contact")
    assert (await known(house, "+6281398765432"))[0] == "phone"
    door = await thief.get("/masuk")
    page = await thief.submit(door, {"passkey": key.get(asked(door))}, form=door.form_with("passkey"))
    assert not page.url.endswith("/akun")


async def test_a_number_that_was_added_is_taken_off_where_there_was_none(house: House) -> None:
    """Nothing stood there before, so nothing could be brought back; yet it must not stay."""
    person = house.account()
    async with house.provider.database.transaction() as tx:
        mine = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, person.email))
        assert mine is not None
        await account.drop_contact(tx, mine.id, lookup.PHONE, house.clock.now())
    thief = await at_home(house, person)
    page = await thief.get("/akun/kontak/email")
    await thief.submit(page, {"code": now_code(house, person)}, press="submit-code")
    await change(house, thief, "email", NEW)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti")
    house.clock.advance(61)
    await change(house, thief, "phone", NUMBER)
    owner = house.browser("203.0.113.9")
    await owner.submit(await owner.get(mail.link), press="revert-contact")
    async with house.provider.database.reading() as tx:
        restored = await account.read(tx, mine.id)
    assert restored is not None
    assert (restored.email, restored.phone, restored.phone_verified) == (person.email, None, False)
    assert any("tidak dipakai lagi" in one.text for one in await letters(house, NUMBER))


async def test_after_72_hours_it_stays_as_it_is_and_the_old_address_is_free(house: House) -> None:
    person = plain(house)
    await change(house, await at_home_with_both(house, person), "email", NEW)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti")
    other = await at_home(house, house.account(), "203.0.113.1")
    house.clock.advance(72 * 3600 + 1)
    await worker.drain(house.provider)
    page = await house.browser().get(mail.link)
    assert page.status == 400
    assert "72 jam sudah lewat" in page.text
    # Reserved until now: nobody else could take it, and so keep its owner from coming back.
    assert (await sign_in(other, person.email, person.password)).status == 400


async def test_of_two_who_prove_one_address_at_once_one_gets_it(house: House) -> None:
    person, strong = plain(house), house.account()
    first, second = await at_home_with_both(house, person), await at_home(house, strong, "203.0.113.1")
    page = await second.get("/akun/kontak/email")
    await second.submit(page, {"code": now_code(house, strong)}, press="submit-code")
    pages = [await ask(first, "email", NEW)]
    house.clock.advance(61)
    pages.append(await ask(second, "email", NEW))
    codes = [one.code for one in await letters(house, NEW)]
    answers = await asyncio.gather(
        *(
            browser.submit(page, {"code": code}, press="submit-code")
            for browser, page, code in zip((first, second), pages, codes, strict=True)
        )
    )
    assert sorted("Email Anda sudah disimpan" in answer.text for answer in answers) == [False, True]
    assert any("Kontak ini tidak bisa dipakai" in answer.text for answer in answers)


async def test_a_reset_link_does_not_outlive_the_mailbox_it_was_sent_to(house: House) -> None:
    person = plain(house)
    await ask_reset(house.browser("203.0.113.9"), person.email)
    link = (await newest(house, person.email)).link
    await change(house, await at_home_with_both(house, person), "email", NEW)
    assert (await house.browser().get(link)).status == 400


async def test_a_letter_leads_to_pages_in_its_own_language(house: House) -> None:
    person = plain(house)
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.email == person.email).values(locale="en"))
    await change(house, await at_home_with_both(house, person), "email", NEW)
    await ask_reset(house.browser(), NEW)
    undo = next(one for one in await letters(house, person.email) if "/kontak/batalkan" in one.text).link
    reset = next(one for one in await letters(house, NEW) if "/lupa-kata-sandi/baru" in one.text).link
    # Another device knows nothing of the person; one where somebody chose a language keeps that.
    chosen = house.browser("203.0.113.9")
    await chosen.get("/masuk?bahasa=id")
    assert "Buat kata sandi baru" in (await chosen.get(reset)).text
    assert "Batalkan perubahan kontak?" in (await chosen.get(undo)).text
    elsewhere = house.browser("203.0.113.10")
    assert '<html lang="en">' in (await elsewhere.get(reset)).html
    elsewhere = house.browser("203.0.113.11")
    page = await elsewhere.get(undo)
    assert '<html lang="en">' in page.html
    assert '<html lang="en">' in (await elsewhere.submit(page, press="revert-contact")).html
    assert '<html lang="en">' in (await elsewhere.get("/masuk")).html


async def test_the_newsletter_is_asked_for_and_left_by_one_click(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    page = await browser.submit(await browser.get("/akun/kontak"), {"newsletter": "1"}, press="save-newsletter")
    assert "Pilihan buletin sudah disimpan" in page.text
    letter = {"id": ("Kabar bulan ini", "Halo {nama},\n\n- satu\n- dua\n\n[Baca](https://contoh.go.id/kabar)")}
    assert await newsletter.send(house.provider, letter, by="test", told=lambda many: None) == 1
    mail = await newest(house, person.email)
    assert mail.subject == "Kabar bulan ini"
    assert "{nama}" in mail.text
    leave = next(link for link in mail.links if "/buletin/berhenti" in link)
    assert "Berhenti menerima buletin?" in (await house.browser().get(leave)).text
    assert await newsletter.readers(house.provider) == 1
    one_click = leave.replace("berhenti", "satu-klik")
    parts = urlsplit(one_click)
    http = house.http()
    for _ in range(2):
        answer = await http.post(f"{parts.path}?{parts.query}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert await newsletter.readers(house.provider) == 0
    async with house.provider.database.reading() as tx:
        assert len(await house.provider.audit.read(tx, event="newsletter.left")) == 1, (
            "once, however often it is clicked"
        )
    assert (await http.post(f"{parts.path}?token=abc")).status_code == 404


async def test_a_person_too_leaves_the_newsletter_by_its_link(house: House) -> None:
    person, reader = plain(house), house.browser()
    browser = await at_home(house, person)
    await browser.submit(await browser.get("/akun/kontak"), {"newsletter": "1"}, press="save-newsletter")
    letter = {"id": ("Kabar bulan ini", "Halo")}
    await newsletter.send(house.provider, letter, by="test", told=lambda many: None)
    leave = next(link for link in (await newest(house, person.email)).links if "/buletin/berhenti" in link)
    page = await reader.submit(await reader.get(leave), press="leave-newsletter")
    assert "Anda tidak menerima buletin lagi" in page.text
    assert await newsletter.readers(house.provider) == 0
    assert (await reader.get("/buletin/berhenti?token=abc")).status == 404

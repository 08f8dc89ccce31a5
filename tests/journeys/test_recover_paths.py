"""Every way into a reset with every second way beside it: by what was typed, with what the account has (T23, T25, T33, T40)."""

import asyncio
import re

import pytest
from sqlalchemy import update

from idp.accounts import account, contact, lookup
from idp.accounts.account import Account as Row
from idp.store.tables import accounts, identifiers, totp_credentials
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import NEW, ask, now_code
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

BUDI, SITI = "+6281234567890", "+6281398765432"
KPJ, NIK = "12345678905", "3374014708859999"
YEAR = 366 * 86_400


async def row(house: House, person: Account) -> Row:
    async with house.provider.database.reading() as tx:
        found = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, person.email))
    assert found
    return found


async def numbered(house: House, person: Account, *, verified: bool = True) -> None:
    """Numbers that lead to the person, once a registry has confirmed them."""
    found = await row(house, person)
    async with house.provider.database.transaction() as tx:
        for kind, value in ((lookup.KPJ, KPJ), (lookup.NIK, NIK)):
            key = lookup.key(house.provider.material, kind, value)
            values = {"lookup": key, "account_id": found.id, "kind": kind, "verified_at": house.clock.now()}
            await tx.execute(identifiers.insert().values(values))
        if verified:
            await account.identify(tx, found.id, 1, "registry", house.clock.now())


async def by_code(house: House, browser: Browser, page: Page, to: str) -> Page:
    return await browser.submit(page, {"code": (await newest(house, to)).code}, press="submit-code")


async def proven_by_sms(house: House, browser: Browser) -> Page:
    """Siti has typed her number and the code that came there; what is asked next."""
    return await by_code(house, browser, await ask(browser, "0813 9876 5432"), SITI)


async def test_a_number_gets_a_code_and_no_link(house: House) -> None:
    browser, person = house.browser(), house.account(1)
    page = await ask(browser, "0813-9876-5432")
    sms = await newest(house, SITI)
    assert re.match(r"Kode kata sandi \w{8} \(ref \w{4}\), berlaku 10 menit\. JANGAN berikan", sms.text.strip())
    assert not sms.links
    assert sms.text.strip().endswith(f"@localhost #{sms.code}")
    assert not await letters(house, person.email)
    assert "set-password" not in page.ids


async def test_the_number_alone_never_suffices(house: House) -> None:
    """T40: whoever has the number now reads no mailbox, and comes no further."""
    browser, person = house.browser(), house.account(1)
    page = await proven_by_sms(house, browser)
    assert "Nomor HP bisa berpindah tangan" in page.text
    assert "password" not in page.names
    assert "Tidak bisa memakai cara ini?" in page.links
    page = await browser.submit(page, press="send-code")
    assert "password" in page.names
    code = (await newest(house, person.email)).code
    assert "Masukkan" in (await browser.submit(page, {"password": NEW, "code": ""}, press="set-password")).text
    # The code of the SMS is not the second one.
    again = {"password": NEW, "code": (await newest(house, SITI)).code}
    assert "Kode salah" in (await browser.submit(page, again, press="set-password")).text
    wrong = {"password": NEW, "code": "000000" if code != "000000" else "111111"}
    page = await browser.submit(page, wrong, press="set-password")
    assert "Kode salah" in page.text
    house.clock.advance(61)
    page = await browser.submit(page, press="resend")
    assert "Kode salah" in (await browser.submit(page, {"password": NEW, "code": code}, press="set-password")).text
    code = (await newest(house, person.email)).code
    page = await browser.submit(page, {"password": NEW, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await sign_in(house.browser(), person.email, NEW)).url.endswith("/akun")
    assert any("sudah diganti" in letter.text for letter in await letters(house, SITI))


async def test_a_number_with_an_app_beside_it(house: House) -> None:
    browser, person = house.browser(), house.account()
    page = await by_code(house, browser, await ask(browser, "0812 3456 7890"), BUDI)
    assert {"code", "password"} <= page.names
    assert "method-sms" not in page.ids
    form = dict(page.form_with("password").values)
    for method in ("sms", "passkey", "jelek", ""):
        answer = await browser.http.post(
            "/lupa-kata-sandi/baru", data={**form, "cara": method, "password": NEW, "code": "123456"}
        )
        assert answer.status_code == 400
        assert "Kata sandi sudah diganti" not in answer.text
    page = await browser.submit(page, {"password": NEW, "code": now_code(house, person)}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_a_mailbox_with_an_app_beside_it_takes_a_code_by_sms_but_none_by_mail(house: House) -> None:
    browser, person = house.browser(), house.account()
    await ask(browser, person.email)
    page = await browser.get((await newest(house, person.email)).link)
    assert "method-email" not in page.ids
    form = {**dict(page.form_with("password").values), "method": "email"}
    answer = await browser.http.post("/lupa-kata-sandi/baru", data=form)
    assert len(await letters(house, person.email)) == 1
    assert answer.status_code in (200, 400)
    page = await browser.submit(page, press="method-sms")
    code = (await newest(house, BUDI)).code
    page = await browser.submit(page, {"password": NEW, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


@pytest.mark.parametrize("typed", [KPJ, NIK, f"{NIK[:6]} {NIK[6:12]}.{NIK[12:]}"])
async def test_a_confirmed_number_writes_to_the_contacts_on_record_and_shows_none(house: House, typed: str) -> None:
    browser, person = house.browser(), house.account(1)
    await numbered(house, person)
    page = await ask(browser, typed)
    assert len(await letters(house, person.email)) == len(await letters(house, SITI)) == 1
    for told in (person.email, contact.masked(person.email), "5432", "Siti"):
        assert told not in page.text
    mailed = await by_code(house, browser, page, person.email)
    assert "set-password" in mailed.ids
    assert "Nomor HP bisa" not in mailed.text
    texted = await by_code(house, browser, page, SITI)
    assert "Nomor HP bisa berpindah tangan" in texted.text


async def test_nobody_is_found_by_a_number_that_was_only_declared(house: House) -> None:
    person = house.account(1)
    found = await row(house, person)
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.id == found.id).values(kpj=KPJ))
    await ask(house.browser(), KPJ)
    assert not await letters(house, person.email)


async def test_nobody_is_found_by_a_number_that_only_an_officer_typed(house: House) -> None:
    """As with signing in: before a registry has confirmed it, it may be somebody else's."""
    person = house.account(1)
    await numbered(house, person, verified=False)
    for typed in (KPJ, NIK):
        page = await ask(house.browser(), typed)
        assert "Jika data itu terdaftar, petunjuk sudah kami kirim" in page.text
        house.clock.advance(61)
    assert not await letters(house, person.email)
    assert not await letters(house, SITI)


async def test_a_code_by_sms_lives_ten_minutes_and_works_once(house: House) -> None:
    browser = house.browser()
    page = await ask(browser, SITI)
    code = (await newest(house, SITI)).code
    house.clock.advance(599)
    assert "send-code" in (await browser.submit(page, {"code": code}, press="submit-code")).ids
    again = await browser.submit(page, {"code": code}, press="submit-code")
    assert "Kode salah atau sudah kedaluwarsa" in again.text
    house.clock.advance(61)
    page = await ask(browser, SITI)
    code = (await newest(house, SITI)).code
    house.clock.advance(600)
    assert "Kode salah atau sudah kedaluwarsa" in (await browser.submit(page, {"code": code}, press="submit-code")).text


async def test_no_step_can_be_skipped_or_begun_in_the_middle(house: House) -> None:
    """T23: the slip of what was asked is no proof, and a proof is none of what was asked."""
    browser = house.browser()
    page = await ask(browser, SITI)
    asked = page.url.partition("permintaan=")[2]
    assert "tidak berlaku lagi" in (await browser.get(f"/lupa-kata-sandi/baru?token={asked}")).text
    assert "tidak berlaku lagi" in (await browser.get("/lupa-kata-sandi/terkirim")).text
    proven = await by_code(house, browser, page, SITI)
    token = dict(proven.forms[0].values)["token"]
    assert "tidak berlaku lagi" in (await browser.get(f"/lupa-kata-sandi/terkirim?permintaan={token}")).text
    answer = await browser.http.post(
        "/lupa-kata-sandi/baru", data={**dict(proven.forms[0].values), "password": NEW, "code": ""}
    )
    assert answer.status_code == 400
    assert not (await sign_in(house.browser(), house.account(1).email, NEW)).url.endswith("/akun")


async def test_asking_for_one_person_does_not_kill_what_another_was_sent(house: House) -> None:
    person = house.account(1)
    await ask(house.browser(), person.email)
    link = (await newest(house, person.email)).link
    house.clock.advance(61)
    await ask(house.browser("203.0.113.9"), SITI)
    assert "set-password" in (await house.browser().get(link)).ids


async def test_a_number_not_proved_for_a_year_starts_nothing(house: House) -> None:
    """T40: by then it may be somebody else's. The mailbox is asked instead, and the page says the same."""
    person = house.account(1)
    fresh = await ask(house.browser(), SITI)
    assert len(await letters(house, SITI)) == 1
    house.clock.advance(YEAR)
    browser = house.browser()
    stale = await ask(browser, SITI)
    assert len(await letters(house, SITI)) == 1
    assert len(await letters(house, person.email)) == 1
    assert stale.text.split("berlaku")[0] == fresh.text.split("berlaku")[0]
    # By participant number neither.
    await numbered(house, person)
    house.clock.advance(61)
    await ask(house.browser(), KPJ)
    assert len(await letters(house, SITI)) == 1
    assert len(await letters(house, person.email)) == 2


async def test_a_right_code_keeps_a_number_trusted(house: House) -> None:
    for _ in range(2):
        house.clock.advance(300 * 86_400)
        page = await proven_by_sms(house, house.browser())
        assert "Nomor HP bisa berpindah tangan" in page.text


async def test_who_proves_a_recycled_number_gets_it_and_the_old_owner_hears_of_it(house: House) -> None:
    siti, budi = house.account(1), house.account()
    house.clock.advance(YEAR)
    async with house.provider.database.transaction() as tx:
        # Budi without his app, so that his session may change a contact with a code.
        await tx.execute(totp_credentials.delete())
        from_budi = (await row(house, budi)).id
        await tx.execute(update(accounts).where(accounts.c.id == from_budi).values(phone=None, phone_verified=False))
    browser = house.browser()
    await sign_in(browser, budi.email, budi.password)
    page = await browser.get("/akun/kontak/ponsel")
    page = await browser.submit(page, {"phone": SITI}, press="send-code")
    page = await browser.submit(page, {"code": (await newest(house, SITI)).code}, press="submit-code")
    assert "Nomor HP Anda sudah disimpan" in page.text
    assert not (await row(house, siti)).phone_verified
    assert (await row(house, budi)).phone == SITI
    told = await newest(house, siti.email)
    assert told.subject == "Nomor HP dilepas dari akun Anda"
    assert "0813****5432" in told.text
    # A number that is used stays whose it is.
    house.clock.advance(61)
    await ask(house.browser("203.0.113.9"), SITI)
    assert not [letter for letter in await letters(house, siti.email) if letter.subject == "Atur ulang kata sandi"]


async def test_two_resets_at_once_are_one(house: House) -> None:
    """One by mail, one by SMS: each is right, and one of them is the one."""
    person = house.account(1)
    await numbered(house, person)
    first, second = house.browser(), house.browser("203.0.113.5")
    page = await ask(first, KPJ)
    mailed = await first.get((await newest(house, person.email)).link)
    texted = await by_code(house, first, page, SITI)
    texted = await first.submit(texted, press="send-code")
    code = [letter for letter in await letters(house, person.email) if letter.subject != "Atur ulang kata sandi"][
        -1
    ].code
    done = await asyncio.gather(
        first.submit(texted, {"password": NEW, "code": code}, press="set-password"),
        second.submit(mailed, {"password": f"{NEW}-lain"}, press="set-password"),
    )
    assert sum("Kata sandi sudah diganti" in page.text for page in done) == 1


async def test_resets_do_not_use_up_the_codes_that_the_owner_signs_in_with(house: House) -> None:
    """A stranger who knows the number asks as often as they are let; each of the two has its own share of an hour."""
    stranger, limits = house.browser("203.0.113.66"), house.provider.settings.limits
    for _ in range(limits.resend_per_hour + 2):
        await ask(stranger, "0813 9876 5432")
        house.clock.advance(61)
    assert len(await letters(house, SITI)) == limits.resend_per_hour
    owner, person = house.browser(), house.account(1)
    await sign_in(owner, person.email, person.password)
    page = await owner.submit(await owner.get("/masuk/kode?kembali=keamanan"), press="send-code")
    page = await owner.submit(page, {"code": (await newest(house, SITI)).code}, press="submit-code")
    assert page.url.endswith("/akun/keamanan")

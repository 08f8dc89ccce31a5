"""Recovery codes, codes by SMS on and off, and factors that go: shown once, told everywhere, never at once for the last."""

import asyncio
import re
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import delete, select

from idp.accounts import recovery_codes as room
from idp.base.errors import PageFault
from idp.base.opaque import Handle, SystemEntropy
from idp.flows import channels, owner, phone_codes
from idp.sessions.visitor import Visitor
from idp.store import breakers
from idp.store.tables import audit, recovery_codes, removals, totp_credentials
from idp.web.cookies import session_cookie
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home, at_home_with_both, secret_of
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import NEW, ask, now_code, plain
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOA2 = "urn:gerbang:acr:loa2"
BUDI, SITI = "+6281234567890", "+6281398765432"
KEY = re.compile(r"<code>([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})</code>")
PATH = "/akun/keamanan/kode-pemulihan"


async def strongly(house: House, address: str = "198.51.100.7") -> Browser:
    """Budi, with password and app shown just now."""
    browser = await at_home(house, house.account(), address)
    page = await browser.get("/masuk/kode?kembali=keamanan")
    house.clock.advance(30)
    page = await browser.submit(page, {"code": now_code(house, house.account())}, press="submit-code")
    assert page.url.endswith("/akun/keamanan")
    return browser


async def made(house: House, browser: Browser) -> tuple[Page, list[str]]:
    page = await browser.submit(await browser.get(PATH), press="make")
    codes = KEY.findall(page.html)
    assert len(set(codes)) == 10
    return page, codes


async def at_second(house: House, browser: Browser) -> Page:
    """Where a service wants a second factor of Budi."""
    person, party = house.account(), house.relying_party("saldo")
    page = await browser.get((await party.authorization(acr_values=LOA2)).url)
    return await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")


async def at_recovery(house: House, browser: Browser) -> Page:
    """Where a service wants a second factor of Budi, and he has only his paper."""
    person, party = house.account(), house.relying_party("saldo")
    page = await browser.get((await party.authorization(acr_values=LOA2)).url)
    if "password" in page.names:
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    return await browser.submit(page, press="method-recovery")


async def test_ten_codes_are_shown_once_and_kept_as_a_file(house: House) -> None:
    browser = await strongly(house)
    page, codes = await made(house, browser)
    assert page.headers["cache-control"] == "no-store"
    fields = dict(page.form_with("saved").values)
    file = await browser.http.post(PATH, data={**fields, "download": "1"})
    assert file.headers["content-type"].startswith("text/plain")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["cache-control"] == "no-store"
    assert all(code in file.text for code in codes)
    unsaved = await browser.submit(page, press="done")
    assert "Simpan dulu kodenya" in unsaved.text
    assert KEY.findall(unsaved.html) == codes
    done = await browser.submit(unsaved, {"saved": "1"}, press="done")
    assert "Sisa 10 dari 10 kode" in done.text
    again = await browser.get(PATH)
    assert not KEY.findall(again.html)
    # The slip of the page is this session's, and for a quarter of an hour.
    stranger = await at_home_with_both(house, plain(house))
    theirs = dict((await stranger.get(PATH)).form_with("sesi").values)
    answer = await stranger.http.post(PATH, data={**theirs, "kode": fields["kode"], "download": "1"})
    assert answer.status_code == 303
    house.clock.advance(901)
    assert (await browser.http.post(PATH, data={**fields, "download": "1"})).status_code == 303
    assert {"Kode pemulihan baru dibuat"} <= {letter.subject for letter in await letters(house, "budi")}
    assert any("Kode pemulihan baru dibuat" in letter.text for letter in await letters(house, BUDI))


async def test_codes_have_the_bits_and_lie_hashed(house: House) -> None:
    browser = await strongly(house)
    _, codes = await made(house, browser)
    assert all(len(code.replace("-", "")) * 5 >= 64 for code in codes)
    async with house.provider.database.reading() as tx:
        kept = " ".join(str(row) for row in await tx.execute(select(recovery_codes)))
        trail = " ".join(str(row) for row in await tx.execute(select(audit)))
    for code in codes:
        assert code not in kept + trail
        assert code.replace("-", "") not in kept + trail


def test_what_a_hurried_hand_makes_of_a_code_is_still_read() -> None:
    code = "10VW-XYZ0-1ABC-9QRT"
    for typed in ("10vwxyz01abc9qrt", " IOVW XYZO LABC 9QRT ", "lo-vw–xyz0.1abc 9qrt", code):
        assert room.typed(typed) == code.replace("-", "")
    for made_code in room.new_codes(SystemEntropy()):
        assert room.typed(made_code.lower()) == made_code.replace("-", "")


async def test_a_recovery_code_is_a_second_factor_once(house: House) -> None:
    _, codes = await made(house, await strongly(house))
    browser, party = house.browser("203.0.113.5"), house.relying_party("saldo")
    page = await at_recovery(house, browser)
    assert "Sisa" not in page.text
    typed = codes[0].lower().replace("0", "o").replace("1", "i")
    page = await browser.submit(page, {"code": typed}, press="submit-code")
    assert page.left_to
    tokens = await party.sign_in(browser, acr_values=LOA2)
    assert (tokens.claims["acr"], tokens.claims["amr"]) == (LOA2, ["pwd", "otp", "mfa"])
    used = [letter for letter in await letters(house, "budi") if "dipakai" in letter.subject]
    assert len(used) == 1
    assert "Sisa 9 kode" in used[0].text
    other = house.browser("203.0.113.6")
    page = await at_recovery(house, other)
    page = await other.submit(page, {"code": codes[0]}, press="submit-code")
    assert "sudah dipakai" in page.text
    assert (await other.submit(page, {"code": codes[1]}, press="submit-code")).left_to


async def test_of_many_who_use_a_code_at_once_one_succeeds(house: House) -> None:
    _, codes = await made(house, await strongly(house))
    browsers = [house.browser(f"203.0.113.{n + 20}") for n in range(4)]
    pages = [await at_recovery(house, browser) for browser in browsers]
    done = await asyncio.gather(
        *(b.submit(page, {"code": codes[0]}, press="submit-code") for b, page in zip(browsers, pages, strict=True))
    )
    assert sum(page.left_to is not None for page in done) == 1


async def test_new_codes_replace_the_old(house: House) -> None:
    browser = await strongly(house)
    _, old = await made(house, browser)
    _, new = await made(house, browser)
    other = house.browser("203.0.113.7")
    page = await at_recovery(house, other)
    page = await other.submit(page, {"code": old[0]}, press="submit-code")
    assert not page.left_to
    assert (await other.submit(page, {"code": new[0]}, press="submit-code")).left_to


async def test_few_codes_are_told(house: House) -> None:
    browser = await strongly(house)
    _, _codes = await made(house, browser)
    async with house.provider.database.transaction() as tx:
        rows = (await tx.execute(select(recovery_codes.c.code_hash))).scalars().all()
        gone = recovery_codes.delete().where(recovery_codes.c.code_hash.in_(rows[2:]))
        await tx.execute(gone)
    assert "Sisa 2 kode. Buat yang baru sebelum habis." in (await browser.get("/akun/keamanan")).text


async def test_only_who_shows_both_factors_makes_codes_or_takes_factors_away(house: House) -> None:
    """T28: the password alone neither strips an account nor enrols a factor of its own."""
    before = await house.count(totp_credentials)
    browser = await at_home(house, house.account())
    assert "/masuk/kode?kembali=pemulihan" in (await browser.get(PATH)).url
    csrf = dict((await browser.get("/akun/keamanan")).forms[-1].values)
    sesi = dict((await browser.get("/masuk/kode")).form_with("sesi").values)["sesi"]
    answer = await browser.http.post(PATH, data={**csrf, "sesi": sesi, "make": "1"})
    assert answer.status_code == 303
    for name in ("totp", "sms"):
        answer = await browser.http.post("/akun/keamanan", data={**csrf, "remove": name})
        assert answer.headers["location"].startswith("/masuk/kode?kembali=keamanan")
    siti = await at_home(house, plain(house), "203.0.113.4")
    for path in ("/akun/keamanan/totp", PATH):
        assert "/masuk/kode" in (await siti.get(path)).url
    async with house.provider.database.reading() as tx:
        assert not (await tx.execute(select(recovery_codes))).all()
    assert await house.count(totp_credentials) == before


async def test_sms_is_turned_off_and_on_again(house: House) -> None:
    browser = await strongly(house)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="remove-sms")
    assert "Kode lewat SMS sudah dimatikan" in page.text
    party = house.relying_party("saldo")
    other = house.browser("203.0.113.8")
    person = house.account()
    at_code = await other.get((await party.authorization(acr_values=LOA2)).url)
    at_code = await other.submit(at_code, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "method-sms" not in at_code.ids
    house.clock.advance(1)
    page = await browser.get("/akun/keamanan/ponsel")
    page = await browser.submit(page, press="send-code")
    assert "0812****7890" in page.text
    code = (await newest(house, BUDI)).code
    wrong = await browser.submit(page, {"code": f"{(int(code) + 1) % 1_000_000:06}"}, press="submit-code")
    assert "Kode salah" in wrong.text
    page = await browser.submit(wrong, {"code": code}, press="submit-code")
    assert "Kode lewat SMS sudah aktif" in page.text
    assert "method-sms" in (await other.get(at_code.url)).ids
    assert any(letter.subject == "Kode lewat SMS dimatikan" for letter in await letters(house, "budi"))
    assert any("Kode lewat SMS diaktifkan" in letter.text for letter in await letters(house, BUDI))


async def test_a_number_is_proven_whole_or_not_at_all(house: House) -> None:
    """The session was renewed while its code was on the way: no factor that nobody heard of, and the code is not lost."""
    browser, provider = await strongly(house), house.provider
    await browser.submit(await browser.get("/akun/keamanan"), press="remove-sms")
    house.clock.advance(1)
    page = await browser.submit(await browser.get("/akun/keamanan/ponsel"), press="send-code")
    code, told = (await newest(house, BUDI)).code, len(await letters(house, BUDI))
    cookie = Handle.parse(browser.http.cookies[session_cookie(provider.settings)])
    assert cookie
    visitor = Visitor(cookie, b"d" * 16, "203.0.113.1", "")
    stands = await owner.present(provider, visitor)
    assert stands
    stale = replace(visitor, session=Handle(cookie.id, provider.new_handle().secret))
    with pytest.raises(PageFault, match="renewed meanwhile"):
        await phone_codes.turn_on(provider, stale, stands, code)
    assert "Kode lewat SMS sudah aktif" not in (await browser.get("/akun/keamanan")).text
    assert "remove-sms" not in (await browser.get("/akun/keamanan")).ids
    assert len(await letters(house, BUDI)) == told
    page = await browser.submit(page, {"code": code}, press="submit-code")
    assert "Kode lewat SMS sudah aktif" in page.text


async def leaving(house: House) -> tuple[Browser, Page]:
    """Siti, whose number is her only strong factor, has asked that it goes."""
    browser = await at_home_with_both(house, plain(house))
    return browser, await browser.submit(await browser.get("/akun/keamanan"), press="remove-sms")


async def waiting_removals(house: House) -> int:
    async with house.provider.database.reading() as tx:
        return len((await tx.execute(select(removals.c.id))).all())


async def test_the_last_strong_factor_goes_a_day_later(house: House) -> None:
    browser, page = await leaving(house)
    assert "baru dihapus 24 jam lagi" in page.text
    assert "Akan dihapus" in page.text
    assert "Kode dikirim ke 0813****5432" in page.text
    notice = [letter for letter in await letters(house, "siti") if "24 jam" in letter.subject]
    assert len(notice) == 1
    assert any("Cara masuk akan dihapus 24 jam lagi" in letter.text for letter in await letters(house, SITI))
    house.clock.advance(86_399)
    await letters(house, "siti")
    assert await waiting_removals(house) == 1
    house.clock.advance(1)
    await letters(house, "siti")
    assert any(letter.subject == "Kode lewat SMS dimatikan" for letter in await letters(house, "siti"))
    assert await waiting_removals(house) == 0
    browser = await at_home(house, plain(house))
    page = await browser.get("/akun/keamanan")
    assert "add-sms" in page.ids
    assert "Tambahkan satu cara lagi" in page.text
    assert "Baru satu cara: kata sandi" in (await browser.get("/akun")).text


async def test_asking_again_takes_it_away_no_sooner(house: House) -> None:
    browser, page = await leaving(house)
    csrf = dict(page.forms[-1].values)
    answer = await browser.http.post("/akun/keamanan", data={**csrf, "remove": "sms"})
    assert answer.headers["location"].endswith("kabar=menunggu")
    assert await waiting_removals(house) == 1
    assert "Kode dikirim ke 0813****5432" in (await browser.get("/akun/keamanan")).text


async def test_while_sms_is_out_of_order_other_ways_come_first(house: House) -> None:
    browser = await strongly(house)
    _, codes = await made(house, browser)
    async with house.provider.database.transaction() as tx:
        await tx.execute(delete(totp_credentials))
        await breakers.trip(tx, channels.SPENT, house.clock.now() + 600)
    other = house.browser("203.0.113.8")
    page = await at_second(house, other)
    assert "SMS sedang terganggu. Pakai cara lain." in page.text
    assert 'class="notice care" role="status"' in page.html, "a warning is no success"
    assert "Kode pemulihan" in page.text
    assert "method-sms" in page.ids
    assert (await other.submit(page, {"code": codes[0]}, press="submit-code")).left_to


async def test_when_sms_is_out_of_order_and_all_there_is_the_page_says_until_when(house: House) -> None:
    async with house.provider.database.transaction() as tx:
        await breakers.trip(tx, channels.SPENT, house.clock.now() + 600)
    siti, party, browser = plain(house), house.relying_party("saldo"), house.browser()
    page = await browser.get((await party.authorization(acr_values=LOA2)).url)
    page = await browser.submit(page, {"identifier": siti.email, "password": siti.password}, press="sign-in")
    assert "SMS sedang terganggu. Coba lagi pukul" in page.text
    assert "send-code" in page.ids
    house.clock.advance(601)
    assert "terganggu" not in (await browser.get(page.url)).text


async def test_it_can_be_called_off_in_the_account(house: House) -> None:
    browser, page = await leaving(house)
    page = await browser.submit(page, press="keep-sms")
    assert "Penghapusan dibatalkan" in page.text
    assert "remove-sms" in page.ids
    assert await waiting_removals(house) == 0
    house.clock.advance(86_401)
    await letters(house, "siti")
    browser = await at_home(house, plain(house))
    assert "remove-sms" in (await browser.get("/akun/keamanan")).ids


async def test_it_can_be_called_off_by_the_mailed_link_once(house: House) -> None:
    await leaving(house)
    link = next(letter for letter in await letters(house, "siti") if "24 jam" in letter.subject).link
    reader = house.browser("203.0.113.9")
    page = await reader.get(link)
    for _ in range(2):
        await reader.get(link)
    assert await waiting_removals(house) == 1
    assert "Kode lewat SMS akan dihapus" in page.text
    done = await reader.submit(page, press="keep")
    assert "Penghapusan dibatalkan" in done.text
    assert await waiting_removals(house) == 0
    for late in (
        await reader.submit(page, press="keep"),
        await reader.get(link),
        await reader.get("/akun/keamanan/batal"),
    ):
        assert late.status == 404
        assert "Tidak ada yang perlu dibatalkan" in late.text
    assert any(letter.subject == "Penghapusan cara masuk dibatalkan" for letter in await letters(house, "siti"))


async def test_two_removals_at_once_do_not_take_both(house: House) -> None:
    browser = await strongly(house)
    fields = dict((await browser.get("/akun/keamanan")).forms[-1].values)
    await asyncio.gather(
        *(browser.http.post("/akun/keamanan", data={**fields, "remove": name}) for name in ("totp", "sms"))
    )
    assert await waiting_removals(house) == 1


async def test_a_factor_added_anew_stays(house: House) -> None:
    browser = await strongly(house)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="remove-sms")
    page = await browser.submit(page, press="remove-totp")
    assert "baru dihapus 24 jam lagi" in page.text
    assert "keep-totp" in page.ids


async def test_a_reset_by_mail_takes_the_other_ways_and_not_the_mail(house: House) -> None:
    _, codes = await made(house, await strongly(house))
    browser, person = house.browser("203.0.113.10"), house.account()
    house.clock.advance(1)
    await ask(browser, person.email)
    link = (await newest(house, person.email)).link
    page = await browser.get(link)
    assert {"method-sms", "method-recovery"} <= page.ids
    assert "method-email" not in page.ids
    offer = await browser.submit(page, press="method-sms")
    code = (await newest(house, BUDI)).code
    fields = dict(offer.form_with("password").values)
    forged = await browser.http.post(
        "/lupa-kata-sandi/baru", data={**fields, "cara": "email", "password": NEW, "code": code}
    )
    assert forged.status_code == 400
    page = await browser.submit(offer, {"password": NEW, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert any("Kata sandi Anda sudah diganti" in letter.text for letter in await letters(house, BUDI))
    house.clock.advance(61)
    again = house.browser("203.0.113.11")
    await ask(again, person.email)
    page = await again.get((await newest(house, person.email)).link)
    page = await again.submit(page, {"password": "Perahu-Biru-Malam-77", "code": codes[3]}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_an_employer_portal_counts_no_sms(house: House) -> None:
    siti, party, browser = plain(house), house.relying_party("mitra"), house.browser()
    page = await browser.get((await party.authorization(acr_values=LOA2)).url)
    page = await browser.submit(page, {"identifier": siti.email, "password": siti.password}, press="sign-in")
    assert "/masuk/cara-kedua" in page.url
    assert "add-sms" not in page.ids
    # What was shown by SMS elsewhere is nothing here, and says so in no token.
    saldo = house.relying_party("saldo")
    step = await browser.get((await saldo.authorization("openid", acr_values=LOA2)).url)
    step = await browser.submit(step, press="send-code")
    assert (await browser.submit(step, {"code": (await newest(house, SITI)).code}, press="submit-code")).left_to
    request = await party.authorization(acr_values=LOA2)
    page = await browser.get(request.url)
    assert "/masuk/cara-kedua" in page.url
    page = await browser.submit(page, press="alone")
    while "allow" in page.ids:
        page = await browser.submit(page, press="allow")
    tokens = await party.redeem(request, page.parameters["code"])
    assert (tokens.claims["acr"], tokens.claims["amr"]) == ("urn:gerbang:acr:loa1", ["pwd"])


async def test_a_second_way_is_added_on_the_way_and_the_request_goes_on(house: House) -> None:
    siti, party, browser = plain(house), house.relying_party("mitra"), house.browser()
    request = await party.authorization(acr_values=LOA2)
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": siti.email, "password": siti.password}, press="sign-in")
    page = await browser.get(next(url for url in page.links.values() if "/keamanan/totp" in url))
    # Her number is no help to this service, but it is her second factor, and guards what is added.
    assert "kembali=totp" in page.url
    page = await browser.submit(page, press="send-code")
    page = await browser.submit(page, {"code": (await newest(house, SITI)).code}, press="submit-code")
    code = pyotp.TOTP(secret_of(page)).at(house.clock.now())
    page = await browser.submit(page, {"code": code}, press="submit-code")
    while "allow" in page.ids:
        page = await browser.submit(page, press="allow")
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == LOA2
    assert set(tokens.claims["amr"]) == {"pwd", "otp", "mfa"}


async def test_budi_meets_no_nudge(house: House) -> None:
    page = await sign_in(house.browser(), house.account().email, house.account().password)
    assert "Baru satu cara" not in page.text

"""Codes by SMS: sent by a button, good for ten minutes, one session and one use; counted wherever they are tried."""

import asyncio
import re

import pytest
from sqlalchemy import select, update

from idp.store.tables import accounts, audit, challenges, outbox
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.support.browser import Browser, Page
from tests.support.relying_party import RelyingParty
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOA2 = "urn:gerbang:acr:loa2"
PHONE = "+6281398765432"
OTHER_ADDRESS = "203.0.113.77"


async def at_the_offer(house: House, browser: Browser, party: RelyingParty | None = None, **parameters: str) -> Page:
    """The page that offers a code, after Siti's password, on the way to a service that wants loa2."""
    party, person = party or house.relying_party("saldo"), house.account(1)
    wish = {"scope": "openid saldo:baca", "acr_values": LOA2, **parameters}
    page = await browser.get((await party.authorization(**wish)).url)
    if "password" in page.names:
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    return page


async def at_the_code(house: House, browser: Browser) -> Page:
    return await browser.submit(await at_the_offer(house, browser), press="send-code")


async def code(house: House) -> str:
    return (await newest(house, PHONE)).code


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06}"


async def test_a_proven_number_is_a_second_factor(house: House) -> None:
    browser, party = house.browser(), house.relying_party("saldo")
    request = await party.authorization("openid saldo:baca", acr_values=LOA2)
    page = await browser.get(request.url)
    person = house.account(1)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    page = await browser.submit(page, press="send-code")
    page = await browser.submit(page, {"code": await code(house)}, press="submit-code")
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == LOA2
    assert set(tokens.claims["amr"]) == {"pwd", "otp", "sms", "mfa"}


async def test_one_session_is_confirmed_by_sms_as_often_as_it_has_to_be(house: House) -> None:
    """A code that was used must not hide the next one."""
    browser = house.browser()
    for _ in range(2):
        page = await browser.submit(await at_the_offer(house, browser, max_age="60"), press="send-code")
        page = await browser.submit(page, {"code": await code(house)}, press="submit-code")
        assert "code" in page.parameters
        house.clock.advance(120)


async def test_looking_sends_nothing_and_one_press_does(house: House) -> None:
    browser = house.browser()
    offer = await at_the_offer(house, browser)
    assert "Kirim kode ke 0813****5432" in offer.text
    assert "Sebelum menampilkan saldo, kami perlu mengirim kode ke 0813****5432." in offer.text
    assert "Saldo JHT" in offer.text
    for _ in range(3):
        await browser.get(offer.url)
        await browser.get(f"{offer.url}&cara=sms")
    assert not await letters(house, PHONE)
    page = await browser.submit(offer, press="send-code")
    assert "Sebelum menampilkan saldo, masukkan kode yang kami kirim ke 0813****5432." in page.text
    assert "Jangan berikan kode ini kepada siapa pun" in page.text
    assert len(await letters(house, PHONE)) == 1
    await browser.get(page.url)
    assert len(await letters(house, PHONE)) == 1


async def test_the_message_binds_the_code_to_this_site_and_names_its_reference(house: House) -> None:
    page = await at_the_code(house, house.browser())
    text = (await newest(house, PHONE)).text.strip()
    found = re.fullmatch(
        r"Kode OTP (\d{6}) \(ref ([A-Z0-9]{4})\), berlaku 10 menit\. "
        r"JANGAN berikan kepada siapa pun, termasuk petugas\.\n@localhost #(\d{6})",
        text,
    )
    assert found, text
    assert found[1] == found[3]
    assert found[2] in page.text
    assert 'inputmode="numeric"' in page.html
    assert 'autocomplete="one-time-code"' in page.html


async def test_a_wrong_code_says_what_to_compare_and_how_often_when_it_runs_short(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    said = []
    for _ in range(5):
        page = await browser.submit(page, {"code": wrong(right)}, press="submit-code")
        said.append(page.text)
    reference = re.search(r"ref ([A-Z0-9]{4})", (await newest(house, PHONE)).text)
    assert reference
    assert f"Kode salah. Cocokkan referensi {reference[1]}." in said[0]
    assert "Sisa" not in said[0]
    for left, text in zip((3, 2, 1), said[1:4], strict=True):
        assert f"Kode salah. Cocokkan referensi {reference[1]}. Sisa {left} percobaan." in text
    assert "terlalu sering salah" in said[4]
    assert "send-code" in page.ids
    # Burnt: the right one does not help any more.
    answer = await browser.http.post(page.url, data={**dict(page.forms[0].values), "code": right})
    assert answer.status_code == 400
    assert "Minta kode baru" in answer.text


async def test_spaces_and_dashes_of_a_paste_are_no_matter(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    assert (await browser.submit(page, {"code": f" {right[:3]} - {right[3:]} "}, press="submit-code")).left_to


async def test_a_code_lives_for_ten_minutes(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    house.clock.advance(600)
    page = await browser.submit(page, {"code": right}, press="submit-code")
    assert "Kode sudah kedaluwarsa. Minta kode baru." in page.text
    assert "send-code" in page.ids


async def test_a_code_works_once(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    assert (await browser.submit(page, {"code": right}, press="submit-code")).left_to
    again = await at_the_offer(house, browser, max_age="0", state="x" * 8)
    house.clock.advance(2)
    again = await at_the_offer(house, browser, max_age="1")
    assert "send-code" in again.ids
    answer = await browser.http.post(again.url, data={**dict(again.forms[0].values), "code": right})
    assert answer.status_code == 400


async def test_the_newest_code_alone_works(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    old = await code(house)
    early = await browser.submit(page, press="resend")
    assert "Tunggu 60 detik sebelum meminta kode baru." in early.text
    house.clock.advance(61)
    page = await browser.submit(page, press="resend")
    assert "Pesan baru sudah dikirim" in page.text
    new = await code(house)
    page = await browser.submit(page, {"code": old}, press="submit-code")
    assert new == old or "Kode salah" in page.text
    assert (await browser.submit(page, {"code": new}, press="submit-code")).left_to


@pytest.mark.parametrize(
    "order",
    [
        "wrong resend right",
        "resend wrong right",
        "wrong wrong resend wrong right",
        "expire right resend right",
        "burn resend right",
    ],
)
async def test_every_order_of_wrong_resend_and_right_ends_well(house: House, order: str) -> None:
    """What keeps people out elsewhere: a resend that fails after a wrong code."""
    browser = house.browser()
    page = await at_the_code(house, browser)
    for step in order.split():
        now = await code(house)
        if step == "resend":
            house.clock.advance(61)
            page = await browser.submit(page, press="resend" if "resend" in page.ids else "send-code")
        elif step == "expire":
            house.clock.advance(601)
        elif step == "wrong":
            page = await browser.submit(page, {"code": wrong(now)}, press="submit-code")
        elif step == "burn":
            for _ in range(5):
                page = await browser.submit(page, {"code": wrong(now)}, press="submit-code")
        else:
            page = await browser.submit(page, {"code": now}, press="submit-code")
    assert page.left_to is not None


async def test_a_code_is_of_no_use_in_another_session(house: House) -> None:
    """ASVS 6.6.2: bound to who asked for it; not even the same person elsewhere can use it."""
    here, there = house.browser(), house.browser(OTHER_ADDRESS)
    await at_the_code(house, here)
    right = await code(house)
    offer = await at_the_offer(house, there)
    answer = await there.http.post(offer.url, data={**dict(offer.forms[0].values), "code": right})
    assert answer.status_code == 400
    # And two sessions do not take each other's code away.
    house.clock.advance(61)
    await there.submit(offer, press="send-code")
    page = await here.get(offer.url)
    page = await at_the_offer(house, here)
    page = await here.submit(page, {"code": right}, press="submit-code")
    assert page.left_to


async def test_two_hundred_guesses_at_once_are_five(house: House) -> None:
    """T29: counted before compared."""
    browser = house.browser()
    page = await at_the_code(house, browser)
    right, fields = await code(house), dict(page.form_with("code").values)
    guesses = [f"{(int(right) + n) % 1_000_000:06}" for n in range(1, 200)]

    async def guess(text: str) -> int:
        return (await browser.http.post(page.url, data={**fields, "code": text})).status_code

    assert 303 not in await asyncio.gather(*(guess(text) for text in guesses))
    async with house.provider.database.reading() as tx:
        left = (await tx.scalars(select(challenges.c.tries_left).where(challenges.c.purpose == "otp"))).all()
        refused = len((await tx.execute(select(audit.c.id).where(audit.c.event == "factor.refused"))).all())
    assert left == [0]
    assert refused == 5
    assert await guess(right) != 303


async def test_one_counter_for_all_codes_sessions_and_networks(house: House) -> None:
    """T29: fifteen in a day, however the codes are sent and wherever they are tried."""
    tried = 0
    for n in range(3):
        browser = house.browser(f"203.0.113.{n + 10}")
        page = await at_the_code(house, browser)
        right = await code(house)
        for _ in range(5):
            page = await browser.submit(page, {"code": wrong(right)}, press="submit-code")
            tried += 1
        house.clock.advance(61)
    assert tried == 15
    browser = house.browser("203.0.113.99")
    page = await at_the_code(house, browser)
    page = await browser.submit(page, {"code": await code(house)}, press="submit-code")
    assert "Terlalu banyak percobaan" in page.text
    assert page.status == 429
    house.clock.advance(86_400)
    page = await at_the_code(house, house.browser())
    assert "code" in page.names


async def test_messages_to_one_number_are_limited_whoever_asks(house: House) -> None:
    for n in range(5):
        await at_the_code(house, house.browser(f"203.0.113.{n + 10}"))
        house.clock.advance(61)
    assert len(await letters(house, PHONE)) == 5
    page = await at_the_code(house, house.browser("203.0.113.50"))
    assert "Terlalu banyak permintaan. Coba lagi pukul" in page.text
    assert len(await letters(house, PHONE)) == 5


async def test_another_way_is_always_at_hand(house: House) -> None:
    """Budi's app comes first; the number is one press away, and the app one press back."""
    browser, person, party = house.browser(), house.account(), house.relying_party("saldo")
    page = await browser.get((await party.authorization("openid saldo:baca", acr_values=LOA2)).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "Sebelum menampilkan saldo, masukkan kode dari aplikasi autentikator." in page.text
    assert "method-sms" in page.ids
    assert not await letters(house, "+6281234567890")
    page = await browser.submit(page, press="method-sms")
    assert "kami kirim ke 0812****7890" in page.text
    sent = (await newest(house, "+6281234567890")).code
    page = await browser.submit(page, press="method-totp")
    assert "aplikasi autentikator" in page.text
    # There and back again: the code that still works is not sent anew.
    page = await browser.submit(page, press="method-sms")
    assert len(await letters(house, "+6281234567890")) == 1
    assert (await browser.submit(page, {"code": sent}, press="submit-code")).left_to


async def test_cancel_goes_back_to_the_service(house: House) -> None:
    page = await at_the_offer(house, browser := house.browser())
    assert (await browser.submit(page, press="cancel")).parameters["error"] == "access_denied"
    page = await at_the_code(house, browser)
    assert (await browser.submit(page, press="cancel")).parameters["error"] == "access_denied"


async def test_what_is_no_help_here_cannot_be_chosen(house: House) -> None:
    browser = house.browser()
    page = await at_the_offer(house, browser)
    fields = dict(page.forms[0].values)
    for name in ("totp", "recovery", "email", "passkey", ""):
        answer = await browser.http.post(page.url, data={**fields, "method": name})
        assert answer.status_code == 400
    assert not await letters(house, PHONE)


async def test_a_page_about_somebody_else_sends_them_nothing(house: House) -> None:
    browser = house.browser()
    page = await at_the_offer(house, browser)
    # Somebody else signed in meanwhile, in another tab.
    await browser.submit(await browser.get("/keluar"), press="sign-out")
    await sign_in(browser, house.account().email, house.account().password)
    await browser.submit(page, press="send-code")
    assert not await letters(house, PHONE)
    assert not await letters(house, "+6281234567890")


async def test_a_code_to_a_number_that_was_changed_since_proves_nothing(house: House) -> None:
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.phone == PHONE).values(phone="+6281300000001"))
    assert not (await browser.submit(page, {"code": right}, press="submit-code")).left_to


async def test_codes_lie_nowhere_in_clear(house: House) -> None:
    """T30."""
    browser = house.browser()
    page = await at_the_code(house, browser)
    right = await code(house)
    assert right not in page.html
    assert right not in page.url
    async with house.provider.database.reading() as tx:
        for table in (challenges, audit, outbox):
            for row in await tx.execute(select(table)):
                assert right not in str(dict(row._mapping))


async def test_an_unproven_number_gets_no_code(house: House) -> None:
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.phone == PHONE).values(phone_verified=False))
    page = await at_the_offer(house, house.browser())
    assert "/masuk/cara-kedua" in page.url
    assert not await letters(house, PHONE)

"""«Bukan saya»: by one's own list of events and by the link of a mail; what ends, what is told, and that it happens once."""

import asyncio
import re

import pytest
from sqlalchemy import func, select, update

from idp.accounts import nik, requests
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import erase, owner, people, privacy, proofing, recovery_codes, removal, security
from idp.flows.proofing import Data
from idp.sessions import levels
from idp.sessions.visitor import Visitor
from idp.store.tables import contact_changes, outbox, passkeys, reports
from idp.web.cookies import session_cookie
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home, at_home_with_both
from tests.journeys.test_activate import sign_in
from tests.journeys.test_contact import NEW as THEIRS
from tests.journeys.test_contact import change, known
from tests.journeys.test_recover import ask, now_code, plain
from tests.support.authenticator import Authenticator, asked
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW = "Layang-Layang-Putus-5"
REFERENCE = re.compile(r"GB-[2-9B-Z]{4}-[2-9B-Z]{4}")
NOT_ME = "Bukan saya"


def event_of(page: Page, sentence: str) -> str:
    """Where «Bukan saya» beside the newest event with this sentence leads."""
    return next(link for words, link in page.links.items() if words.startswith(NOT_ME) and sentence in words)


async def other_session(house: House, browser: Browser, there: Browser) -> str:
    """The address that disowns the sign-in at `there`, as `browser` sees it."""
    page = await browser.get("/akun/aktivitas")
    for words, link in page.links.items():
        if words.startswith(NOT_ME) and "Masuk," in words:
            shown = await browser.get(link)
            if "Yang Anda pilih adalah perangkat ini" not in shown.text:
                return link
    raise AssertionError(page.text)


async def test_a_strange_sign_in_is_ended_with_everything_it_got(house: House) -> None:
    """Seed row 35."""
    person = house.account()
    here = await at_home(house, person)
    house.clock.advance(60)
    thief = house.browser("203.0.113.1")
    party = house.relying_party("saldo")
    tokens = await party.sign_in(thief, person, scope="openid offline_access")
    page = await here.get(await other_session(house, here, thief))
    assert "not-me" in page.ids
    # Looking changes nothing.
    assert await house.count(reports) == 0
    assert (await thief.get("/akun")).url.endswith("/akun")
    page = await here.submit(page, press="not-me")
    found = REFERENCE.search(page.text)
    assert found
    assert "Laporan Anda sudah kami terima" in page.text
    assert "/masuk" in (await thief.get("/akun")).url
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert answer.json()["error"] == "invalid_grant"
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).where(outbox.c.kind == "backchannel", outbox.c.target == "saldo"))
    # Their own session, from which they said so, goes on.
    assert (await here.get("/akun")).url.endswith("/akun")
    assert "Anda melapor" in (await here.get("/akun/aktivitas")).text

    mails = [letter for letter in await letters(house, person.email) if letter.subject.startswith("Laporan GB-")]
    assert len(mails) == 1
    assert found[0] in mails[0].text
    owner = await people.find(house.provider, person.email)
    assert owner
    assert owner.phone
    assert any(found[0] in one.text for one in await letters(house, owner.phone))


async def test_the_password_opens_nothing_until_it_is_another_one(house: House) -> None:
    person = house.account()
    here = await at_home(house, person)
    page = await here.get("/akun/aktivitas")
    page = await here.get(event_of(page, "Masuk,"))
    assert "Anda akan keluar dari sini juga" in page.text
    page = await here.submit(page, press="not-me")
    assert "/masuk" in (await here.get("/akun")).url
    page = await sign_in(house.browser("203.0.113.2"), person.email, person.password)
    assert "Kata sandi ini tidak bisa dipakai lagi" in page.text
    assert "/lupa-kata-sandi" in " ".join(page.links.values())
    # Nobody who does not know the password learns of it.
    page = await sign_in(house.browser("203.0.113.3"), person.email, "salah sama sekali")
    assert "Email atau kata sandi salah" in page.text
    assert "tidak bisa dipakai lagi" not in page.text

    browser = house.browser()
    await ask(browser, person.email)
    link = next(one for one in await letters(house, person.email) if one.subject == "Atur ulang kata sandi").link
    page = await browser.get(link)
    page = await browser.submit(page, {"password": NEW, "code": now_code(house, person)}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await sign_in(house.browser(), person.email, NEW)).url.endswith("/akun")


async def test_an_open_session_cannot_change_the_password_back(house: House) -> None:
    """Whoever knows the old password and still has a session must not get out of the reset."""
    person = plain(house)
    thief, here = await at_home(house, person, "203.0.113.1"), await at_home(house, person)
    page = await here.get("/akun/aktivitas")
    page = await here.submit(await here.get(event_of(page, "Masuk,")), press="not-me")
    still = thief if (await thief.get("/akun")).url.endswith("/akun") else here
    page = await still.get("/akun/kata-sandi")
    page = await still.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert "tidak bisa dipakai lagi" in page.text
    assert not (await sign_in(house.browser("203.0.113.5"), person.email, NEW)).url.endswith("/akun")


async def test_a_password_that_is_being_changed_in_that_moment_opens_nothing(house: House) -> None:
    """Hashing takes longer than «Bukan saya»: what the stranger confirmed before must not count after."""
    person = plain(house)
    here = await at_home(house, person)
    house.clock.advance(60)
    thief = await at_home(house, person, "203.0.113.1")
    form = await thief.get("/akun/kata-sandi")
    page = await here.get(await other_session(house, here, thief))
    await asyncio.gather(
        thief.submit(form, {"current_password": person.password, "password": NEW}, press="set-password"),
        here.submit(page, press="not-me"),
    )
    assert not (await sign_in(house.browser("203.0.113.5"), person.email, NEW)).url.endswith("/akun")


async def test_what_is_under_way_in_a_session_that_ends_is_not_done(house: House) -> None:
    """A request whose session was read a moment before: nothing that it does would be taken back any more."""
    person, provider = plain(house), house.provider
    here = await at_home(house, person)
    house.clock.advance(60)
    thief = await at_home_with_both(house, person)
    cookie = thief.http.cookies[session_cookie(provider.settings)]
    visitor = Visitor(Handle.parse(cookie), b"d" * 16, "203.0.113.1", "")
    stands = await owner.present(provider, visitor)
    assert stands
    await here.submit(await here.get(await other_session(house, here, thief)), press="not-me")
    typed = Data(nik.read("5171032802960006"), "Made Wirawan", "1996-02-28", ())
    for doing in (
        recovery_codes.make(provider, visitor, stands),
        removal.remove_factor(provider, visitor, stands, levels.SMS),
        security.ask_always(provider, visitor, stands, always=True),
        erase.request(provider, visitor, stands),
        proofing.ask_officer(provider, visitor, stands),
        proofing.submit(provider, visitor, stands, typed),
        privacy.ask(provider, visitor, stands, requests.OBJECT, {"reason": "tidak setuju"}),
        privacy.restrict(provider, visitor, stands),
        privacy.lift(provider, visitor, stands),
    ):
        with pytest.raises(PageFault, match="session ended"):
            await doing


async def test_two_clicks_at_once_are_one_report(house: House) -> None:
    person = house.account()
    thief = await at_home(house, person, "203.0.113.1")
    house.clock.advance(60)
    here = await at_home(house, person)
    link = await other_session(house, here, thief)
    pages = [await here.get(link) for _ in range(4)]
    done = await asyncio.gather(*(here.submit(page, press="not-me") for page in pages))
    references = {found[0] for page in done if (found := REFERENCE.search(page.text))}
    assert len(references) == 1
    assert await house.count(reports) == 1
    told = [one for one in await letters(house, person.email) if one.subject.startswith("Laporan GB-")]
    assert len(told) == 1
    # Asked again it tells the number, and does nothing.
    assert references.pop() in (await here.get(link)).text


async def test_the_link_of_a_mail_shows_by_get_and_acts_by_post(house: House) -> None:
    person = house.account()
    await at_home(house, person)
    house.clock.advance(86_400 + 60)
    thief = await at_home(house, person, "203.0.113.1")
    house.clock.advance(301)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Masuk dari perangkat baru")
    reader = house.browser("198.51.100.200")
    page = await reader.get(mail.link)
    assert "not-me" in page.ids
    assert (await thief.get("/akun")).url.endswith("/akun")
    page = await reader.submit(page, press="not-me")
    assert REFERENCE.search(page.text)
    assert "/masuk" in (await thief.get("/akun")).url
    assert REFERENCE.search((await reader.get(mail.link)).text)
    assert await house.count(reports) == 1
    # A number is shown to the browser that reported, and to no other.
    assert (await house.browser().get(page.url)).status == 404
    for broken in (mail.link[:-1], mail.link + "A", mail.link.partition("?")[0]):
        assert "not-me" not in (await house.browser().get(broken)).ids
    house.clock.advance(7 * 86_400)
    assert (await reader.get(mail.link)).status == 400


async def test_a_link_is_worth_nothing_for_anybody_else(house: House) -> None:
    """T38: the seal holds whose it is; a form of another account's browser acts on what the link says, never on itself."""
    person: Account = house.account()
    await at_home(house, person)
    house.clock.advance(86_400)
    await at_home(house, person, "203.0.113.1")
    house.clock.advance(301)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Masuk dari perangkat baru")
    bystander = await at_home(house, plain(house), "203.0.113.7")
    await bystander.submit(await bystander.get(mail.link), press="not-me")
    assert (await bystander.get("/akun")).url.endswith("/akun")
    assert (await sign_in(house.browser("203.0.113.8"), plain(house).email, plain(house).password)).url.endswith(
        "/akun"
    )


async def test_what_one_click_left_alive_another_one_ends(house: House) -> None:
    """A mail names two sign-ins; one was disowned from the list, and the link of the mail still ends the other."""
    person = house.account()
    here = await at_home(house, person)
    house.clock.advance(600)
    await letters(house, person.email)
    first = await at_home(house, person, "203.0.113.1")
    second = await at_home(house, person, "203.0.113.2")
    house.clock.advance(301)
    mail = next(one for one in await letters(house, person.email) if one.subject == "Masuk dari perangkat baru")
    page = await here.get(await other_session(house, here, first))
    await here.submit(page, press="not-me")
    alive = [browser for browser in (first, second) if (await browser.get("/akun")).url.endswith("/akun")]
    assert len(alive) == 1
    reader = house.browser("198.51.100.200")
    page = await reader.submit(await reader.get(mail.link), press="not-me")
    assert REFERENCE.search(page.text)
    assert "/masuk" in (await alive[0].get("/akun")).url
    assert await house.count(reports) == 2
    assert REFERENCE.search((await reader.get(mail.link)).text)
    assert await house.count(reports) == 2


async def with_a_passkey_of_their_own(house: House, person: Account) -> tuple[Browser, Browser, Authenticator]:
    """The owner's browser, that of a stranger who knows the password, and the passkey that the stranger has added."""
    await house.codes_by_sms(wanted=False)
    here = await at_home(house, person)
    house.clock.advance(60)
    thief, key = house.browser("203.0.113.1"), Authenticator(house.issuer)
    await sign_in(thief, person.email, person.password)
    page = await thief.get("/akun/keamanan/passkey")
    page = await thief.submit(page, {"name": "Pencuri", "passkey": key.create(asked(page))})
    assert "Pencuri" in page.text
    return here, thief, key


async def test_what_the_stranger_enrolled_goes_with_them(house: House) -> None:
    """Or they would come back by it, past any new password."""
    here, thief, key = await with_a_passkey_of_their_own(house, plain(house))
    async with house.provider.database.transaction() as tx:
        # The request waited for the account, which its sender can see to, before it wrote the event that tells of it.
        await tx.execute(update(passkeys).values(created_at=passkeys.c.created_at - 10))
    page = await here.get(await other_session(house, here, thief))
    await here.submit(page, press="not-me")
    assert "Pencuri" not in (await here.get("/akun/keamanan")).text
    door = await house.browser("203.0.113.1").get("/masuk")
    page = await thief.submit(door, {"passkey": key.get(asked(door))}, form=door.form_with("passkey"))
    assert not page.url.endswith("/akun")


async def by_passkey(house: House, browser: Browser, key: Authenticator) -> Page:
    door = await browser.get("/masuk")
    return await browser.submit(door, {"passkey": key.get(asked(door))}, form=door.form_with("passkey"))


async def test_what_the_strangers_passkey_opened_is_closed_with_it(house: House) -> None:
    """One sign-in is disowned; the passkey that was added there began another one, and that one did more."""
    person = plain(house)
    here, thief, key = await with_a_passkey_of_their_own(house, person)
    address = await other_session(house, here, thief)
    later, second = house.browser("203.0.113.1"), Authenticator(house.issuer)
    assert (await by_passkey(house, later, key)).url.endswith("/akun")
    page = await later.get("/akun/keamanan/passkey")
    await later.submit(page, {"name": "Cadangan", "passkey": second.create(asked(page))})
    # And one was begun with the password, and raised with that passkey.
    raised = house.browser("203.0.113.1")
    await sign_in(raised, person.email, person.password)
    house.clock.advance(301)
    page = await raised.get("/masuk/passkey?kembali=keamanan")
    page = await raised.submit(page, {"passkey": key.get(asked(page))}, form=page.form_with("passkey"))
    assert page.url.endswith("/akun/keamanan")
    page = await here.get(address)
    assert "mengeluarkan perangkat yang masuk dengan passkey itu" in page.text
    assert "mengeluarkan perangkat yang masuk" in (await here.submit(page, press="not-me")).text
    for browser in (later, raised):
        assert "/masuk" in (await browser.get("/akun")).url
    assert await house.count(passkeys) == 0
    assert (await here.get("/akun")).url.endswith("/akun")


async def test_a_passkey_of_before_opens_nothing_until_there_is_another_password(house: House) -> None:
    """It may be the owner's, so it stays and counts as before for the reset; its holder is not back a moment later."""
    person, key = plain(house), Authenticator(house.issuer)
    here = await at_home_with_both(house, person)
    page = await here.get("/akun/keamanan/passkey")
    await here.submit(page, {"name": "HP lama", "passkey": key.create(asked(page))})
    thief, other = house.browser("203.0.113.1"), house.browser("203.0.113.1")
    for browser in (thief, other):
        house.clock.advance(60)
        assert (await by_passkey(house, browser, key)).url.endswith("/akun")
    page = await here.get(event_of(await here.get("/akun/aktivitas"), "Masuk dengan passkey,"))
    said = "Passkey itu tidak bisa dipakai untuk masuk sampai Anda membuat kata sandi baru"
    assert said in page.text
    assert said in (await here.submit(page, press="not-me")).text
    page = await by_passkey(house, house.browser("203.0.113.1"), key)
    assert page.status == 400
    assert "Passkey ini belum bisa dipakai" in page.text
    assert page.links["Atur ulang sekarang"].endswith("/lupa-kata-sandi")
    # Nor does it raise the session that was not disowned.
    house.clock.advance(301)
    page = await thief.get("/masuk/passkey?kembali=keamanan")
    page = await thief.submit(page, {"passkey": key.get(asked(page))}, form=page.form_with("passkey"))
    assert "Passkey ini tidak bisa dipakai" in page.text
    # The way back asks for it, so a mailbox alone gains nothing; and then it is as it was.
    owner = house.browser("203.0.113.7")
    await ask(owner, person.email)
    reset = next(one for one in await letters(house, person.email) if one.subject == "Atur ulang kata sandi")
    page = await owner.get(reset.link)
    assert "password" not in page.names
    page = await owner.submit(page, {"passkey": key.get(asked(page))}, form=page.form_with("passkey"))
    page = await owner.submit(page, {"password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await by_passkey(house, owner, key)).url.endswith("/akun")


async def test_a_contact_that_the_stranger_changed_comes_back_and_all_that_they_asked_for_is_cancelled(
    house: House,
) -> None:
    person = plain(house)
    here = await at_home(house, person, "203.0.113.1")
    house.clock.advance(60)
    thief = await at_home_with_both(house, person)
    await change(house, thief, "email", THEIRS)
    async with house.provider.database.transaction() as tx:
        # However long the request waited before it wrote the event that tells of it.
        await tx.execute(update(contact_changes).values(changed_at=contact_changes.c.changed_at - 10))
    page = await thief.get("/akun/privasi/hapus")
    await thief.submit(page, {"understood": "1"}, press="delete")
    await thief.submit(await thief.get("/akun/privasi/batasi"), press="restrict")
    page = await here.get("/akun/aktivitas")
    page = await here.get(event_of(page, "diganti"))
    for line in ("email lama Anda, s***@contoh.go.id", "permintaan hapus akun", "tetap dibatasi sampai"):
        assert line in page.text
    assert (await known(house, THEIRS))[0] == "email"  # to look changes nothing
    page = await here.submit(page, press="not-me")
    assert "Kami sudah: mengembalikan email lama Anda, s***@contoh.go.id" in page.text
    assert (await known(house, person.email))[0] == "email"
    assert "/masuk" in (await thief.get("/akun")).url
    told = next(one for one in await letters(house, person.email) if one.subject.startswith("Laporan GB-"))
    assert "mengembalikan email lama Anda, s***@contoh.go.id; membatalkan permintaan hapus akun" in told.text
    # Whoever has the other mailbox learns that it is of no use any more, and nothing else.
    word = next(one for one in await letters(house, THEIRS) if one.subject == "Email ini tidak dipakai lagi")
    assert "Siti" not in word.text
    assert not [one for one in await letters(house, THEIRS) if one.subject.startswith("Laporan GB-")]
    assert "keep-account" not in (await here.get("/akun/privasi/hapus")).ids
    assert "lift" in (await here.get("/akun/privasi/batasi")).ids


async def test_a_stolen_session_thaws_nothing_by_disowning_the_owners(house: House) -> None:
    """To freeze is easy, and to thaw takes the strongest factors: the thief has none of them."""
    person = plain(house)
    here = await at_home(house, person)
    house.clock.advance(60)
    thief = await at_home(house, person, "203.0.113.1")
    await here.submit(await here.get("/akun/privasi/batasi"), press="restrict")
    house.clock.advance(301)
    page = await thief.get(event_of(await thief.get("/akun/aktivitas"), "ibatasi"))
    assert "tetap dibatasi sampai" in (await thief.submit(page, press="not-me")).text
    assert "lift" in (await thief.get("/akun/privasi/batasi")).ids


async def test_what_the_owner_did_meanwhile_stays(house: House) -> None:
    """Another hand has changed the address since, and frozen the data: neither is the stranger's deed."""
    person, mine = plain(house), "siti.aman@contoh.example"
    thief = await at_home_with_both(house, person)
    await change(house, thief, "email", THEIRS)
    house.clock.advance(61)
    here = await at_home_with_both(house, Account(THEIRS, person.password))
    await change(house, here, "email", mine)
    await here.submit(await here.get("/akun/privasi/batasi"), press="restrict")
    page = await here.get("/akun/aktivitas")
    strange = [link for words, link in page.links.items() if words.startswith(NOT_ME) and "diganti" in words]
    page = await here.get(strange[-1])
    assert "email lama" not in page.text
    page = await here.submit(page, press="not-me")
    assert REFERENCE.search(page.text)
    assert (await known(house, mine))[0] == "email"
    assert "lift" in (await here.get("/akun/privasi/batasi")).ids


async def test_two_sessions_of_a_stranger_are_sent_out_one_after_the_other(house: House) -> None:
    """The newest stands first in the list: taken back, its change must not hide the one before."""
    person = plain(house)
    here = await at_home(house, person, "203.0.113.1")
    await change(house, await at_home_with_both(house, person), "email", THEIRS)
    house.clock.advance(61)
    second = await at_home_with_both(house, Account(THEIRS, person.password))
    await change(house, second, "email", "pencuri.lagi@contoh.example")
    for nth in range(2):
        page = await here.get("/akun/aktivitas")
        strange = [link for words, link in page.links.items() if words.startswith(NOT_ME) and "diganti" in words]
        await here.submit(await here.get(strange[nth]), press="not-me")
    assert (await known(house, person.email))[0] == "email"


async def test_what_cannot_be_brought_back_is_said(house: House) -> None:
    person = house.account()
    thief = await at_home(house, person)
    page = await thief.get("/masuk/kode?kembali=keamanan")
    page = await thief.submit(page, {"code": now_code(house, person)}, press="submit-code")
    await thief.submit(page, press="remove-totp")
    house.clock.advance(61)
    here = await at_home(house, person, "203.0.113.1")
    page = await here.get("/akun/aktivitas")
    page = await here.get(event_of(page, "dihapus"))
    assert "tidak bisa kami kembalikan: Aplikasi autentikator" in page.text
    page = await here.submit(page, press="not-me")
    assert "tidak bisa kami kembalikan: Aplikasi autentikator" in page.text


async def mailed(house: House, person: Account) -> tuple[Browser, str]:
    """Whoever made recovery codes in a new browser, and the link by which the mailbox disowns that."""
    await at_home(house, person)
    house.clock.advance(86_400)
    there = await at_home_with_both(house, person)
    await there.submit(await there.get("/akun/keamanan/kode-pemulihan"), press="make")
    house.clock.advance(301)
    letter = next(one for one in await letters(house, person.email) if one.subject == "Masuk dari perangkat baru")
    return there, letter.link


async def at_the_number(house: House, browser: Browser) -> None:
    """The password and a code by SMS, shown anew."""
    page = await browser.get("/masuk?kembali=keamanan")
    person = plain(house)
    await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    page = await browser.submit(await browser.get("/masuk/kode?kembali=keamanan"), press="send-code")
    code = (await newest(house, "+6281398765432")).code
    assert (await browser.submit(page, {"code": code}, press="submit-code")).url.endswith("/akun/keamanan")


async def test_a_mailbox_alone_does_not_get_past_a_factor_by_disowning_its_owner(house: House) -> None:
    """The owner's new factor goes with «Bukan saya»; in its place the reset asks for a code by SMS."""
    person = plain(house)
    _, link = await mailed(house, person)
    thief = house.browser("203.0.113.66")
    page = await thief.submit(await thief.get(link), press="not-me")
    assert "Kode pemulihan" in page.text
    await ask(thief, person.email)
    reset = next(one for one in await letters(house, person.email) if one.subject == "Atur ulang kata sandi")
    page = await thief.get(reset.link)
    assert "password" not in page.names
    form = dict(page.form_with("token").values)
    answer = await thief.http.post("/lupa-kata-sandi/baru", data={**form, "password": NEW, "code": "123456"})
    assert answer.status_code == 400
    page = await thief.submit(page, press="send-code")
    page = await thief.submit(page, {"password": NEW, "code": "000000"}, press="set-password")
    assert "Kata sandi sudah diganti" not in page.text
    code = (await newest(house, "+6281398765432")).code
    page = await thief.submit(page, {"password": NEW, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_a_link_outlives_its_mailbox_for_as_long_as_that_can_come_back(house: House) -> None:
    person = plain(house)
    owner, link = await mailed(house, person)
    await at_the_number(house, owner)
    await change(house, owner, "email", THEIRS)
    reader = house.browser("203.0.113.9")
    shown = await reader.get(link)
    assert "not-me" in shown.ids
    house.clock.advance(72 * 3600)
    for page in (await reader.get(link), await reader.submit(shown, press="not-me")):
        assert page.status == 400
        assert "email yang sudah diganti" in page.text
        assert page.links["Aktivitas"].endswith("/akun/aktivitas")
    assert await house.count(reports) == 0


async def test_nor_does_it_serve_the_mailbox_that_a_stranger_put_there(house: House) -> None:
    person = plain(house)
    thief = await at_home_with_both(house, person)
    await change(house, thief, "email", THEIRS)
    house.clock.advance(86_400)
    await at_home(house, Account(THEIRS, person.password), "203.0.113.66")
    house.clock.advance(301)
    link = next(one for one in await letters(house, THEIRS) if one.subject == "Masuk dari perangkat baru").link
    reader = house.browser("203.0.113.67")
    assert "not-me" in (await reader.get(link)).ids
    back = next(one for one in await letters(house, person.email) if "/kontak/batalkan" in one.text)
    owner = house.browser("203.0.113.9")
    await owner.submit(await owner.get(back.link), press="revert-contact")
    assert "email yang sudah diganti" in (await reader.get(link)).text

"""Who has lost every way in: a case number, an officer at a branch, a wait that the old contacts can end, a link to the new address."""

import asyncio

import pytest
from sqlalchemy import select

from idp.accounts import account, assisted, contact_change, lookup
from idp.accounts.assisted import Case
from idp.flows import people, recovery_desk
from idp.flows.people import Wanted
from idp.flows.recovery_desk import NotPossible, Seen
from idp.store.tables import assisted_recoveries, audit, outbox
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home_with_both
from tests.journeys.test_activate import sign_in
from tests.journeys.test_contact import change
from tests.journeys.test_recover import NEW, ask, plain
from tests.support.browser import Browser, Page
from tests.support.locks import waited_for
from tests.support.outbox import Letter
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW_ADDRESS = "siti.baru@contoh.net"
OFFICER = "petugas"
SITI = "+6281398765432"
OPENS, APPROVED = "Buat kata sandi baru", "Pemulihan akun lewat kantor cabang disetujui"
COOLING, LINK = 72 * 3600, 3 * 86_400


async def open_case(house: House, identifier: str, address: str = NEW_ADDRESS, browser: Browser | None = None) -> Page:
    browser = browser or house.browser()
    page = await browser.get("/lupa-kata-sandi/bantuan")
    return await browser.submit(page, {"identifier": identifier, "email": address}, press="open-case")


async def case_of(house: House, state: str = assisted.OPEN) -> Case:
    [case] = await recovery_desk.waiting(house.provider, [state], 10)
    return case


async def approve(house: House, *, factors_go: bool = False) -> Case:
    case = await case_of(house)
    seen = ("ktp", "face")
    return await recovery_desk.approve(
        house.provider, case.number, Seen(seen, "datang sendiri", factors_go), by=OFFICER
    )


async def letter_of(house: House, to: str, subject: str) -> Letter:
    """The letter of that subject: in the first round a wait that is over ends, in the second its letter goes out."""
    await letters(house, to)
    return next(letter for letter in reversed(await letters(house, to)) if letter.subject == subject)


async def subjects(house: House, to: str) -> list[str]:
    return [letter.subject for letter in await letters(house, to)]


async def test_from_the_reset_page_to_a_new_password(house: House) -> None:
    person, browser = plain(house), house.browser()
    old = house.browser("203.0.113.70")
    await sign_in(old, person.email, person.password)
    page = await browser.click(await ask(browser, person.email), "Tidak bisa memakai cara ini?")
    page = await browser.submit(page, {"identifier": person.email, "email": NEW_ADDRESS}, press="open-case")
    case = await case_of(house)
    assert case.number in page.text
    assert "KTP asli" in page.text
    assert "dua hari kerja" in page.text
    assert case.number in (await newest(house, NEW_ADDRESS)).text
    await approve(house)
    house.clock.advance(COOLING - 1)
    assert set(await subjects(house, NEW_ADDRESS)) == {"Nomor kasus pemulihan akun", "Pemulihan akun disetujui"}
    house.clock.advance(1)
    letter = await letter_of(house, NEW_ADDRESS, OPENS)
    page = await browser.get(letter.link)
    assert "minimal 12" in (await browser.submit(page, {"password": "pendek"}, press="set-password")).text
    page = await browser.submit(page, {"password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await old.get("/akun")).url.endswith("/masuk")
    assert (await sign_in(house.browser(), NEW_ADDRESS, NEW)).url.endswith("/akun")
    assert "Email ini tidak dipakai lagi di akun Anda" in await subjects(house, person.email)
    assert "Kata sandi Anda sudah diganti" in await subjects(house, NEW_ADDRESS)
    assert "tidak bisa dipakai lagi" in (await browser.get(letter.link)).text
    assert (await case_of(house, assisted.DONE)).decided_by == OFFICER


async def test_every_old_contact_hears_of_it_and_the_link_cancels(house: House) -> None:
    person = plain(house)
    await open_case(house, person.email)
    await approve(house)
    letter = await letter_of(house, person.email, APPROVED)
    assert "s***@contoh.net" in letter.text
    assert any("Pemulihan akun" in sms.text for sms in await letters(house, SITI))
    assert not any(sms.links for sms in await letters(house, SITI))
    browser = house.browser("203.0.113.44")
    page = await browser.get(letter.link)
    assert "cancel-recovery" in page.ids
    await browser.get(letter.link)
    assert (await case_of(house, assisted.COOLING)).state == assisted.COOLING
    page = await browser.submit(page, press="cancel-recovery")
    assert "Pemulihan dibatalkan" in page.text
    house.clock.advance(COOLING + 60)
    await letters(house, NEW_ADDRESS)
    assert "Buat kata sandi baru" not in await subjects(house, NEW_ADDRESS)
    assert "Pemulihan akun dibatalkan" in await subjects(house, person.email)
    assert "tidak bisa dipakai lagi" in (await browser.get(letter.link)).text


async def test_the_owner_cancels_from_the_account_even_when_the_link_is_out(house: House) -> None:
    person, browser = plain(house), house.browser()
    await open_case(house, person.email)
    await sign_in(browser, person.email, person.password)
    assert "cancel-recovery" not in (await browser.get("/akun/keamanan")).ids
    await approve(house)
    house.clock.advance(COOLING)
    letter = await letter_of(house, NEW_ADDRESS, OPENS)
    await sign_in(browser, person.email, person.password)
    page = await browser.get("/akun/keamanan")
    assert "s***@contoh.net" in page.text
    page = await browser.submit(page, press="cancel-recovery")
    assert "Pemulihan dibatalkan" in page.text
    assert "cancel-recovery" not in page.ids
    assert "tidak bisa dipakai lagi" in (await house.browser().get(letter.link)).text


@pytest.mark.parametrize("gone", [True, False])
async def test_the_second_factors_go_only_when_the_officer_says_so(house: House, gone: bool) -> None:
    person = house.account()
    await open_case(house, person.email)
    await approve(house, factors_go=gone)
    house.clock.advance(COOLING)
    browser = house.browser()
    page = await browser.get((await letter_of(house, NEW_ADDRESS, OPENS)).link)
    await browser.submit(page, {"password": NEW}, press="set-password")
    party, stranger = house.relying_party("saldo"), house.browser("203.0.113.80")
    wish = await party.authorization(scope="openid saldo:baca", acr_values="urn:gerbang:acr:loa2")
    page = await stranger.submit(
        await stranger.get(wish.url), {"identifier": NEW_ADDRESS, "password": NEW}, press="sign-in"
    )
    assert ("code" in page.names) is not gone


async def test_nobody_learns_whether_there_is_an_account(house: House) -> None:
    """T33: number, page, mail and rows are there for whoever asks."""
    said, told = set(), set()
    for n, identifier in enumerate(
        (plain(house).email, "tidak.ada@contoh.go.id", "bukan apa-apa", SITI, "081299998888")
    ):
        page = await open_case(house, identifier, f"baru{n}@contoh.net", house.browser(f"203.0.113.{n}"))
        number = next(
            one.number for one in await recovery_desk.waiting(house.provider, ["open"], 10) if one.number in page.text
        )
        said.add((page.status, page.text.replace(number, "")))
        letter = await newest(house, f"baru{n}@contoh.net")
        told.add((letter.subject, letter.text.replace(number, "")))
    assert len(said) == len(told) == 1
    async with house.provider.database.reading() as tx:
        rows = (await tx.execute(select(assisted_recoveries.c.account_id))).all()
        events = (await tx.execute(select(audit.c.id).where(audit.c.event == "recovery.case_opened"))).all()
        sent = (await tx.execute(select(outbox.c.id))).all()
    assert len(rows) == len(events) == len(sent) == 5
    assert sum(one.account_id is None for one in rows) == 3


async def test_a_case_that_found_nobody_cannot_be_approved(house: House) -> None:
    await open_case(house, "tidak.ada@contoh.go.id")
    with pytest.raises(NotPossible, match="has no account"):
        await approve(house)


async def test_an_address_of_somebody_else_is_no_new_address(house: House) -> None:
    await open_case(house, plain(house).email, house.account().email)
    with pytest.raises(NotPossible, match="another account has the new address"):
        await approve(house)


async def test_what_is_missing_is_said_by_field(house: House) -> None:
    browser = house.browser()
    page = await open_case(house, " ", "bukan email", browser)
    assert page.status == 400
    assert "Masukkan email, nomor HP, atau nomor peserta." in page.text
    assert "Masukkan email dengan format nama@contoh.com." in page.text
    page = await open_case(house, "siapa@contoh.go.id", "", browser)
    assert "Jika tidak punya email, isi nomor HP baru" in page.text
    assert "tidak bisa dipakai lagi" in (await browser.get("/lupa-kata-sandi/bantuan/terkirim?kasus=abc")).text
    page = await open_case(house, "siapa@contoh.go.id", browser=browser)
    assert "tidak bisa dipakai lagi" in (await house.browser("203.0.113.3").get(page.url)).text
    assert "Tunggu" in (await open_case(house, "lain@contoh.go.id", browser=browser)).text


async def test_nothing_waits_for_ever(house: House) -> None:
    person = plain(house)
    await open_case(house, person.email)
    house.clock.advance(14 * 86_400)
    with pytest.raises(NotPossible, match="not open"):
        await approve(house)
    await letters(house, person.email)
    assert (await case_of(house, assisted.EXPIRED)).decided_by is None
    await open_case(house, person.email)
    await approve(house)
    house.clock.advance(COOLING)
    link = (await letter_of(house, NEW_ADDRESS, OPENS)).link
    house.clock.advance(LINK)
    assert "tidak bisa dipakai lagi" in (await house.browser().get(link)).text
    await letters(house, person.email)
    assert len(await recovery_desk.waiting(house.provider, [assisted.EXPIRED], 10)) == 2


async def test_a_refused_case_changes_nothing(house: House) -> None:
    person = plain(house)
    await open_case(house, person.email)
    case = await case_of(house)
    await recovery_desk.refuse(house.provider, case.number, "wajah lain", by=OFFICER)
    letter = await letter_of(house, NEW_ADDRESS, "Pemulihan akun belum bisa dilakukan")
    assert "wajah" not in letter.text
    with pytest.raises(NotPossible, match="not open"):
        await recovery_desk.refuse(house.provider, case.number, "lagi", by=OFFICER)
    assert not await letters(house, person.email)


async def test_one_recovery_of_an_account_at_a_time(house: House) -> None:
    person = plain(house)
    for n in range(2):
        await open_case(house, person.email, f"baru{n}@contoh.net")
    cases = await recovery_desk.waiting(house.provider, ["open"], 10)
    outcomes = await asyncio.gather(
        *(recovery_desk.approve(house.provider, one.number, Seen(("ktp", "face"), "x"), by=OFFICER) for one in cases),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Case", "NotPossible"]


async def test_cancelling_and_finishing_at_once_is_one_of_both(house: House) -> None:
    person = plain(house)
    await open_case(house, person.email)
    await approve(house)
    cancel = (await letter_of(house, person.email, APPROVED)).link
    house.clock.advance(COOLING)
    opens = (await letter_of(house, NEW_ADDRESS, OPENS)).link
    one, other = house.browser(), house.browser("203.0.113.2")
    old, new = await one.get(cancel), await other.get(opens)
    cancelled, finished = await asyncio.gather(
        one.submit(old, press="cancel-recovery"), other.submit(new, {"password": NEW}, press="set-password")
    )
    assert ("Pemulihan dibatalkan" in cancelled.text) + ("Kata sandi sudah diganti" in finished.text) == 1


async def test_the_links_open_nothing_else(house: House) -> None:
    """T2: the link that cancels sets no password, and the other way round."""
    person = plain(house)
    await open_case(house, person.email)
    await approve(house)
    cancel = (await letter_of(house, person.email, APPROVED)).link.partition("token=")[2]
    house.clock.advance(COOLING)
    opens = (await letter_of(house, NEW_ADDRESS, OPENS)).link.partition("token=")[2]
    browser = house.browser()
    for path, token in (
        ("bantuan/baru", cancel), ("baru", cancel), ("baru", opens), ("bantuan/batal", opens),
    ):  # fmt: skip
        page = await browser.get(f"/lupa-kata-sandi/{path}?token={token}")
        assert not {"set-password", "cancel-recovery"} & set(page.ids)
    async with house.provider.database.reading() as tx:
        kept = " ".join(str(dict(one._mapping)) for one in await tx.execute(select(assisted_recoveries)))
        trail = " ".join(str(dict(one._mapping)) for one in await tx.execute(select(audit)))
        found = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, person.email))
    assert found
    for secret in (cancel, opens, NEW_ADDRESS):
        assert secret not in kept
        assert secret not in trail


async def officers(house: House) -> tuple[str, str]:
    """Two of them, by their addresses."""
    for name in ("rina", "made"):
        wanted = Wanted(email=f"{name}@kantor.example", name=name.title(), password="layang putus di atas sawah")
        person = await people.create(house.provider, wanted, by="test")
        async with house.provider.database.transaction() as tx:
            await account.appoint(tx, person.id, house.clock.now())
    return "rina@kantor.example", "made@kantor.example"


async def cancelled_twice(house: House) -> Browser:
    """Whoever holds Siti's mailbox cancels each recovery that is approved; they stay signed in."""
    thief, person = house.browser("203.0.113.66"), plain(house)
    for n in range(2):
        await open_case(house, person.email, f"siti.baru{n}@contoh.net")
        await approve(house)
        told = [one for one in await letters(house, person.email) if one.subject == APPROVED]
        for letter in told:
            page = await thief.get(letter.link)
            if "cancel-recovery" in page.ids:
                await thief.submit(page, press="cancel-recovery")
        house.clock.advance(61)
    await sign_in(thief, person.email, person.password)
    return thief


async def overridden(house: House, officer: str, number: str, *, factors_go: bool = True) -> Case:
    seen = ("ktp", "face")
    return await recovery_desk.override(
        house.provider, number, Seen(seen, "dibatalkan pencuri", factors_go), officer=officer
    )


async def test_what_was_cancelled_twice_is_decided_by_two_officers_and_by_nobody_else(house: House) -> None:
    person, (rina, made) = plain(house), await officers(house)
    thief = await cancelled_twice(house)
    await open_case(house, person.email)
    number = (await case_of(house)).number
    with pytest.raises(NotPossible, match="officer's account"):
        await overridden(house, person.email, number)
    assert (await overridden(house, rina, number)).state == assisted.OPEN
    with pytest.raises(NotPossible, match="another officer"):
        await overridden(house, rina, number)
    with pytest.raises(NotPossible, match="--override"):
        await recovery_desk.approve(house.provider, number, Seen(("ktp", "face"), "", True), by="x", officer=made)
    # Nor does the second alone decide what goes.
    with pytest.raises(NotPossible, match="--remove-factors"):
        await overridden(house, made, number, factors_go=False)
    case = await overridden(house, made, number)
    assert (case.state, case.overridden) == (assisted.COOLING, True)
    # The old contacts hear of it as ever, and have no way to end it.
    letter = await letter_of(house, person.email, "Pemulihan akun dipastikan dua petugas")
    assert not [link for link in letter.links if "batal" in link]
    assert any("dua petugas" in sms.text for sms in await letters(house, SITI))
    page = await thief.get("/akun/keamanan")
    assert "Dua petugas kantor cabang memastikan" in page.text
    assert "cancel-recovery" not in page.ids
    form = {**dict(page.form_with("csrf").values), "cancel-recovery": "1"}
    await thief.http.post("/akun/keamanan", data=form)
    house.clock.advance(COOLING - 1)
    await letters(house, NEW_ADDRESS)
    assert OPENS not in await subjects(house, NEW_ADDRESS)
    house.clock.advance(1)
    browser = house.browser()
    page = await browser.get((await letter_of(house, NEW_ADDRESS, OPENS)).link)
    assert "Kata sandi sudah diganti" in (await browser.submit(page, {"password": NEW}, press="set-password")).text
    async with house.provider.database.reading() as tx:
        trail = {row.event: row for row in await tx.execute(select(audit).where(audit.c.event.like("recovery.%")))}
    asked, approved = trail["recovery.override_asked"], trail["recovery.case_approved"]
    assert asked.actor != approved.actor
    assert approved.detail["asked_by"] == asked.actor
    assert approved.detail["override"]


async def test_the_account_of_an_officer_takes_two_others(house: House) -> None:
    """Whoever gets it decides about others: one officer, deceived or bribed, must not hand it on."""
    person, (rina, made) = plain(house), await officers(house)
    async with house.provider.database.transaction() as tx:
        mine = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, person.email))
        assert mine is not None
        await account.appoint(tx, mine.id, house.clock.now())
    await open_case(house, person.email)
    number = (await case_of(house)).number

    async def agree(officer: str) -> Case:
        return await recovery_desk.approve(
            house.provider, number, Seen(("ktp", "face"), "datang", True), by=OFFICER, officer=officer
        )

    with pytest.raises(NotPossible, match="officer's account"):
        await agree("")
    with pytest.raises(NotPossible, match="their own account"):
        await agree(person.email)
    assert (await agree(rina)).state == assisted.OPEN
    with pytest.raises(NotPossible, match="another officer"):
        await agree(rina)
    assert (await agree(made)).state == assisted.COOLING


async def test_an_officer_stops_what_two_have_decided_when_the_owner_calls(house: House) -> None:
    person, (rina, made) = plain(house), await officers(house)
    await cancelled_twice(house)
    await open_case(house, person.email)
    number = (await case_of(house)).number
    # Both at once: one of them asks, and the other agrees.
    both = await asyncio.gather(*(overridden(house, officer, number) for officer in (rina, made)))
    assert sorted(one.state for one in both) == [assisted.COOLING, assisted.OPEN]
    await recovery_desk.refuse(house.provider, number, "pemiliknya menelepon", by=OFFICER)
    house.clock.advance(COOLING)
    await letters(house, NEW_ADDRESS)
    assert OPENS not in await subjects(house, NEW_ADDRESS)
    assert "Pemulihan akun dibatalkan" in await subjects(house, person.email)
    # And then it takes two cancelled ones again.
    await open_case(house, person.email, browser=house.browser("203.0.113.50"))
    with pytest.raises(NotPossible, match="only 0 in a row"):
        await overridden(house, rina, (await case_of(house)).number)


async def test_one_cancelled_recovery_is_no_reason_for_an_override(house: House) -> None:
    person, (rina, _) = plain(house), await officers(house)
    await open_case(house, person.email)
    await approve(house)
    browser = house.browser()
    page = await browser.get((await letter_of(house, person.email, APPROVED)).link)
    await browser.submit(page, press="cancel-recovery")
    house.clock.advance(61)
    await open_case(house, person.email, browser=browser)
    with pytest.raises(NotPossible, match="in a row were cancelled"):
        await overridden(house, rina, (await case_of(house)).number)


async def test_a_contact_changed_during_the_wait_does_not_come_back_after_it(house: House) -> None:
    """Whoever sat in the account has a link to bring the old address back; it ends with the recovery."""
    person = plain(house)
    await open_case(house, person.email)
    await approve(house)
    house.clock.advance(60)
    await change(house, await at_home_with_both(house, person), "email", "lain@contoh.example")
    link = next(one for one in await letters(house, person.email) if one.subject == "Kontak akun Anda diganti").link
    house.clock.advance(COOLING - 60)
    browser = house.browser()
    opens = (await letter_of(house, NEW_ADDRESS, OPENS)).link
    assert "revert-contact" in (await browser.get(link)).ids
    await browser.submit(await browser.get(opens), {"password": NEW}, press="set-password")
    assert "revert-contact" not in (await browser.get(link)).ids


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_its_end_and_the_link_that_brings_a_contact_back_do_not_wait_for_each_other(house: House) -> None:
    """Both write the account and its changes of contact: in two orders, the database would have to end one of them."""
    person, provider = plain(house), house.provider
    await open_case(house, person.email)
    await approve(house)
    house.clock.advance(60)
    await change(house, await at_home_with_both(house, person), "email", "lain@contoh.example")
    house.clock.advance(COOLING - 60)
    browser = house.browser()
    page = await browser.get((await letter_of(house, NEW_ADDRESS, OPENS)).link)
    account_id = (await case_of(house, assisted.READY)).account_id
    assert account_id
    async with provider.database.transaction() as tx, asyncio.timeout(60):
        await account.lock(tx, account_id)
        ending = asyncio.create_task(browser.submit(page, {"password": NEW}, press="set-password"))
        await waited_for(tx)
        await contact_change.close(tx, account_id, house.clock.now())
    assert "Kata sandi sudah diganti" in (await ending).text

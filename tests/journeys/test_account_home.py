"""The account at a glance and its pages: services, devices, activity, and whose time they tell."""

import asyncio
import re

import pytest
from sqlalchemy import func, select, text, update

from idp.base.opaque import Handle
from idp.flows import activity, people
from idp.store.audit import Event
from idp.store.tables import accounts as accounts_table
from idp.store.tables import audit, known_devices, outbox
from idp.theme import samples
from idp.theme.language import CODES
from idp.theme.lint import THEMES
from idp.theme.render import Theme
from tests.journeys.mailbox import letters
from tests.journeys.test_account import at_home
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import plain
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

PAGES = ("/akun", "/akun/layanan", "/akun/perangkat", "/akun/aktivitas")
PHONE = "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"


def buttons(page: Page, name: str) -> list[str]:
    return [button.value for form in page.forms for button in form.buttons if button.name == name]


async def post(browser: Browser, path: str, **fields: str) -> int:
    hidden = dict((await browser.get("/akun")).form_with("sesi").values)
    return (await browser.http.post(path, data={**hidden, **fields})).status_code


async def events_of(house: House, person: Account) -> list[str]:
    found = await people.find(house.provider, person.email)
    assert found
    async with house.provider.database.reading() as tx:
        return [row.event for row in await house.provider.audit.read(tx, account_id=found.id, limit=200)]


async def test_nobody_sees_the_pages_without_signing_in_and_comes_back_after(house: House) -> None:
    person = plain(house)
    for path in PAGES:
        browser = house.browser()
        page = await browser.get(path)
        assert "/masuk" in page.url
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
        assert page.url.endswith(path)


async def test_home_leads_everywhere(house: House) -> None:
    page = await (await at_home(house, house.account())).get("/akun")
    for path in (
        "identitas",
        "keamanan",
        "perangkat",
        "aktivitas",
        "layanan",
        "privasi",
        "dokumen",
        "kontak",
        "bahasa",
        "kata-sandi",
    ):
        assert f"{house.issuer}/akun/{path}" in page.links.values(), path
    assert {f"{house.issuer}/{path}" for path in ("status", "masukan", "privasi", "ketentuan")} <= set(
        page.links.values()
    )
    assert "Aplikasi autentikator. Aktif sejak" in page.text
    browser = await at_home(house, plain(house))
    assert "Kode lewat SMS." in (await browser.get("/akun")).text
    await house.codes_by_sms(wanted=False)
    assert "Baru satu cara" in (await browser.get("/akun")).text


async def test_what_waits_for_its_owner_is_a_word_on_the_home_and_no_obstacle(house: House) -> None:
    browser = await at_home(house, plain(house))
    page = await browser.get("/akun")
    assert "Sudah waktunya diganti" not in page.text
    assert "sudah diperbarui" not in page.text, "nothing is new to who has accepted what is in force"
    await house.terms_change()
    page = await browser.get("/akun")
    assert "Ketentuan layanan dan pemberitahuan privasi kami sudah diperbarui" in page.text
    await browser.submit(await browser.get("/akun/privasi"), press="accept")
    assert "sudah diperbarui" not in (await browser.get("/akun")).text
    house.clock.advance(180 * 86_400)
    page = await (await at_home(house, plain(house))).get("/akun")
    assert "Sudah waktunya diganti" in page.text


async def test_what_officers_looked_at_is_told_and_nothing_to_disown(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    found = await people.find(house.provider, person.email)
    assert found
    async with house.provider.database.transaction() as tx:
        event = Event("account.read", actor="pejabat", account_id=found.id, detail={"data": ["email"]})
        await house.provider.audit.append(tx, event)
    page = await browser.get("/akun/aktivitas")
    assert "Petugas melihat data Anda" in page.text
    row = re.search(r"<li>(?:(?!</li>).)*Petugas melihat data Anda.*?</li>", page.html, re.DOTALL)
    assert row
    assert "bukan-saya" not in row[0]


async def test_a_service_shows_what_it_may_see_and_is_told_when_it_is_cut_off(house: House) -> None:
    """Seed row 51; UU PDP: withdrawing is as easy as giving."""
    person, browser = house.account(), house.browser()
    party = house.relying_party("saldo")
    tokens = await party.sign_in(browser, person, scope="openid profile email offline_access saldo:baca")
    page = await browser.get("/akun/layanan")
    assert "Saldo JHT" in page.text
    assert "melihat: Nama" in page.text
    assert "Email" in page.text
    assert "melihat saldo Anda" in page.text
    assert "Nomor HP" not in page.text
    assert buttons(page, "disconnect") == ["saldo"]
    results = await asyncio.gather(*(post(browser, "/akun/layanan", disconnect="saldo") for _ in range(4)))
    assert results == [200] * 4
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert answer.json()["error"] == "invalid_grant"
    async with house.provider.database.reading() as tx:
        told = await tx.scalar(select(func.count()).where(outbox.c.kind == "backchannel", outbox.c.target == "saldo"))
    assert told == 1
    page = await browser.get("/akun/layanan")
    assert not buttons(page, "disconnect")
    assert "Izin dicabut dari Saldo JHT" in page.text
    assert (await events_of(house, person)).count("consent.withdrawn") == 1


async def test_a_consent_given_and_withdrawn_is_history(house: House) -> None:
    person, browser = house.account(), house.browser()
    await house.relying_party("koperasi").sign_in(browser, person, scope="openid profile")
    assert "Izin diberikan kepada Mitra Koperasi" in (await browser.get("/akun/layanan")).text
    await post(browser, "/akun/layanan", disconnect="koperasi")
    page = await browser.get("/akun/layanan", bahasa="en")
    assert "Permission withdrawn from Mitra Koperasi" in page.text
    assert "Permission given to Mitra Koperasi" in page.text


async def test_a_device_has_a_name_and_a_place_and_can_be_forgotten(house: House) -> None:
    person = plain(house)
    browser = house.browser("114.10.20.3")
    browser.http.headers["User-Agent"] = PHONE
    await sign_in(browser, person.email, person.password)
    page = await browser.get("/akun/perangkat")
    assert "Chrome Mobile di Android" in page.text
    assert "Indonesia" in page.text
    assert "Indonesia, jaringan yang Anda pakai sekarang" in page.text
    assert "114.10.20." not in page.html
    [known] = buttons(page, "forget")
    assert await post(browser, "/akun/perangkat", forget=known) == 200
    page = await browser.get("/akun/perangkat")
    assert not buttons(page, "forget")
    assert "device.forgotten" in await events_of(house, person)
    for wrong in ("", "***", known[:-1], "A" * 500):
        assert await post(browser, "/akun/perangkat", forget=wrong) in (200, 400)


async def test_a_public_device_is_not_known(house: House) -> None:
    """Seed row 37."""
    person, browser = plain(house), house.browser()
    page = await browser.get("/masuk")
    fields = {"identifier": person.email, "password": person.password, "public_device": "1"}
    await browser.submit(page, fields, press="sign-in")
    assert not buttons(await browser.get("/akun/perangkat"), "forget")


async def test_another_ones_things_are_out_of_reach(house: House) -> None:
    """T38: every id that one account has, tried from another."""
    victim, attacker = house.browser("203.0.113.9"), await at_home(house, plain(house), "203.0.113.1")
    await house.relying_party("saldo").sign_in(victim, house.account(), scope="openid offline_access")
    devices = await victim.get("/akun/perangkat")
    activity = await victim.get("/akun/aktivitas")
    event = next(link for link in activity.links.values() if "peristiwa=" in link).rpartition("=")[2]
    [known] = buttons(devices, "forget")
    session = Handle.parse(victim.http.cookies["gerbang-session"])
    assert session
    for path in ("/akun", "/akun/layanan", "/akun/perangkat"):
        await post(attacker, path, end=str(session.id))
        await post(attacker, path, forget=known)
        await post(attacker, path, disconnect="saldo")
    assert (await attacker.get(f"/bukan-saya?peristiwa={event}")).status == 404
    assert await post(attacker, "/bukan-saya", peristiwa=event) == 404
    # Somebody else's event is no place in one's own list either: it shows nothing of theirs.
    assert "Saldo" not in (await attacker.get(f"/akun/aktivitas?sebelum={event}")).text
    assert buttons(await victim.get("/akun/perangkat"), "forget") == [known]
    assert buttons(await victim.get("/akun/layanan"), "disconnect") == ["saldo"]
    assert (await victim.get("/akun")).url.endswith("/akun")
    assert (await sign_in(house.browser("203.0.113.8"), house.account().email, house.account().password)).url.endswith(
        "/akun"
    )


@pytest.mark.parametrize("query", ["?sebelum=x", "?sebelum=", "?sebelum=1&sebelum=2", "?sebelum=%00"])
async def test_a_bad_address_is_a_clear_no(house: House, query: str) -> None:
    browser = await at_home(house, plain(house))
    assert (await browser.get(f"/akun/aktivitas{query}")).status in (200, 400)
    assert (await browser.get(f"/bukan-saya?peristiwa={query[1:]}")).status == 400
    assert (await browser.get("/bukan-saya?token=x")).status == 400


async def test_everything_that_happened_is_told_page_by_page(house: House) -> None:
    """Seed row 34."""
    person, browser = plain(house), house.browser("114.10.20.3")
    found = await people.find(house.provider, person.email)
    assert found
    await sign_in(browser, person.email, "salah sama sekali")
    await sign_in(browser, person.email, person.password)
    for number in range(45):
        house.clock.advance(1)
        async with house.provider.database.transaction() as tx:
            event = Event("factor.proved", account_id=found.id, detail={"factor": "otp", "number": number})
            await house.provider.audit.append(tx, event)
    seen: list[str] = []
    page = await browser.get("/akun/aktivitas")
    while True:
        seen += re.findall(r"peristiwa=([0-9a-f-]{36})", page.html)
        if "Lihat yang lebih lama" not in page.links:
            break
        page = await browser.click(page, "Lihat yang lebih lama")
    assert "Gagal masuk: kata sandi salah" in page.text
    assert "Indonesia" in page.text
    async with house.provider.database.reading() as tx:
        every = [str(row.id) for row in await tx.execute(select(audit.c.id).where(audit.c.account_id == found.id))]
    assert len(seen) == len(set(seen)) >= 47
    assert set(seen) <= set(every)


async def test_times_are_those_of_the_person(house: House) -> None:
    person = plain(house)
    found = await people.find(house.provider, person.email)
    assert found
    for zone, name in (("Asia/Jayapura", "WIT"), ("Asia/Makassar", "WITA"), ("Mars/Olympus", "WIB")):
        async with house.provider.database.transaction() as tx:
            await tx.execute(
                update(accounts_table).where(accounts_table.c.id == found.id).values(claims={"zoneinfo": zone})
            )
        browser = await at_home(house, person)
        for path in ("/akun", "/akun/aktivitas", "/akun/perangkat"):
            page = await browser.get(path)
            assert re.search(rf"\d\d\.\d\d {name}\b", page.text), (path, zone)


async def test_a_new_browser_speaks_as_its_person_is_written_to(house: House) -> None:
    """From the moment on at which it is known who is here, unless that browser, its service or its person says otherwise."""
    person, party = plain(house), house.relying_party("koperasi")
    there = await at_home(house, person)
    page = await there.get("/akun/bahasa")
    await there.submit(page, {"locale": "en", "zone": "Asia/Jayapura"}, press="prefer")
    browser = house.browser("203.0.113.8")
    request = await party.authorization(scope="openid email", acr_values="urn:gerbang:acr:loa2")
    page = await browser.get(request.url)
    assert "Kata sandi" in page.text
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "/masuk/kode" in page.url
    assert '<html lang="en"' in page.html
    page = await browser.submit(page, press="send-code")
    assert re.search(r"\d\d:\d\d WIT\b", page.text)
    code = (await letters(house, "+6281398765432"))[-1].code
    page = await browser.submit(page, {"code": code}, press="submit-code")
    assert "/izin" in page.url
    assert '<html lang="en"' in page.html
    assert '<html lang="en"' in (await browser.get("/akun")).html
    for path, spoken in (("/akun?ui_locales=id", "id"), ("/akun", "id"), ("/akun?bahasa=en", "en"), ("/akun", "en")):
        assert f'<html lang="{spoken}"' in (await browser.get(path)).html, path
    assert '<html lang="id"' in (await house.browser("203.0.113.8").get("/masuk")).html


async def test_the_last_page_speaks_as_the_ones_before(house: House) -> None:
    """Signing out ends what a new browser knows of its person, and so may «that was not me»; neither changes the language."""
    person = plain(house)
    there = await at_home(house, person)
    page = await there.get("/akun/bahasa")
    await there.submit(page, {"locale": "en", "zone": "Asia/Jakarta"}, press="prefer")
    for way_out, button in (("/keluar", "sign-out"), ("/akun", "sign-out-everywhere")):
        browser = await at_home(house, person)
        page = await browser.get(way_out)
        assert '<html lang="en"' in page.html
        page = await browser.submit(page, press=button)
        assert "/keluar/selesai" in page.url
        assert '<html lang="en"' in page.html
    browser = house.browser()
    tokens = await house.relying_party("saldo").sign_in(browser, person)
    page = await browser.get(f"/end_session?id_token_hint={tokens.id_token}")
    assert "/keluar/selesai" in page.url
    assert '<html lang="en"' in page.html
    browser = await at_home(house, person)
    events = await browser.get("/akun/aktivitas")
    newest = next(link for words, link in events.links.items() if words.startswith("Not me") and "Signed in" in words)
    page = await browser.submit(await browser.get(newest), press="not-me")
    assert "/bukan-saya/selesai" in page.url
    assert '<html lang="en"' in page.html


async def test_the_list_of_events_is_read_by_its_index(house: House) -> None:
    """Forty million people share one trail: whoever reads theirs must not read everybody's."""
    found = await people.find(house.provider, house.account().email)
    assert found
    async with house.provider.database.transaction() as tx:
        if house.provider.database.dialect == "postgresql":
            await tx.execute(text("SET LOCAL enable_seqscan = off"))
            explain = (
                "EXPLAIN SELECT * FROM audit WHERE account_id = :account AND id < :before ORDER BY id DESC LIMIT 21"
            )
        else:
            explain = "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE account_id = :account AND id < :before ORDER BY id DESC LIMIT 21"
        value = found.id if house.provider.database.dialect == "postgresql" else found.id.bytes
        plan = " ".join(str(row) for row in await tx.execute(text(explain), {"account": value, "before": value}))
    assert "ix_audit_account_id_id" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


async def test_staying_signed_in_is_one_small_post(house: House) -> None:
    """WCAG 2.2.1: twenty minutes are extended without losing the page."""
    browser = await at_home(house, plain(house))
    page = await browser.get("/akun")
    assert 'data-left="1200"' in page.html
    assert "Sesi berakhir pukul" in page.text
    csrf = dict(page.forms[-1].values)["csrf"]
    for _ in range(3):
        house.clock.advance(19 * 60)
        answer = await browser.http.post("/akun/tetap-masuk", data={"csrf": csrf})
        assert answer.json() == {"left": 1200}
    assert (await browser.http.post("/akun/tetap-masuk", data={"csrf": "x"})).status_code == 403
    assert (await browser.http.get("/akun/tetap-masuk")).status_code == 405
    house.clock.advance(12 * 3600)
    assert (await browser.http.post("/akun/tetap-masuk", data={"csrf": csrf})).status_code == 401


async def test_twelve_hours_are_the_end_whatever_is_pressed(house: House) -> None:
    browser = await at_home(house, plain(house))
    csrf = dict((await browser.get("/akun")).forms[-1].values)["csrf"]
    left = 0
    for _ in range(12 * 4 - 1):
        house.clock.advance(15 * 60)
        left = (await browser.http.post("/akun/tetap-masuk", data={"csrf": csrf})).json()["left"]
    assert left == 900


async def test_the_sweep_keeps_what_the_lists_show(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    house.clock.advance(29 * 86_400)
    await letters(house, person.email)
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(known_devices))
    house.clock.advance(3 * 86_400)
    await letters(house, person.email)
    async with house.provider.database.reading() as tx:
        assert not await tx.scalar(select(func.count()).select_from(known_devices))
    assert "/masuk" in (await browser.get("/akun")).url


def test_every_event_that_is_shown_has_its_sentence() -> None:
    for code in CODES:
        said = Theme(THEMES, terms=samples.TERMS).language(code).messages
        assert [event for event in activity.SHOWN if f"aktivitas.{event}" not in said] == []


async def test_where_the_version_before_leads_after_signing_out_everywhere(house: House) -> None:
    page = await house.browser().get("/akun/keluar?sesi=what-that-version-wrote")
    assert page.status == 200
    assert "Anda sudah keluar" in page.text

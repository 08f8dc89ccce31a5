"""The privacy centre over HTTP: who read it, a copy, freezing, correcting, deleting, and the clock of 3 × 24 hours."""

import asyncio
import gzip
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from uuid import UUID

import orjson
import pytest
from sqlalchemy import LargeBinary, String, Text, cast, func, select

from idp import worker
from idp.accounts import requests
from idp.flows import erase, parcel, people, privacy, privacy_desk, retention
from idp.jobs import erasure
from idp.store.tables import accounts, audit, consent_history, grants, metadata, privacy_exports, privacy_requests
from tests.admin.conftest import machine, token
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home, at_home_with_both
from tests.journeys.test_recover import now_code, plain
from tests.support.browser import Browser, Page
from tests.support.pictures import card
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

PAGES = ("", "/data", "/izin", "/akses", "/permintaan", "/keberatan", "/salinan", "/batasi", "/hapus")
CENTRE = "/akun/privasi"
BORN = {"birth_day": "27", "birth_month": "3", "birth_year": "1990"}


async def account_id(house: House, person: Account) -> str:
    found = await people.find(house.provider, person.email)
    assert found is not None
    return str(found.id)


async def post(browser: Browser, path: str, **fields: str) -> Page:
    """A form of the page at `path`, with just these fields."""
    hidden = dict((await browser.get(f"{CENTRE}/permintaan")).form_with("sesi").values)
    answer = await browser.http.post(path, data={**hidden, **fields}, follow_redirects=False)
    return await browser.get(answer.headers["location"]) if answer.is_redirect else await browser.get(path)


async def stepped_up(house: House, browser: Browser, person: Account) -> Page:
    """Whoever has a second factor shows it before a copy leaves."""
    page = await browser.get("/masuk/kode?kembali=salinan")
    if person.totp_secret:
        return await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    page = await browser.submit(page, press="send-code")
    code = (await newest(house, "+6281398765432")).code
    return await browser.submit(page, {"code": code}, press="submit-code")


async def copy(browser: Browser) -> dict[str, bytes]:
    """A copy, made and downloaded by somebody who has just shown every factor."""
    page = await browser.submit(await browser.get(f"{CENTRE}/salinan"), press="make")
    (button,) = [button for button in page.forms[0].buttons if button.name == "download"]
    hidden = dict(page.form_with("sesi").values)
    answer = await browser.http.post(f"{CENTRE}/salinan", data={**hidden, "download": button.value})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_nobody_sees_it_without_signing_in(house: House) -> None:
    for path in PAGES:
        assert "/masuk" in (await house.browser().get(CENTRE + path)).url


async def test_notice_and_terms_are_for_everybody(house: House) -> None:
    for path, title in (("/privasi", "Pemberitahuan privasi"), ("/ketentuan", "Ketentuan layanan")):
        page = await house.browser().get(path)
        assert title in page.title
        assert house.provider.theme.notice_version in page.text
    assert "Privacy notice" in (await house.browser().get("/privasi", bahasa="en")).title


async def test_what_is_kept_is_what_the_broom_sweeps(house: House) -> None:
    page = await (await at_home(house, plain(house))).get(f"{CENTRE}/data")
    for category in retention.CATEGORIES:
        assert house.provider.theme.language("id").t(f"data.{category.name}") in page.text
    named = {rule.table for category in retention.CATEGORIES for rule in category.rules}
    assert named <= metadata.tables.keys()


async def test_agreeing_to_the_terms_is_recorded_once(house: House) -> None:
    await house.terms_change()
    browser = await at_home(house, plain(house))
    page = await browser.get(CENTRE)
    page = await browser.submit(page, press="accept")
    assert "Persetujuan Anda sudah dicatat" in page.text
    assert "accept" not in page.ids
    found = await people.find(house.provider, plain(house).email)
    assert found is not None
    assert (found.terms_version, found.terms_accepted_at) == (house.provider.theme.notice_version, house.clock.now())


# Who read it


async def test_services_and_officers_who_read_are_named(house: House) -> None:
    person, browser, party = house.account(), house.browser(), house.relying_party("saldo")
    tokens = await party.sign_in(browser, person, scope="openid profile email")
    house.clock.advance(2 * 3600)
    await party.sign_in(browser, person, scope="openid profile email")
    mine = await account_id(house, person)
    for names in ({"client_name": "Layanan 175"}, {}):
        client_id, secret = await machine(house, "accounts:read", **names)
        officer = house.http(headers={"Authorization": f"Bearer {await token(house, client_id, secret)}"})
        await officer.get(f"/admin/v1/accounts/{mine}", headers={"Gerbang-Purpose": "Telepon 8812"})
    await officer.get("/admin/v1/accounts", params={"identifier": person.email})
    page = await browser.get(f"{CENTRE}/akses")
    assert "Saldo JHT" in page.text
    assert "Email" in page.text
    assert page.text.count("Petugas (Layanan 175) Terakhir") == 1
    assert page.text.count("Petugas Terakhir") == 2
    assert client_id not in page.text
    assert "Telepon 8812" in page.text
    other = await at_home(house, plain(house), "203.0.113.9")
    assert "Petugas (" not in (await other.get(f"{CENTRE}/akses")).text
    assert tokens.access_token


async def test_userinfo_is_noted_once_an_hour(house: House) -> None:
    person, browser, party = house.account(), house.browser(), house.relying_party("saldo")
    tokens = await party.sign_in(browser, person, scope="openid email")

    async def noted() -> int | None:
        async with house.provider.database.reading() as tx:
            moment: int | None = await tx.scalar(select(func.max(grants.c.read_at)))
            return moment

    begun = house.clock.now()
    await party.userinfo(tokens.access_token)
    assert await noted() == begun
    house.clock.advance(600)
    await party.userinfo(tokens.access_token)
    assert await noted() == begun


# A copy


async def test_a_copy_holds_everything_and_no_secret(house: House) -> None:
    person, browser = house.account(), house.browser()
    await house.relying_party("koperasi").sign_in(browser, person, scope="openid profile")
    await stepped_up(house, browser, person)
    files = await copy(browser)
    data, page = json.loads(files["data.json"]), files["data.html"].decode()
    (own,) = data["holds"]["accounts"]
    assert (own["name"], own["email"], own["birthdate"]) == ("Budi Santoso", person.email, "1987-08-17")
    for part in ("sessions", "grants", "consents", "consent_history", "audit", "access_log", "totp_credentials"):
        assert data["holds"][part], part
    for written in (
        "Budi Santoso",
        "17 Agustus 1987",
        "0812-3456-7890",
        "Mitra Koperasi",
        "Laki-laki",
        "Penerima upah (PU)",
        "Profil<",
        "kata sandi<",
    ):
        assert written in page, written
    for raw in ("1987-08-17", "+6281234567890", ">True<", ">active<", ">PU<", "T00:00:00Z"):
        assert raw not in page, raw
    assert re.findall(r">[a-z_]+(?:\.[a-z_]+)+<", page) == [], "an event that has no words"
    async with house.provider.database.reading() as tx:
        stored = await tx.scalar(select(accounts.c.password_hash).where(accounts.c.email == person.email))
    assert person.totp_secret
    other = house.account(1)
    for body in files.values():
        for canary in (stored, "$argon2", person.totp_secret, person.password, other.email, "Siti", "_hash", "_sealed"):
            assert str(canary).encode() not in body, canary


async def test_a_copy_holds_the_pictures_that_were_sent(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with houses() as house, houses(documents={"url": "file:///proc/nowhere"}) as without_store:
        person, browser = plain(house), await at_home_with_both(house, plain(house))
        for kind in ("ktp", "other"):
            await browser.upload(await browser.get(f"/akun/dokumen/unggah?jenis={kind}"), "photo", card())
            house.clock.advance(1)
        files = await copy(browser)
        listed = json.loads(files["data.json"])["holds"]["documents"]
        assert [(row["file"], row["state"]) for row in listed] == [
            ("dokumen/1-ktp.jpg", "submitted"),
            ("dokumen/2-other.jpg", "submitted"),
        ]
        for row in listed:
            picture = files[row["file"]]
            assert picture.startswith(b"\xff\xd8\xff")
            assert sha256(picture).hexdigest() == row["sha256"]
        assert b'href="dokumen/1-ktp.jpg"' in files["data.html"]

        # A store that is away is told before anything is sent.
        page = await browser.get(f"{CENTRE}/salinan")
        (button,) = [button for button in page.forms[0].buttons if button.name == "download"]
        asked = {**dict(page.form_with("sesi").values), "download": button.value}
        house.clock.advance(61)
        elsewhere = await at_home_with_both(without_store, person)
        theirs = dict((await elsewhere.get(f"{CENTRE}/salinan")).form_with("sesi").values)
        answer = await elsewhere.http.post(f"{CENTRE}/salinan", data={**asked, **theirs})
        assert (answer.status_code, answer.headers["retry-after"].isdigit()) == (503, True)
        assert "text/html" in answer.headers["content-type"]

        # What was taken back since is in the copy no longer.
        page = await browser.get("/akun/dokumen")
        remove = next(button for button in page.form_with("csrf").buttons if button.name == "remove")
        await browser.http.post("/akun/dokumen", data={**dict(page.form_with("csrf").values), "remove": remove.value})
        answer = await browser.http.post(f"{CENTRE}/salinan", data=asked)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert sorted(archive.namelist()) == ["data.html", "data.json", "dokumen/2-other.jpg"]
            assert archive.testzip() is None


async def test_an_archive_leaves_one_file_at_a_time() -> None:
    """Forty pictures of a megabyte never lie in memory together."""
    begun: list[int] = []

    async def pictures() -> AsyncIterator[tuple[str, bytes]]:
        for number in range(40):
            begun.append(number)
            yield f"{number}.jpg", bytes([number]) * 1_000_000

    pieces = parcel.packed(pictures())
    received = bytearray()
    tracemalloc.start()
    for number in range(40):
        piece = await anext(pieces)
        assert begun[-1] == number
        assert len(piece) < 1_001_000
        if number < 3:
            received += piece
    assert tracemalloc.get_traced_memory()[1] < 16_000_000
    tracemalloc.stop()
    assert await anext(pieces)
    assert received.count(b"PK\x03\x04") == 3


async def test_a_copy_is_sealed_and_gone_after_a_day(house: House) -> None:
    browser = await at_home_with_both(house, plain(house))
    page = await browser.submit(await browser.get(f"{CENTRE}/salinan"), press="make")
    async with house.provider.database.reading() as tx:
        (row,) = (await tx.execute(select(privacy_exports))).all()
    assert not row.archive_sealed.startswith(b"PK")
    assert b"data.json" not in row.archive_sealed
    house.clock.advance(retention.EXPORT_KEPT)
    house.clock.advance(1)
    await worker.drain(house.provider)
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(privacy_exports)) == 0
    assert "Salinan sudah siap" in page.text


async def test_a_copy_is_its_owners_alone(house: House) -> None:
    """T38."""
    mine, theirs = await at_home(house, house.account()), await at_home_with_both(house, plain(house))
    await stepped_up(house, mine, house.account())
    page = await mine.submit(await mine.get(f"{CENTRE}/salinan"), press="make")
    (button,) = [button for button in page.forms[0].buttons if button.name == "download"]
    hidden = dict((await theirs.get(f"{CENTRE}/salinan")).form_with("sesi").values)
    for wanted, status in ((button.value, 400), ("x", 400), ("", 400)):
        answer = await theirs.http.post(f"{CENTRE}/salinan", data={**hidden, "download": wanted})
        assert answer.status_code == status
        assert "zip" not in answer.headers["content-type"]


async def test_a_copy_needs_a_fresh_factor_and_is_not_made_without_end(house: House) -> None:
    browser = await at_home_with_both(house, plain(house))
    for _ in range(5):
        assert "Salinan sudah siap" in (await post(browser, f"{CENTRE}/salinan", make="1")).text
    hidden = dict((await browser.get(f"{CENTRE}/salinan")).form_with("sesi").values)
    answer = await browser.http.post(f"{CENTRE}/salinan", data={**hidden, "make": "1"})
    assert "Terlalu banyak permintaan" in answer.text
    house.clock.advance(301)
    page = await post(browser, f"{CENTRE}/salinan", make="1")
    assert page.url.endswith("/masuk?kembali=salinan")
    page = await browser.submit(page, {"password": plain(house).password}, press="sign-in")
    assert page.url.endswith(f"{CENTRE}/salinan")


async def test_who_has_a_second_factor_shows_it_before_a_copy_is_made_or_leaves(house: House) -> None:
    """T28: the password alone carries nothing away; whoever has nothing else is asked for that."""
    person = house.account()
    browser = await at_home(house, person)
    page = await post(browser, f"{CENTRE}/salinan", make="1")
    assert page.url.endswith("/masuk/kode?kembali=salinan")
    assert "Sebelum menampilkan data pribadi Anda" in page.text
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(privacy_exports)) == 0
    page = await stepped_up(house, browser, person)
    assert page.url.endswith(f"{CENTRE}/salinan")
    page = await browser.submit(page, press="make")
    (button,) = [button for button in page.forms[0].buttons if button.name == "download"]
    thief = await at_home(house, person, "203.0.113.9")
    assert (await post(thief, f"{CENTRE}/salinan", download=button.value)).url.endswith("/masuk/kode?kembali=salinan")
    await house.codes_by_sms(wanted=False)
    alone = await at_home(house, plain(house), "203.0.113.10")
    assert "data.json" in await copy(alone)


# Freezing


async def test_freezing_stops_tokens_at_once_on_every_replica(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    """T5. Nothing waits for a clock: the other replica refuses the very next call."""
    async with houses() as here, houses() as there:
        person, browser = here.account(), here.browser()
        party, elsewhere = here.relying_party("saldo"), there.relying_party("saldo")
        tokens = await party.sign_in(browser, person, scope="openid profile offline_access", prompt="consent")
        assert (await elsewhere.userinfo(tokens.access_token)).status_code == 200
        page = await browser.submit(await browser.get(f"{CENTRE}/batasi"), press="restrict")
        assert "Semua layanan sudah diputus" in page.text
        assert (await elsewhere.userinfo(tokens.access_token)).status_code == 401
        assert not (await elsewhere.introspect(tokens.access_token))["active"]
        answer = await elsewhere.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
        assert answer.json()["error"] == "invalid_grant"
        async with here.provider.database.reading() as tx:
            depth = await here.provider.outbox.depth(tx)
        assert depth["backchannel", "waiting"] == 1

        # The person still comes in, sees their data, and meets the restriction on the way to a service.
        again = there.browser("203.0.113.9")
        page = await again.submit(
            await again.get("/masuk"), {"identifier": person.email, "password": person.password}, press="sign-in"
        )
        assert page.url.endswith("/akun")
        await stepped_up(there, again, person)
        assert "data.json" in await copy(again)
        page = await again.get((await elsewhere.authorization()).url)
        assert "sedang membatasi" in page.text
        refused = await again.submit(page, press="cancel")
        assert refused.parameters["error"] == "access_denied"
        silent = await again.get((await elsewhere.authorization(prompt="none")).url)
        assert silent.parameters["error"] == "access_denied"


async def test_unfreezing_takes_the_strongest_factors(house: House) -> None:
    person = house.account()
    browser = await at_home(house, person)
    await browser.submit(await browser.get(f"{CENTRE}/batasi"), press="restrict")
    request = await house.relying_party("saldo").authorization()
    page = await browser.get(request.url)
    page = await browser.submit(page, press="lift")
    assert "/masuk/kode?kembali=batasi" in page.url
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert "Saldo JHT" in page.text, "the service still waits"
    page = await browser.submit(page, press="lift")
    assert "code" in page.parameters
    subjects = [letter.subject for letter in await letters(house, person.email)]
    assert sorted(subjects) == ["Pemakaian data Anda dibatasi", "Pembatasan data Anda dibuka"]


async def test_an_officers_switch_does_not_undo_what_a_person_froze(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    await browser.submit(await browser.get(f"{CENTRE}/batasi"), press="restrict")
    found = await people.find(house.provider, person.email)
    assert found is not None
    await people.switch(house.provider, found.id, enabled=False, by="the test")
    changed = await people.switch(house.provider, found.id, enabled=True, by="the test")
    assert changed.status == "restricted"


# Requests


async def test_a_correction_is_asked_answered_and_written(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    page = await browser.get(f"{CENTRE}/permintaan")
    wrong = await browser.submit(page, {**BORN, "birth_day": "31", "birth_month": "2", "reason": ""}, press="correct")
    assert wrong.status == 400
    assert {"birth_day-error", "reason-error"} <= wrong.ids
    page = await browser.submit(wrong, {"name": "Siti Rahayu Putri", **BORN, "reason": "KTP baru"}, press="correct")
    assert "Permintaan Anda sudah kami terima" in page.text
    due = house.provider.theme.language("id").moment(house.clock.now() + 3 * 86_400)
    assert due in page.text
    again = await browser.submit(page, {"name": "Siti", "reason": "lagi"}, press="correct")
    assert "sudah ada" in again.text
    (request,) = await privacy_desk.queue(house.provider, everything=False, limit=10)
    assert request.detail == {"name": "Siti Rahayu Putri", "birthdate": "1990-03-27", "reason": "KTP baru"}
    async with house.provider.database.reading() as tx:
        sealed = await tx.scalar(select(privacy_requests.c.detail_sealed))
    assert b"Putri" not in sealed
    await privacy_desk.complete(house.provider, request.id, by="the test")
    page = await browser.get(f"{CENTRE}/permintaan")
    assert "Selesai" in page.text
    assert "Siti Rahayu Putri" in (await browser.get("/akun")).text
    assert json.loads((await copy(browser))["data.json"])["holds"]["accounts"][0]["birthdate"] == "1990-03-27"
    assert [letter.subject for letter in await letters(house, person.email)] == ["Permintaan Anda sudah selesai"]


async def test_an_objection_needs_words_and_is_made_once(house: House) -> None:
    browser = await at_home(house, plain(house))
    page = await browser.submit(await browser.get(f"{CENTRE}/keberatan"), {"objection": " "}, press="object")
    assert page.status == 400
    assert "objection-error" in page.ids
    page = await browser.submit(page, {"objection": "Jangan pakai untuk iklan"}, press="object")
    assert "Permintaan Anda sudah kami terima" in page.text
    again = await browser.submit(await browser.get(f"{CENTRE}/keberatan"), {"objection": "Lagi"}, press="object")
    assert "sedang diproses" in again.text


async def test_a_refusal_names_its_ground(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    await post(browser, f"{CENTRE}/keberatan", object="1", objection="Jangan pakai untuk iklan")
    (request,) = await privacy_desk.queue(house.provider, everything=False, limit=10)
    with pytest.raises(privacy_desk.NotARequest):
        await privacy_desk.refuse(house.provider, request.id, "no time", by="the test")
    await privacy_desk.refuse(house.provider, request.id, "others", by="the test", note="Data tetangga")
    page = await browser.get(f"{CENTRE}/permintaan")
    assert "data pribadi orang lain" in page.text
    assert "Data tetangga" in page.text
    with pytest.raises(privacy_desk.NotARequest):
        await privacy_desk.complete(house.provider, request.id, by="the test")


async def test_the_clock_runs_for_three_times_24_hours(house: House) -> None:
    browser = await at_home(house, plain(house))
    await post(browser, f"{CENTRE}/keberatan", object="1", objection="Keberatan")

    async def overdue() -> tuple[int, int]:
        async with house.provider.database.reading() as tx:
            return await requests.levels(tx, house.clock.now())

    house.clock.advance(3 * 86_400)
    assert await overdue() == (1, 0)
    house.clock.advance(1)
    assert await overdue() == (1, 1)
    browser = await at_home(house, plain(house))
    assert "Kami terlambat" in (await browser.get(f"{CENTRE}/permintaan")).text


async def test_requests_are_their_owners_alone(house: House) -> None:
    """T38."""
    mine, theirs = await at_home(house, house.account()), await at_home(house, plain(house), "203.0.113.9")
    await post(mine, f"{CENTRE}/keberatan", object="1", objection="Keberatan")
    (request,) = await privacy_desk.queue(house.provider, everything=False, limit=10)
    await post(theirs, f"{CENTRE}/permintaan", take_back=str(request.id))
    assert len(await privacy_desk.queue(house.provider, everything=False, limit=10)) == 1
    assert "Keberatan " not in (await theirs.get(f"{CENTRE}/permintaan")).text
    await post(mine, f"{CENTRE}/permintaan", take_back=str(request.id))
    assert await privacy_desk.queue(house.provider, everything=False, limit=10) == []


async def test_a_letter_leads_to_the_centre_by_way_of_the_sign_in(house: House) -> None:
    person, browser = plain(house), house.browser()
    page = await browser.get(CENTRE)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert page.url.endswith(CENTRE)


async def test_language_and_zone_need_nobody(house: House) -> None:
    browser = await at_home(house, plain(house))
    await post(browser, f"{CENTRE}/keberatan", object="1", objection="Keberatan")
    page = await browser.submit(
        await browser.get("/akun/bahasa"), {"locale": "en", "zone": "Asia/Jayapura"}, press="prefer"
    )
    assert "Your choice has been saved" in page.text
    assert "WIT" in (await browser.get(f"{CENTRE}/permintaan")).text
    assert (await post(browser, "/akun/bahasa", prefer="1", locale="fr", zone="Asia/Jayapura")).status == 200
    found = await people.find(house.provider, plain(house).email)
    assert found is not None
    assert (found.locale, found.claims["zoneinfo"]) == ("en", "Asia/Jayapura")


# Deleting


async def scheduled(house: House, person: Account) -> Browser:
    browser = await at_home_with_both(house, person)
    page = await browser.submit(await browser.get(f"{CENTRE}/hapus"), press="delete")
    assert "understood-error" in page.ids
    page = await browser.submit(page, {"understood": "1"}, press="delete")
    assert "Penghapusan dijadwalkan" in page.text
    return browser


async def state(house: House) -> list[str]:
    async with house.provider.database.reading() as tx:
        kinds = select(privacy_requests.c.state).where(privacy_requests.c.kind == "delete")
        return sorted((await tx.execute(kinds)).scalars())


async def test_an_account_goes_after_seven_days_and_leaves_no_trace_but_its_id(house: House) -> None:
    person = plain(house)
    service = house.browser()
    tokens = await house.relying_party("saldo").sign_in(service, person, scope="openid profile email")
    await house.relying_party("koperasi").sign_in(service, person, scope="openid email")
    browser = await scheduled(house, person)
    gone = await account_id(house, person)
    assert [letter.subject for letter in await letters(house, person.email)] == ["Akun Anda akan dihapus"]
    assert house.outbox.letters("+6281398765432")
    house.clock.advance(7 * 86_400 - 1)
    await worker.drain(house.provider)
    assert await state(house) == ["open"]
    house.clock.advance(1)
    await worker.drain(house.provider)
    assert await state(house) == ["done"]
    assert "Akun Anda sudah dihapus" in [letter.subject for letter in await letters(house, person.email)]
    assert "/masuk" in (await browser.get("/akun")).url
    assert (await house.relying_party("saldo").userinfo(tokens.access_token)).status_code == 401
    fresh = house.browser()
    page = await fresh.submit(
        await fresh.get("/masuk"), {"identifier": person.email, "password": person.password}, press="sign-in"
    )
    assert "Email atau kata sandi salah" in page.text
    async with house.provider.database.reading() as tx:
        for table in metadata.tables.values():
            for column in table.c:
                if isinstance(column.type, LargeBinary):
                    continue
                text = cast(column, Text if not isinstance(column.type, String) else column.type)
                for trace in (person.email, "Siti Rahayu", "81398765432"):
                    found = await tx.scalar(select(func.count()).where(text.like(f"%{trace}%")))
                    assert found == 0, (table.name, column.name, trace)
        certificate = (await tx.execute(select(audit).where(audit.c.event == "account.erased"))).one()
        assert str(certificate.account_id) == gone
        assert certificate.detail["rows"]["accounts"] == 1
        assert await tx.scalar(select(func.count()).select_from(consent_history)) == 1


async def test_a_deletion_is_taken_back_by_mail(house: House) -> None:
    person = plain(house)
    await scheduled(house, person)
    (letter,) = await letters(house, person.email)
    stranger = house.browser("203.0.113.9")
    page = await stranger.get(letter.link)
    assert await state(house) == ["open"]
    page = await stranger.submit(page, press="keep-account")
    assert "Akun tetap ada" in page.text
    assert await state(house) == ["cancelled"]
    for link in (letter.link, letter.link[:-3] + "AAA", f"{CENTRE}/hapus/batal", f"{CENTRE}/hapus/batal?token=x"):
        page = await stranger.get(link)
        assert page.status == 400
        assert "tidak berlaku lagi" in page.text
    house.clock.advance(8 * 86_400)
    await worker.drain(house.provider)
    assert (await at_home(house, person)) is not None


async def test_of_two_deletions_at_once_one_waits_and_of_cancel_and_run_one_wins(house: House) -> None:
    person = plain(house)
    browser = await at_home_with_both(house, person)
    page = await browser.get(f"{CENTRE}/hapus")
    await asyncio.gather(*(browser.submit(page, {"understood": "1"}, press="delete") for _ in range(5)))
    assert await state(house) == ["open"]
    letter = (await letters(house, person.email))[0]
    house.clock.advance(7 * 86_400)
    stranger = house.browser("203.0.113.9")
    page = await stranger.get(letter.link)
    await asyncio.gather(
        stranger.submit(page, press="keep-account"), *(erasure.carry_out(house.provider) for _ in range(4))
    )
    (outcome,) = await state(house)
    exists = await people.find(house.provider, person.email) is not None
    assert (outcome == "cancelled") == exists


@pytest.mark.parametrize("asked", [False, True])
async def test_an_operator_deletes_without_the_wait(house: House, asked: bool) -> None:
    """Whether its person asked or not, one request says that it was done, and nothing waits any more."""
    person = plain(house)
    browser = await (scheduled(house, person) if asked else at_home(house, person))
    tokens = await house.relying_party("saldo").sign_in(browser, person, scope="openid")
    gone = UUID(await account_id(house, person))
    done = await asyncio.gather(*(erase.at_once(house.provider, gone, by="command line") for _ in range(3)))
    assert sorted(done) == [False, False, True]
    assert await state(house) == ["done"]
    assert await people.find(house.provider, person.email) is None
    assert (await house.relying_party("saldo").userinfo(tokens.access_token)).status_code == 401
    assert "/masuk" in (await browser.get("/akun")).url
    house.clock.advance(8 * 86_400)
    await worker.drain(house.provider)
    subjects = [letter.subject for letter in await letters(house, person.email)]
    assert subjects.count("Akun Anda sudah dihapus") == 1
    async with house.provider.database.reading() as tx:
        certificate = (await tx.execute(select(audit).where(audit.c.event == "account.erased"))).one()
    assert (certificate.actor, certificate.account_id) == ("command line", gone)


async def test_what_the_law_holds_back_an_operator_deletes_only_knowing_it(house: House) -> None:
    person = plain(house)
    browser = await scheduled(house, person)
    gone = UUID(await account_id(house, person))
    (request,) = await privacy_desk.queue(house.provider, everything=False, limit=9)
    await privacy_desk.refuse(house.provider, request.id, "legal_hold", by="the test")
    # Asked again, it is still refused: whoever answers the new request knows of the old answer.
    await browser.submit(await browser.get(f"{CENTRE}/hapus"), {"understood": "1"}, press="delete")
    with pytest.raises(erase.OnHold, match=str(request.id)):
        await erase.at_once(house.provider, gone, by="command line")
    assert await state(house) == ["open", "refused"]
    assert await people.find(house.provider, person.email) is not None
    assert await erase.at_once(house.provider, gone, by="command line", despite_hold=True)
    assert await state(house) == ["done", "refused"]
    async with house.provider.database.reading() as tx:
        certificate = (await tx.execute(select(audit.c.detail).where(audit.c.event == "account.erased"))).scalar_one()
    assert certificate["despite"] == str(request.id)


async def test_deleting_takes_fresh_factors_and_is_cancelled_in_the_account(house: House) -> None:
    person = house.account()
    browser = await at_home(house, person)
    page = await browser.submit(await browser.get(f"{CENTRE}/hapus"), {"understood": "1"}, press="delete")
    assert page.url.endswith("/masuk/kode?kembali=hapus")
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    page = await browser.submit(page, {"understood": "1"}, press="delete")
    assert "akan dihapus pada" in page.text
    assert "akan dihapus" in (await browser.get(CENTRE)).text
    page = await browser.submit(page, press="keep-account")
    assert "Akun Anda tetap ada" in page.text
    assert await state(house) == ["cancelled"]


# A breach


async def test_whose_field_was_told_in_a_time(house: House) -> None:
    person, browser, begun = house.account(), house.browser(), house.clock.now()
    await house.relying_party("saldo").sign_in(browser, person, scope="openid email")
    house.clock.advance(3600)
    ended = house.clock.now()
    mine = await account_id(house, person)

    async def told(field: str, since: int, until: int) -> dict[str, set[str]]:
        found = await privacy_desk.affected(house.provider, field, since, until)
        return {str(account): who for account, who in found.items()}

    assert await told("email", begun, ended) == {mine: {"saldo"}}
    assert await told("birthdate", begun, ended) == {}
    assert await told("email", begun - 7200, begun - 3600) == {}
    client_id, secret = await machine(house, "accounts:read")
    officer = house.http(headers={"Authorization": f"Bearer {await token(house, client_id, secret)}"})
    await officer.get(f"/admin/v1/accounts/{mine}")
    assert f"client:{client_id}" in (await told("email", ended, ended + 1))[mine]


async def test_what_was_asked_for_by_name_is_known_when_its_grant_is_gone(house: House) -> None:
    """A grant is swept a day after its end; whom to tell of a breach, and who read my data, is asked years later."""
    person, browser, begun = house.account(), house.browser(), house.clock.now()
    named = {"name": {"essential": True, "value": "3273011708870001"}}
    claims = orjson.dumps({"userinfo": {"email": None, "vegetable": None}, "id_token": named})
    await house.relying_party("saldo").sign_in(browser, person, scope="openid", claims=claims.decode())
    async with house.provider.database.transaction() as tx:
        kept = str((await tx.execute(select(grants.c.claims))).scalars().all())
        await tx.execute(grants.delete())
        kept += str((await tx.execute(select(audit.c.detail))).scalars().all())
    assert "3273011708870001" not in kept, "the caller's words, and perhaps somebody's number"
    for field in ("email", "name"):
        found = await privacy_desk.affected(house.provider, field, begun, begun + 1)
        assert list(found.values()) == [{"saldo"}], field
    [reading] = await privacy.readings(house.provider, UUID(await account_id(house, person)))
    assert {"email", "name"} <= set(reading.data)
    assert "vegetable" not in reading.data


async def test_the_pages_stay_small_in_both_languages(house: House) -> None:
    browser = await at_home(house, house.account())
    for path in (*(CENTRE + path for path in PAGES), "/privasi", "/ketentuan"):
        for language in ("id", "en"):
            page = await browser.get(path, bahasa=language)
            assert page.status == 200, path
            assert len(gzip.compress(page.html.encode())) < 6 * 1024, path
            assert not re.search(r"privasi\.|izin_saya\.", page.text)

"""Pictures of cards and faces: sent by forms, shown to their owner alone, sealed where they lie, and gone in time."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from idp.accounts import document, proofing
from idp.flows import documents as flow
from idp.flows import people
from idp.flows import proofing_desk as desk
from idp.flows.people import Wanted
from idp.store.tables import audit, documents
from idp.worker import drain
from tests.journeys.mailbox import newest
from tests.journeys.test_recover import now_code, plain
from tests.journeys.test_sign_in import enter
from tests.support.browser import Browser, Page
from tests.support.pictures import card, png
from tests.support.registration import fill_in, register
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

EMAIL = "sari.dewi@contoh.go.id"
DAY = 86_400
Houses = Callable[..., AbstractAsyncContextManager[House]]


async def rows(house: House) -> list[document.Document]:
    async with house.provider.database.reading() as tx:
        found = await tx.execute(select(*(documents.c[name] for name in document.Document.__slots__)))
        return [document.Document(**row._mapping) for row in found]


def objects(house: House) -> list[Path]:
    return [path for path in (house.storage.var / "documents").rglob("*") if path.is_file()]


async def upload_page(browser: Browser, kind: str = "ktp") -> Page:
    return await browser.get(f"/daftar/dokumen/unggah?jenis={kind}")


async def at_documents(house: House, network: str = "203.0.113.1") -> Browser:
    browser = house.browser(network)
    await fill_in(browser, until="dokumen")
    return browser


def pictures(page: Page) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(r'class="thumb" src="([^"]+)"', page.html)]


@pytest.mark.parametrize("field", ["photo", "gallery"])
async def test_a_picture_is_taken_from_either_field_and_shown_small(house: House, field: str) -> None:
    browser = await at_documents(house)
    form = await upload_page(browser)
    assert 'capture="environment"' in form.html
    assert 'accept="image/jpeg,image/png"' in form.html
    page = await browser.upload(form, field, card())
    assert page.url.endswith("/daftar/dokumen")
    assert "Sudah diunggah" in page.text
    answer = await browser.http.get(pictures(page)[0])
    assert answer.headers["content-type"] == "image/jpeg"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert len(answer.content) < 20_000


async def test_the_face_is_taken_with_the_other_camera(house: House) -> None:
    assert 'capture="user"' in (await upload_page(await at_documents(house), "selfie")).html


async def test_whoever_sends_for_longer_than_a_session_stands_unused_is_there_all_the_while(house: House) -> None:
    """Five megabytes on a 2G line take longer than that."""
    person, browser = plain(house), house.browser()
    await enter(browser, person.email, person.password)
    form = (await browser.get("/akun/dokumen/unggah?jenis=ktp")).form_with("photo")
    request = browser.http.build_request(
        "POST", form.action, data=dict(form.values), files={"photo": ("IMG_0001.JPG", card())}
    )
    whole = await request.aread()

    async def slowly() -> AsyncIterator[bytes]:
        for start in (0, 100, 200):
            yield whole[start : start + 100]
            house.clock.advance(house.settings.lifetimes.session_idle - 60)
        yield whole[300:]

    headers = {"Content-Type": request.headers["content-type"], "Origin": house.issuer}
    answer = await browser.http.post(form.action, content=slowly(), headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun/dokumen")
    assert [row.kind for row in await rows(house)] == ["ktp"]


async def test_documents_may_be_skipped(house: House) -> None:
    page = await fill_in(house.browser(), until="dokumen")
    assert "Lewati dulu" in page.text
    page = await fill_in(house.browser())
    assert "Nanti saja" in page.text


async def test_what_lies_in_the_store_is_sealed(house: House) -> None:
    browser = await at_documents(house)
    await browser.upload(await upload_page(browser), "photo", card())
    (row,), (file,) = await rows(house), objects(house)
    assert b"\x00\x10JFIF\x00" not in file.read_bytes()
    picture = await flow.picture(house.provider, row)
    assert picture is not None
    assert len(picture) == row.size
    assert picture.startswith(b"\xff\xd8\xff")


async def test_nobody_else_sees_a_picture(house: House) -> None:
    """T38: not another browser with a draft of its own, not another account, not a guess."""
    mine, other = await at_documents(house), await at_documents(house, "203.0.113.2")
    address = pictures(await mine.upload(await upload_page(mine), "photo", card()))[0]
    assert (await mine.http.get(address)).status_code == 200
    assert (await other.http.get(address)).status_code == 404
    assert (await house.browser().http.get(address)).status_code == 404
    # Somebody whose password is all there is: nothing stands between them and the question whose picture it is.
    await house.codes_by_sms(wanted=False)
    person = plain(house)
    signed_in = house.browser()
    await enter(signed_in, person.email, person.password)
    for path in (address, address.replace("/daftar/", "/akun/")):
        assert (await signed_in.http.get(path)).status_code == 404
    removed = await other.submit(await other.get("/daftar/dokumen"), press="continue")
    assert removed.status == 200
    assert (await mine.http.get(address)).status_code == 200


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "Pilih atau ambil satu foto dulu."),
        (b"GIF89a" + bytes(64), "Berkas harus JPG atau PNG, paling besar 5 MB."),
        (b"<html><script>alert(1)</script></html>", "Berkas harus JPG atau PNG, paling besar 5 MB."),
        (card()[:5000], "Berkas harus JPG atau PNG, paling besar 5 MB."),
        (b"\xff\xd8\xff" + bytes(5 * 1024 * 1024), "Berkas harus JPG atau PNG, paling besar 5 MB."),
        (card(light=0.03), "Foto kurang jelas. Foto ulang di tempat terang."),
    ],
    ids=["empty", "gif", "html", "truncated", "oversize", "dark"],
)
async def test_what_cannot_be_used_is_told(house: House, file: bytes, said: str) -> None:
    browser = await at_documents(house)
    page = await browser.upload(await upload_page(browser), "photo", file)
    assert page.status == 400
    assert said in page.text
    assert "upload" in page.ids
    assert await rows(house) == []


@pytest.mark.parametrize(("field", "other"), [("photo", "gallery"), ("gallery", "photo")])
async def test_an_error_stands_where_the_file_was_chosen(house: House, field: str, other: str) -> None:
    browser = await at_documents(house)
    page = await browser.upload(await upload_page(browser), field, b"GIF89a" + bytes(64))
    assert f'href="#{field}"' in page.html
    assert f'id="{field}-error"' in page.html
    assert f'id="{other}-error"' not in page.html


async def test_a_file_that_is_two_files_is_only_a_picture_afterwards(house: House) -> None:
    browser = await at_documents(house)
    await browser.upload(await upload_page(browser), "photo", card() + b"PK\x03\x04<script>alert(1)</script>", "a.html")
    (row,) = await rows(house)
    picture = await flow.picture(house.provider, row)
    assert b"script" not in (picture or b"script")


async def test_a_photo_of_a_good_camera_is_too_large_and_told_so(house: House) -> None:
    browser = await at_documents(house)
    page = await browser.upload(await upload_page(browser), "gallery", b"\xff\xd8\xff" + bytes(12 * 1024 * 1024))
    assert page.status == 400
    assert "Berkas harus JPG atau PNG, paling besar 5 MB." in page.text
    assert 'id="gallery-error"' in page.html
    assert not await rows(house)


async def test_far_too_much_is_refused_unread(house: House) -> None:
    """T40."""
    browser = await at_documents(house)
    page = await browser.upload(await upload_page(browser), "photo", bytes(50 * 1024 * 1024))
    assert page.status == 413
    assert (await browser.http.post("/daftar/kontak", data={"email": "x" * 100_000})).status_code == 413


async def test_a_bomb_costs_nothing(house: House) -> None:
    browser = await at_documents(house)
    bomb = bytearray(png("RGB", (400, 300)))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    page = await browser.upload(await upload_page(browser), "photo", bytes(bomb))
    assert page.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data; name=csrf\r\n\r\nabc",
        b"--x\r\n" + b"A: b\r\n" * 2000 + b"\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\xfe\r\n--x--\r\n",
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 40) + b"--x--\r\n",
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 2) + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"b" * 20_000 + b"\r\n--x--\r\n",
        b"garbage",
    ],
    ids=["empty", "begun", "cut", "headers", "latin", "parts", "twice", "long", "garbage"],
)
async def test_a_malformed_form_is_a_bad_request(house: House, body: bytes) -> None:
    browser = await at_documents(house)
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"):
        answer = await browser.http.post(
            "/daftar/dokumen/unggah?jenis=ktp", content=body, headers={"Content-Type": kind}
        )
        assert answer.status_code in {400, 403}


async def test_a_form_of_another_site_uploads_nothing(house: House) -> None:
    """T22."""
    browser = await at_documents(house)
    answer = await browser.http.post(
        "/daftar/dokumen/unggah?jenis=ktp",
        files={"photo": ("a.jpg", card())},
        headers={"Origin": "https://jahat.example"},
    )
    assert answer.status_code == 403
    answer = await browser.http.post("/daftar/dokumen/unggah?jenis=ktp", files={"photo": ("a.jpg", card())})
    assert answer.status_code == 403
    assert await rows(house) == []


async def test_whoever_has_no_draft_sends_no_megabytes(house: House) -> None:
    answer = await house.http().post("/daftar/dokumen/unggah?jenis=ktp", files={"photo": ("a.jpg", card())})
    assert answer.status_code == 410
    answer = await house.http().post("/akun/dokumen/unggah?jenis=ktp", files={"photo": ("a.jpg", card())})
    assert answer.headers["location"].endswith("/masuk?kembali=dokumen")


async def test_a_second_picture_replaces_the_first_and_both_go_with_the_draft(house: House) -> None:
    browser = await at_documents(house)
    await browser.upload(await upload_page(browser), "photo", card())
    page = await browser.upload(await upload_page(browser), "gallery", png())
    assert len(pictures(page)) == 1
    await drain(house.provider)
    assert len(await rows(house)) == len(objects(house)) == 1
    page = await browser.submit(page, press=None, form=page.form_with("csrf"))
    house.clock.advance(DAY + 601)
    await drain(house.provider)
    assert await rows(house) == []
    assert objects(house) == []


async def test_many_at_once_leave_one_of_a_kind(house: House) -> None:
    browser = await at_documents(house)
    form = await upload_page(browser)
    pages = await asyncio.gather(*(browser.upload(form, "photo", card(size=(400, 300))) for _ in range(12)))
    assert {page.status for page in pages} <= {200, 503}
    page = await browser.get("/daftar/dokumen")
    assert len(pictures(page)) == 1
    await drain(house.provider)
    assert len(await rows(house)) == len(objects(house)) == 1


async def test_removing_one_forgets_it_at_once(house: House) -> None:
    browser = await at_documents(house)
    page = await browser.upload(await upload_page(browser), "photo", card())
    address = pictures(page)[0]
    values = dict(page.form_with("csrf").values)
    remove = next(button for button in page.form_with("csrf").buttons if button.name == "remove")
    await browser.http.post("/daftar/dokumen", data={**values, "remove": remove.value})
    assert (await browser.http.get(address)).status_code == 404
    await drain(house.provider)
    assert objects(house) == []


async def registered_with_pictures(house: House) -> Browser:
    browser = await at_documents(house)
    await browser.upload(await upload_page(browser), "photo", card())
    page = await browser.upload(await upload_page(browser, "selfie"), "photo", card())
    page = await fill_in(browser, page=page)
    assert "Foto KTP, Foto wajah dengan KTP" in page.text
    await browser.submit(page, {"terms": "1"}, press="sign-up")
    return browser


async def test_documents_become_the_accounts_and_are_kept_until_somebody_decides(house: House) -> None:
    browser = await registered_with_pictures(house)
    assert {row.state for row in await rows(house)} == {document.WAITING}
    await browser.submit(await browser.get((await newest(house, EMAIL)).link), press="activate")
    house.clock.advance(30 * DAY)
    await drain(house.provider)
    found = await rows(house)
    assert {(row.state, row.delete_after) for row in found} == {(document.SUBMITTED, None)}


async def under_review(house: House, browser: Browser, person: Account) -> UUID:
    """Pictures sent, and an officer asked; the check."""
    for kind in ("ktp", "selfie"):
        await browser.upload(await browser.get(f"/akun/dokumen/unggah?jenis={kind}"), "photo", card())
    data = {"nik": "5171032802960006", "name": "Made Suartana", "day": "28", "month": "2", "year": "1996"}
    await browser.submit(await browser.get("/akun/identitas"), data, press="submit-identity")
    found = await people.find(house.provider, person.email)
    assert found is not None
    async with house.provider.database.reading() as tx:
        check = await proofing.newest(tx, found.id)
    assert check is not None
    assert check.state == proofing.REVIEW
    return check.id


async def newcomer(house: House) -> tuple[Browser, Account]:
    person = Account("made@contoh.example", "layang putus di atas sawah", None)
    await people.create(house.provider, Wanted(person.email, "Belum Tahu", password=person.password), by="the test")
    browser = house.browser()
    await enter(browser, person.email, person.password)
    return browser, person


@pytest.mark.parametrize("reason", ["", "buram"], ids=["approved", "rejected"])
async def test_pictures_go_a_month_after_the_decision(house: House, reason: str) -> None:
    browser, person = await newcomer(house)
    check = await under_review(house, browser, person)
    house.clock.advance(40 * DAY)
    await drain(house.provider)
    assert len(objects(house)) == 2
    if reason:
        await desk.reject(house.provider, check, reason, by="officer")
    else:
        await desk.approve(house.provider, check, proofing.DOCUMENT, by="officer")
    decided = await rows(house)
    async with house.provider.database.reading() as tx:
        settled = await proofing.read(tx, check)
    assert settled is not None
    assert {row.delete_after for row in decided} == {settled.documents_until} == {house.clock.now() + 30 * DAY}
    await enter(browser, person.email, person.password)
    page = await browser.get("/akun/dokumen")
    assert page.text.count("Ditolak" if reason else "Diterima") == page.text.count("Akan dihapus") == 2
    assert "Dihapus 30 hari setelah diperiksa." in (await browser.get("/akun/privasi/data")).text
    house.clock.advance(30 * DAY - 1)
    await drain(house.provider)
    assert len(objects(house)) == 2
    house.clock.advance(2)
    await drain(house.provider)
    assert len(objects(house)) == 0
    assert await rows(house) == []
    async with house.provider.database.reading() as tx:
        receipts = (await tx.execute(select(audit.c.detail).where(audit.c.event == "document.deleted"))).scalars().all()
    assert {(one["document"], one["sha256"]) for one in receipts} == {
        (str(row.id), row.sha256.hex()) for row in decided
    }


async def test_pictures_that_were_not_the_reason_go_on_with_the_next_check(house: House) -> None:
    browser, person = await newcomer(house)
    await desk.reject(house.provider, await under_review(house, browser, person), proofing.DIFFERENT, by="officer")
    assert {row.state for row in await rows(house)} == {document.SUBMITTED}
    house.clock.advance(29 * DAY)
    await enter(browser, person.email, person.password)
    again = await browser.get("/akun/identitas")
    data = {"nik": "5171032802960006", "name": "Made Suartana", "day": "28", "month": "2", "year": "1996"}
    await browser.submit(again, data, press="submit-identity")
    house.clock.advance(29 * DAY)
    await drain(house.provider)
    assert len(objects(house)) == 2
    assert {row.delete_after for row in await rows(house)} == {None}


async def test_pictures_of_a_check_that_nobody_repeats_go_too(house: House) -> None:
    browser, person = await newcomer(house)
    await desk.reject(house.provider, await under_review(house, browser, person), proofing.DIFFERENT, by="officer")
    house.clock.advance(30 * DAY + 1)
    await drain(house.provider)
    assert len(objects(house)) == 0


async def test_documents_of_a_registration_that_nobody_activates_go_after_a_week(house: House) -> None:
    await registered_with_pictures(house)
    house.clock.advance(6 * DAY)
    await drain(house.provider)
    assert len(objects(house)) == 2
    house.clock.advance(DAY + 601)
    await drain(house.provider)
    assert await rows(house) == []
    assert objects(house) == []


async def test_further_documents_are_added_and_taken_back_at_home(house: House) -> None:
    person, browser = house.account(), house.browser()
    await enter(browser, person.email, person.password)
    page = await browser.click(await browser.get("/akun"), "Dokumen saya")
    assert "Belum ada dokumen" in page.text
    for _ in range(2):
        page = await browser.upload(await browser.get("/akun/dokumen/unggah?jenis=other"), "gallery", png())
    assert page.url.endswith("/akun/dokumen")
    assert page.text.count("Tersimpan") == 2
    assert pictures(page) == []
    remove = next(button for button in page.form_with("csrf").buttons if button.name == "remove")
    values = dict(page.form_with("csrf").values)
    answer = await browser.http.post("/akun/dokumen", data={**values, "remove": remove.value})
    assert "Dokumen itu sudah dihapus" in answer.text
    assert answer.text.count("Tersimpan") == 1


async def test_pictures_are_shown_to_whoever_shows_every_factor(house: House) -> None:
    """T28: a card is worth more than a password; whoever has nothing else sees it as before."""
    person, browser = house.account(), house.browser()
    await enter(browser, person.email, person.password)
    page = await browser.upload(await browser.get("/akun/dokumen/unggah?jenis=ktp"), "photo", card())
    (row,) = await rows(house)
    address = f"/akun/dokumen/gambar?id={row.id}"
    assert pictures(page) == []
    assert (
        "/masuk/kode?kembali=dokumen" in (await browser.http.get(address, follow_redirects=False)).headers["location"]
    )
    page = await browser.click(page, "Tampilkan gambar")
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert page.url.endswith("/akun/dokumen")
    assert (await browser.http.get(pictures(page)[0])).headers["content-type"] == "image/jpeg"
    house.clock.advance(301)
    assert pictures(await browser.get("/akun/dokumen")) == []
    assert (await browser.http.get(address, follow_redirects=False)).status_code == 303
    await house.codes_by_sms(wanted=False)
    alone = house.browser("203.0.113.9")
    await enter(alone, plain(house).email, plain(house).password)
    page = await alone.upload(await alone.get("/akun/dokumen/unggah?jenis=ktp"), "photo", card())
    house.clock.advance(301)
    assert (await alone.http.get(pictures(await alone.get("/akun/dokumen"))[0])).status_code == 200


async def test_what_is_decided_cannot_be_taken_back(house: House) -> None:
    person, browser = house.account(), house.browser()
    await enter(browser, person.email, person.password)
    page = await browser.upload(await browser.get("/akun/dokumen/unggah?jenis=ktp"), "photo", card())
    (row,) = await rows(house)
    values = dict(page.form_with("csrf").values)
    async with house.provider.database.transaction() as tx:
        await document.decide(tx, row.subject_id, document.REJECTED, house.clock.now(), house.clock.now() + DAY)
    answer = await browser.http.post("/akun/dokumen", data={**values, "remove": str(row.id)})
    assert "Ditolak" in answer.text
    assert len(await rows(house)) == 1


async def test_there_is_an_end_to_what_one_person_sends(houses: Houses) -> None:
    async with houses(documents={"per_person": 2}) as house:
        person, browser = house.account(), house.browser()
        await enter(browser, person.email, person.password)
        form = await browser.get("/akun/dokumen/unggah?jenis=other")
        pages = await asyncio.gather(*(browser.upload(form, "photo", png()) for _ in range(6)))
        assert sum(page.status == 200 for page in pages) == 2
        assert sum("Paling banyak 2 dokumen" in page.text for page in pages) == 4


async def test_a_kind_that_there_is_not_is_no_page(house: House) -> None:
    browser = await at_documents(house)
    for kind in ("other", "", "../ktp"):
        assert (await upload_page(browser, kind)).status == 404
    assert (await browser.http.get("/daftar/dokumen/gambar?id=../../etc/passwd")).status_code == 400


async def test_a_store_that_is_away_leaves_nothing_behind(houses: Houses) -> None:
    async with houses(documents={"url": "file:///proc/nowhere"}) as house:
        browser = await at_documents(house)
        page = await browser.upload(await upload_page(browser), "photo", card())
        assert page.status == 503
        assert "Belum ada" in (await browser.get("/daftar/dokumen")).text


async def test_a_picture_that_comes_too_late_is_told_where_to_go(house: House) -> None:
    browser = await at_documents(house)
    form = await upload_page(browser)
    await register(browser, page=await browser.get("/daftar/dokumen"))
    page = await browser.upload(form, "photo", card())
    assert page.url.endswith("/daftar/terkirim")


async def test_an_account_that_is_erased_takes_its_pictures_along(house: House) -> None:
    person, browser = house.account(), house.browser()
    await enter(browser, person.email, person.password)
    for kind in ("ktp", "other"):
        await browser.upload(await browser.get(f"/akun/dokumen/unggah?jenis={kind}"), "photo", card())
    mine = (await rows(house))[0].subject_id
    async with house.provider.database.transaction() as tx:
        await document.decide(tx, mine, document.APPROVED, house.clock.now(), house.clock.now() + DAY)
        await document.release(tx, mine, house.clock.now())
    assert "Belum ada dokumen" in (await browser.get("/akun/dokumen")).text
    await drain(house.provider)
    assert await rows(house) == []
    assert objects(house) == []

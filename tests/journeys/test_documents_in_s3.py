"""Pictures in a bucket: put, read and deleted by the same journeys, and clear words while the bucket is away."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from idp.base.errors import Unavailable
from idp.commands import doctor
from idp.flows import documents as flow
from idp.worker import drain
from tests.journeys.test_documents import at_documents, pictures, rows, upload_page
from tests.journeys.test_sign_in import enter
from tests.support.bucket import Bucket, bucket
from tests.support.pictures import card
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

Houses = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[Bucket]:
    with bucket(tmp_path) as running:
        yield running


async def test_a_picture_lies_sealed_in_the_bucket_and_goes_from_it(houses: Houses, s3: Bucket) -> None:
    async with houses(documents=s3.settings) as house:
        browser = await at_documents(house)
        page = await browser.upload(await upload_page(browser), "photo", card())
        (row,), (held,) = await rows(house), s3.objects()
        assert held.relative_to(s3.folder) == Path("dokumen/gerbang") / row.object
        assert b"\x00\x10JFIF\x00" not in held.read_bytes()
        picture = await flow.picture(house.provider, row)
        assert picture is not None
        assert picture.startswith(b"\xff\xd8\xff")
        values = dict(page.form_with("csrf").values)
        await browser.http.post("/daftar/dokumen", data={**values, "remove": str(row.id)})
        await drain(house.provider)
        assert s3.objects() == []
        assert await flow.picture(house.provider, row) is None


async def test_while_the_bucket_is_away_the_draft_waits_and_the_next_try_succeeds(houses: Houses, s3: Bucket) -> None:
    async with houses(documents=s3.settings) as house:
        browser = await at_documents(house)
        form = await upload_page(browser)
        s3.stop()
        page = await browser.upload(form, "photo", card())
        assert page.status == 503
        assert int(page.headers["retry-after"]) > 0
        assert "Foto belum bisa disimpan sekarang, isian Anda aman" in page.text
        assert "upload" in page.ids, "the same form tries again"
        step = await browser.get("/daftar/dokumen")
        assert step.text.count("Belum ada") == 2
        assert "Lewati dulu" in step.text
        assert 'value="Sari Dewi"' in (await browser.get("/daftar/data-diri")).html
        s3.start()
        assert len(pictures(await browser.upload(page, "photo", card()))) == 1
        assert len(s3.objects()) == 1


async def test_the_doctor_tries_the_bucket(houses: Houses, s3: Bucket) -> None:
    async with houses(documents=s3.settings) as house:
        check = dict(doctor.CHECKS)["documents"]
        assert (await check(house.provider.settings))[0] == doctor.GOOD
        assert s3.objects() == []
        s3.stop()
        state, said = await check(house.provider.settings)
        assert state == doctor.BAD
        assert "cannot be used" in said
        assert "rahasia-ember" not in said


async def test_a_deletion_that_the_bucket_did_not_see_is_tried_again(houses: Houses, s3: Bucket) -> None:
    async with houses(documents=s3.settings) as house:
        person, browser = house.account(), house.browser()
        await enter(browser, person.email, person.password)
        page = await browser.upload(await browser.get("/akun/dokumen/unggah?jenis=ktp"), "photo", card())
        values = dict(page.form_with("csrf").values)
        (row,) = await rows(house)
        # That there is no bucket does not mean that there is no picture.
        elsewhere = s3.folder / "dokumen"
        elsewhere.rename(s3.folder / "anders")
        await browser.http.post("/akun/dokumen", data={**values, "remove": str(row.id)})
        with pytest.raises(Unavailable):
            await drain(house.provider)
        assert len(await rows(house)) == 1
        (s3.folder / "anders").rename(elsewhere)
        await drain(house.provider)
        assert await rows(house) == []
        assert s3.objects() == []

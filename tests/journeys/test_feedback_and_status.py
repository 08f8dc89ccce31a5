"""What people tell us, what we tell them, and whether everything works."""

import asyncio
import re

import pytest
from sqlalchemy import select

from idp.flows import announce, channels
from idp.store import breakers
from idp.store.tables import outbox, reports
from tests.journeys.mailbox import letters
from tests.journeys.test_account import at_home
from tests.journeys.test_recover import plain
from tests.support.servers import House

pytestmark = pytest.mark.anyio

SAID = "Tombol kirim tidak terlihat di ponsel saya."


async def test_feedback_needs_no_account_and_gets_a_number(house: House) -> None:
    """Seed row 44."""
    browser = house.browser()
    page = await browser.get("/masukan")
    wrong = await browser.submit(page, {"text": "", "contact": "saya@contoh.com"}, press="send-feedback")
    assert wrong.status == 400
    assert "Pilih salah satu." in wrong.text
    assert "Tulis cerita Anda." in wrong.text
    assert 'value="saya@contoh.com"' in wrong.html
    page = await browser.submit(
        wrong, {"category": "halaman", "text": SAID, "contact": "saya@contoh.com"}, press="send-feedback"
    )
    found = re.search(r"GB-[2-9B-Z]{4}-[2-9B-Z]{4}", page.text)
    assert found
    assert SAID not in page.html
    async with house.provider.database.reading() as tx:
        row = (await tx.execute(select(reports).where(reports.c.reference == found[0]))).one()
    assert (row.kind, row.category, row.state, row.account_id) == ("feedback", "halaman", "open", None)
    assert SAID.encode() not in row.text_sealed
    assert await letters(house, "saya@contoh.com") == []
    assert (await house.browser().get(page.url)).status == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"category": "lain", "text": "x" * 2001}, "paling banyak 2000"),
        ({"category": "jahat", "text": SAID}, "Pilih salah satu"),
        ({"category": "lain", "text": SAID, "contact": "x" * 255}, "paling banyak 254"),
        ({"category": "lain", "text": " \n\t"}, "Tulis cerita Anda"),
    ],
)
async def test_what_cannot_be_kept_is_named(house: House, fields: dict[str, str], said: str) -> None:
    browser = house.browser()
    csrf = dict((await browser.get("/masukan")).forms[-1].values)["csrf"]
    answer = await browser.http.post("/masukan", data={"csrf": csrf, **fields})
    assert answer.status_code == 400
    assert said in answer.text


async def test_a_network_does_not_flood_us(house: House) -> None:
    browser = house.browser()
    csrf = dict((await browser.get("/masukan")).forms[-1].values)["csrf"]
    fields = {"csrf": csrf, "category": "saran", "text": SAID}
    answers = await asyncio.gather(*(browser.http.post("/masukan", data=fields) for _ in range(24)))
    assert sorted(answer.status_code for answer in answers) == [303] * 20 + [429] * 4
    other = house.browser("203.0.113.77")
    page = await other.get("/masukan")
    assert (await other.submit(page, {"category": "saran", "text": SAID}, press="send-feedback")).status == 200


async def test_the_status_page_is_the_same_for_everybody(house: House) -> None:
    """Seed row 46."""
    answer = await house.http().get("/status")
    assert answer.status_code == 200
    assert "Semuanya berjalan baik." in answer.text
    assert answer.headers["cache-control"] == "public, max-age=30"
    # A cache would hand one browser's cookie to the next.
    assert "set-cookie" not in answer.headers
    assert "csrf" not in answer.text
    assert "Everything is working." in (await house.http().get("/status?bahasa=en")).text


async def test_a_backlog_and_an_open_breaker_show(house: House) -> None:
    provider = house.provider
    async with provider.database.transaction() as tx:
        await provider.outbox.put(tx, "mail", "contoh.example", {"to": "a@contoh.example", "text": "x"})
    house.clock.advance(121)
    assert "Lebih lambat" in (await house.http().get("/status")).text
    async with provider.database.transaction() as tx:
        for _ in range(5):
            await breakers.failed(tx, channels.SMTP, provider.clock.now())
    house.clock.advance(11)
    page = (await house.http().get("/status")).text
    assert "Gangguan" in page
    assert "contoh.example" not in page
    async with provider.database.transaction() as tx:
        await tx.execute(outbox.delete())


async def test_notices_stand_on_the_sign_in_page_and_at_home(house: House) -> None:
    """Seed row 42."""
    now = house.clock.now()
    texts = {"id": "SMS datang lebih lambat <b>hari ini</b>.", "en": "Text messages are slow today."}
    made = await announce.publish(
        house.provider, texts, kind="incident", shown_from=now + 60, shown_until=now + 3600, by="the test"
    )
    assert "SMS datang" not in (await house.http().get("/masuk")).text
    house.clock.advance(61)
    answer = await house.http().get("/masuk")
    assert "SMS datang lebih lambat &lt;b&gt;" in answer.text
    assert "Text messages are slow today." in (await house.http().get("/masuk?bahasa=en")).text
    browser = await at_home(house, plain(house))
    assert "SMS datang lebih lambat" in (await browser.get("/akun")).text
    assert "SMS datang lebih lambat" in (await house.http().get("/status")).text
    assert await announce.withdraw(house.provider, made.id, by="the test")
    assert not await announce.withdraw(house.provider, made.id, by="the test")
    assert "SMS datang" not in (await house.http().get("/masuk")).text


async def test_a_notice_that_cannot_be_shown_is_refused(house: House) -> None:
    now = house.clock.now()
    good = {"id": "Kabar.", "en": "News."}
    for texts, kind, start, end in (
        ({"id": "Kabar."}, "news", now, now + 60),
        (good, "gossip", now, now + 60),
        (good, "news", now + 60, now + 60),
        (good, "news", now - 120, now - 60),
        ({"id": "x" * 301, "en": "News."}, "news", now, now + 60),
    ):
        with pytest.raises(announce.BadNotice):
            await announce.publish(house.provider, texts, kind=kind, shown_from=start, shown_until=end, by="the test")


async def test_help_stands_in_the_same_place_on_every_page(house: House) -> None:
    """WCAG 3.2.6; seed row 43."""
    browser = await at_home(house, plain(house))
    for path in ("/masuk/kode", "/akun", "/akun/aktivitas", "/daftar", "/status", "/masukan", "/tidak-ada"):
        page = await browser.get(path)
        foot = page.html.partition('<footer class="foot"')[2]
        assert "175" in foot, path
        assert 'href="/status"' in foot
        assert 'href="/masukan"' in foot

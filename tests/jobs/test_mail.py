"""Mail leaves once, or stays: against a real SMTP server, with the faults of F7."""

import asyncio
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from idp import worker
from idp.base.clock import ManualClock
from idp.jobs import mail
from idp.provider import Provider
from idp.store import breakers
from idp.store.outbox import BACKOFF
from idp.store.tables import outbox
from tests.jobs.conftest import Providers
from tests.jobs.outbox import put_mail, row, state
from tests.support.mail import MailServer
from tests.support.outbox import Outbox, from_mail

pytestmark = pytest.mark.anyio


def smtp(server: MailServer) -> dict[str, object]:
    return {"host": server.host, "port": server.port, "starttls": False, "timeout": 60}


async def test_a_mail_arrives_with_both_bodies_and_a_stable_name(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    async with providers(smtp=smtp(mail_server)) as provider:
        item = await put_mail(
            provider, text="Selamat datang, Siti – ini tautannya:\nhttps://contoh.example/aktivasi?t=1"
        )
        clock.advance(7)
        await worker.drain(provider)
        [letter] = mail_server.received
        assert letter.message is not None
        assert letter.message["Message-ID"] == f"<{item}@localhost>"
        assert parsedate_to_datetime(letter.message["Date"]).timestamp() == clock.now() - 7
        assert letter.message["From"] == "Gerbang <no-reply@localhost>"
        assert (letter.to, letter.subject) == ("siti@contoh.example", "Kode masuk")
        assert "Selamat datang, Siti –" in letter.text
        assert letter.html.startswith("<p>Selamat datang")
        settled = await row(provider, item)
        assert (settled.state, settled.payload_sealed, settled.last_error) == ("delivered", None, None)


LINK = "https://sso.contoh.example/aktivasi?token=" + "Ab1-_" * 60 + "&lanjut=" + "x=y" * 90


@pytest.mark.parametrize("host", [None, "127.0.0.1"], ids=["file", "smtp"])
async def test_a_link_stands_whole_in_the_raw_message(
    providers: Providers, mail_server: MailServer, clock: ManualClock, host: str | None, tmp_path: Path
) -> None:
    async with providers(smtp={**smtp(mail_server), "host": host}) as provider:
        await put_mail(provider, text=f"Buka – tautan ini:\n{LINK}\n" + "kata – " * 400)
        await worker.drain(provider)
        if host is None:
            (path,) = (provider.settings.var / "outbox").iterdir()
            raw = path.read_bytes()
        else:
            raw = mail_server.raw[-1]
    assert LINK.encode() in raw.split(b"\r\n")
    assert b"=3D" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= mail.MAX_LINE
    assert "Buka – tautan ini:" in from_mail(Path("raw"), raw).text


@pytest.mark.parametrize(
    ("text", "way"),
    [("Halo", "7bit"), ("Halo – Siti", "8bit"), ("x" * 999, "quoted-printable"), ("kata " * 999, "7bit")],
    ids=["plain", "letters", "endless", "long"],
)
async def test_a_body_is_encoded_only_when_it_must_be(providers: Providers, text: str, way: str) -> None:
    async with providers() as provider:
        await put_mail(provider, text=text)
        async with provider.database.transaction() as tx:
            [item] = await provider.outbox.claim(tx, "mail", lease=60)
        message = mail.compose(item, "Gerbang <no-reply@localhost>", "localhost")
    body = message.get_body(("plain",))
    assert body is not None
    assert body["Content-Transfer-Encoding"] == way
    assert " ".join(body.get_content().split()) == " ".join(text.split())
    assert max(map(len, message.as_bytes().split(b"\r\n"))) <= mail.MAX_LINE


async def test_nothing_is_sent_twice_by_a_worker_that_lives(providers: Providers, mail_server: MailServer) -> None:
    async with providers(smtp=smtp(mail_server)) as provider:
        for number in range(25):
            await put_mail(provider, f"peserta{number}@contoh.example")
        await worker.drain(provider)
        await worker.drain(provider)
        assert len({letter.to for letter in mail_server.received}) == len(mail_server.received) == 25


async def test_mail_waits_while_the_server_is_down_and_none_is_lost(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    async with providers(smtp={**smtp(mail_server), "port": 1}) as broken:
        items = [await put_mail(broken, f"peserta{number}@satu.example") for number in range(4)]
        await worker.drain(broken)
        for item in items:
            waiting = await row(broken, item)
            assert (waiting.state, waiting.attempts, waiting.available_at) == ("waiting", 1, clock.now() + BACKOFF[0])
            assert "cannot be reached" in waiting.last_error
    clock.advance(600)
    async with providers(smtp=smtp(mail_server)) as mended:
        await worker.drain(mended)
        assert {await state(mended, item) for item in items} == {"delivered"}
    assert len(mail_server.received) == 4


async def test_a_worker_killed_between_sending_and_settling_repeats_the_same_message(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    """F7: the second copy is the first one byte for byte, so that a mailbox shows it once."""
    async with providers(smtp=smtp(mail_server)) as provider:
        await put_mail(provider)
        async with provider.database.transaction() as tx:
            [leased] = await provider.outbox.claim(tx, "mail", lease=60)
        await mail.deliver(provider, leased)
        # The worker dies here. Another finds the row leased, then free.
        await worker.drain(provider)
        assert len(mail_server.received) == 1
        clock.advance(60)
        await worker.drain(provider)
        first, second = (letter.message for letter in mail_server.received)
        assert first is not None
        assert second is not None
        assert first["Message-ID"] == second["Message-ID"]
        assert without_peer(first.as_bytes()) == without_peer(second.as_bytes())
        assert await state(provider, leased.id) == "delivered"


def without_peer(raw: bytes) -> bytes:
    """A message without what the receiving server notes about the connection."""
    return b"\n".join(line for line in raw.splitlines() if not line.lower().startswith(b"x-peer"))


async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    async with providers(smtp=smtp(mail_server)) as provider:
        item = await put_mail(provider)
        mail_server.refusals = ["451 later, secret 123456"]
        await worker.drain(provider)
        waiting = await row(provider, item)
        assert (waiting.state, waiting.last_error) == ("waiting", "the mail server answers 451")
        clock.advance(BACKOFF[0])
        mail_server.refusals = ["554 never"]
        await worker.drain(provider)
        assert await state(provider, item) == "dead"
        async with provider.database.transaction() as tx:
            assert await provider.outbox.revive(tx, item)
            assert not await provider.outbox.revive(tx, item)
        await worker.drain(provider)
        assert await state(provider, item) == "delivered"


async def test_the_breaker_of_a_domain_opens_closes_and_keeps_others_running(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    async with providers(smtp={**smtp(mail_server), "port": 1}) as broken:
        for number in range(5):
            await put_mail(broken, f"peserta{number}@satu.example")
        await worker.drain(broken)
    async with providers(smtp=smtp(mail_server)) as mended:
        await put_mail(mended, "akhir@satu.example")
        await put_mail(mended, "lain@dua.example")
        await worker.drain(mended)
        assert [letter.to for letter in mail_server.received] == ["lain@dua.example"]
        clock.advance(breakers.PAUSE)
        await worker.drain(mended)
        assert len(mail_server.received) == 7


async def test_refused_recipients_do_not_close_their_domain_for_others(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    """Otherwise whoever signs up five strangers' bad addresses would delay a whole mail provider."""
    async with providers(smtp=smtp(mail_server)) as provider:
        mail_server.refusals = ["550 no such user"] * 5
        for number in range(5):
            await put_mail(provider, f"salah{number}@satu.example")
        await worker.drain(provider)
        await put_mail(provider, "benar@satu.example")
        await worker.drain(provider)
        assert [letter.to for letter in mail_server.received] == ["benar@satu.example"]


async def test_after_the_last_try_a_mail_is_dead(
    providers: Providers, mail_server: MailServer, clock: ManualClock
) -> None:
    async with providers(smtp={**smtp(mail_server), "port": 1}) as broken:
        item = await put_mail(broken)
        for pause in (*BACKOFF, 0):
            await worker.drain(broken)
            clock.advance(max(pause, breakers.PAUSE))
        dead = await row(broken, item)
        assert (dead.state, dead.attempts) == ("dead", len(BACKOFF) + 1)
        assert dead.payload_sealed is not None


async def test_two_workers_share_the_work(providers: Providers, mail_server: MailServer) -> None:
    async with providers(smtp=smtp(mail_server)) as one, providers(smtp=smtp(mail_server)) as two:
        for number in range(40):
            await put_mail(one, f"peserta{number}@contoh.example")
        await asyncio.gather(worker.drain(one), worker.drain(two))
        assert len({letter.to for letter in mail_server.received}) == len(mail_server.received) == 40


async def test_a_row_that_no_key_opens_does_not_hold_up_the_others(provider: Provider, place_outbox: Outbox) -> None:
    spoilt, whole = await put_mail(provider), await put_mail(provider)
    async with provider.database.transaction() as tx:
        await tx.execute(update(outbox).where(outbox.c.id == spoilt).values(payload_sealed=b"\x04spoilt-beyond-repair"))
    await worker.drain(provider)
    assert (await state(provider, spoilt), await state(provider, whole)) == ("dead", "delivered")
    assert len(place_outbox.letters()) == 1


@pytest.fixture
def place_outbox(provider: Provider) -> Outbox:
    return Outbox(provider.settings.var / "outbox")


async def test_in_dev_mode_mail_is_a_file_newest_last(
    provider: Provider, place_outbox: Outbox, clock: ManualClock
) -> None:
    for number in range(3):
        await put_mail(provider, text=f"nomor {number}")
        await worker.drain(provider)
        clock.advance(number)
    assert [letter.text.strip() for letter in place_outbox.letters()] == ["nomor 0", "nomor 1", "nomor 2"]
    files: list[Path] = [letter.path for letter in place_outbox.letters()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


async def test_outside_dev_mode_a_missing_server_is_a_failure_not_a_file(
    provider: Provider, providers: Providers, place_outbox: Outbox
) -> None:
    async with providers(dev=False) as serious:
        item = await put_mail(serious)
        await worker.drain(serious)
        waiting = await row(serious, item)
        assert (waiting.state, waiting.last_error) == ("waiting", "no mail server: set IDP_SMTP__HOST")
    assert place_outbox.letters() == []


async def test_a_header_cannot_be_smuggled_in(provider: Provider) -> None:
    async with provider.database.transaction() as tx:
        payload = {"to": "a@contoh.example", "subject": "Halo\r\nBcc: semua@contoh.example", "text": "x", "html": "x"}
        item = await provider.outbox.put(tx, "mail", "contoh.example", payload)
    await worker.drain(provider)
    assert await state(provider, item) == "dead"

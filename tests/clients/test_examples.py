"""What a newcomer sees: `python -m examples` and a walk through the services, on both kinds of storage."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from playwright.async_api import Browser as Chromium
from sqlalchemy import update

from examples.registry.people import NEWCOMER
from idp.store.database import connect
from idp.store.tables import accounts
from tests.clients.person import Authenticator, Person
from tests.support.browser import Page
from tests.support.processes import PATIENCE, Child, accepts
from tests.support.relying_party import Account
from tests.support.servers import ROOT, Server, Storages, settings_for

# The ports of the services are registered with the provider, so one worker of a run has them all.
pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("examples")]

PORTS = (8101, 8102, 8103, 8104, 8105, 8106, 8107)
SALDO, KLAIM, JMO, MITRA, SIAPKERJA, REGISTRY, GATEWAY = (f"http://localhost:{port}" for port in PORTS)


@dataclass(frozen=True)
class Demo:
    """The running demo: the supervisor's process, and what demo.json says."""

    child: Child
    server: Server

    @cached_property
    def authenticator(self) -> Authenticator:
        """One for all tests on this demo: a code is good once, whoever types it."""
        return Authenticator(self.account)

    @cached_property
    def _authenticators(self) -> dict[int, Authenticator]:
        return {}

    def authenticator_of(self, index: int) -> Authenticator:
        """The app of another demo account; also one for all tests."""
        return self._authenticators.setdefault(index, Authenticator(self.server.account(index)))

    @property
    def keychain(self) -> Path:
        return self.server.storage.var / "jmo" / "keychain.json"

    @property
    def issuer(self) -> str:
        return self.server.issuer

    @property
    def account(self) -> Account:
        return self.server.account()


@pytest.fixture(scope="module")
def fixed_ports() -> Iterator[None]:
    """The services' ports are registered with the provider, so one worker of the run has them at a time."""
    with open(Path(tempfile.gettempdir()) / "gerbang-example-ports.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        taken = [port for port in PORTS if accepts("127.0.0.1", port)]
        assert not taken, f"ports {taken} are taken: stop the ./run that is still running"
        yield


@pytest.fixture(scope="module")
def demo(storages: Storages, fixed_ports: None) -> Iterator[Demo]:
    storage = storages.empty()
    server = Server(storage, workers=2 if storage.redis_url else 1)
    storage.var.parent.mkdir(parents=True, exist_ok=True)
    screen = storage.var.parent / "screen.log"
    child = Child([sys.executable, "-m", "examples"], screen, cwd=ROOT, env=server.env(), stop_signal=signal.SIGINT)
    child.wait_until(lambda: "Ctrl-C" in screen.read_text())
    yield Demo(child, server)
    if storage.redis_url:
        child.process.send_signal(signal.SIGINT)  # somebody presses it twice
        while child.process.poll() is None and accepts("127.0.0.1", PORTS[0]):
            time.sleep(0.02)
    assert child.stop() == 0, "Ctrl-C is a way to end it, not an accident"
    assert not [port for port in (*PORTS, server.port) if accepts("127.0.0.1", port)], "something was left running"
    storages.remove(storage)


@pytest.fixture
async def person(demo: Demo) -> AsyncIterator[Person]:
    """Somebody with a fresh browser and a fresh phone."""
    demo.keychain.unlink(missing_ok=True)
    async with Person(demo.account, demo.authenticator) as somebody:
        yield somebody


async def test_the_language_chosen_at_a_service_is_the_providers_too(person: Person) -> None:
    front = await person.look(f"{SALDO}/?bahasa=en")
    assert "See your social-security balance" in front.text
    assert front.links["My account"].endswith("/akun?ui_locales=en")
    asked = await person.look(f"{SALDO}/masuk")
    assert '<html lang="en">' in asked.html
    assert "sign-in" in asked.ids


def test_the_screen_says_where_to_click(demo: Demo) -> None:
    screen = demo.child.tail(200)
    for wanted in (
        SALDO,
        KLAIM,
        JMO,
        MITRA,
        SIAPKERJA,
        REGISTRY,
        GATEWAY,
        f"{demo.issuer}/akun",
        f"{demo.issuer}/daftar",
        demo.account.email,
        demo.account.password,
        "DEV MODE",
        f"{NEWCOMER.name}, NIK {NEWCOMER.nik}",
    ):
        assert wanted in screen
    assert re.search(r"\b\d{6}\b", screen), "the code of the authenticator app"
    employer = demo.server.account(2)
    assert employer.email in screen, "whoever opens the employer portal as somebody else finds no company"
    assert re.search(rf"{employer.password}  code \d{{6}}\b", screen), "two factors, so both are told"


async def test_one_account_three_services(demo: Demo, person: Person) -> None:
    front = await person.look(SALDO)
    assert "sign-in" in front.ids
    balance = await person.open(f"{SALDO}/masuk")
    assert person.asked == ["password", "code"], "saldo asks for a second factor before it shows a balance"
    assert balance.url == f"{SALDO}/saldo", balance.text

    person.asked.clear()
    form = await person.open(f"{KLAIM}/masuk")
    assert form.url == f"{KLAIM}/klaim"
    assert person.asked == [], "two factors, minutes ago: klaim has nothing left to ask"
    await file_a_claim(person, form)

    await jmo_signed_in(person)
    assert person.asked == []
    app = await person.look(f"{JMO}/saldo")
    assert app.url == f"{JMO}/saldo"
    assert money(app) == money(balance) != [], "an access token's sub is its resource's, whoever fetched it"

    gone = await person.press(balance, "sign-out")
    assert gone.url.startswith(f"{SALDO}/")
    assert "sign-in" in gone.ids
    await eventually_signed_out(person, KLAIM)


async def file_a_claim(person: Person, form: Page) -> None:
    wrong = await person.press(form, "file-claim", {"program": "JHT", "bank_account": "12", "reason": "Pensiun"})
    assert wrong.status == 422
    assert "Nomor rekening" in wrong.text
    typed = {"program": "JHT", "bank_account": "1234 5678 90", "reason": "Pensiun <b>"}
    filed = await person.press(wrong, "file-claim", typed)
    assert "rekening ••••7890" in filed.text
    again = await person.press(wrong, "file-claim", typed)
    assert again.text.count("••••7890") == 1, "a second click files nothing"


async def test_jmo_steps_up_in_the_browser_and_comes_back(demo: Demo, person: Person) -> None:
    home = await jmo_signed_in(person)
    assert person.asked == ["password"]
    page = await person.look(f"{JMO}/saldo")
    assert "step-up" in page.ids
    cancelled = await person.look(f"{JMO}/")
    assert "balance" in cancelled.ids, "Nanti saja: still signed in"
    assert home.url == f"{JMO}/"


async def test_jmo_rotates_its_refresh_token(demo: Demo, person: Person) -> None:
    await jmo_signed_in(person)
    assert demo.keychain.stat().st_mode & 0o077 == 0, "the app's tokens are nobody else's to read"
    before = json.loads(demo.keychain.read_text())["refresh_token"]
    assert "balance" in (await person.look(JMO)).ids
    assert json.loads(demo.keychain.read_text())["refresh_token"] != before


async def test_a_stolen_refresh_token_ends_the_family(demo: Demo, person: Person) -> None:
    await jmo_signed_in(person)
    stolen = json.loads(demo.keychain.read_text())["refresh_token"]
    for _ in range(3):  # the app goes on, and leaves the stolen one two generations behind
        assert "balance" in (await person.look(JMO)).ids
    known = demo.server.demo["clients"]["jmo"]
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
        form = {"grant_type": "refresh_token", "refresh_token": stolen, "client_id": known["client_id"]}
        theft = await http.post(f"{demo.issuer}/token", data=form)
    assert (theft.status_code, theft.json()["error"]) == (400, "invalid_grant")
    assert "sign-in" in (await person.look(JMO)).ids, "the family is dead, so the app asks to sign in again"


async def test_keluar_dari_semua_reaches_all_three(demo: Demo, person: Person) -> None:
    await jmo_signed_in(person)
    await person.open(f"{SALDO}/masuk")
    await person.open(f"{KLAIM}/masuk")
    account = await person.open((await person.open(JMO)).links["Keluar dari semua layanan"])
    assert account.url == f"{demo.issuer}/akun?ui_locales=id#sign-out-everywhere"
    await person.press(account, "sign-out-everywhere")
    for service in (SALDO, KLAIM, JMO):
        await eventually_signed_out(person, service)


async def test_a_real_browser_goes_through_all_of_it(demo: Demo, chromium: Chromium) -> None:
    """What only a browser enforces: form-action along whole redirect chains, SameSite cookies, the loopback redirect."""
    demo.keychain.unlink(missing_ok=True)
    context = await chromium.new_context(locale="id-ID")
    complaints: list[str] = []
    try:
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        await page.goto(SALDO)
        await page.click("#sign-in")
        await page.fill("[name=identifier]", demo.account.email)
        await page.fill("[name=password]", demo.account.password)
        await page.click("#sign-in")
        await page.fill("[name=code]", demo.authenticator.code())
        await page.click("#submit-code")
        await page.wait_for_url(f"{SALDO}/saldo")
        assert "Rp" in await page.inner_text("#old-age")

        await page.goto(KLAIM)
        await page.click("#sign-in")
        await page.wait_for_url(f"{KLAIM}/klaim")

        await page.goto(JMO)
        await page.click("#sign-in")
        await page.wait_for_url(f"{JMO}/")
        await page.click("#balance")
        await page.wait_for_selector("#old-age")

        await page.goto(f"{SALDO}/saldo")
        await page.click("#sign-out")
        await page.wait_for_url(f"{SALDO}/**")
        await page.wait_for_selector("#sign-in")
        assert not complaints, complaints
    finally:
        await context.close()


async def test_who_cancels_gets_a_page_that_says_so(demo: Demo, person: Person) -> None:
    await person.look(f"{SALDO}/masuk")
    page = await person.look(f"{SALDO}/callback?error=access_denied&state=x&iss={demo.issuer}")
    assert "membatalkan" in page.text
    mixed_up = await person.look(f"{SALDO}/callback?code=x&state=x&iss=https://evil.example")
    assert mixed_up.status == 400


def test_a_taken_port_is_one_line_and_an_exit_code(storages: Storages, demo: Demo) -> None:
    storage = storages.empty()
    second = Server(storage)
    log = storage.var.parent / "second.log"
    child = Child([sys.executable, "-m", "examples"], log, cwd=ROOT, env=second.env())
    assert child.process.wait(PATIENCE) == 1
    assert re.fullmatch(r"run: port 8101 is taken: stop .*\n", log.read_text())
    storages.remove(storage)


def test_a_taken_provider_port_names_its_setting(storages: Storages, demo: Demo) -> None:
    storage = storages.empty()
    log = storage.var.parent / "second.log"
    child = Child([sys.executable, "-m", "examples"], log, cwd=ROOT, env=Server(storage, port=demo.server.port).env())
    assert child.process.wait(PATIENCE) == 1
    assert log.read_text() == f"run: port {demo.server.port} is taken: stop what listens there, or set IDP_PORT\n"
    storages.remove(storage)


@pytest.mark.parametrize(
    ("name", "wrong", "line"),
    [
        ("IDP_PORT", "abc", "IDP_PORT=abc is no port; set it to a number from 1 to 65535"),
        ("IDP_MANAGEMENT_PORT", "0", "IDP_MANAGEMENT_PORT=0 is no port; set it to a number from 1 to 65535"),
        (
            "IDP_VAR",
            "/proc/self/var",
            "/proc/self/var/run.log: cannot be written (No such file or directory); set IDP_VAR",
        ),
    ],
)
def test_the_demo_says_what_is_wrong_with_its_ports_and_its_folder(name: str, wrong: str, line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples"],
        cwd=ROOT,
        env=os.environ | {name: wrong},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"run: {line}")
    assert len(done.stderr.splitlines()) == 1


async def jmo_signed_in(person: Person) -> Page:
    return await person.press(await person.look(JMO), "sign-in")


async def eventually_signed_out(person: Person, service: str) -> None:
    """Back-channel logout goes through the outbox, so it takes a moment."""
    deadline = time.monotonic() + PATIENCE
    while "sign-in" not in (page := await person.look(service)).ids:
        assert time.monotonic() < deadline, f"still signed in at {service}: {page.text}"
        await anyio.sleep(0.2)


def money(page: Page) -> Any:
    return re.findall(r"Rp[\d.]+", page.text)


DEWI, RATNA = 2, 3  # acts for two companies; an heir


@pytest.fixture
async def dewi(demo: Demo) -> AsyncIterator[Person]:
    async with Person(demo.server.account(DEWI), demo.authenticator_of(DEWI)) as somebody:
        yield somebody


@pytest.fixture
async def ratna(demo: Demo) -> AsyncIterator[Person]:
    async with Person(demo.server.account(RATNA), demo.authenticator_of(RATNA)) as somebody:
        yield somebody


async def alter(demo: Demo, index: int, **columns: Any) -> None:
    """Change an account where it lies, as a journey of the provider's own pages would."""
    database = await connect(settings_for(demo.server.storage))
    async with database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.email == demo.server.account(index).email).values(**columns))
    await database.close()


async def test_an_employer_sees_the_companies_of_the_claim_and_her_own_history(demo: Demo, dewi: Person) -> None:
    """Seed rows 1, 2, 4, 48, 49, 50."""
    companies = await dewi.open(f"{MITRA}/masuk")
    assert dewi.asked == ["password", "code"]
    assert companies.text.count("petugas HR") == 2
    assert (await dewi.look(f"{MITRA}/perusahaan/NN013579")).status == 200
    assert (await dewi.look(f"{MITRA}/perusahaan/NN999999")).status == 403

    balance = await dewi.open(f"{SALDO}/masuk")
    assert dewi.asked == ["password", "code"], "two factors, minutes ago"
    assert "Penerima upah (PU)" in balance.text
    assert "Jaminan Pensiun (JP)" in balance.text
    history = await dewi.look(f"{SALDO}/riwayat?jenis=iuran")
    years = re.findall(r"<option(?: selected)?>(\d{4})</option>", history.html)
    assert len(years) >= 1
    of_year = await dewi.look(f"{SALDO}/riwayat?jenis=iuran&tahun={years[0]}")
    rows = re.findall(r"<time datetime=\"(\d{4})-", of_year.html)
    assert rows
    assert set(rows) == {years[0]}
    csv = await dewi.look(f"{SALDO}/riwayat.csv?jenis=iuran&tahun={years[0]}")
    assert csv.headers["content-disposition"] == 'attachment; filename="riwayat-iuran.csv"'
    assert len(csv.html.splitlines()) == len(rows) + 1
    pdf = await dewi.look(f"{SALDO}/riwayat.pdf?jenis=klaim")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.html.startswith("%PDF-1.4")
    assert (await dewi.look(f"{SALDO}/riwayat.exe")).status == 404
    await pay_contributions(demo, dewi, balance)


async def pay_contributions(demo: Demo, dewi: Person, balance: Page) -> None:
    found = re.search(r'id="code">(\d{15})<', balance.html)
    assert found
    counter = await dewi.look(GATEWAY)
    wrong = await dewi.press(counter, "pay", {"bill": "880000000000000", "amount": "50000"})
    assert "tidak dikenal" in wrong.text
    assert "paling sedikit" in (await dewi.press(wrong, "pay", {"bill": found[1], "amount": "5"})).text
    paid = await dewi.press(wrong, "pay", {"bill": found[1], "amount": "Rp150.000"})
    assert "Rp150.000 sudah dibukukan" in paid.text
    await dewi.press(wrong, "pay", {"bill": found[1], "amount": "Rp150.000"})
    after = await dewi.look(f"{SALDO}/saldo")
    assert amount(after) == amount(balance) + 150_000, "a payment that is sent twice is booked once"
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
        unsigned = await http.post(f"{SALDO}/api/iuran", json={"code": found[1], "amount": 50_000, "number": "x" * 10})
    assert unsigned.status_code == 401


async def test_an_heir_claims_with_an_account_of_her_own(demo: Demo, ratna: Person) -> None:
    """Seed rows 7 and 8."""
    form = await ratna.open(f"{KLAIM}/masuk")
    assert ratna.asked == ["password", "code"]
    assert form.url == f"{KLAIM}/klaim", form.text
    typed = {"program": "JKM", "bank_account": "1234567890", "reason": "Ayah meninggal"}
    wrong = await ratna.press(form, "file-claim", typed)
    assert wrong.status == 422
    assert "hubungan Anda" in wrong.text
    heir = {"deceased": "150 0456 7890", "relation": "anak", "certificate": "AKM-2025-11"}
    filed = await ratna.press(wrong, "file-claim", {**typed, **heir})
    assert "JKM, almarhum ••••7890" in filed.text
    assert "cool-down" not in filed.ids
    await alter(demo, RATNA, contact_changed_at=int(time.time()) - 60)
    again = await ratna.open(f"{KLAIM}/masuk")
    assert "cool-down" in again.html
    assert "paling cepat dibayar" in again.text
    paid_later = await ratna.press(again, "file-claim", {**typed, **heir})
    assert paid_later.text.count("almarhum ••••7890") == 2, "a claim is taken all the same"
    await alter(demo, RATNA, contact_changed_at=None)


async def test_who_is_not_known_well_enough_is_shown_the_way(demo: Demo) -> None:
    """Seed rows 10 and 11: an account without a participant number has no balance, and learns how it gets one."""
    async with Person(demo.server.account(1), demo.authenticator) as siti:
        stranger = await siti.open(f"{SALDO}/masuk")
        assert "again" in stranger.ids, "once checked, the way back is on the same page"
        assert "belum terhubung dengan nomor peserta" in stranger.text
        assert f"{demo.issuer}/akun/identitas?ui_locales=id" in stranger.html
        asked = await siti.open(f"{KLAIM}/masuk")
        assert "Sebelum mengajukan klaim, kami perlu mengirim kode" in asked.text, (
            "her proven number is a second factor"
        )
        none = await siti.open(f"{SIAPKERJA}/masuk")
        assert "belum terhubung dengan nomor peserta" in none.text
        page = await siti.look(f"{demo.issuer}/akun/identitas")
        data = {"nik": "3374064507920002", "name": "Siti Rahayu", "day": "5", "month": "7", "year": "1992"}
        page = await siti.press(page, "submit-identity", data)
        deadline = time.monotonic() + PATIENCE
        while "Cocok dengan data peserta" not in page.text:
            assert time.monotonic() < deadline, page.text
            await anyio.sleep(0.2)
            page = await siti.look(f"{demo.issuer}/akun/identitas")
        known = await siti.open(f"{SIAPKERJA}/masuk")
        assert "JKP hanya untuk penerima upah" in known.text


async def test_another_ministry_is_told_what_the_person_allows(demo: Demo, person: Person) -> None:
    """Seed row 9."""
    question = await person.open(f"{SIAPKERJA}/masuk")
    assert person.asked == ["password", "consent"]
    assert "17001234567" in question.text
    wrong = await person.press(question, "file", {"employer": "", "last_day": "2999-01-01"})
    assert wrong.status == 422
    assert "harus sudah lewat" in wrong.text
    filed = await person.press(wrong, "file", {"employer": "PT Lama", "last_day": "2025-10-31"})
    assert "PT Lama, 2025-10-31" in filed.text


async def test_jmo_keeps_in_step_with_the_web(demo: Demo) -> None:
    """Seed row 47."""
    demo.keychain.unlink(missing_ok=True)
    async with Person(demo.server.account(DEWI), demo.authenticator_of(DEWI)) as dewi:
        await jmo_signed_in(dewi)
        home = await dewi.look(JMO)
        assert "+6281311122233" in home.text
        assert "19003456789" in home.text
        assert "diperbarui" not in home.text
        await alter(demo, DEWI, phone="+6281399988877")
        home = await dewi.look(JMO)
        assert "Nomor HP Anda sudah diperbarui" in home.text
        assert "+6281399988877" in home.text
        assert "diperbarui" not in (await dewi.look(JMO)).text
        await alter(demo, DEWI, phone="+6281311122233")
    demo.keychain.unlink(missing_ok=True)


async def test_a_real_browser_takes_history_home_and_allows_a_third_party(demo: Demo, chromium: Chromium) -> None:
    context = await chromium.new_context(locale="id-ID", accept_downloads=True)
    complaints: list[str] = []
    dewi = demo.server.account(DEWI)
    try:
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        await page.goto(MITRA)
        await page.click("#sign-in")
        await page.fill("[name=identifier]", dewi.email)
        await page.fill("[name=password]", dewi.password)
        await page.click("#sign-in")
        await page.fill("[name=code]", demo.authenticator_of(DEWI).code())
        await page.click("#submit-code")
        await page.wait_for_url(f"{MITRA}/perusahaan")
        await page.click("#list a >> nth=0")
        assert "Rp" in await page.inner_text("#due")

        await page.goto(SALDO)
        await page.click("#sign-in")
        await page.click("#history")
        await page.select_option("#jenis", "klaim")
        await page.click("#filter")
        await page.wait_for_url("**jenis=klaim**")
        assert "JKK" in await page.inner_text("#history")
        async with page.expect_download() as taken:
            await page.click("#pdf")
        document = anyio.Path(await (await taken.value).path())
        assert (await document.read_bytes()).startswith(b"%PDF")

        await page.goto(SIAPKERJA)
        await page.click("#sign-in")
        await page.wait_for_selector("#allow")
        assert "19003456789" in await page.inner_text("main")
        await page.click("#allow")
        await page.fill("#employer", "PT Lama")
        await page.fill("#last_day", "2025-10-31")
        await page.click("#file")
        assert "PT Lama" in await page.inner_text("#filed")
        assert not complaints, complaints
    finally:
        await context.close()


def amount(page: Page) -> int:
    found = re.search(r'id="old-age">Rp([\d.]+)<', page.html)
    assert found, page.text
    return int(found[1].replace(".", ""))

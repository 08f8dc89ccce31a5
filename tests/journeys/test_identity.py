"""Who somebody is: typed data, a registry that confirms them or does not, officers, and what services learn of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import orjson
import pyotp
import pytest
from sqlalchemy import select

from idp.accounts import account, lookup, membership, proofing
from idp.flows import people
from idp.flows import proofing_desk as desk
from idp.flows.people import Wanted
from idp.store.tables import audit, outbox
from idp.worker import drain
from tests.journeys.mailbox import letters
from tests.journeys.test_activate import sign_in
from tests.support.browser import Browser, Page
from tests.support.outbox import Letter
from tests.support.pictures import card
from tests.support.registry import odd_registry, registry_service
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

PASSWORD = "layang putus di atas sawah"
RATNA = {"nik": "3471 0462 1199 0004", "name": "Ratna Wulandari", "day": "22", "month": "11", "year": "1999"}
MADE = {"nik": "5171.0328.0296.0006", "name": "made suartana", "day": "28", "month": "2", "year": "1996"}
SLAMET = {"nik": "1271051009600005", "name": "Slamet Wibowo", "day": "10", "month": "9", "year": "1960"}
MADES_NUMBER = "20005678901"
ACR = "urn:gerbang:acr:"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with registry_service(tmp_path_factory.mktemp("registry")) as settings:
        yield settings


@pytest.fixture
async def asking(
    houses: Callable[..., AbstractAsyncContextManager[House]], registry: dict[str, Any]
) -> AsyncIterator[House]:
    """A house that asks the example registry."""
    async with houses(registry=registry) as house:
        yield house


async def newcomer(house: House, email: str = "made@contoh.example", totp: bool = False) -> Account:
    secret = pyotp.random_base32() if totp else None
    wanted = Wanted(email=email, name="Belum Tahu", password=PASSWORD, totp_secret=secret)
    await people.create(house.provider, wanted, by="test")
    return Account(email, PASSWORD, secret)


async def at_identity(house: House, person: Account, address: str = "198.51.100.7") -> tuple[Browser, Page]:
    browser = house.browser(address)
    await sign_in(browser, person.email, person.password)
    return browser, await browser.get("/akun/identitas")


async def submitted(house: House, person: Account, data: dict[str, str]) -> tuple[Browser, Page]:
    browser, page = await at_identity(house, person)
    return browser, await browser.submit(page, data, press="submit-identity")


async def id_of(house: House, person: Account) -> UUID:
    found = await people.find(house.provider, person.email)
    assert found
    return found.id


async def level(house: House, person: Account) -> int:
    found = await people.find(house.provider, person.email)
    assert found
    return found.identity_level


async def newest(house: House, person: Account) -> proofing.Proofing:
    async with house.provider.database.reading() as tx:
        found = await proofing.newest(tx, await id_of(house, person))
    assert found
    return found


async def subjects(house: House, person: Account) -> list[str]:
    return [letter.subject for letter in await letters(house, person.email)]


async def test_the_registry_confirms_by_the_worker(asking: House) -> None:
    person = await newcomer(asking)
    browser, page = await submitted(asking, person, MADE)
    assert "Data sedang dicocokkan" in page.text
    assert "submit-identity" not in page.ids, "nothing is typed while somebody looks"
    assert await subjects(asking, person) == ["Data Anda cocok"]
    page = await browser.get("/akun/identitas")
    assert "Cocok dengan data peserta" in page.text
    assert "5171••••••••0006" in page.text
    assert "5171032802960006" not in page.html
    found = await people.find(asking.provider, MADES_NUMBER)
    assert found
    assert (found.email, found.identity_level, found.identity_method) == (person.email, 1, "registry")
    async with asking.provider.database.reading() as tx:
        member = await membership.read(tx, found.id)
        nik = lookup.key(asking.provider.material, lookup.NIK, "5171032802960006")
        assert (await account.find(tx, nik) or found).id == found.id
    assert member == membership.Membership((MADES_NUMBER,), "PMI", "active")


async def test_who_does_not_want_to_wait_has_it_asked_at_once(asking: House) -> None:
    person = await newcomer(asking)
    browser, page = await submitted(asking, person, MADE)
    page = await browser.submit(page, press="ask-now")
    assert "Cocok dengan data peserta" in page.text
    assert await subjects(asking, person) == ["Data Anda cocok"], "the worker's turn finds nothing left to do"


async def test_what_is_confirmed_reaches_services_and_recovers_the_account(asking: House) -> None:
    person = await newcomer(asking)
    browser, _ = await submitted(asking, person, MADE)
    await drain(asking.provider)
    party = asking.relying_party("bench")
    tokens = await party.sign_in(browser, person, scope="openid kepesertaan")
    userinfo = (await party.userinfo(tokens.access_token)).json()
    assert (userinfo["nomor_peserta"], userinfo["kategori"], userinfo["peserta"]) == ([MADES_NUMBER], "PMI", True)
    stranger = asking.browser("203.0.113.9")
    page = await stranger.get("/lupa-kata-sandi")
    await stranger.submit(page, {"identifier": MADES_NUMBER}, press="send-reset")
    assert "Atur ulang kata sandi" in await subjects(asking, person)


async def test_a_difference_is_told_without_saying_where(asking: House) -> None:
    for n, wrong in enumerate(({"name": "Made Suarta"}, {"nik": "5171032802960007"}, {"year": "1896"})):
        person = await newcomer(asking, f"orang-{n}@contoh.example")
        browser, page = await at_identity(asking, person)
        page = await browser.submit(page, {**MADE, **wrong}, press="submit-identity")
        if "year" in wrong:
            assert "Masukkan tanggal lahir" in page.text
            continue
        await drain(asking.provider)
        page = await browser.get("/akun/identitas")
        if "nik" in wrong:
            assert "Petugas sedang memeriksa" in page.text, "nobody has that number: an officer looks"
            continue
        assert "Data belum cocok" in page.text
        assert {"submit-identity", "ask-officer"} <= page.ids
        [letter] = await letters(asking, person.email)
        assert letter.subject == "Identitas belum bisa dipastikan"
        assert "Periksa NIK, nama, dan tanggal lahir" in letter.text
        assert "Tanpa foto, petugas hanya bisa mencocokkan data Anda" in page.text
        page = await browser.submit(page, press="ask-officer")
        assert "Petugas sedang memeriksa" in page.text
        assert "Foto wajah dengan KTP" in page.text, "what is missing can still be sent"


async def test_what_a_registry_confirmed_is_raised_by_photos_alone(asking: House) -> None:
    person = await newcomer(asking)
    browser, _ = await submitted(asking, person, MADE)
    await drain(asking.provider)
    page = await browser.get("/akun/identitas")
    assert {"add-photos"} <= page.ids
    assert "ask-officer" not in page.ids
    fields = dict((await browser.get("/akun/kontak")).forms[-1].values)
    await browser.http.post("/akun/identitas", data={**fields, "officer": "1"})
    assert (await newest(asking, person)).state == "matched"
    for kind in ("ktp", "selfie"):
        assert "to-identity" not in (await browser.get("/akun/dokumen")).ids, "what is missing comes first"
        page = await browser.upload(await browser.get(f"/akun/dokumen/unggah?jenis={kind}"), "photo", card())
    assert "Menunggu diperiksa" not in page.text, "nobody was asked to look at them"
    page = await browser.click(page, "Lanjutkan")
    assert "add-photos" not in page.ids
    page = await browser.submit(page, press="ask-officer")
    assert "Petugas sedang memeriksa" in page.text
    assert "Yang masih kurang" not in page.text
    page = await browser.get("/akun/dokumen")
    assert page.text.count("Menunggu diperiksa") == 2
    assert "to-identity" not in page.ids


async def test_a_registry_that_is_away_is_asked_again_later(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url}) as house:
        person = await newcomer(house)
        odd.says(b"", "503 Service Unavailable")
        browser, page = await submitted(house, person, MADE)
        page = await browser.submit(page, press="ask-now")
        assert "Data sedang dicocokkan" in page.text
        await drain(house.provider)
        assert await subjects(house, person) == []
        odd.says(b'{"hasil": "cocok", "kepesertaan": {"nomor": ["20005678901"], "kategori": "PMI", "status": "aktif"}}')
        house.clock.advance(6)
        assert await subjects(house, person) == ["Data Anda cocok"]
        assert b'"nik": "5171032802960006"' in odd.asked[0]


async def test_a_registry_that_never_answers_leaves_it_to_officers(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url}) as house:
        person = await newcomer(house)
        odd.says(b"", "500 Internal Server Error")
        await submitted(house, person, MADE)
        for _ in range(14):
            await drain(house.provider)
            house.clock.advance(13 * 3600)
        assert (await newest(house, person)).state == "review"


async def test_a_slow_registry_holds_nobody_up(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url, "patience": 1}) as house:
        person = await newcomer(house)
        browser, page = await submitted(house, person, MADE)
        page = await browser.submit(page, press="ask-now")
        assert "Data sedang dicocokkan" in page.text
        assert len(odd.asked) == 1


GARBAGE = (
    b"", b"<html>", b"[]", b"null", b'{"hasil": "ya"}', b'{"hasil": "cocok", "meninggal": "tidak"}',
    b'{"hasil": "cocok", "kepesertaan": {"nomor": ["1"], "kategori": "PU"}}',
    b'{"hasil": "cocok", "kepesertaan": {"nomor": [17001234567], "kategori": "PU"}}',
    b'{"hasil": "cocok", "kepesertaan": {"nomor": ["17001234567"], "kategori": "\\"}"}}',
    b'{"hasil": "cocok", "kepesertaan": {"nomor": "17001234567", "kategori": "PU"}}',
    b'{"hasil": "cocok", "perusahaan": [{"npp": "N"}], "kepesertaan": {"kategori": "PU"}}',
    b'{"hasil": "tidak_cocok", "alasan": {"nama": "Made"}}', b"{" * 5000, b"\xff\xfe", b'"' + b"x" * 70_000 + b'"',
)  # fmt: skip


# Redis counts how often somebody asks at once by a clock of its own, which no test moves.
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_garbage_confirms_nothing(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url}) as house:
        person = await newcomer(house)
        browser, page = await submitted(house, person, MADE)
        for body in GARBAGE:
            odd.says(body)
            page = await browser.submit(page, press="ask-now")
            house.clock.advance(301)
            assert (await newest(house, person)).state == "submitted", body
        await drain(house.provider)
        assert len(odd.asked) == len(GARBAGE) + 1
        assert await level(house, person) == 0
        async with house.provider.database.reading() as tx:
            [error] = (await tx.execute(select(outbox.c.last_error).where(outbox.c.kind == "registry"))).scalars()
        assert error.startswith("the registry")
        assert "5171" not in error


async def test_two_accounts_that_name_one_person_at_once_are_not_both_that_person(asking: House) -> None:
    both = [await newcomer(asking, f"kembar-{n}@contoh.example") for n in range(2)]
    pages = [await submitted(asking, person, MADE) for person in both]
    await asyncio.gather(*(browser.submit(page, press="ask-now") for browser, page in pages))
    await drain(asking.provider)
    states = {(await newest(asking, person)).state for person in both}
    assert states == {"matched", "review"}
    levels = sorted([await level(asking, person) for person in both])
    assert levels == [0, 1]


async def test_whoever_comes_second_is_not_told(asking: House) -> None:
    """T30 and its kin: the page is the one of somebody whom no registry knows."""
    first, second = await newcomer(asking, "satu@contoh.example"), await newcomer(asking, "dua@contoh.example")
    await submitted(asking, first, MADE)
    await drain(asking.provider)
    browser, page = await submitted(asking, second, MADE)
    page = await browser.submit(page, press="ask-now")
    unknown = await newcomer(asking, "tiga@contoh.example")
    other, theirs = await submitted(asking, unknown, {**MADE, "nik": "5171032802960009"})
    theirs = await other.submit(theirs, press="ask-now")
    assert page.text.replace("0006", "0009") == theirs.text
    assert await subjects(asking, second) == await subjects(asking, unknown) == []
    found = await people.find(asking.provider, MADES_NUMBER)
    assert found
    assert found.email == first.email


async def test_five_attempts_a_day_then_a_branch(asking: House) -> None:
    person = await newcomer(asking)
    browser, page = await at_identity(asking, person)
    first = page
    for n in range(5):
        page = await browser.submit(page, {**MADE, "name": f"Orang {'abcde'[n]}"}, press="submit-identity")
        page = await browser.submit(page, press="ask-now")
        fields = {**dict(first.forms[-1].values), **MADE}
    assert "Datang ke kantor cabang" in page.text
    assert not {"submit-identity", "ask-officer", "ask-now"} & page.ids
    await browser.http.post("/akun/identitas", data=fields)
    await browser.http.post("/akun/identitas", data={**fields, "officer": "1"})
    assert (await newest(asking, person)).state == "rejected"
    assert await level(asking, person) == 0
    asking.clock.advance(86_401)
    browser, page = await at_identity(asking, person)
    page = await browser.submit(page, MADE, press="submit-identity")
    assert "Data sedang dicocokkan" in page.text


async def test_one_nik_named_by_many_is_no_longer_asked_about(asking: House) -> None:
    """Whoever knows a NIK must not find name and birth date by trying with many accounts."""
    asking.provider.settings.limits.identity_per_nik = 2
    crowd = [await newcomer(asking, f"penebak-{n}@contoh.example") for n in range(3)]
    for person in crowd:
        await submitted(asking, person, {**MADE, "name": "Siapa Saja"})
    await drain(asking.provider)
    states = [(await newest(asking, person)).state for person in crowd]
    assert states == ["rejected", "rejected", "review"]


async def test_what_does_not_fit_can_be_confirmed_and_is_looked_at(house: House) -> None:
    person = await newcomer(house)
    browser, page = await at_identity(house, person)
    odd = {**MADE, "day": "27"}
    page = await browser.submit(page, odd, press="submit-identity")
    assert page.status == 400
    assert "Tanggal lahir tidak cocok dengan NIK" in page.text
    assert "confirmed" in page.names
    assert "5171.0328.0296.0006" in page.html, "nothing is typed twice"
    page = await browser.submit(page, {**odd, "confirmed": "1"}, press="submit-identity")
    assert "Petugas sedang memeriksa" in page.text
    assert (await newest(house, person)).flags == ("nik_birthdate",)


@pytest.mark.parametrize(
    ("data", "flag"),
    [
        ({"nik": "5171032802100006", "year": "2010"}, "under_17"),
        ({"nik": "9971032802960006"}, "unknown_province"),
    ],
)
async def test_what_an_officer_should_see(house: House, data: dict[str, str], flag: str) -> None:
    person = await newcomer(house)
    await submitted(house, person, {**MADE, **data})
    found = await newest(house, person)
    assert (found.state, found.flags) == ("review", (flag,))


MISTAKES = (
    ("nik", "", "NIK harus 16 angka"), ("nik", "517103280296000", "NIK harus 16 angka"),
    ("nik", "5171039902960006", "Susunan NIK ini tidak mungkin"), ("nik", "5171032802960000", "Susunan NIK ini tidak mungkin"),
    ("name", "Mad3", "huruf"), ("day", "31", "Masukkan tanggal lahir"), ("year", "", "Masukkan tanggal lahir"),
)  # fmt: skip


async def test_each_mistake_has_its_sentence(house: House) -> None:
    browser, page = await at_identity(house, await newcomer(house))
    for field, value, said in MISTAKES:
        answer = await browser.submit(page, {**MADE, field: value}, press="submit-identity")
        assert answer.status == 400
        assert said in answer.text, (field, value)


async def test_an_officer_approves_and_the_highest_level_is_reached(house: House) -> None:
    person = await newcomer(house, totp=True)
    browser, _ = await submitted(house, person, MADE)
    [(waiting, _)] = await desk.waiting(house.provider, [proofing.REVIEW], 10)
    assert proofing.target(waiting.created_at) > waiting.created_at + 86_400
    await desk.approve(house.provider, waiting.id, proofing.DOCUMENT, by="officer")
    decided = await newest(house, person)
    assert (decided.state, decided.decided_by) == ("approved", "officer")
    assert decided.documents_until == house.clock.now() + 30 * 86_400
    assert await subjects(house, person) == ["Identitas Anda sudah diperiksa"]
    assert "Semua layanan bisa Anda pakai" in (await browser.get("/akun/identitas")).text
    party = house.relying_party("klaim")
    tokens = await party.sign_in(browser, person, scope="openid klaim:ajukan", acr_values=f"{ACR}loa2v")
    assert tokens.claims["acr"] == f"{ACR}loa2v"
    with pytest.raises(desk.NotOpen):
        await desk.reject(house.provider, waiting.id, "buram", by="officer")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_rejection_names_what_to_mend_in_both_languages(house: House) -> None:
    for locale, word in (("id", "Perbaiki sekarang"), ("en", "Mend it now")):
        person = Account(f"{locale}@contoh.example", PASSWORD)
        wanted = Wanted(email=person.email, name="Belum Tahu", password=PASSWORD, locale=locale)
        await people.create(house.provider, wanted, by="test")
        language = house.provider.theme.language(locale)
        for reason in proofing.REASONS:
            browser, page = await submitted(house, person, MADE)
            await desk.reject(house.provider, (await newest(house, person)).id, reason, by="officer")
            # Beside letters about unusual sign-ins, which come in the same second.
            texts = [" ".join(letter.text.split()) for letter in await letters(house, person.email)]
            assert any(word in text and language.t(f"alasan.{reason}") in text for text in texts)
            page = await browser.get("/akun/identitas?bahasa=" + locale)
            assert language.t(f"alasan.{reason}") in page.text
            house.clock.advance(86_401)


async def test_an_officer_cannot_give_one_nik_to_two(asking: House) -> None:
    first, second = await newcomer(asking, "satu@contoh.example"), await newcomer(asking, "dua@contoh.example")
    for person in (first, second):
        await submitted(asking, person, MADE)
        await drain(asking.provider)
    contested = await newest(asking, second)
    assert (contested.state, contested.flags) == ("review", ("number_taken",))
    with pytest.raises(desk.Contested):
        await desk.approve(asking.provider, contested.id, proofing.BRANCH, by="officer")
    await desk.refer(asking.provider, contested.id, by="officer")
    _browser, page = await at_identity(asking, second)
    assert "Datang ke kantor cabang" in page.text


async def test_who_names_a_dead_person_is_looked_at_not_buried(asking: House) -> None:
    person = await newcomer(asking)
    browser, _ = await submitted(asking, person, SLAMET)
    await drain(asking.provider)
    found = await newest(asking, person)
    assert (found.state, found.flags) == ("review", ("deceased",))
    assert (await browser.get("/akun")).url.endswith("/akun")


async def test_a_death_ends_every_token(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url}) as house:
        person = await newcomer(house)
        answer = {"hasil": "cocok", "kepesertaan": {"nomor": [MADES_NUMBER], "kategori": "PMI", "status": "aktif"}}
        odd.says(orjson.dumps(answer))
        browser, _page = await submitted(house, person, MADE)
        await drain(house.provider)
        party = house.relying_party("bench")
        tokens = await party.sign_in(browser, person, scope="openid kepesertaan offline_access")
        odd.says(orjson.dumps({**answer, "meninggal": True}))
        house.clock.advance(7 * 86_400 + 1)
        refreshed = await party.refresh(tokens.refresh_token)
        await drain(house.provider)  # the round puts the question, the next delivery asks it
        await drain(house.provider)
        assert (await party.userinfo(refreshed.access_token)).status_code == 401
        answered = await party.token(grant_type="refresh_token", refresh_token=refreshed.refresh_token)
        assert answered.json()["error"] == "invalid_grant"
        assert "Email atau kata sandi salah" in (await sign_in(house.browser(), person.email, PASSWORD)).text
        assert (await subjects(house, person))[-1] == "Akun ditutup"
        found = await people.find(house.provider, person.email)
        assert found
        assert found.status == "deceased"
        await people.switch(house.provider, found.id, enabled=True, by="officer")
        assert (await sign_in(house.browser(), person.email, PASSWORD)).url.endswith("/akun")


async def test_memberships_follow_the_registry(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with odd_registry() as odd, houses(registry={"url": odd.url}) as house:
        person = await newcomer(house)
        member: dict[str, Any] = {"nomor": [MADES_NUMBER], "kategori": "PMI", "status": "aktif"}
        odd.says(orjson.dumps({"hasil": "cocok", "kepesertaan": member}))
        await submitted(house, person, MADE)
        await drain(house.provider)
        asked = len(odd.asked)
        await drain(house.provider)
        assert len(odd.asked) == asked, "not before its time"
        changed = {**member, "kategori": "PU", "status": "berhenti"}
        employers = [{"npp": "NN1", "peran": "direktur"}]
        odd.says(orjson.dumps({"hasil": "cocok", "kepesertaan": changed, "perusahaan": employers}))
        house.clock.advance(7 * 86_400 + 1)
        await drain(house.provider)
        await drain(house.provider)
        async with house.provider.database.reading() as tx:
            now = await membership.read(tx, await id_of(house, person))
        assert now == membership.Membership(
            (MADES_NUMBER,), "PU", "inactive", (membership.Employer("NN1", "direktur"),)
        )
        odd.says(b'{"hasil": "tidak_dikenal"}')
        house.clock.advance(7 * 86_400 + 1)
        await drain(house.provider)
        await drain(house.provider)
        assert (await people.find(house.provider, MADES_NUMBER)) is not None, "a registry's gap takes nothing away"


async def test_numbers_are_those_of_the_operators_pattern(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    """Whoever has them longer than ours would else have every match of the registry thrown away as garbage."""
    longer = "2000567890123"
    async with odd_registry() as odd, houses(registry={"url": odd.url}, kpj_pattern=r"\d{13}") as house:
        member = {"nomor": [longer], "kategori": "PMI", "status": "aktif"}
        odd.says(orjson.dumps({"hasil": "cocok", "kepesertaan": member}))
        person = await newcomer(house)
        await submitted(house, person, MADE)
        await drain(house.provider)
        assert await level(house, person) == 1
        found = await people.find(house.provider, longer)
        assert found
        assert found.email == person.email
        declared = Wanted(email="lain@contoh.example", name="Lain", password=PASSWORD, kpj="2000567890124")
        assert (await people.create(house.provider, declared, by="test")).kpj == "2000567890124"


async def test_verified_data_are_nobodys_to_retype(asking: House) -> None:
    person = await newcomer(asking)
    browser, _ = await submitted(asking, person, MADE)
    await drain(asking.provider)
    page = await browser.get("/akun/identitas")
    assert "nik" not in page.names
    fields = dict((await browser.get("/akun/kontak")).forms[-1].values)
    await browser.http.post("/akun/identitas", data={**fields, **RATNA})
    found = await people.find(asking.provider, person.email)
    assert found
    assert found.name.lower() == "made suartana"


async def test_a_form_sent_twice_is_checked_once(asking: House) -> None:
    person = await newcomer(asking)
    browser, page = await at_identity(asking, person)
    await asyncio.gather(*(browser.submit(page, MADE, press="submit-identity") for _ in range(3)))
    async with asking.provider.database.reading() as tx:
        assert await proofing.count(tx, await id_of(asking, person), 0) == 1


async def test_no_nik_in_records(asking: House) -> None:
    person = await newcomer(asking)
    await submitted(asking, person, MADE)
    await drain(asking.provider)
    async with asking.provider.database.reading() as tx:
        told = [str(tuple(row)) for row in await tx.execute(select(audit))]
        kept = [str(tuple(row)) for row in await tx.execute(select(outbox))]
    assert not [line for line in (*told, *kept) if "5171032802960006" in line or "5171.0328" in line]
    sent: list[Letter] = await letters(asking, person.email)
    assert not [letter for letter in sent if "5171" in letter.text]


async def test_a_page_for_one_is_not_answered_for_another(house: House) -> None:
    browser, page = await at_identity(house, await newcomer(house))
    other = await newcomer(house, "lain@contoh.example")
    await browser.http.post("/keluar", data={"csrf": dict(page.forms[-1].values)["csrf"]})
    await sign_in(browser, other.email, other.password)
    await browser.submit(page, MADE, press="submit-identity")
    async with house.provider.database.reading() as tx:
        assert await proofing.newest(tx, await id_of(house, other)) is None


async def test_nobody_sees_it_without_signing_in(house: House) -> None:
    page = await house.browser().get("/akun/identitas")
    assert page.url.endswith("/masuk?kembali=identitas")

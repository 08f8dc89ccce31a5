"""Signing in with a password, as people and guessers meet it."""

import asyncio
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from idp.accounts import account, entrance, lookup
from idp.accounts.password import Hasher
from idp.base.errors import Unavailable
from idp.flows import sign_in as flow
from idp.flows.beginning import SignedIn
from idp.sessions.visitor import Visitor
from idp.store.tables import sign_ups, throttles
from tests.journeys.mailbox import letters
from tests.support.browser import Browser, Page
from tests.support.outbox import Letter
from tests.support.relying_party import Account
from tests.support.round_trips import RoundTrips, counted
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NOBODY = "tidak.ada@contoh.go.id"


async def enter(browser: Browser, identifier: str, password: str, **ticked: str) -> Page:
    """Open the sign-in page and send it."""
    page = await browser.get("/masuk")
    return await browser.submit(page, {"identifier": identifier, "password": password, **ticked}, press="sign-in")


async def signed_in(browser: Browser) -> bool:
    """Whether the browser has a live session: only then does the sign-in page send it on."""
    answer = await browser.http.get("/masuk", follow_redirects=False)
    return answer.status_code == 303 and answer.headers["location"] == "/akun"


async def guess(house: House, address: str, identifier: str, password: str = "salah sama sekali") -> httpx2.Response:
    """One attempt by a program that keeps no cookies from one to the next."""
    http = house.http(address)
    form = (await http.get("/masuk")).text
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token
    return await http.post("/masuk", data={"csrf": token[1], "identifier": identifier, "password": password})


async def failed_more(house: House, times: int) -> None:
    """As after so many failures more of whoever has failed already: made one by one, each would cost a hash."""
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(throttles).values(failures=throttles.c.failures + times))


def plant(browser: Browser, session: str) -> None:
    """Put a session cookie into a browser, in the place of the one that a sign-in would set."""
    browser.http.cookies.set("gerbang-session", session, domain="localhost.local", path="/")


def without_traces(page: Page) -> str:
    """The page without what differs for every browser and every person: tokens, and what was typed."""
    return re.sub(
        r'(name="csrf" value="|id="identifier" name="identifier" type="text" value="|challenge&#34;: &#34;)[^"&]*',
        r"\1",
        page.html,
    )


async def test_the_right_password_begins_a_session(house: House) -> None:
    browser, person = house.browser(), house.account()
    page = await enter(browser, person.email, person.password)
    assert page.url.endswith("/akun")
    assert await signed_in(browser)


async def test_an_address_may_be_typed_in_capitals_and_with_spaces(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, f"  {person.email.upper()} ", person.password)
    assert await signed_in(browser)


async def test_the_mobile_number_is_an_identifier_too(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, "0812-3456-7890", person.password)
    assert await signed_in(browser)


async def test_cookies_are_for_the_server_alone(house: House) -> None:
    http, person = house.http(), house.account()
    first = await http.get("/masuk")
    (device,) = first.headers.get_list("set-cookie")
    assert device.startswith("gerbang-device=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=31536000"} <= set(device.split("; "))
    token = re.search(r'name="csrf" value="([^"]+)"', first.text)
    assert token
    answer = await http.post("/masuk", data={"csrf": token[1], "identifier": person.email, "password": person.password})
    assert answer.status_code == 303
    (session,) = answer.headers.get_list("set-cookie")
    assert session.startswith("gerbang-session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(session.split("; "))
    assert "Max-Age" not in session


async def test_behind_https_cookies_are_host_cookies(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(dev=False, issuer="https://sso.contoh.go.id") as house:
        answer = await house.http().get("/masuk")
    (device,) = answer.headers.get_list("set-cookie")
    assert device.startswith("__Host-gerbang-device=")
    assert "Secure" in device.split("; ")
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_nobody_learns_whether_an_account_exists(house: House) -> None:
    """T33: wrong password, no account, disabled account and something that is no identifier look alike."""
    person, other = house.account(), house.account(1)
    async with house.provider.database.transaction() as tx:
        found = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, other.email))
        assert found is not None
        await account.set_status(tx, found.id, account.DISABLED, house.clock.now())
    pages = [
        await enter(house.browser("203.0.113.1"), person.email, "salah sama sekali"),
        await enter(house.browser("203.0.113.2"), NOBODY, "salah sama sekali"),
        await enter(house.browser("203.0.113.3"), other.email, other.password),
        await enter(house.browser("203.0.113.4"), "bukan apa-apa", "salah sama sekali"),
    ]
    assert {page.status for page in pages} == {400}
    assert len({without_traces(page) for page in pages}) == 1
    assert "Email atau kata sandi salah" in pages[0].text


async def test_the_address_stays_and_the_password_goes_after_an_error(house: House) -> None:
    page = await enter(house.browser(), house.account().email, "salah sama sekali")
    assert f'value="{house.account().email}"' in page.html
    assert "salah sama sekali" not in page.html
    assert page.title.startswith("Kesalahan:")


async def test_empty_fields_are_named_and_not_counted(house: House) -> None:
    browser, person = house.browser(), house.account()
    for _ in range(10):
        page = await enter(browser, "", "")
        assert "Masukkan email, nomor HP, NIK, atau nomor peserta Anda." in page.text
        assert "Masukkan kata sandi Anda." in page.text
    await enter(browser, person.email, person.password)
    assert await signed_in(browser)


async def test_from_the_third_failure_a_new_password_is_offered_first(house: House) -> None:
    for identifier in (house.account().email, NOBODY):
        browser = house.browser()
        offered = [
            "Tidak ingat kata sandi?" in (await enter(browser, identifier, "salah sama sekali")).text for _ in range(3)
        ]
        assert offered == [False, False, True]


async def test_what_was_typed_is_never_markup(house: House) -> None:
    page = await enter(house.browser(), '"><script>alert(1)</script>', "salah sama sekali")
    assert "<script>alert" not in page.html


async def test_an_endless_password_is_refused_without_being_hashed(house: House) -> None:
    page = await enter(house.browser(), house.account().email, "x" * 20_000)
    assert page.status == 400
    assert "Email atau kata sandi salah" in page.text


async def test_failures_are_counted_for_nobody_just_as_for_somebody(house: House) -> None:
    """After the sixth failure a pause, told as a time of day; even the right password waits it out, and nobody's does too."""
    person = house.account()
    for identifier, password in ((person.email, person.password), (NOBODY, "apa saja boleh")):
        browser = house.browser()
        statuses = [(await enter(browser, identifier, "salah sama sekali")).status for _ in range(6)]
        assert statuses == [400] * 6
        page = await enter(browser, identifier, password)
        assert page.status == 429
        assert page.headers["retry-after"] == "30"
        assert re.search(r"Coba lagi pukul \d\d\.\d\d WIB", page.text)
        assert not await signed_in(browser)
    house.clock.advance(30)
    browser = house.browser()
    await enter(browser, person.email, person.password)
    assert await signed_in(browser)


async def test_pauses_double_up_to_a_quarter_of_an_hour_and_end(house: House) -> None:
    browser, person = house.browser(), house.account()
    for _ in range(5):
        await enter(browser, person.email, "salah sama sekali")
    pauses = []
    for _ in range(8):
        assert (await enter(browser, person.email, "salah sama sekali")).status == 400
        pauses.append(int((await enter(browser, person.email, person.password)).headers["retry-after"]))
        house.clock.advance(pauses[-1])
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
    await enter(browser, person.email, person.password)
    assert await signed_in(browser)


async def test_success_forgets_the_failures(house: House) -> None:
    browser, person = house.browser(), house.account()
    for _ in range(3):
        for _ in range(4):
            assert (await enter(browser, person.email, "salah sama sekali")).status == 400
        assert (await enter(browser, person.email, person.password)).url.endswith("/akun")
        browser.http.cookies.delete("gerbang-session")


async def test_of_two_hundred_guesses_at_once_no_more_than_six_are_looked_at(house: House) -> None:
    """T31: by every alias of one account; T35: whatever X-Forwarded-For says, since no proxy is trusted."""
    person = house.account()
    names = (person.email, person.email.upper(), "081234567890", "+62 812 3456 7890")
    http = house.http("203.0.113.9")
    token = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/masuk")).text)
    assert token

    async def attempt(number: int) -> int:
        form = {"csrf": token[1], "identifier": names[number % 4], "password": f"tebakan nomor {number}"}
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        return (await http.post("/masuk", data=form, headers=forged)).status_code

    statuses = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert set(statuses) <= {400, 429, 503}
    assert 1 <= statuses.count(400) <= 6
    assert statuses.count(429) > 0


async def test_an_attacker_cannot_lock_a_known_device_out(house: House) -> None:
    """T32: the owner's own browser is counted by itself, even behind the same address."""
    owner, person = house.browser("203.0.113.20"), house.account()
    await enter(owner, person.email, person.password)
    owner.http.cookies.delete("gerbang-session")
    for _ in range(7):
        last = await guess(house, "203.0.113.20", person.email)
    assert last.status_code == 429
    assert (await guess(house, "203.0.113.20", person.email, person.password)).status_code == 429
    assert (await enter(owner, person.email, person.password)).url.endswith("/akun")
    assert await signed_in(owner)


async def test_a_known_device_is_throttled_by_itself(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    browser.http.cookies.delete("gerbang-session")
    statuses = [(await enter(browser, person.email, "salah sama sekali")).status for _ in range(8)]
    assert statuses == [400] * 6 + [429] * 2


async def test_a_public_device_is_not_known_afterwards_and_its_session_is_short(house: House) -> None:
    browser, person = house.browser("203.0.113.21"), house.account()
    await enter(browser, person.email, person.password, public_device="1")
    assert await signed_in(browser)
    browser.http.cookies.delete("gerbang-session")
    for _ in range(6):
        await guess(house, "203.0.113.21", person.email)
    assert (await enter(browser, person.email, person.password)).status == 429


async def test_after_a_hundred_failures_unknown_devices_are_refused(house: House) -> None:
    """NIST SP 800-63B-4 section 3.2.2, over every network; known devices still get in, nobody's address behaves alike, and
    the page offers another password first."""
    owner, person = house.browser("203.0.113.30"), house.account()
    await enter(owner, person.email, person.password)
    owner.http.cookies.delete("gerbang-session")
    for identifier in (person.email, NOBODY):
        assert (await guess(house, "198.18.0.1", identifier)).status_code == 400
        await failed_more(house, 98)
        assert (await guess(house, "198.18.1.1", identifier)).status_code == 400
        right = await guess(house, "198.19.0.1", identifier, person.password)
        assert right.status_code == 400
        assert "Email atau kata sandi salah" in right.text
        assert "Atur ulang sekarang" in (await enter(house.browser("203.0.113.8"), identifier, person.password)).links
    house.clock.advance(7 * 86_400)
    assert (await guess(house, "198.19.0.2", person.email, person.password)).status_code == 400
    await enter(owner, person.email, person.password)
    assert await signed_in(owner)


@pytest.mark.long
async def test_at_the_tenth_failure_in_a_row_the_owner_is_told_once(house: House) -> None:
    """Whatever the networks and the aliases; a new series begins with the next success."""
    person, told = house.account(), "Ada yang mencoba masuk ke akun Anda"

    async def notices() -> list[Letter]:
        return [one for one in await letters(house, person.email) if one.subject == told]

    for number in range(9):
        await guess(house, f"198.18.{number}.1", (person.email, "081234567890")[number % 2])
    assert not await notices()
    await asyncio.gather(*(guess(house, f"198.18.{number}.1", person.email) for number in range(9, 30)))
    [letter] = await notices()
    assert "10 percobaan berturut-turut" in letter.text
    await enter(house.browser(), person.email, person.password)
    for number in range(10):
        await guess(house, f"198.19.{number}.1", person.email)
    assert len(await notices()) == 2
    for number in range(12):
        assert (await guess(house, f"198.20.{number}.1", NOBODY)).status_code == 400
    assert not await letters(house, NOBODY)


async def test_a_known_device_has_a_hundred_guesses_too(house: House) -> None:
    """NIST SP 800-63B-4 section 3.2.2: or whoever stole a device could guess on for ever, four times an hour."""
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    browser.http.cookies.delete("gerbang-session")
    assert (await enter(browser, person.email, "salah sama sekali")).status == 400
    await failed_more(house, 98)
    for password in ("salah sama sekali", person.password):
        house.clock.advance(900)
        assert (await enter(browser, person.email, password)).status == 400
    assert not await signed_in(browser)


async def test_one_network_has_its_own_limit(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(limits={"sign_in_per_network": 8}) as house:
        statuses = [
            (await guess(house, "203.0.113.40", f"orang{number}@contoh.go.id")).status_code for number in range(10)
        ]
        assert statuses == [400] * 8 + [429] * 2
        assert (await guess(house, "203.0.113.41", NOBODY)).status_code == 400
        house.clock.advance(300)
        if house.storage.redis_url is None:  # Redis counts by its own clock
            assert (await guess(house, "203.0.113.40", NOBODY)).status_code == 400


async def test_addresses_of_one_ipv6_network_count_together(house: House) -> None:
    """T35: whoever has one address of a /64 has them all."""
    person = house.account()
    statuses = [(await guess(house, f"2001:db8:1:2::{number}", person.email)).status_code for number in range(1, 9)]
    assert statuses == [400] * 6 + [429] * 2
    assert (await guess(house, "2001:db8:1:3::1", person.email)).status_code == 400


async def test_a_full_queue_of_password_checks_asks_to_wait_and_counts_nothing(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    """T34: past the bounded queue comes 503 with Retry-After, not a growing wait."""
    async with houses(limits={"hash_queue": 0, "hash_threads": 1}) as house:
        person = house.account()
        answers = await asyncio.gather(
            *(guess(house, f"203.0.113.{number}", person.email, person.password) for number in range(50, 62))
        )
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) <= {303, 503}
        assert 303 in statuses
        assert 503 in statuses
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert busy.headers["retry-after"] == "3"
        assert "Kami sedang sibuk" in busy.text


async def test_signing_in_again_keeps_the_session_and_changes_its_secret(house: House) -> None:
    """T21: a cookie from before the sign-in is worth nothing afterwards, though services still know the session by its id."""
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    before = browser.http.cookies["gerbang-session"]
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    after = browser.http.cookies["gerbang-session"]
    assert before != after
    assert before[:20] == after[:20]
    thief = house.browser()
    plant(thief, before)
    assert not await signed_in(thief)


async def test_a_session_prepared_by_somebody_else_is_not_raised(house: House) -> None:
    """T21: an attacker's live session in the victim's browser ends there; the victim gets one of their own."""
    attacker, victim = house.account(1), house.account()
    theirs = house.browser("203.0.113.70")
    await enter(theirs, attacker.email, attacker.password)
    planted = theirs.http.cookies["gerbang-session"]
    browser = house.browser()
    plant(browser, planted)
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    await browser.submit(page, {"identifier": victim.email, "password": victim.password}, press="sign-in")
    assert browser.http.cookies["gerbang-session"][:20] != planted[:20]
    assert not await signed_in(theirs)


async def test_a_made_up_session_cookie_is_worth_nothing(house: House) -> None:
    browser, person = house.browser(), house.account()
    made_up = "A" * 64
    plant(browser, made_up)
    assert not await signed_in(browser)
    await enter(browser, person.email, person.password)
    assert browser.http.cookies["gerbang-session"] != made_up
    thief = house.browser()
    plant(thief, made_up)
    assert not await signed_in(thief)


async def test_the_same_form_sent_twice_signs_in_both_times(house: House) -> None:
    browser, person = house.browser(), house.account()
    page = await browser.get("/masuk")
    form = {"csrf": dict(page.forms[0].values)["csrf"], "identifier": person.email, "password": person.password}
    answers = await asyncio.gather(*(browser.http.post("/masuk", data=form) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    again = await asyncio.gather(*(browser.http.post("/masuk", data=form) for _ in range(2)))
    assert [answer.status_code for answer in again] == [303, 303]
    assert await signed_in(browser)


async def test_whoever_has_registered_but_not_activated_is_told_to_do_that(house: House) -> None:
    """Only with the right password; with another one the address is nobody's."""
    provider, email = house.provider, "baru@contoh.go.id"
    async with provider.database.transaction() as tx:
        await tx.execute(
            sign_ups.insert().values(
                id=provider.new_id(),
                email_lookup=lookup.key(provider.material, lookup.EMAIL, email),
                draft_sealed=b"",
                password_hash=await provider.hasher.hash("kuda liar di padang"),
                password_policy="hybrid-1",
                language="id",
                created_at=house.clock.now(),
                expires_at=house.clock.now() + 86_400,
            )
        )
    wrong = await enter(house.browser(), email, "salah sama sekali")
    assert wrong.status == 400
    assert without_traces(wrong) == without_traces(await enter(house.browser(), NOBODY, "salah sama sekali"))
    page = await enter(house.browser(), email, "kuda liar di padang")
    assert page.url.endswith("/aktivasi")


async def older_hash(house: House, person: Account) -> bytes:
    """Keep a person's password under parameters of long ago; the key that finds their account."""
    key = lookup.key(house.provider.material, lookup.EMAIL, person.email)
    async with house.provider.database.transaction() as tx:
        found = await account.find(tx, key)
        assert found is not None
        old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(person.password)
        await entrance.set_password(tx, found.id, old, "hybrid-1", house.clock.now())
    return key


async def test_a_hash_of_older_parameters_is_made_anew(house: House) -> None:
    person, provider = house.account(), house.provider
    key = await older_hash(house, person)
    for _ in range(2):
        assert (await enter(house.browser(), person.email, person.password)).url.endswith("/akun")
    async with provider.database.reading() as tx:
        renewed = await account.find(tx, key)
    assert renewed is not None
    assert renewed.password_hash is not None
    assert "m=19456,t=2,p=1" in renewed.password_hash


class Crowded(Hasher):
    """Room for checks, and none for anything else."""

    async def hash(self, password: str) -> str:
        raise Unavailable("password queue full", retry_after=3)


async def test_a_hash_that_there_is_no_room_to_make_anew_holds_no_sign_in_up(house: House) -> None:
    """The session has begun by then: 503 would keep its cookie back, and the person would be told to come again."""
    person = house.account(1)
    crowded = replace(house.provider, hasher=Crowded(1, 1))
    await older_hash(house, person)
    visitor = Visitor(None, b"d" * 16, "198.51.100.7", "")
    outcome = await flow.sign_in(crowded, visitor, person.email, person.password, public_device=False)
    assert isinstance(outcome, SignedIn)


async def test_the_audit_trail_tells_of_both_outcomes_and_of_no_secret(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, "salah sama sekali")
    await enter(browser, person.email, person.password)
    async with house.provider.database.reading() as tx:
        started = (await house.provider.audit.read(tx, event="session.started"))[0]
        refused = (await house.provider.audit.read(tx, event="session.refused"))[0]
    assert started.account_id == refused.account_id
    assert started.network == "198.51.100.7"
    for row in (started, refused):
        assert "salah sama sekali" not in str(row)
        assert person.email not in str(row)


async def test_an_idle_session_ends(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    house.clock.advance(19 * 60)
    assert await signed_in(browser)
    house.clock.advance(2 * 60)
    assert not await signed_in(browser)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_signing_in_takes_two_round_trips(
    houses: Callable[..., AbstractAsyncContextManager[House]], backend: str
) -> None:
    """Goal 9: one before the hash, one after, whether it is right or wrong, first sign-in or renewal."""
    async with houses() as plain:
        address = plain.storage.database_url
    async with counted(address) as trips, houses(database_url=trips.url) as house:
        person: Account = house.account()
        for _ in range(3):  # statements are prepared once for each connection
            await enter(house.browser(), person.email, person.password)
            await enter(house.browser(), person.email, "salah sama sekali")
        passwords = (person.password, person.password, "salah sama sekali")
        costs = [await costs_of(trips, house.browser(), person.email, passwords) for _ in range(3)]
        # The fewest of three: a listener looks for changes now and then.
        assert max(map(min, zip(*costs, strict=True))) <= 2, costs


async def costs_of(trips: RoundTrips, browser: Browser, identifier: str, passwords: Iterable[str]) -> list[int]:
    """How many round trips each attempt took, one after the other in one browser."""
    form = {"csrf": dict((await browser.get("/masuk")).forms[0].values)["csrf"], "identifier": identifier}
    costs = []
    for password in passwords:
        before = trips.count
        await browser.http.post("/masuk", data={**form, "password": password})
        costs.append(trips.count - before)
    return costs

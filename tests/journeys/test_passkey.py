"""Passkeys by HTTP: enrolled, used to sign in and to step up, renamed, removed; and every answer that must not count."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from idp.accounts import account, passkey, webauthn
from idp.base.opaque import b64encode
from idp.flows import people
from idp.store.tables import accounts, answered_challenges, audit, passkeys, sessions
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.support.authenticator import PRESENCE, VERIFICATION, Authenticator, asked
from tests.support.browser import Browser, Page
from tests.support.locks import waited_for
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOA2, LOA3 = "urn:gerbang:acr:loa2", "urn:gerbang:acr:loa3"
NEW = "/akun/keamanan/passkey"
FRESH = "Layang-Layang-Putus-5"


@pytest.fixture
async def house(house: House) -> House:
    """A house where nobody wants codes by SMS, so that Siti has a password alone."""
    await house.codes_by_sms(wanted=False)
    return house


async def enrolled(house: House, person: Account | None = None, **kind: Any) -> tuple[Authenticator, Account]:
    """Somebody without another factor, unless told otherwise, with a passkey; made in a browser that is not used again."""
    person = person or house.account(1)
    browser, key = house.browser(), Authenticator(house.issuer, **kind)
    await sign_in(browser, person.email, person.password)
    page = await browser.get(NEW)
    page = await browser.submit(page, {"name": "Ponsel saya", "passkey": key.create(asked(page))})
    assert "Passkey sudah ditambahkan." in page.text
    return key, person


async def answered(browser: Browser, page: Page, key: Authenticator, **wrong: Any) -> Page:
    return await browser.submit(page, {"passkey": key.get(asked(page), **wrong)}, form=page.form_with("passkey"))


async def at_step_up(house: House, browser: Browser, person: Account, **parameters: str) -> Page:
    """The page that asks for a passkey, after the password, on the way to a service that wants more."""
    party = house.relying_party("saldo")
    page = await browser.get((await party.authorization("openid", **{"acr_values": LOA2, **parameters})).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "use-passkey" in page.ids, page.text
    return page


async def told(house: House, event: str) -> list[dict[str, Any]]:
    """What the trail says of an event, oldest first. Those of one second have no order."""
    async with house.provider.database.reading() as tx:
        wanted = select(audit.c.detail).where(audit.c.event == event).order_by(audit.c.id)
        return [row.detail for row in await tx.execute(wanted)]


async def identify(house: House, person: Account) -> None:
    """What an officer will do one day: the identity is checked by document and face."""
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).where(accounts.c.email == person.email).values(identity_level=2))


# Enrolling


async def test_enrolling_tells_the_owner_and_asks_for_what_it_should(house: House) -> None:
    person, key = house.account(1), Authenticator(house.issuer)
    browser = house.browser()
    browser.http.headers["User-Agent"] = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    )
    await sign_in(browser, person.email, person.password)
    page = await browser.get(NEW)
    assert dict(page.form_with("name").values)["name"] == "Chrome di Linux"
    options = asked(page)
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert person.email not in options["user"]["id"]
    page = await browser.submit(page, {"passkey": key.create(options)})
    assert "Passkey sudah ditambahkan." in page.text
    assert "Chrome di Linux" in page.text
    assert "Bisa dipakai di perangkat Anda yang lain. Ditambahkan" in page.text
    assert "Belum pernah dipakai" in page.text
    assert [one.subject for one in await letters(house, person.email)] == ["Passkey ditambahkan"]
    assert any(
        {"factor": "passkey", "synced": True}.items() <= one.items() for one in await told(house, "factor.added")
    )
    page = await answered(browser, await browser.get(NEW), key)
    assert [entry["transports"] for entry in asked(page)["excludeCredentials"]] == [["internal", "hybrid"]]


async def test_enrolling_alone_proves_nothing(house: House) -> None:
    """Without attestation nothing was signed: the session stays what it was."""
    person, browser, key = house.account(1), house.browser(), Authenticator(house.issuer)
    await sign_in(browser, person.email, person.password)
    page = await browser.get(NEW)
    await browser.submit(page, {"passkey": key.create(asked(page))})
    page = await browser.get((await house.relying_party("saldo").authorization("openid", acr_values=LOA2)).url)
    assert "use-passkey" in page.ids
    assert (await answered(browser, page, key)).left_to


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "https://localhost:8000"},
        {"rp_id": "contoh.go.id"},
        {"type": "webauthn.get"},
        {"challenge": "AAAA"},
        {"without": VERIFICATION},
        {"without": PRESENCE},
        {"cross_origin": True},
        {"fmt": "apple"},
        {"cose": {3: -36}},
        {"cose": {-1: 2}},
        {"cose": {3: -257}},
    ],
    ids=str,
)
async def test_a_wrong_creation_is_not_enrolled(house: House, wrong: dict[str, Any]) -> None:
    person, browser = house.account(1), house.browser()
    await sign_in(browser, person.email, person.password)
    page = await browser.get(NEW)
    page = await browser.submit(
        page, {"name": "X", "passkey": Authenticator(house.issuer).create(asked(page), **wrong)}
    )
    assert page.status == 400
    assert await house.count(passkeys) == 0


async def test_a_creation_is_enrolled_once(house: House) -> None:
    key, person = await enrolled(house)
    other = house.browser()
    await sign_in(other, person.email, person.password)
    page = await other.get(NEW)
    # The password alone does not add a second key where there is one (T28).
    assert "use-passkey" in page.ids
    page = await answered(other, page, key)
    assert page.url.endswith(NEW)
    made = Authenticator(house.issuer).create({**asked(page), "excludeCredentials": []})
    results = await asyncio.gather(
        *(other.submit(page, {"name": f"K{n}", "passkey": made}) for n in range(8)), return_exceptions=True
    )
    assert sum("Passkey sudah ditambahkan." in getattr(one, "text", "") for one in results) == 1
    assert await house.count(passkeys) == 2


async def test_ten_at_most(house: House) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    page = await answered(browser, await browser.get("/masuk"), key)
    assert page.url.endswith("/akun")
    for _ in range(9):
        page = await browser.get(NEW)
        page = await browser.submit(page, {"passkey": Authenticator(house.issuer).create(asked(page))})
    assert await house.count(passkeys) == 10
    assert "add-passkey" not in page.ids
    assert (await browser.get(NEW)).url.endswith("/akun/keamanan")
    assert len(await letters(house, person.email)) == 10


async def test_adding_needs_a_fresh_proof(house: House) -> None:
    person, browser = house.account(1), house.browser()
    await sign_in(browser, person.email, person.password)
    page, key = await browser.get(NEW), Authenticator(house.issuer)
    answer = key.create(asked(page))
    house.clock.advance(301)
    assert "/masuk?kembali=passkey" in (await browser.get(NEW)).url
    # What was asked while the proof was fresh may be answered for its ten minutes.
    page = await browser.submit(page, {"name": "X", "passkey": answer})
    assert "Passkey sudah ditambahkan." in page.text


async def test_an_account_with_an_app_shows_it_before_it_gets_a_passkey(house: House) -> None:
    """T28: or a stolen password would be enough to enrol a thief's own key."""
    budi, browser = house.account(), house.browser()
    await sign_in(browser, budi.email, budi.password)
    page = await browser.get(NEW)
    assert "code" in page.names
    page = await browser.submit(page, {"code": house.relying_party().totp(budi)}, press="submit-code")
    assert page.url.endswith(NEW)
    assert "add-passkey" in page.ids


async def test_an_account_with_a_passkey_shows_it_before_it_gets_an_app(house: House) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    await sign_in(browser, person.email, person.password)
    page = await browser.get("/akun/keamanan/totp")
    assert "use-passkey" in page.ids
    page = await answered(browser, page, key)
    assert page.url.endswith("/akun/keamanan/totp")


# Signing in


@pytest.mark.parametrize("synced", [True, False], ids=["synced", "bound"])
async def test_a_passkey_signs_in_without_a_name_or_password(house: House, synced: bool) -> None:
    key, _ = await enrolled(house, synced=synced)
    house.clock.advance(1)
    party, browser = house.relying_party("saldo"), house.browser()
    request = await party.authorization("openid", acr_values=LOA2)
    page = await browser.get(request.url)
    assert asked(page)["allowCredentials"] == []
    assert asked(page)["userVerification"] == "required"
    page = await answered(browser, page, key)
    assert page.left_to
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == LOA2
    assert tokens.claims["amr"] == ["swk" if synced else "hwk", "user", "mfa"]
    assert tokens.claims["auth_time"] == house.clock.now()
    page = await browser.get("/akun")
    assert "Halo, Siti Rahayu" in page.text
    assert "suggest-passkey" not in page.ids
    started = await told(house, "session.started")
    UUID(started[-1].pop("passkey"))
    assert started[-1] == {
        "factor": "passkey",
        "known_device": False,
        "public_device": False,
        "risk": ["new_device"],
        "device": None,
    }
    page = await browser.get("/akun/keamanan")
    assert "Terakhir dipakai" in page.text


async def test_a_checked_identity_with_a_passkey_is_loa3(house: House) -> None:
    key, person = await enrolled(house)
    await identify(house, person)
    party, browser = house.relying_party("saldo"), house.browser()
    assert LOA3 in (await party.metadata())["acr_values_supported"]
    request = await party.authorization("openid", acr_values=LOA3)
    page = await answered(browser, await browser.get(request.url), key)
    assert (await party.redeem(request, page.parameters["code"])).claims["acr"] == LOA3


async def test_the_session_gets_a_new_secret_and_keeps_its_id(house: House) -> None:
    """T21."""
    key, person = await enrolled(house)
    browser = house.browser()
    await sign_in(browser, person.email, person.password)
    before = browser.http.cookies["gerbang-session"]
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    assert (await answered(browser, page, key)).left_to
    after = browser.http.cookies["gerbang-session"]
    assert before != after
    assert before[:20] == after[:20]
    async with house.http(cookies={"gerbang-session": before}) as thief:
        assert (await thief.get("/akun")).headers["location"] == "/masuk"


async def test_signing_in_as_somebody_else_ends_the_session_that_was_here(house: House) -> None:
    key, _ = await enrolled(house)
    browser, budi = house.browser(), house.account()
    await sign_in(browser, budi.email, budi.password)
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    before = browser.http.cookies["gerbang-session"]
    assert (await answered(browser, page, key)).left_to
    assert browser.http.cookies["gerbang-session"][:20] != before[:20]
    async with house.provider.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(sessions).where(sessions.c.ended_by == "sign-in")) == 1


async def test_a_passkey_answers_a_hint_that_nobody_can_verify_any_more(house: House) -> None:
    key, _ = await enrolled(house)
    request = await house.relying_party("saldo").authorization("openid", id_token_hint="x.y.z")
    browser = house.browser()
    assert "code" in (await answered(browser, await browser.get(request.url), key)).parameters


async def test_a_passkey_answers_prompt_login_and_max_age(house: House) -> None:
    key, _ = await enrolled(house)
    party, browser = house.relying_party("saldo"), house.browser()
    page = await answered(browser, await browser.get((await party.authorization("openid", acr_values=LOA2)).url), key)
    assert page.left_to
    for parameters in ({"prompt": "login"}, {"prompt": "login", "acr_values": LOA2}, {"max_age": "0"}):
        house.clock.advance(5)
        request = await party.authorization("openid", **parameters)
        page = await answered(browser, await browser.get(request.url), key)
        assert page.left_to, (parameters, page.text)
        assert (await party.redeem(request, page.parameters["code"])).claims["auth_time"] == house.clock.now()
    house.clock.advance(5)
    request = await party.authorization("openid", max_age="1", acr_values=LOA2)
    page = await browser.get(request.url)
    assert "use-passkey" in page.ids
    assert "password" not in page.names
    assert (await answered(browser, page, key)).left_to


WRONG: list[dict[str, Any]] = [
    {"origin": "http://localhost:8001"},
    {"origin": "http://localhost.contoh.go.id:8000"},
    {"rp_id": "contoh.go.id"},
    {"type": "webauthn.create"},
    {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"without": VERIFICATION},
    {"without": PRESENCE},
    {"cross_origin": True},
    {"user": b"somebody else's"},
    {"synced": False},
    {"signer": ec.generate_private_key(ec.SECP256R1())},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: ",".join(wrong))
async def test_a_wrong_assertion_signs_nobody_in(house: House, wrong: dict[str, Any]) -> None:
    key, _ = await enrolled(house)
    browser = house.browser()
    page = await answered(browser, await browser.get("/masuk"), key, **wrong)
    assert page.status == 400
    assert "gerbang-session" not in browser.http.cookies
    assert "passkey" in page.names
    assert (await answered(browser, page, key)).url.endswith("/akun")


async def test_a_key_that_nobody_enrolled_signs_nobody_in(house: House) -> None:
    key, _ = await enrolled(house)
    stranger = Authenticator(house.issuer)
    stranger.create({"user": {"id": "AAAA"}, "rp": {"id": "localhost"}, "challenge": "AAAA"})
    browser = house.browser()
    page = await browser.get("/masuk")
    unknown = await answered(browser, page, stranger)
    assert unknown.status == 400
    # Nor with the id of one that somebody enrolled.
    page = await browser.get("/masuk")
    forged = await answered(browser, page, key, signer=stranger.held[0].key)
    assert forged.status == 400
    assert "Passkey ini tidak bisa dipakai untuk masuk." in unknown.text
    assert "Passkey ini tidak bisa dipakai untuk masuk." in forged.text
    assert "gerbang-session" not in browser.http.cookies


async def test_of_fifty_at_once_one_gets_in(house: House) -> None:
    """A captured answer works once, on any replica: what decides is the database, not the mark store."""
    key, _ = await enrolled(house)
    browser = house.browser()
    page = await browser.get("/masuk")
    values = {**dict(page.form_with("passkey").values), "passkey": key.get(asked(page))}
    device = browser.http.cookies["gerbang-device"]

    async def replay() -> int:
        async with house.http(cookies={"gerbang-device": device}) as http:
            return (await http.post("/masuk", data=values)).status_code

    codes = await asyncio.gather(*(replay() for _ in range(50)))
    assert sorted(codes) == [303, *[400] * 49]
    assert await house.count(answered_challenges) == 2  # the other was the enrolment's
    house.clock.advance(30)
    assert await replay() == 400


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_passkey_that_is_taken_away_as_it_signs_in(house: House) -> None:
    """Whoever takes it away holds the account first: in another order, one of the two would have to be ended."""
    key, person = await enrolled(house)
    browser, found = house.browser(), await people.find(house.provider, person.email)
    assert found
    page = await browser.get("/masuk")
    async with house.provider.database.transaction() as tx, asyncio.timeout(60):
        await account.lock(tx, found.id)
        trying = asyncio.create_task(answered(browser, page, key))
        await waited_for(tx)
        await passkey.remove_all(tx, found.id)
    assert (await trying).status == 400
    assert "gerbang-session" not in browser.http.cookies


async def test_a_challenge_is_for_one_browser_one_purpose_and_ten_minutes(house: House) -> None:
    key, person = await enrolled(house)
    browser, other = house.browser(), house.browser()
    mine, theirs = await browser.get("/masuk"), await other.get("/masuk")
    stolen = key.get(asked(theirs))
    page = await browser.submit(mine, {"passkey": stolen}, form=mine.form_with("passkey"))
    assert page.status == 400
    assert "Halaman ini terlalu lama terbuka" in page.text
    house.clock.advance(600)
    page = await answered(browser, mine, key)
    assert "Halaman ini terlalu lama terbuka" in page.text
    # That of the step-up, in the same browser.
    step_up = await at_step_up(house, browser, person)
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    again = await browser.submit(page, {"passkey": key.get(asked(step_up))}, form=page.form_with("passkey"))
    assert again.status == 400
    assert (await answered(browser, again, key)).left_to


async def test_a_count_that_goes_back_is_refused_and_told(house: House) -> None:
    key, person = await enrolled(house, synced=False)
    browser = house.browser()
    assert (await answered(browser, await browser.get("/masuk"), key)).url.endswith("/akun")
    clone = house.browser()
    page = await answered(clone, await clone.get("/masuk"), key, count=1)
    assert page.status == 400
    assert "gerbang-session" not in clone.http.cookies
    assert "Passkey Anda mungkin disalin" in [one.subject for one in await letters(house, person.email)]
    assert len(await told(house, "passkey.count_went_back")) == 1
    # Who does not hold the key cannot make it look copied.
    page = await answered(
        clone, await clone.get("/masuk"), key, count=1, signer=ec.generate_private_key(ec.SECP256R1())
    )
    assert len(await told(house, "passkey.count_went_back")) == 1
    # The same in a step-up.
    page = await at_step_up(house, clone, person)
    assert (await answered(clone, page, key, count=1)).status == 400
    assert len(await told(house, "passkey.count_went_back")) == 2


async def test_a_disabled_account_stays_out(house: House) -> None:
    key, person = await enrolled(house)
    found = await people.find(house.provider, person.email)
    assert found is not None
    browser = house.browser()
    page = await browser.get("/masuk")
    await people.switch(house.provider, found.id, enabled=False, by="test")
    page = await answered(browser, page, key)
    assert page.status == 400
    assert "gerbang-session" not in browser.http.cookies


async def test_whoever_restricted_their_data_still_gets_in(house: House) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    await sign_in(browser, person.email, person.password)
    page = await browser.submit(await browser.get("/akun/privasi/batasi"), press="restrict")
    assert "Semua layanan sudah diputus" in page.text
    again = house.browser()
    assert (await answered(again, await again.get("/masuk"), key)).url.endswith("/akun")


async def test_a_passkey_gets_in_while_a_stranger_burns_the_limits(house: House) -> None:
    """T32: from the very network of the stranger, and on a device that is not known."""
    key, person = await enrolled(house)
    stranger = house.browser()
    page = await stranger.get("/masuk")
    for _ in range(12):
        page = await stranger.submit(page, {"identifier": person.email, "password": "tebakan-salah"}, press="sign-in")
    assert page.status == 429
    browser = house.browser()
    assert (await answered(browser, await browser.get("/masuk"), key)).url.endswith("/akun")


async def test_a_public_device_is_not_remembered(house: House) -> None:
    key, _ = await enrolled(house)
    house.clock.advance(1)
    browser = house.browser()
    page = await browser.get("/masuk")
    await browser.submit(page, {"passkey": key.get(asked(page)), "public_device": "1"})
    assert (await told(house, "session.started"))[-1]["public_device"] is True
    async with house.provider.database.reading() as tx:
        kept = (await tx.scalars(select(sessions.c.public_device))).all()
    assert sorted(kept) == [False, True], "the session in which the passkey was made, and this one"
    house.clock.advance(1)
    page = await browser.get((await house.relying_party().authorization("openid", prompt="login")).url)
    await answered(browser, page, key)
    assert (await told(house, "session.started"))[-1]["known_device"] is False


@given(
    st.one_of(
        st.text(max_size=200),
        st.recursive(
            st.none() | st.text(max_size=9),
            lambda x: (
                st.lists(x)
                | st.dictionaries(
                    st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "challenge"]), x
                )
            ),
        ).map(json.dumps),
    )
)
def test_no_rubbish_is_an_answer(text: str) -> None:
    assert webauthn.read_assertion(text) is None
    assert webauthn.read_creation(text) is None


@given(st.binary(max_size=120), st.binary(max_size=120))
def test_no_rubbish_inside_a_well_formed_answer_is_believed(data: bytes, signature: bytes) -> None:
    key = Authenticator()
    site = webauthn.Site("localhost", key.origin, "Gerbang")
    made = json.loads(key.create({"user": {"id": "AAAA"}, "rp": {"id": "localhost"}, "challenge": "AAAA"}))
    made["response"]["attestationObject"] = b64encode(data)
    creation = webauthn.read_creation(json.dumps(made))
    shown = json.loads(key.get({"rpId": "localhost", "challenge": "AAAA"}))
    shown["response"] |= {"authenticatorData": b64encode(data), "signature": b64encode(signature)}
    assertion = webauthn.read_assertion(json.dumps(shown))
    assert creation
    assert assertion
    with pytest.raises(webauthn.NotGood):
        webauthn.verify_creation(site, creation, bytes(3))
    with pytest.raises(webauthn.NotGood):
        webauthn.verify_assertion(site, assertion, bytes(3), data, b"\0\0\0")


@pytest.mark.parametrize("text", ["[" * 16_000, "x" * 16_385, '{"id": 1e999}', "null", '"\\ud800"'])
async def test_a_page_survives_whatever_is_sent(house: House, text: str) -> None:
    browser = house.browser()
    page = await browser.get("/masuk")
    page = await browser.submit(page, {"passkey": text}, form=page.form_with("passkey"))
    assert page.status == 400


# Stepping up


async def test_a_passkey_is_the_second_factor(house: House) -> None:
    key, person = await enrolled(house)
    party, browser = house.relying_party("saldo"), house.browser()
    request = await party.authorization("openid", acr_values=LOA2)
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "/masuk/passkey" in page.url
    assert "Saldo JHT menampilkan data pribadi" in page.text
    assert len(asked(page)["allowCredentials"]) == 1
    before = browser.http.cookies["gerbang-session"]
    page = await answered(browser, page, key)
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == LOA2
    assert tokens.claims["amr"] == ["pwd", "swk", "user", "mfa"]
    assert browser.http.cookies["gerbang-session"] != before


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: ",".join(wrong))
async def test_a_wrong_assertion_raises_no_session(house: House, wrong: dict[str, Any]) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    page = await at_step_up(house, browser, person)
    page = await answered(browser, page, key, **wrong)
    assert page.status == 400
    assert "use-passkey" in page.ids
    assert (await answered(browser, page, key)).left_to


async def test_another_accounts_passkey_raises_no_session(house: House) -> None:
    key, _ = await enrolled(house)
    budi, browser = house.account(), house.browser()
    page = await at_the_code(house, browser, budi)
    page = await browser.submit(page, {"code": house.relying_party().totp(budi)}, press="submit-code")
    page = await browser.get(NEW)
    own = Authenticator(house.issuer)
    await browser.submit(page, {"passkey": own.create(asked(page))})
    house.clock.advance(30)
    other = house.browser()
    page = await at_step_up(house, other, budi)
    page = await answered(other, page, key, credential=key.held[0])
    assert page.status == 400
    assert (await told(house, "factor.refused"))[-1] == {"factor": "passkey", "reason": "not this account's"}
    # Both ways are there; the code will do as well.
    page = await other.submit(page, press="method-totp")
    assert "code" in page.names
    assert (await other.submit(page, press="method-passkey")).url.startswith(f"{house.issuer}/masuk/passkey")
    assert (await other.submit(page, {"code": house.relying_party().totp(budi)}, press="submit-code")).left_to


async def at_the_code(house: House, browser: Browser, person: Account) -> Page:
    page = await browser.get((await house.relying_party("saldo").authorization("openid", acr_values=LOA2)).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" in page.names
    return page


async def test_a_step_up_works_once(house: House) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    page = await at_step_up(house, browser, person)
    values = {**dict(page.form_with("passkey").values), "passkey": key.get(asked(page))}
    cookies = dict(browser.http.cookies)

    async def replay() -> int:
        async with house.http(cookies=cookies) as http:
            return (await http.post(page.url, data=values)).status_code

    codes = await asyncio.gather(*(replay() for _ in range(20)))
    assert codes.count(303) >= 1
    async with house.provider.database.reading() as tx:
        proved = await tx.scalar(select(func.count()).select_from(audit).where(audit.c.event == "factor.proved"))
    assert proved == 1


async def test_whoever_cancels_goes_back_with_access_denied(house: House) -> None:
    _, person = await enrolled(house)
    browser = house.browser()
    page = await at_step_up(house, browser, person)
    assert (await browser.submit(page, press="cancel")).parameters["error"] == "access_denied"


async def test_what_only_a_passkey_can_reach_offers_nothing_else(house: House) -> None:
    budi, browser = house.account(), house.browser()
    await identify(house, budi)
    page = await at_the_code(house, browser, budi)
    await browser.submit(page, {"code": house.relying_party().totp(budi)}, press="submit-code")
    page = await browser.get(NEW)
    key = Authenticator(house.issuer)
    await browser.submit(page, {"passkey": key.create(asked(page))})
    page = await browser.get((await house.relying_party("saldo").authorization("openid", acr_values=LOA3)).url)
    assert "use-passkey" in page.ids
    assert "method-totp" not in page.ids
    assert (await answered(browser, page, key)).left_to


# Keeping


async def test_renaming_and_removing(house: House) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    await answered(browser, await browser.get("/masuk"), key)
    page = await browser.click(await browser.get("/akun/keamanan"), "Ubah Ponsel saya")
    page = await browser.submit(page, {"name": "  "}, press="save-name")
    assert page.status == 400
    page = await browser.submit(page, {"name": "<b>Ponsel</b> lama"}, press="save-name")
    assert "Nama passkey sudah diganti." in page.text
    assert "&lt;b&gt;Ponsel&lt;/b&gt; lama" in page.html
    house.clock.advance(301)
    page = await browser.click(page, "Ubah <b>Ponsel</b> lama")
    away = await browser.submit(page, press="remove-passkey")
    assert "/masuk?kembali=keamanan" in away.url
    away = await answered(browser, away, key)
    assert away.url.endswith("/akun/keamanan")
    page = await browser.click(away, "Ubah <b>Ponsel</b> lama")
    page = await browser.submit(page, press="remove-passkey")
    assert "baru dihapus 24 jam lagi" in page.text
    assert await house.count(passkeys) == 1
    page = await browser.submit(page, press="keep-passkey")
    assert "Akan dihapus" not in page.text
    page = await browser.submit(await browser.click(page, "Ubah <b>Ponsel</b> lama"), press="remove-passkey")
    house.clock.advance(86_400)
    await letters(house, person.email)
    assert "Passkey dihapus" in [one.subject for one in await letters(house, person.email)]
    assert await house.count(passkeys) == 0
    other = house.browser()
    assert (await answered(other, await other.get("/masuk"), key)).status == 400


async def test_one_of_two_passkeys_goes_at_once(house: House) -> None:
    key, person = await enrolled(house)
    browser, second = house.browser(), Authenticator(house.issuer)
    await answered(browser, await browser.get("/masuk"), key)
    page = await browser.get(NEW)
    page = await browser.submit(page, {"name": "Kunci kedua", "passkey": second.create(asked(page))})
    page = await browser.submit(await browser.click(page, "Ubah Ponsel saya"), press="remove-passkey")
    assert "Passkey sudah dihapus." in page.text
    assert await house.count(passkeys) == 1
    page = await browser.submit(await browser.click(page, "Ubah Kunci kedua"), press="remove-passkey")
    assert "baru dihapus 24 jam lagi" in page.text
    # Adding one anew calls it off.
    third, page = Authenticator(house.issuer), await browser.get(NEW)
    page = await browser.submit(page, {"name": "Kunci ketiga", "passkey": third.create(asked(page))})
    house.clock.advance(86_400)
    assert "Passkey ditambahkan" in [one.subject for one in await letters(house, person.email)]
    assert await house.count(passkeys) == 2


async def test_of_two_removals_at_once_one_passkey_stays(house: House) -> None:
    key, _ = await enrolled(house)
    browser, second = house.browser(), Authenticator(house.issuer)
    await answered(browser, await browser.get("/masuk"), key)
    page = await browser.get(NEW)
    page = await browser.submit(page, {"name": "Kunci kedua", "passkey": second.create(asked(page))})
    pages = [await browser.click(page, f"Ubah {name}") for name in ("Ponsel saya", "Kunci kedua")]
    await asyncio.gather(*(browser.submit(one, press="remove-passkey") for one in pages))
    assert await house.count(passkeys) == 1


async def test_a_passkey_is_added_on_the_way_to_a_service_that_takes_nothing_less(house: House) -> None:
    person, browser, party = house.account(1), house.browser(), house.relying_party("saldo")
    await identify(house, person)
    request = await party.authorization("openid", acr_values=LOA3)
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "add-totp" not in page.ids
    page = await browser.click(page, "Tambahkan Passkey")
    key = Authenticator(house.issuer)
    page = await browser.submit(page, {"passkey": key.create(asked(page))})
    page = await answered(browser, page, key)
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == LOA3


# A forgotten password


async def at_reset(house: House, browser: Browser, person: Account) -> Page:
    page = await browser.get("/lupa-kata-sandi")
    house.clock.advance(1)
    await browser.submit(page, {"identifier": person.email}, press="send-reset")
    return await browser.get((await newest(house, person.email)).link)


async def test_a_reset_asks_for_the_passkey(house: House) -> None:
    """ASVS 6.4.3: the mailbox alone opens nothing."""
    key, person = await enrolled(house)
    browser = house.browser()
    page = await at_reset(house, browser, person)
    assert "use-passkey" in page.ids
    assert "password" not in page.names
    held = dict(page.form_with("passkey").values)
    for forged in ({}, {"code": "000000"}, {"code": "000000", "cara": "totp"}, {"bukti": "x"}):
        answer = await browser.http.post(page.url, data={**held, "password": FRESH, **forged})
        assert answer.status_code == 400
    page = await answered(browser, page, key)
    assert "set-password" in page.ids
    page = await browser.submit(page, {"password": "pendek"}, press="set-password")
    assert page.status == 400
    page = await browser.submit(page, {"password": FRESH}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: ",".join(wrong))
async def test_a_wrong_assertion_resets_nothing(house: House, wrong: dict[str, Any]) -> None:
    key, person = await enrolled(house)
    browser = house.browser()
    page = await answered(browser, await at_reset(house, browser, person), key, **wrong)
    assert page.status == 400
    assert "use-passkey" in page.ids


async def test_a_passkey_shown_for_one_reset_is_of_no_use_elsewhere_or_later(house: House) -> None:
    key, person = await enrolled(house)
    browser, other = house.browser(), house.browser()
    page = await answered(browser, await at_reset(house, browser, person), key)
    held = dict(page.form_with("password").values)
    theirs = await at_reset(house, other, person)
    moved = {**dict(theirs.form_with("passkey").values), "bukti": held["bukti"], "password": FRESH}
    assert (await other.http.post(theirs.url, data=moved)).status_code == 400
    page = await answered(browser, await at_reset(house, browser, person), key)
    house.clock.advance(601)
    page = await browser.submit(page, {"password": FRESH}, press="set-password")
    assert page.status == 400
    assert "use-passkey" in page.ids


async def test_a_password_alone_removes_no_passkey(house: House) -> None:
    """T28."""
    _, person = await enrolled(house)
    browser = house.browser()
    await sign_in(browser, person.email, person.password)
    page = await browser.click(await browser.get("/akun/keamanan"), "Ubah Ponsel saya")
    page = await browser.submit(page, press="remove-passkey")
    assert "use-passkey" in page.ids
    assert await house.count(passkeys) == 1


async def test_somebody_elses_passkey_is_neither_seen_nor_touched(house: House) -> None:
    """T38."""
    await enrolled(house)
    async with house.provider.database.reading() as tx:
        theirs = (await tx.execute(select(passkeys.c.id))).scalar_one()
    browser, budi = house.browser(), house.account()
    await sign_in(browser, budi.email, budi.password)
    for wanted in (theirs, UUID(int=1)):
        page = await browser.get(f"/akun/keamanan/passkey/ubah?id={wanted}")
        assert page.url.endswith("/akun/keamanan")
        assert "Ponsel saya" not in page.text
    assert (await browser.get("/akun/keamanan/passkey/ubah?id=x")).status == 400


async def test_without_a_session_the_password_comes_first(house: House) -> None:
    browser = house.browser()
    for path in ("/masuk/passkey", NEW, f"{NEW}/ubah?id={UUID(int=1)}"):
        assert "password" in (await browser.get(path)).names

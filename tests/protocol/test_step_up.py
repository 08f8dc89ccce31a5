"""Step-up (RFC 9470): every path, every factor, and none that is weaker than what is asked (T28)."""

import json
from itertools import product

import pytest
from sqlalchemy import insert

from idp.flows import prompts
from idp.sessions import levels
from idp.store.tables import recovery_codes
from tests.protocol.stage import Person, Stage, path

pytestmark = pytest.mark.anyio

ACR = "urn:gerbang:acr:"
PASSWORD, SECOND, ENROL, IDENTITY = "/masuk", "/masuk/kode", "/masuk/cara-kedua", "/masuk/identitas"


def essential(*wanted: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": [ACR + level for level in wanted]}}})


async def spare_keys(stage: Stage, person: Person) -> None:
    async with stage.provider.database.transaction() as tx:
        row = {"account_id": person.id, "code_hash": b"x" * 32, "created_at": stage.clock.now()}
        await tx.execute(insert(recovery_codes).values(**row))


FACTORS = (("pwd",), ("pwd", "otp"), ("pwd", "sms"), ("pwd", "rec"))


@pytest.mark.parametrize(("shown", "wanted"), list(product(FACTORS, ("loa1", "loa2", "loa2v", "loa3"))), ids=str)
@pytest.mark.parametrize("identity", [0, 1, 2])
async def test_no_factor_makes_more_than_it_is_worth(
    stage: Stage, shown: tuple[str, ...], wanted: str, identity: int
) -> None:
    party, person = await stage.party(), await stage.person(totp=True, identity_level=identity)
    await spare_keys(stage, person)
    now = stage.clock.now()
    browser = await stage.browser(person, dict.fromkeys(shown, now))
    page = await browser.get((await party.authorization(claims=essential(wanted))).url)
    reached = levels.level(shown, identity)
    if levels.reaches(reached, wanted):
        assert "code" in page.parameters
    elif wanted in ("loa2v", "loa3") and identity < 2:
        assert path(page) == IDENTITY
    elif wanted == "loa3":
        # Of what can be added only a passkey resists phishing.
        assert path(page) == ENROL
        assert {"add-passkey"} == page.ids & {"add-passkey", "add-totp", "add-sms"}
        # Two ways they may have already, so it is not two that the service asks for.
        assert page.title.startswith("Tambahkan passkey")
        assert "dua cara masuk" not in page.text
    else:
        assert path(page) == SECOND
    answer = await browser.get((await party.authorization(claims=essential(wanted), prompt="none")).url)
    assert ("code" in answer.parameters) == levels.reaches(reached, wanted)


def test_the_ladder_and_the_methods_agree() -> None:
    """Whatever is said to complete a level does, and what is left out does not."""
    for shown, identity, wanted in product(FACTORS, (0, 1, 2), levels.LEVELS):
        everything = {"pwd", "otp", "sms", "rec", "passkey"}
        for factor in ("otp", "sms", "rec", "passkey"):
            completes = factor in levels.completing(shown, everything, wanted, identity)
            assert completes == levels.reaches(levels.level({"pwd", factor}, identity), wanted)
        assert "email" not in levels.completing(shown, everything | {"email"}, wanted, identity)
    # A passkey of this morning lends an app's code nothing.
    assert levels.completing({"passkey", "otp"}, {"otp", "passkey"}, "loa2", 2) == {"passkey"}
    assert levels.completing({"pwd", "passkey"}, {"otp", "passkey"}, "loa3", 2) == {"passkey"}
    assert levels.level({"pwd", "email"}, 2) == "loa1"
    assert prompts.ALONE not in levels.ENROLLABLE


@pytest.mark.parametrize(
    ("shown", "amr"),
    [
        (("pwd",), ["pwd"]),
        (("pwd", "otp"), ["pwd", "otp", "mfa"]),
        (("pwd", "sms"), ["pwd", "otp", "sms", "mfa"]),
        (("pwd", "rec"), ["pwd", "otp", "mfa"]),
        (("pwd", "otp", "sms", "rec"), ["pwd", "otp", "sms", "mfa"]),
        (("pwd", "passkey", "hwk"), ["pwd", "hwk", "user", "mfa"]),
        (("passkey", "swk"), ["swk", "user", "mfa"]),
    ],
    ids=str,
)
def test_amr_says_how(shown: tuple[str, ...], amr: list[str]) -> None:
    assert levels.amr(shown) == amr


async def test_the_first_reachable_wins_and_the_order_is_the_services(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person)
    assert (
        path(await browser.get((await party.authorization(acr_values=f"{ACR}loa3 {ACR}loa2 {ACR}loa1")).url)) == SECOND
    )
    tokens = await party.tokens(browser, acr_values=f"{ACR}loa3 {ACR}loa1 {ACR}loa2")
    assert tokens.claims["acr"] == f"{ACR}loa1"


async def test_none_reachable_and_not_essential_is_the_highest_reachable(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person)
    assert path(await browser.get((await party.authorization(acr_values=f"{ACR}loa2v")).url)) == SECOND
    now = stage.clock.now()
    await stage.sign_in(browser, person, {"pwd": now, "otp": now})
    assert (await party.tokens(browser, acr_values=f"{ACR}loa2v")).claims["acr"] == f"{ACR}loa2"


async def test_stale_without_a_level_asks_for_the_password(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    now = stage.clock.now()
    browser = await stage.browser(person, {"pwd": now, "otp": now})
    stage.clock.advance(400)
    assert path(await browser.get((await party.authorization(max_age="300")).url)) == PASSWORD
    assert path(await browser.get((await party.authorization(max_age="300", acr_values=f"{ACR}loa1")).url)) == PASSWORD


async def test_stale_with_a_level_asks_for_one_factor_that_completes_it(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    now = stage.clock.now()
    browser = await stage.browser(person, {"pwd": now, "otp": now})
    stage.clock.advance(400)
    wish = {"max_age": "300", "acr_values": f"{ACR}loa2"}
    page = await browser.get((await party.authorization(**wish)).url)
    assert path(page) == SECOND
    assert "method-sms" in page.ids
    # Any of them; the password does not have to be shown again.
    await stage.sign_in(browser, person, {"pwd": now, "otp": now, "sms": stage.clock.now()})
    tokens = await party.tokens(browser, **wish)
    assert tokens.claims["acr"] == f"{ACR}loa2"
    assert tokens.claims["auth_time"] == stage.clock.now()


async def test_a_weaker_factor_does_not_make_a_stronger_one_fresh(stage: Stage) -> None:
    """T28: an app's code a minute ago is no passkey a minute ago."""
    party, person = await stage.party(), await stage.person(totp=True, identity_level=2)
    now = stage.clock.now()
    browser = await stage.browser(person, {"passkey": now, "otp": now + 400})
    stage.clock.advance(401)
    wish = {"max_age": "300", "acr_values": f"{ACR}loa3"}
    page = await browser.get((await party.authorization(**wish)).url)
    assert page.left_to is None


async def test_prompt_login_asks_for_all(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    now = stage.clock.now()
    browser = await stage.browser(person, {"pwd": now, "otp": now})
    assert path(await browser.get((await party.authorization(prompt="login", acr_values=f"{ACR}loa2")).url)) == PASSWORD


async def test_a_last_recovery_code_still_counts_in_its_session(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(phone_verified=False)
    now = stage.clock.now()
    browser = await stage.browser(person, {"pwd": now, "rec": now})
    assert (await party.tokens(browser, acr_values=f"{ACR}loa2")).claims["acr"] == f"{ACR}loa2"
    stage.clock.advance(400)
    # Nothing is left that could be shown again: the password, and then the way to a new second factor.
    page = await browser.get((await party.authorization(acr_values=f"{ACR}loa2", max_age="300")).url)
    assert path(page) == PASSWORD


async def test_an_account_with_a_password_alone_is_offered_a_second_way(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(phone_verified=False)
    browser = await stage.browser(person)
    page = await browser.get((await party.authorization(acr_values=f"{ACR}loa2")).url)
    assert path(page) == ENROL
    assert {"add-totp", "add-sms", "alone", "cancel"} <= page.ids
    assert (await browser.submit(page, press="cancel")).parameters["error"] == "access_denied"
    # Whoever goes on without it gets what can be reached, once for this request.
    page = await browser.submit(page, press="alone")
    assert "code" in page.parameters


async def test_what_is_essential_is_not_gone_without(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(phone_verified=False)
    browser = await stage.browser(person)
    page = await browser.get((await party.authorization(claims=essential("loa2"))).url)
    assert path(page) == ENROL
    assert "alone" not in page.ids
    forged = {**dict(page.form_with("lanjut").values), "alone": "1"}
    answer = await browser.http.post(page.url, data=forged)
    assert "error=unmet_authentication_requirements" in answer.headers["location"]
    answer_page = await browser.submit(page, press="cancel")
    assert answer_page.parameters["error"] == "unmet_authentication_requirements"


async def test_a_proven_identity_is_explained_before_the_service_hears_no(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person)
    page = await browser.get((await party.authorization(claims=essential("loa2v"))).url)
    assert path(page) == IDENTITY
    assert (
        "Layanan ini memerlukan identitas terverifikasi. Verifikasi sekarang atau datang ke kantor cabang." in page.text
    )
    assert "/akun/identitas" in page.links["Verifikasi sekarang"]
    page = await browser.submit(page, press="cancel")
    assert page.parameters["error"] == "unmet_authentication_requirements"
    silent = await party.answered(browser, claims=essential("loa2v"), prompt="none")
    assert silent["error"] == "unmet_authentication_requirements"


async def test_codes_by_sms_switched_off_are_no_factor(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(sms_off_at=1)
    browser = await stage.browser(person)
    assert path(await browser.get((await party.authorization(acr_values=f"{ACR}loa2")).url)) == ENROL

"""An ID token that a relying party kept for longer than its signing key lived: signing out and signing in with it."""

import pytest

from idp.clients import directory
from idp.flows import rotate_keys
from idp.keys.key import afterlife
from tests.protocol.stage import Stage, asked, path

pytestmark = pytest.mark.anyio

BYE = "https://rp.example/bye"


async def outlive_the_keys(stage: Stage) -> None:
    """Every key that signed until now is gone, and nobody can verify with it any more."""
    assert all(rotation.active for rotation in await rotate_keys.rotate(stage.provider, force=True))
    stage.clock.advance(afterlife(stage.house.settings.lifetimes) + 1)
    await rotate_keys.rotate(stage.provider, force=True)


async def test_a_hint_whose_key_is_gone_names_nobody_who_is_known_to_be_here(stage: Stage) -> None:
    """With prompt=none it is login_required; otherwise a sign-in answers, and is not asked for twice."""
    party = await stage.party()
    hint = (await party.tokens(await stage.browser(await stage.person()))).id_token
    await outlive_the_keys(stage)
    account, browser = stage.house.account(), stage.house.browser()
    await party.authorize(browser, account)
    assert "code" in await party.answered(browser, prompt="none")
    assert (await party.answered(browser, prompt="none", id_token_hint=hint))["error"] == "login_required"
    page = await browser.get((await party.authorization(id_token_hint=hint)).url)
    assert path(page) == "/masuk"
    page = await browser.submit(page, {"identifier": account.email, "password": account.password}, press="sign-in")
    assert "code" in page.parameters


async def test_a_hint_whose_key_is_gone_still_lets_the_person_sign_out(stage: Stage) -> None:
    """Nothing proves any more that it was ours, so they are asked, as without a hint, and are sent nowhere."""
    party = await stage.party()
    person = await stage.person()
    tokens = await party.tokens(await stage.browser(person))
    await outlive_the_keys(stage)

    browser = await stage.browser(person)
    page = await browser.get("/end_session", id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE, state="s")
    asked(page)
    assert "code" in await party.answered(browser, prompt="none")
    done = await browser.submit(page)
    assert done.left_to is None
    assert BYE not in done.html
    assert (await party.answered(browser, prompt="none"))["error"] == "login_required"


async def test_a_hint_of_a_client_that_was_deleted_still_lets_the_person_sign_out(stage: Stage) -> None:
    party = await stage.party()
    browser = await stage.browser(await stage.person())
    tokens = await party.tokens(browser)
    async with stage.provider.database.transaction() as tx:
        assert await directory.delete(tx, party.client_id)
    stage.provider.clients.load([one for one in stage.provider.clients.all() if one.client_id != party.client_id])
    page = await browser.get("/end_session", id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    asked(page)


async def test_a_refusal_can_be_read_from_another_origin(stage: Stage) -> None:
    """An app in a browser learns what its token lacks (RFC 6750 section 3, RFC 9470) from the challenge."""
    answer = await stage.http.get("/userinfo", headers={"Authorization": "Bearer x", "Origin": "https://app.example"})
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["www-authenticate"]
    assert answer.headers["access-control-expose-headers"].lower() == "www-authenticate"

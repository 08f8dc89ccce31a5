"""Every module of `oidcc-rp-initiated-logout-certification-test-plan`, and T10."""

from typing import Any

import orjson
import pytest
from joserfc import jwk

from idp.base.jose import Signer, generate
from idp.base.opaque import b64decode, b64encode
from tests.protocol.stage import Party, Stage, asked, path, query_of, stayed
from tests.support.browser import Browser, Page
from tests.support.relying_party import Tokens

pytestmark = pytest.mark.anyio

BYE = "https://rp.example/bye"


@pytest.fixture
async def party(stage: Stage) -> Party:
    return await stage.party()


@pytest.fixture
async def browser(stage: Stage) -> Browser:
    return await stage.browser(await stage.person())


async def leave(browser: Browser, **parameters: str) -> Page:
    return await browser.get("/end_session", **parameters)


async def signed_in(party: Party, browser: Browser) -> bool:
    """Whether prompt=none still gives a code."""
    return "code" in await party.answered(browser, prompt="none")


async def test_discovery_endpoint_verification(party: Party) -> None:
    assert (await party.metadata())["end_session_endpoint"] == f"{party.issuer}/end_session"


async def test_rp_initiated_logout(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    page = await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE, state="s t+a&te")
    assert page.left_to is not None
    assert page.left_to.startswith(f"{BYE}?")
    assert query_of(page.left_to) == {"state": "s t+a&te"}
    assert not await signed_in(party, browser)
    assert (await party.userinfo(tokens.access_token)).status_code == 401


async def test_a_service_signs_in_again_only_with_the_person(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert path(await browser.get((await party.authorization()).url)) == "/masuk"


async def test_bad_post_logout_redirect_uri(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    stayed(
        await leave(
            browser, id_token_hint=tokens.id_token, post_logout_redirect_uri="https://rp.example/foo", state="s"
        )
    )


def changed_to_none(token: str) -> str:
    _, claims, _ = token.split(".")
    return f"{b64encode(orjson.dumps({'alg': 'none', 'typ': 'JWT'}))}.{claims}."


async def test_modified_id_token_hint(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    asked(await leave(browser, id_token_hint=changed_to_none(tokens.id_token), post_logout_redirect_uri=BYE, state="s"))
    assert await signed_in(party, browser)


async def test_no_id_token_hint(party: Party, browser: Browser) -> None:
    """The person is asked on a page of ours, and is sent nowhere even after a yes."""
    await party.tokens(browser)
    page = await leave(browser, post_logout_redirect_uri=BYE, state="s")
    assert path(page) == "/keluar"
    assert await signed_in(party, browser)
    done = await browser.submit(page)
    assert done.left_to is None
    assert BYE not in done.html
    assert not await signed_in(party, browser)


async def test_no_params(party: Party, browser: Browser) -> None:
    await party.tokens(browser)
    page = await leave(browser)
    assert path(page) == "/keluar"
    assert (await browser.submit(page)).status == 200
    assert not await signed_in(party, browser)


async def test_no_post_logout_redirect_uri(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    page = await leave(browser, id_token_hint=tokens.id_token, state="s")
    assert (page.left_to, page.status) == (None, 200)
    assert not await signed_in(party, browser)


async def test_no_state(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    page = await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert page.left_to == BYE


async def test_only_state(party: Party, browser: Browser) -> None:
    await party.tokens(browser)
    page = await leave(browser, state="s")
    assert page.left_to is None
    await browser.submit(page)
    assert not await signed_in(party, browser)


async def test_query_added_to_post_logout_redirect_uri(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    stayed(await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=f"{BYE}?extra=1"))


def forged(tokens: Tokens, key: jwk.Key, algorithm: str) -> str:
    return Signer(algorithm, "forged", key.private_key).sign(tokens.claims)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_bad_id_token_hint(stage: Stage, browser: Browser, algorithm: str) -> None:
    """Signed by the relying party's own registered key."""
    key = generate(algorithm, 2048)
    party = await stage.party()
    own = await stage.party(key=key)
    tokens = await party.tokens(browser)
    hint = forged(Tokens({}, {**tokens.claims, "aud": own.client_id}), key, algorithm)
    asked(await leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE))
    assert await signed_in(party, browser)


async def test_bad_id_token_hint_by_client_secret(party: Party, browser: Browser) -> None:
    """HS256 with the client secret, which the relying party could make by itself."""
    import hashlib
    import hmac

    tokens = await party.tokens(browser)
    head = b64encode(orjson.dumps({"alg": "HS256", "typ": "JWT"})) + "." + tokens.id_token.split(".")[1]
    mac = hmac.new(str(party.client_secret).encode(), head.encode(), hashlib.sha256).digest()
    asked(await leave(browser, id_token_hint=f"{head}.{b64encode(mac)}", post_logout_redirect_uri=BYE))
    assert await signed_in(party, browser)


# Beyond the plan


async def test_it_may_be_posted(stage: Stage, party: Party, browser: Browser) -> None:
    """From another site a form brings no cookies, so it comes back as an address, which does; and which holds no hint."""
    tokens = await party.tokens(browser)
    form = {"id_token_hint": tokens.id_token, "post_logout_redirect_uri": BYE, "state": "s t&1"}
    answer = await stage.http.post("/end_session", data=form)
    assert answer.status_code == 303
    assert tokens.id_token.split(".")[1] not in answer.headers["location"]
    assert await signed_in(party, browser)
    assert (await browser.get(answer.headers["location"])).left_to == f"{BYE}?state=s%20t%261"
    assert not await signed_in(party, browser)


async def test_what_was_posted_long_ago_asks_the_person(stage: Stage, party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    answer = await stage.http.post("/end_session", data={"id_token_hint": tokens.id_token})
    stage.clock.advance(300)
    asked(await browser.get(answer.headers["location"]))
    assert await signed_in(party, browser)


async def test_a_hint_alone_ends_no_session_elsewhere(stage: Stage, party: Party, browser: Browser) -> None:
    """Whoever finds an ID token signs nobody out with it."""
    tokens = await party.tokens(browser)
    page = await leave(stage.house.browser(), id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert page.left_to == BYE
    assert await signed_in(party, browser)


async def test_an_access_token_is_no_hint(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    asked(await leave(browser, id_token_hint=tokens.access_token, post_logout_redirect_uri=BYE))


async def test_signed_userinfo_is_no_hint(stage: Stage, browser: Browser) -> None:
    party = await stage.party(userinfo_signed_response_alg="RS256")
    tokens = await party.tokens(browser)
    signed = (await party.userinfo(tokens.access_token)).text
    assert orjson.loads(b64decode(signed.split(".")[1]))["sub"] == tokens.claims["sub"]
    asked(await leave(browser, id_token_hint=signed, post_logout_redirect_uri=BYE))
    assert await signed_in(party, browser)
    assert (await party.answered(browser, prompt="none", id_token_hint=signed))["error"] == "login_required"


async def test_a_hint_with_another_client_id_is_refused(stage: Stage, party: Party, browser: Browser) -> None:
    other = await stage.party()
    tokens = await party.tokens(browser)
    stayed(await leave(browser, id_token_hint=tokens.id_token, client_id=other.client_id, post_logout_redirect_uri=BYE))
    page = await leave(browser, id_token_hint=tokens.id_token, client_id=party.client_id, post_logout_redirect_uri=BYE)
    assert page.left_to == BYE


async def test_somebody_elses_hint_ends_nothing_here(stage: Stage, party: Party, browser: Browser) -> None:
    theirs = await party.tokens(await stage.browser(await stage.person()))
    page = await leave(browser, id_token_hint=theirs.id_token, post_logout_redirect_uri=BYE)
    assert path(page) == "/keluar"
    assert await signed_in(party, browser)


async def test_an_expired_hint_still_serves(stage: Stage, party: Party) -> None:
    person = await stage.person()
    browser = await stage.browser(person)
    tokens = await party.tokens(browser)
    stage.clock.advance(stage.house.settings.lifetimes.id_token + 60)
    page = await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert page.left_to == BYE
    assert not await signed_in(party, browser)


async def test_offline_access_outlives_a_plain_sign_out(party: Party, browser: Browser) -> None:
    """Back-Channel Logout section 2.7."""
    online = await party.tokens(browser)
    offline = await party.tokens(browser, "openid offline_access")
    await leave(browser, id_token_hint=online.id_token, post_logout_redirect_uri=BYE)
    assert (await party.userinfo(online.access_token)).status_code == 401
    await party.refresh(offline.refresh_token)


async def test_a_code_under_way_dies_with_the_session(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    request, code = await party.code(browser)
    await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    answer = await party.post_code(request, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "address",
    ["/\\evil.example", "//evil.example", "/%09/evil.example", "https://rp.example@evil.example/bye", "https://rp.example/bye/", "HTTPS://rp.example/bye",
     "https://rp.example/bye#x", "https://rp.example/./bye", "https://rp.example:443/bye", "javascript:alert(1)", "https://rp.example/BYE", BYE + "%00"],
)  # fmt: skip
async def test_t10_nobody_is_sent_to_an_address_that_is_not_registered(
    party: Party, browser: Browser, address: str
) -> None:
    tokens = await party.tokens(browser)
    stayed(await leave(browser, id_token_hint=tokens.id_token, post_logout_redirect_uri=address))


@pytest.mark.parametrize("name", ["id_token_hint", "post_logout_redirect_uri", "state", "client_id"])
async def test_a_repeated_parameter_is_refused(party: Party, browser: Browser, name: str) -> None:
    tokens = await party.tokens(browser)
    values: dict[str, Any] = {
        "id_token_hint": tokens.id_token,
        "post_logout_redirect_uri": BYE,
        "state": "s",
        "client_id": party.client_id,
    }
    twice = [*list(values.items()), (name, values[name])]
    answer = await browser.http.get("/end_session", params=twice)
    assert answer.status_code == 400
    assert await signed_in(party, browser)


async def test_ui_locales(stage: Stage, party: Party) -> None:
    """Whoever has to be asked, or is shown what became of it, reads it in the language that the service speaks with them."""
    for asked_first in (True, False):
        browser = await stage.browser(await stage.person())
        hint = {} if asked_first else {"id_token_hint": (await party.tokens(browser)).id_token}
        page = await leave(browser, **hint, ui_locales="fr en-GB")
        assert '<html lang="en"' in page.html
        if asked_first:
            asked(page)
            page = await browser.submit(page, press="sign-out")
            assert '<html lang="en"' in page.html
        assert not await signed_in(party, browser)
    stayed(page := await leave(browser, id_token_hint="x" * 9000, ui_locales="en"))
    assert '<html lang="en"' in page.html

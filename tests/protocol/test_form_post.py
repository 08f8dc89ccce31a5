"""Form Post Response Mode, what `oidcc-formpost-basic-certification-test-plan` asks beyond the modules of test_basic.py; T11."""

import re
from html import escape, unescape
from urllib.parse import urlsplit

import pytest

from tests.protocol.stage import CALLBACK, Party, Stage
from tests.support.browser import Browser, Page

pytestmark = pytest.mark.anyio


@pytest.fixture
async def party(stage: Stage) -> Party:
    party = await stage.party()
    party.response_mode = "form_post"
    return party


@pytest.fixture
async def browser(stage: Stage) -> Browser:
    return await stage.browser(await stage.person())


def check_page(page: Page) -> None:
    """A page that posts to the relying party by itself, also where there is no script, and that nobody keeps."""
    assert page.left_to is None
    assert page.status == 200
    (form,) = page.forms
    assert (form.action, form.method) == (CALLBACK, "POST")
    assert page.headers["cache-control"] == "no-store"
    assert urlsplit(page.url).netloc == "localhost:8000"
    policy = page.headers["content-security-policy"]
    (nonce,) = re.findall(r"'nonce-([A-Za-z0-9_-]+)'", policy)
    assert "form-action" not in policy, "would block the form to the relying party"
    assert "unsafe-inline" not in policy
    assert f'<script nonce="{nonce}">' in page.html
    # What HtmlUnit and old browsers understand.
    assert re.search(r"document\.forms\[0\]\.submit\(\)|\.submit\(\)", page.html)
    assert form.buttons or "<button" in page.html, "a person without scripts needs a button"


async def test_metadata_names_it(party: Party) -> None:
    assert "form_post" in (await party.metadata())["response_modes_supported"]


async def test_an_answer_posts_itself(party: Party, browser: Browser) -> None:
    request = await party.authorization()
    page = await browser.get(request.url)
    check_page(page)
    assert set(page.parameters) == {"code", "state", "iss"}
    await party.redeem(request, page.parameters["code"])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"prompt": "none", "max_age": "0"}, "login_required"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://rp.example/r"}, "request_uri_not_supported"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
async def test_an_error_posts_itself(
    stage: Stage, party: Party, browser: Browser, wrong: dict[str, str], error: str
) -> None:
    stage.clock.advance(1)
    page = await browser.get((await party.authorization(**{"scope": "openid", **wrong})).url)
    check_page(page)
    assert page.parameters["error"] == error
    assert set(page.parameters) == {"error", "error_description", "state", "iss"} or error == "login_required"


async def test_two_pages_have_two_nonces(party: Party, browser: Browser) -> None:
    policies = {
        (await browser.get((await party.authorization()).url)).headers["content-security-policy"] for _ in range(3)
    }
    assert len(policies) == 3


@pytest.mark.parametrize(
    "state",
    [
        '"><script>alert(1)</script>',
        "'\"&<>`",
        "javascript:alert(1)",
        "</form><form action=https://evil.example>",
        "a b+c%20&d=e",
        "ÿ€😀",
    ],
)
async def test_t11_state_is_text_and_nothing_else(party: Party, browser: Browser, state: str) -> None:
    page = await browser.get((await party.authorization(state=state)).url)
    check_page(page)
    assert page.parameters["state"] == state
    if re.search(r"[<>\"]", state):
        assert state not in page.html
        assert escape(state) in page.html or state in unescape(page.html)


@pytest.mark.parametrize(
    "address", ["JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "javascript://rp.example/%0aalert(1)"]
)
async def test_t11_a_form_never_goes_to_a_script(stage: Stage, party: Party, browser: Browser, address: str) -> None:
    page = await browser.get((await party.authorization(redirect_uri=address)).url)
    assert page.status == 400
    assert address not in page.html
    with pytest.raises(Exception, match="redirect URI"):
        await stage.party(redirect_uris=[address])

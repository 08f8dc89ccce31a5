"""Real pages of the running program: before axe, under their Content-Security-Policy, by keyboard alone, and on the scales."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyotp
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Response

from tests.journeys.test_chromium import fits, phone
from tests.support.axe import violations
from tests.support.relying_party import Account
from tests.support.servers import Server
from tests.support.wire import ledger

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

INLINE = """() => [
  ...[...document.scripts].filter(one => !one.src),
  ...document.querySelectorAll("style, [style], [onclick], [onload], [onsubmit], [onchange], a[href^='javascript:']"),
].map(one => one.outerHTML.slice(0, 90))"""
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const top = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2);
  return {
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
    uncovered: one === top || one.contains(top) || !!top && top.contains(one),
  };
}"""
OPEN = ("/masuk", "/daftar", "/lupa-kata-sandi", "/aktivasi", "/akun")
KILOBYTE = 1024
LOA2 = "urn:gerbang:acr:loa2"


@asynccontextmanager
async def signed_in(server: Server, chromium: Chromium) -> AsyncIterator[Page]:
    person = server.account()
    async with phone(chromium, javascript=True) as page:
        await page.goto(f"{server.issuer}/masuk")
        await page.fill("[name=identifier]", person.email)
        await page.fill("[name=password]", person.password)
        await page.click("#sign-in")
        await page.wait_for_url("**/akun")
        yield page


async def crawl(server: Server, page: Page, starts: tuple[str, ...]) -> list[str]:
    """Every page that links lead to from `starts`, each looked at; the paths. Whatever changes something is no link."""
    waiting = [f"{server.issuer}{path}" for path in starts]
    seen: list[str] = []
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.append(address)
        answer = await page.goto(address)
        assert answer
        await sound(page, answer)
        links = await page.locator("a[href]").evaluate_all("all => all.map(one => one.href.split('#')[0])")
        waiting += [one for one in links if one.startswith(server.issuer) and "bahasa=" not in one and one not in seen]
    return [one.removeprefix(server.issuer) for one in seen]


async def sound(page: Page, answer: Response) -> None:
    """A page that axe, its own policy and a small screen have nothing against."""
    policy = (await answer.all_headers())["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert await page.evaluate(INLINE) == [], page.url
    assert await fits(page), page.url
    assert await violations(page) == [], page.url


async def test_every_page_for_anybody_is_sound(server: Server, chromium: Chromium) -> None:
    async with phone(chromium, javascript=True) as page:
        paths = await crawl(server, page, OPEN)
    assert {"/masuk", "/daftar", "/privasi", "/ketentuan"} <= set(paths)


async def test_every_page_of_an_account_is_sound(server: Server, chromium: Chromium) -> None:
    async with signed_in(server, chromium) as page:
        paths = await crawl(server, page, ("/akun",))
    assert {"/akun", "/akun/keamanan", "/akun/kontak", "/akun/privasi", "/keluar"} <= set(paths)
    assert len(paths) >= 12


async def focused(page: Page, selector: str) -> None:
    """Wait until `selector` has the focus: a browser gives it where a page wants it once it has drawn that page."""
    await page.locator(f"{selector}:focus").wait_for()


async def reach(page: Page, selector: str) -> None:
    """Press Tab until `selector` has the focus; wherever it stops on the way, it is seen."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        focus = await page.evaluate(FOCUS)
        assert all(focus.values()), (focus, await page.evaluate("document.activeElement.outerHTML"))
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is out of reach for the keyboard on {page.url}")


async def write(page: Page, selector: str, text: str) -> None:
    await reach(page, selector)
    await page.keyboard.type(text)


async def test_by_keyboard_alone_to_a_service(server: Server, chromium: Chromium) -> None:
    """Sign-in with a mistake, second factor and consent: no mouse."""
    person: Account = server.account()
    assert person.totp_secret
    party = server.relying_party("koperasi")
    async with party.http:
        asked = await party.authorization("openid email phone", acr_values=LOA2)
    context = await chromium.new_context(locale="id-ID", viewport={"width": 320, "height": 640})
    page = await context.new_page()
    await page.goto(asked.url)
    await page.keyboard.press("Tab")
    await focused(page, ".skip")
    await page.keyboard.press("Enter")
    await reach(page, "main [name=identifier]")
    await page.keyboard.press("Enter")
    await focused(page, ".summary")
    await reach(page, ".summary a")
    await page.keyboard.press("Enter")
    await focused(page, "main [name=identifier]")
    await page.keyboard.type(person.email)
    await page.keyboard.press("Enter")
    await page.locator("#password-error").wait_for()
    await focused(page, ".summary")
    await reach(page, "main [name=identifier]")
    await write(page, "[name=password]", person.password)
    await reach(page, "#sign-in")
    await page.keyboard.press("Enter")
    await page.locator("[name=code]").wait_for()
    await write(page, "[name=code]", pyotp.TOTP(person.totp_secret).now())
    await page.keyboard.press("Enter")
    await page.locator("#allow").wait_for()
    await reach(page, "#allow")
    async with page.expect_request(lambda one: one.url.startswith(f"{asked.redirect_uri}?code=")):
        await page.keyboard.press("Enter")
    await context.close()  # nobody listens at the service, which the browser may say


async def test_registration_by_keyboard_alone(server: Server, chromium: Chromium) -> None:
    async with phone(chromium, javascript=True) as page:
        await page.goto(f"{server.issuer}/daftar")
        await reach(page, "#start")
        await page.keyboard.press("Space")
        await page.wait_for_url("**/daftar/data-diri*")
        for name, text in {
            "nik": "3374156703900003", "name": "Sari Dewi", "birth_day": "27", "birth_month": "3", "birth_year": "1990",
        }.items():  # fmt: skip
            await write(page, f"[name={name}]", text)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/kontak*")
        await write(page, "[name=phone]", "0813 7152 0777")
        await write(page, "[name=email]", "papan.tik@contoh.go.id")
        await reach(page, "[name=first]")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/kepesertaan*")
        await reach(page, "[name=category]")
        await page.keyboard.press("Space")
        await reach(page, "#continue")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/dokumen*")
        await reach(page, "#continue")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/kata-sandi*")
        await write(page, "[name=password]", "Kuda-Terbang-Biru-77")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/periksa*")
        await reach(page, "[name=terms]")
        await page.keyboard.press("Space")
        await reach(page, "#sign-up")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/daftar/terkirim")


@pytest.mark.parametrize("path", OPEN)
async def test_a_page_is_light_on_the_wire(server: Server, chromium: Chromium, path: str) -> None:
    """journeys.md section 3, with an empty cache and headers counted: 3 requests and 20 KB."""
    async with phone(chromium, javascript=True) as page, ledger(page) as received:
        await page.goto(f"{server.issuer}{path}", wait_until="networkidle")
        answers = [size for url, size in received.items() if not url.startswith("data:")]
    redirects = 1 if path == "/akun" else 0  # of which the ledger keeps the last answer
    assert len(answers) <= 3 + redirects, received
    assert sum(answers) <= 20 * KILOBYTE, received
    assert answers[0] <= 6 * KILOBYTE + 1_000, received


async def test_a_second_page_carries_no_stylesheet(server: Server, chromium: Chromium) -> None:
    async with phone(chromium, javascript=True) as page:
        await page.goto(f"{server.issuer}/masuk", wait_until="networkidle")
        async with ledger(page) as received:
            await page.goto(f"{server.issuer}/lupa-kata-sandi", wait_until="networkidle")
    assert sum(received.values()) <= 7 * KILOBYTE, received

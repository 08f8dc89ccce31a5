"""Registering in a real browser, step by step."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tests.support.registration import PERSON, STEPS

Look = Callable[[Page], Awaitable[None]]


async def register_in(page: Page, issuer: str, look: Look | None = None, **typed: str) -> None:
    """From the first page to the one that says where the message went; `look` sees every page on the way."""
    await page.goto(f"{issuer}/daftar")
    if look:
        await look(page)
    await page.click("#start")
    for step in STEPS:
        await answer(page, step, look, **typed)
    await page.wait_for_url("**/daftar/terkirim")
    if look:
        await look(page)


async def answer(page: Page, step: str, look: Look | None = None, **typed: str) -> None:
    """Fill in one step and go on."""
    answers = {**PERSON, **typed}
    await page.wait_for_url(f"**/daftar/{step}*")
    for name in STEPS[step]:
        if name == "terms":
            await page.check("[name=terms]")
        elif name in ("first", "category"):
            await page.check(f"#{name}-{answers[name]}")
        else:
            await page.fill(f"[name={name}]", answers[name] or "")
    if look:
        await look(page)
    await page.click("#sign-up" if step == "periksa" else "#continue")

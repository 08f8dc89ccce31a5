"""A person who walks from site to site: one browser per site, redirects followed wherever they lead."""

import re
import time
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

import httpx2
import pyotp

from tests.support.browser import Browser, Page
from tests.support.processes import PATIENCE
from tests.support.relying_party import Account

MAX_HOPS = 12
MAX_QUESTIONS = 6


UNTIL_TYPED = 15
"""Seconds for which a code must still be good: what is shown at the end of a step is sent in the next one."""


class Authenticator:
    """An account's authenticator app. The provider takes each step once, and one step to either side of now."""

    def __init__(self, account: Account) -> None:
        assert account.totp_secret, f"{account.email} has no TOTP"
        self._totp = pyotp.TOTP(account.totp_secret)
        self._last = 0

    def code(self) -> str:
        """A code that was not given out before. Whoever needs more of them than there are waits for the next, as a person does."""
        self._last = max(self._last + 1, (int(time.time()) + UNTIL_TYPED) // 30 - 1)
        time.sleep(max(0.0, (self._last - 1) * 30 - time.time()))
        return self._totp.at(self._last * 30)


class Person:
    """Knows one account of the provider; remembers what the provider asked on the way."""

    def __init__(self, account: Account, authenticator: Authenticator) -> None:
        self._account = account
        self._authenticator = authenticator
        self._browsers: dict[str, Browser] = {}
        self.asked: list[str] = []
        """What the provider asked since `asked` was last emptied: `password`, `code`, `consent`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for browser in self._browsers.values():
            await browser.http.aclose()

    async def open(self, url: str) -> Page:
        """Open an address, answer the provider's questions, and stop at the page where there are no more."""
        return await self._through(await self._at(url).get(url))

    async def press(self, page: Page, button: str, values: Mapping[str, str] | None = None) -> Page:
        """Fill in and submit the form with that button, then go on as `open` does."""
        return await self._through(await self._at(page.url).submit(page, values, press=button))

    async def look(self, url: str) -> Page:
        """Open an address and follow redirects, but answer nothing."""
        return await self._wander(await self._at(url).get(url))

    async def _through(self, page: Page) -> Page:
        page = await self._wander(page)
        for _ in range(MAX_QUESTIONS):
            if "password" in page.names:
                identifier = {"identifier": self._account.email} if _asks(page, "identifier") else {}
                answer = {**identifier, "password": self._account.password}
                page = await self._answer(page, "password", answer, "sign-in")
            elif "code" in page.names:
                page = await self._answer(page, "code", {"code": self._authenticator.code()}, "submit-code")
            elif "allow" in page.ids:
                page = await self._answer(page, "consent", {}, "allow")
            else:
                return page
        raise AssertionError(f"asked {self.asked} and still more: {page.url} {page.text[:500]}")

    async def _answer(self, page: Page, question: str, values: Mapping[str, str], button: str) -> Page:
        self.asked.append(question)
        return await self._wander(await self._at(page.url).submit(page, values, press=button))

    async def _wander(self, page: Page) -> Page:
        for _ in range(MAX_HOPS):
            if page.left_to is None:
                return page
            page = await self._at(page.left_to).get(page.left_to)
        raise AssertionError(f"redirected in circles, the last time to {page.url}")

    def _at(self, url: str) -> Browser:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._browsers:
            self._browsers[origin] = Browser(httpx2.AsyncClient(base_url=origin, timeout=PATIENCE, trust_env=False))
        return self._browsers[origin]


def _asks(page: Page, name: str) -> bool:
    """Whether the field is there to be filled in, not merely carried along hidden."""
    fields: list[str] = re.findall(r"<input\b[^>]*>", page.html)
    return any(f'name="{name}"' in field and 'type="hidden"' not in field for field in fields)

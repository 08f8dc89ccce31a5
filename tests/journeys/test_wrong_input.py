"""Whatever a form or an address of the hosted pages is sent, a page answers, and never a fault of ours."""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.support.browser import Browser, Form, Page
from tests.support.registration import fill_in
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.timeout(600)]

Houses = Callable[..., AbstractAsyncContextManager[House]]

STARTS = (
    "/akun", "/masuk", "/daftar", "/aktivasi", "/lupa-kata-sandi", "/status", "/privasi", "/saran", "/bantuan", "/keluar",
    "/end_session",
)  # fmt: skip
# Everything is counted here for what it does, not for how often.
PATIENT = dict.fromkeys(
    ("sign_up_per_network", "sign_up_starts", "recover_per_network", "resend_per_hour", "resend_per_day"), 10**6
)
ENDING = ("bukan-saya", "keluar", "hapus", "batasi")
WRONG = (
    "", " ", "%00", "%FF%FE", "%ED%A0%80", quote("🙂\u202e' OR 1=1 --"), "9" * 400, "-1", "a" * 9000, "%2F..%2F..%2Fetc",
    "[]", "%7B%7B7*7%7D%7D", "1e309", "NaN", "%0D%0ASet-Cookie:%20a=b", quote("１２３"), quote("<script>alert(1)</script>"),
)  # fmt: skip


@dataclass
class Walk:
    """A person who opens every page that can be reached and sends every form of it wrongly."""

    house: House
    browser: Browser
    people: list[Account]
    """Who is walking: the first, and the next when the first has closed the account to itself."""
    chance: random.Random
    seen: set[str] = field(default_factory=set)
    sent: int = 0

    async def sign_in(self) -> None:
        party = self.house.relying_party("saldo")
        while self.people:
            self.house.clock.advance(3600)
            try:
                await party.authorize(self.browser, self.people[0], "openid", acr_values="loa2")
                return
            except AssertionError:
                self.people.pop(0)
                self.browser = self.house.browser()
        raise AssertionError("nobody is left who can sign in")

    async def everything(self, starts: Iterable[str]) -> None:
        if self.people:
            await self.sign_in()
        waiting = list(starts)
        while waiting:
            # What may end the walk comes last.
            waiting.sort(key=lambda address: any(word in address for word in ENDING))
            address = waiting.pop(0)
            shape = self.shape(address)
            if shape in self.seen or not address.startswith("/"):
                continue
            self.seen.add(shape)
            page = await self.open(address)
            waiting += [self.relative(link) for link in page.links.values() if link.startswith(self.house.issuer)]
            for form in page.forms:
                key = f"{form.method} {self.shape(self.relative(form.action))} {sorted(form.names)}"
                if key not in self.seen and form.action.startswith(self.house.issuer):
                    self.seen.add(key)
                    waiting += [self.relative(one.url) async for one in self.wrongly(address, form)]
            for name in parameters(address):
                for wrong in WRONG:
                    await self.ask("GET", f"{urlsplit(address).path}?{name}={wrong}")

    async def open(self, address: str) -> Page:
        page = await self.browser.get(address)
        assert page.status < 500, address
        if "password" in page.names and self.people and "/masuk" in page.url:
            await self.sign_in()
            page = await self.browser.get(address)
        return page

    async def wrongly(self, address: str, form: Form) -> AsyncIterator[Page]:
        """What the form answers to each wrong value of each field, and once to all of its own values."""
        for body in bodies(form, self.chance):
            await self.ask(form.method, self.relative(form.action), body)
        if not {"csrf"} & form.names:
            return
        page = await self.open(address)
        for fresh in page.forms:
            if fresh.action == form.action and fresh.names == form.names and "keluar" not in fresh.action:
                yield await self.browser.submit(page, form=fresh)

    async def ask(self, method: str, address: str, body: str = "") -> None:
        self.sent += 1
        if method == "GET":
            answer = await self.browser.http.get(f"{address}?{body}" if body else address)
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.house.issuer}
            answer = await self.browser.http.post(address, content=body.encode(), headers=headers)
        said = f"{method} {address[:200]} {body[:300]} -> {answer.status_code}"
        assert answer.status_code < 500, said
        if answer.status_code >= 400 and "text/html" in answer.headers.get("content-type", ""):
            assert "<h1" in answer.text, said
        assert "set-cookie: a=b" not in str(answer.headers).lower()

    def shape(self, address: str) -> str:
        """An address without what differs from row to row."""
        parts = urlsplit(address)
        rows = "/".join("*" if len(part) > 20 or part.isdigit() else part for part in parts.path.split("/"))
        return f"{rows}?{','.join(sorted(parameters(address)))}"

    def relative(self, address: str) -> str:
        return address.removeprefix(self.house.issuer)


def parameters(address: str) -> list[str]:
    return [part.partition("=")[0] for part in urlsplit(address).query.split("&") if part]


def bodies(form: Form, chance: random.Random) -> Iterator[str]:
    """Bodies of that form with one mistake each; some with the form's own token, so that they get past it."""
    own = dict(form.values)
    for name in sorted(form.names):
        others = {key: value for key, value in own.items() if key != name}
        yield urlencode(others)
        yield urlencode([*own.items(), (name, "a"), (name, "b")])
        for wrong in WRONG:
            yield f"{urlencode(others)}&{quote(name)}={wrong}"
    yield "&".join(f"{quote(name)}={chance.choice(WRONG)}" for name in sorted(form.names))
    yield urlencode({**own, "tidak_dikenal": "1"})
    yield "&".join(f"a{number}=1" for number in range(200))
    yield "%"


async def test_no_form_of_a_person_ends_in_a_fault(houses: Houses) -> None:
    async with houses(limits=PATIENT) as house:
        people = [house.account(number) for number in range(len(house.demo["accounts"]))]
        walk = Walk(house, house.browser(), people, random.Random(1))
        await walk.everything(STARTS)
        assert walk.sent > 1500


async def test_no_form_of_a_stranger_ends_in_a_fault(houses: Houses) -> None:
    async with houses(limits=PATIENT) as house:
        walk = Walk(house, house.browser(), [], random.Random(2))
        last = await fill_in(walk.browser)
        await walk.everything((*STARTS, walk.relative(last.url)))
        assert walk.sent > 800

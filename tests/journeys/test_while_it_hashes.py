"""A new password is hashed before anything is held, and that takes its time: who is told of it is who has the account by then."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.accounts import account, lookup
from idp.accounts.password import Hasher
from idp.base.opaque import Handle
from idp.flows import assisted_recovery, owner, people, recover, security
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.web.cookies import session_cookie
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home
from tests.journeys.test_assisted_recovery import COOLING, NEW_ADDRESS, OPENS, approve, letter_of, open_case
from tests.journeys.test_recover import NEW, ask, plain
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

MOVED = "siti@lain.example"
ANYBODY = Visitor(None, b"d" * 16, "203.0.113.1", "")


def moving(house: House, person: Account) -> Provider:
    """The provider of a house in which the account gets another address while a password is hashed."""

    class Slow(Hasher):
        async def hash(self, password: str) -> str:
            found = await people.find(house.provider, person.email)
            assert found
            key = lookup.key(house.provider.material, lookup.EMAIL, MOVED)
            async with house.provider.database.transaction() as tx:
                assert await account.set_contact(tx, found.id, lookup.EMAIL, MOVED, key, house.clock.now())
            return await super().hash(password)

    slow: Provider = replace(house.provider, hasher=Slow(1, 1))
    return slow


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


async def subjects(house: House) -> list[str]:
    return [letter.subject for letter in await letters(house, MOVED)]


async def test_a_password_that_is_changed(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    cookie = Handle.parse(browser.http.cookies[session_cookie(house.provider.settings)])
    visitor = replace(ANYBODY, session=cookie)
    stands = await owner.present(house.provider, visitor)
    assert stands
    assert await security.change_password(moving(house, person), visitor, stands, person.password, NEW) == {}
    assert await subjects(house) == ["Kata sandi Anda sudah diganti"]


async def test_a_password_that_was_forgotten(house: House) -> None:
    person = plain(house)
    await ask(house.browser(), person.email)
    token = token_of((await newest(house, person.email)).link)
    assert await recover.set_password(moving(house, person), ANYBODY, token, NEW, "") == {}
    assert await subjects(house) == ["Kata sandi Anda sudah diganti"]


async def test_a_recovery_through_a_branch(house: House) -> None:
    person = plain(house)
    await open_case(house, person.email)
    await approve(house)
    house.clock.advance(COOLING)
    token = token_of((await letter_of(house, NEW_ADDRESS, OPENS)).link)
    assert await assisted_recovery.finish(moving(house, person), ANYBODY, token, NEW) == {}
    assert await subjects(house) == ["Email ini tidak dipakai lagi di akun Anda"]

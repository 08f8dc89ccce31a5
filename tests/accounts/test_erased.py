"""An account that is erased while its person is at it: what was about to be shown or written is refused, and no fault of ours."""

import asyncio

import pytest

from idp.accounts import account
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import assisted_recovery, documents, erase, export, home, owner, people, removal, security
from idp.sessions import levels
from idp.sessions.visitor import Visitor
from idp.store import dossier
from idp.store.tables import assisted_recoveries, privacy_exports
from idp.store.tables import documents as papers
from idp.web.cookies import session_cookie
from tests.journeys.test_account import at_home
from tests.support.locks import queued_behind
from tests.support.pictures import card
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def test_whoever_was_recognised_a_moment_ago_is_nobody_now(house: House) -> None:
    provider, browser = house.provider, await at_home(house, house.account(1))
    visitor = Visitor(Handle.parse(browser.http.cookies[session_cookie(house.settings)]), b"d" * 16, "198.51.100.7", "")
    stands = await owner.here(provider, visitor)
    assert stands
    assert await erase.at_once(provider, stands.account_id, by="test")
    for doing in (
        home.look(provider, stands),
        security.methods(provider, stands),
        removal.remove_factor(provider, visitor, stands, levels.SMS),
        export.make(provider, visitor, stands, provider.theme.language("id")),
        documents.add_to_account(provider, visitor, stands.account_id, "ktp", card()),
    ):
        with pytest.raises(PageFault) as refused:
            await doing
        assert refused.value.status == 409
    assert await house.count(papers) == 0
    assert await house.count(privacy_exports) == 0


async def test_a_case_for_an_account_that_is_erased_as_it_is_opened_is_one_for_nobody(house: House) -> None:
    """On PostgreSQL the account was found by then; SQLite looks for it when there is none any more."""
    provider, email = house.provider, house.account(1).email
    person = await people.find(provider, email)
    assert person
    async with provider.database.transaction() as tx, asyncio.timeout(60):
        await account.lock(tx, person.id)
        visitor = Visitor(None, b"d" * 16, "198.51.100.7", "")
        asking = asyncio.ensure_future(assisted_recovery.ask(provider, visitor, email, "baru@contoh.example"))
        await queued_behind(provider.database, tx)
        await dossier.erase(tx, person.id)
    assert isinstance(await asking, str)
    async with provider.database.reading() as tx:
        (case,) = (await tx.execute(assisted_recoveries.select())).all()
    assert case.account_id is None

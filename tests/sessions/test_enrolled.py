"""What an account has beside its password, read by itself."""

import pytest

from idp.flows import people
from idp.sessions import enrolled, levels
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def test_an_account_has_what_it_has_and_none_that_is_gone_has_anything(house: House) -> None:
    """An account may be erased while its owner thinks of a new password; that is no fault of ours."""
    provider = house.provider
    person = await people.find(provider, house.account().email)
    assert person is not None
    async with provider.database.reading() as tx:
        assert levels.TOTP in await enrolled.read(tx, person.id)
        assert await enrolled.read(tx, provider.new_id()) == frozenset()

"""Accounts and their identifiers, on both databases."""

import asyncio
from pathlib import Path

import pytest

from idp.accounts import account, entrance, lookup
from idp.accounts.account import Account
from idp.base.opaque import SystemEntropy, uuid7
from idp.flows import people
from idp.flows.people import Wanted
from idp.store import material
from idp.store.database import Database
from tests.support.servers import House

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000


def made(name: str = "Budi", **columns: object) -> Account:
    values: dict[str, object] = {"email": "Budi@contoh.com", "email_verified": True, "claims": {"given_name": "Budi"}}
    return Account(uuid7(SystemEntropy(), NOW * 1000), name, NOW, NOW, **{**values, **columns})  # type: ignore[arg-type]


@pytest.fixture
def keys(tmp_path: Path) -> material.Material:
    return material.create(tmp_path / "keys", SystemEntropy())


async def test_an_account_is_found_by_each_of_its_identifiers(database: Database, keys: material.Material) -> None:
    budi = made()
    email = lookup.key(keys, lookup.EMAIL, "budi@contoh.com")
    phone = lookup.key(keys, lookup.PHONE, "+6281234567890")
    async with database.transaction() as tx:
        assert await account.insert(tx, budi, {lookup.EMAIL: email, lookup.PHONE: phone})
    async with database.reading() as tx:
        assert await account.find(tx, email) == await account.find(tx, phone) == await account.read(tx, budi.id) == budi
        assert await account.find(tx, lookup.key(keys, lookup.PHONE, "budi@contoh.com")) is None


async def test_of_fifty_who_claim_one_address_at_once_one_gets_it(database: Database, keys: material.Material) -> None:
    """T36: one row, and nothing left of the others."""
    email = lookup.key(keys, lookup.EMAIL, "budi@contoh.com")

    async def claim(number: int) -> bool:
        async with database.transaction() as tx:
            phone = lookup.key(keys, lookup.PHONE, f"+62812345678{number:02}")
            return await account.insert(tx, made(f"Budi {number}"), {lookup.PHONE: phone, lookup.EMAIL: email})

    assert sum(await asyncio.gather(*(claim(number) for number in range(50)))) == 1
    async with database.reading() as tx:
        assert len(await account.page(tx, limit=100)) == 1
        left = [
            await account.find(tx, lookup.key(keys, lookup.PHONE, f"+62812345678{number:02}")) for number in range(50)
        ]
    assert sum(one is not None for one in left) == 1


async def test_a_lookup_tells_nothing_without_its_key(keys: material.Material, tmp_path: Path) -> None:
    other = material.create(tmp_path / "other", SystemEntropy())
    ours = lookup.key(keys, lookup.EMAIL, "budi@contoh.com")
    assert len(ours) == 16
    assert ours != lookup.key(other, lookup.EMAIL, "budi@contoh.com")
    assert ours != lookup.key(keys, lookup.PHONE, "budi@contoh.com")


async def test_a_hash_is_made_anew_only_if_it_is_still_the_one(database: Database) -> None:
    """A password that was changed meanwhile must not be put back."""
    budi = made(password_hash="new")
    async with database.transaction() as tx:
        await account.insert(tx, budi, {})
        await entrance.rehash(tx, budi.id, "old", "old, made anew")
        found = await account.read(tx, budi.id)
        assert found is not None
        assert found.password_hash == "new"
        await entrance.rehash(tx, budi.id, "new", "new, made anew")
        found = await account.read(tx, budi.id)
        assert found is not None
        assert found.password_hash == "new, made anew"


async def test_hashes_are_not_shown(database: Database) -> None:
    assert "geheim" not in repr(made(password_hash="geheim"))


async def test_status_and_not_before_are_set_by_id(database: Database) -> None:
    budi = made()
    async with database.transaction() as tx:
        await account.insert(tx, budi, {})
        assert await account.set_status(tx, budi.id, account.DISABLED, NOW + 5)
        assert not await account.set_status(tx, uuid7(SystemEntropy(), 1), account.DISABLED, NOW)
        assert await account.set_not_before(tx, budi.id, NOW + 6)
        found = await account.read(tx, budi.id)
    assert found is not None
    assert (found.status, found.not_before) == (account.DISABLED, NOW + 6)


async def test_a_birth_date_is_sealed_where_it_lies_and_told_to_whom_it_is_released(house: House) -> None:
    """Half of a NIK is made of it: the table must not show it."""
    async with house.provider.database.reading() as tx:
        rows = (await tx.exec_driver_sql("SELECT * FROM accounts")).all()
    assert "1987-08-17" not in repr(rows)
    party = house.relying_party()
    tokens = await party.sign_in(house.browser(), house.account(), "openid profile")
    assert (await party.userinfo(tokens.access_token)).json()["birthdate"] == "1987-08-17"


async def test_what_is_done_to_an_account_while_files_are_read_stays_done(house: House) -> None:
    """Hashing a password takes its time: an officer may turn the account off meanwhile, or its owner choose another."""
    provider, email = house.provider, house.account(1).email
    wanted = Wanted(email=email, name="Siti", password="ladang padi menguning senja")
    known = await people.find(provider, email)
    assert known
    prepared = await people.prepare(provider, wanted, known)
    await people.switch(provider, known.id, enabled=False, by="officer")
    with pytest.raises(people.BadAccount, match="at this very moment"):
        async with provider.database.transaction() as tx:
            await people.rewrite(provider, tx, prepared, known, by="file")
    found = await people.find(provider, email)
    assert found
    assert (found.name, found.status) == (known.name, account.DISABLED)

"""Authenticator apps: the vectors of RFC 6238, the drift that is allowed, the step that is spent."""

import asyncio
import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.accounts import account, lookup, totp
from idp.accounts.totp import Totp
from idp.base.opaque import SystemEntropy
from idp.store.database import Tx
from idp.store.tables import totp_credentials
from tests.support.servers import House

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "shown"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(at: int, shown: str) -> None:
    """Appendix B, the last six of its eight digits."""
    assert totp.code(SECRET, at // totp.STEP) == shown


def test_a_code_belongs_to_its_step_and_to_those_beside_it() -> None:
    now = 1_790_000_000
    step = now // 30
    assert [totp.step_of(SECRET, totp.code(SECRET, step + drift), now) for drift in (-2, -1, 0, 1, 2)] == [
        None,
        step - 1,
        step,
        step + 1,
        None,
    ]


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "abcdef", "٢٨٧٠٨٢", "287082\n"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert totp.step_of(SECRET, typed, 59) is None


@pytest.mark.parametrize("typed", ["287082", "287 082", " 287-082 ", "287\u00a0082"])
def test_groups_of_digits_are_read_as_one_code(typed: str) -> None:
    assert totp.step_of(SECRET, typed, 59) == 1


def test_the_address_says_what_an_app_needs() -> None:
    parts = urlsplit(totp.address(SECRET, "Gerbang & Co", "budi@contoh.com"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    query = parse_qs(parts.query)
    assert query["issuer"] == ["Gerbang & Co"]
    assert base64.b32decode(query["secret"][0]) == SECRET


def test_a_new_secret_has_160_bits() -> None:
    assert len(totp.new_secret(SystemEntropy())) == 20


@pytest.mark.anyio
async def test_a_step_is_spent_once_by_however_many_at_a_time(house: House) -> None:
    """T30: and none before it is accepted afterwards."""
    provider, now = house.provider, house.clock.now()
    account_id = await _someone(house)
    enrolled = Totp(provider.new_id(), SECRET, last_step=10, created_at=now)
    async with provider.database.transaction() as tx:
        await totp.insert(tx, provider.sealer, account_id, enrolled)

    async def spend(step: int) -> bool:
        async with provider.database.transaction() as tx:
            return await totp.accept(tx, enrolled.id, step, now)

    assert sorted(await asyncio.gather(*(spend(12) for _ in range(8)))) == [False] * 7 + [True]
    assert [await spend(step) for step in (10, 11, 12, 13)] == [False, False, False, True]
    async with provider.database.reading() as tx:
        kept = [one for one in await totp.read(tx, provider.sealer, account_id) if one.id == enrolled.id]
    assert kept[0].secret == SECRET


@pytest.mark.anyio
async def test_a_secret_does_not_lie_open_in_the_table(house: House) -> None:
    secret = house.account().totp_secret
    assert secret is not None
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    async with house.provider.database.reading() as tx:
        stored = await _stored(tx)
    assert stored
    assert all(raw not in value and secret.encode() not in value for value in stored)


async def _someone(house: House) -> Any:
    async with house.provider.database.reading() as tx:
        key = lookup.key(house.provider.material, lookup.EMAIL, house.account(1).email)
        found = await account.find(tx, key)
    assert found is not None
    return found.id


async def _stored(tx: Tx) -> list[bytes]:
    return [bytes(row.secret_sealed) for row in await tx.execute(totp_credentials.select())]

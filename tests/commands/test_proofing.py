"""Checks of identities on the command line, and the account of somebody who has died."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from idp.accounts import account, birthdate, lookup, nik, proofing
from idp.app import open_provider
from idp.base.settings import load
from idp.flows import people
from idp.provider import Provider
from tests.commands.cli import CommandLine
from tests.commands.test_records import account as made

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
NIK = "3273011708870001"


def waiting(idp: CommandLine, email: str) -> str:
    """An account with data that wait for an officer; the check's id."""
    made(idp, email)

    async def write(provider: Provider) -> str:
        found = await people.find(provider, email)
        assert found
        check = proofing.Proofing(provider.new_id(), found.id, proofing.REVIEW, provider.clock.now(), ("under_17",))
        values: dict[str, Any] = {
            "name": found.name, "nik_sealed": nik.seal(provider.sealer, found.id, NIK), "now": provider.clock.now(),
            "nik_index": lookup.key(provider.material, lookup.NIK, NIK),
            "birthdate_sealed": birthdate.seal(provider.sealer, found.id, "1987-08-17"),
        }  # fmt: skip
        async with provider.database.transaction() as tx:
            assert await account.declare(tx, found.id, **values)
            await proofing.insert(tx, replace(check))
        return str(check.id)

    async def inside() -> str:
        async with open_provider(load(idp.environment)) as provider:
            return await write(provider)

    return asyncio.run(inside())


def test_a_check_from_the_queue_to_the_decision(idp: CommandLine) -> None:
    check = waiting(idp, "budi@contoh.go.id")
    [row] = idp.json("proofing", "list")
    assert (row["id"], row["flags"], row["state"]) == (check, "under_17", "review")
    assert NIK not in idp.good("proofing", "list")
    assert idp.json("proofing", "show", check)["nik"] == NIK
    assert "no reason jelek" in idp.refused("proofing", "reject", check, "--reason", "jelek")
    assert "approved (branch)" in idp.good("proofing", "approve", check, "--branch")
    assert idp.json("proofing", "list") == []
    assert idp.json("get", "account", "budi@contoh.go.id")["identity_level"] == 2
    assert "is not open" in idp.refused("proofing", "reject", check, "--reason", "buram")
    shown = idp.json("proofing", "show", check)
    assert (shown["state"], shown["decided_by"]) == ("approved", "command line")
    assert shown["documents_until"]
    told = {(event["event"], event["actor"]) for event in idp.json("audit", "list")}
    assert {("identity.viewed", "command line"), ("identity.verified", "command line")} <= told


def test_reject_and_refer(idp: CommandLine) -> None:
    first, second = waiting(idp, "satu@contoh.go.id"), waiting(idp, "dua@contoh.go.id")
    assert "rejected (silau)" in idp.good("proofing", "reject", first, "--reason", "silau")
    assert "referred" in idp.good("proofing", "refer", second)
    states = {
        row["id"]: row["state"] for row in idp.json("proofing", "list", "--state", "rejected", "--state", "referred")
    }
    assert states == {first: "rejected", second: "referred"}
    assert "no state lama" in idp.refused("proofing", "list", "--state", "lama")
    assert "is not open" in idp.refused("proofing", "approve", "018f0000-0000-7000-8000-000000000000")
    # A branch may still say yes; then nobody else gets that NIK.
    third = waiting(idp, "tiga@contoh.go.id")
    idp.good("proofing", "approve", second, "--branch")
    assert "another account" in idp.refused("proofing", "approve", third)


def test_the_account_of_who_has_died(idp: CommandLine) -> None:
    made(idp, "slamet@contoh.go.id")
    assert "has died" in idp.good("disable", "account", "slamet@contoh.go.id", "--deceased")
    assert idp.json("get", "account", "slamet@contoh.go.id")["status"] == "deceased"
    assert "account.deceased" in {event["event"] for event in idp.json("audit", "list")}
    idp.good("enable", "account", "slamet@contoh.go.id")
    assert idp.json("get", "account", "slamet@contoh.go.id")["status"] == "active"

"""Recoveries through a branch on the command line."""

import asyncio

import pytest

from idp.app import open_provider
from idp.base.settings import load
from idp.flows import assisted_recovery
from idp.sessions.visitor import Visitor
from tests.commands.cli import CommandLine
from tests.commands.test_records import account as made

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def opened(idp: CommandLine, identifier: str, address: str) -> str:
    """A case, as a page opens it; its number."""

    async def inside() -> str:
        async with open_provider(load(idp.environment)) as provider:
            visitor = Visitor(None, b"d" * 16, "203.0.113.1", "")
            slip = await assisted_recovery.ask(provider, visitor, identifier, address)
            assert isinstance(slip, str)
            return assisted_recovery.asked(provider, visitor, slip)[0]

    return asyncio.run(inside())


def test_a_case_from_the_queue_to_the_decision(idp: CommandLine) -> None:
    made(idp, "budi@contoh.go.id")
    case = opened(idp, "budi@contoh.go.id", "budi.baru@contoh.net")
    [row] = idp.json("recover", "list")
    assert (row["case"], row["state"]) == (case, "open")
    assert "budi.baru" not in idp.good("recover", "list")
    shown = idp.json("recover", "show", case.replace("-", "").lower())
    assert (shown["new_address"], shown["name"]) == ("budi.baru@contoh.net", "Budi Santoso")
    assert "--checked ktp,face" in idp.refused("recover", "approve", case, "--checked", "ktp", "--reason", "x")
    assert "nothing called sim" in idp.refused("recover", "approve", case, "--checked", "ktp,face,sim", "--reason", "x")
    assert "a reason is needed" in idp.refused("recover", "approve", case, "--checked", "ktp,face", "--reason", " ")
    said = idp.good(
        "recover", "approve", case, "--checked", "ktp,face", "--reason", "datang sendiri", "--remove-factors"
    )
    assert "unless it is cancelled" in said
    assert "is not open" in idp.refused("recover", "approve", case, "--checked", "ktp,face", "--reason", "x")
    shown = idp.json("recover", "show", case)
    assert (shown["state"], shown["checked"], shown["remove_factors"]) == ("cooling", "ktp face", True)
    assert (shown["decided_by"], shown["reason"]) == ("command line", "datang sendiri")
    assert idp.json("recover", "list") == []
    told = {(event["event"], event["actor"]) for event in idp.json("audit", "list")}
    assert {("recovery.case_viewed", "command line"), ("recovery.case_approved", "command line")} <= told
    assert "refused" in idp.good("recover", "refuse", case, "--reason", "pemiliknya menelepon")
    assert idp.json("recover", "show", case)["state"] == "refused"


def test_an_override_is_for_officers_and_for_what_was_cancelled(idp: CommandLine) -> None:
    made(idp, "budi@contoh.go.id")
    case = opened(idp, "budi@contoh.go.id", "budi.baru@contoh.net")
    seen = ("recover", "approve", case, "--checked", "ktp,face", "--override", "dibatalkan pencuri")
    assert "--officer ADDRESS" in idp.refused(*seen)
    assert "an officer's account" in idp.refused(*seen, "--officer", "budi@contoh.go.id")
    idp.good("bootstrap", "--email", "rina@kantor.go.id", "--name", "Rina")
    assert "only 0 in a row" in idp.refused(*seen, "--officer", "rina@kantor.go.id")


def test_refuse_and_what_is_unknown(idp: CommandLine) -> None:
    case = opened(idp, "tidak.ada@contoh.go.id", "baru@contoh.net")
    assert idp.json("recover", "list")[0]["account"] == ""
    assert "has no account" in idp.refused("recover", "approve", case, "--checked", "ktp,face", "--reason", "x")
    assert "refused" in idp.good("recover", "refuse", case, "--reason", "tidak dikenal")
    assert idp.json("recover", "list", "--state", "refused")[0]["case"] == case
    assert "no case" in idp.refused("recover", "show", "ABCD-EFGH")
    assert "no state lama" in idp.refused("recover", "list", "--state", "lama")

"""The queue of requests about personal data, as an operator works through it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from idp.accounts import requests
from idp.accounts.requests import Request
from idp.app import open_provider
from idp.base.settings import load
from idp.store.audit import Event
from tests.commands.cli import CommandLine

PASSWORD = "Kuda-Terbang-Biru-77"


def asked(idp: CommandLine, account: str, kind: str, age: int, **detail: str) -> str:
    """A request that was made `age` seconds ago; its id."""

    async def inside() -> UUID:
        async with open_provider(load(idp.environment)) as provider:
            made = provider.clock.now() - age
            request = Request(
                provider.new_id(), UUID(account), kind, requests.OPEN, made, made + requests.CLOCK, detail=detail
            )
            async with provider.database.transaction() as tx:
                assert await requests.add(tx, provider.sealer, request)
            return request.id

    return str(asyncio.run(inside()))


def told(idp: CommandLine, account: str, scope: str) -> str:
    """Somebody who is no client any more redeemed a code with this scope; who."""

    async def inside() -> None:
        async with open_provider(load(idp.environment)) as provider, provider.database.transaction() as tx:
            event = Event("code.redeemed", account_id=UUID(account), client_id="lama", detail={"scope": scope})
            await provider.audit.append(tx, event)

    asyncio.run(inside())
    return "lama"


def test_the_queue_is_worked_through_in_the_order_of_its_clock(idp: CommandLine) -> None:
    made = idp.json(
        "create", "account", "--email", "sari@contoh.go.id", "--name", "Sari", "--password-file", "-", input=PASSWORD
    )
    late = asked(idp, made["id"], requests.OBJECT, 4 * 86_400, reason="Jangan untuk iklan")
    soon = asked(idp, made["id"], requests.CORRECT, 3600, name="Sari Dewi", birthdate="1990-03-27", reason="KTP")
    listed = idp("privacy", "list", "--format", "json")
    assert listed.exit_code == 2
    assert "OVERDUE: 1" in listed.stderr
    assert listed.stdout.index(late) < listed.stdout.index(soon)
    assert "iklan" not in listed.stdout
    assert idp.json("privacy", "show", soon)["asked_name"] == "Sari Dewi"
    assert "ground is one of" in idp.refused("privacy", "refuse", late, "--reason", "busy")
    assert "refused (others)" in idp.good("privacy", "refuse", late, "--reason", "others", "--note", "maaf")
    assert "done" in idp.good("privacy", "complete", soon)
    assert "no open request" in idp.refused("privacy", "complete", soon)
    changed = idp.json("get", "account", "sari@contoh.go.id", "--purpose", "ticket 7")
    assert (changed["name"], changed["birthdate"]) == ("Sari Dewi", "1990-03-27")
    assert idp.json("privacy", "list") == []
    assert {one["state"] for one in idp.json("privacy", "list", "--all")} == {"refused", "done"}
    events = [one for one in idp.json("audit", "list", "--account", made["id"]) if one["event"] == "account.read"]
    assert {one["actor"] for one in events} == {"command line"}
    assert "ticket 7" in {one["detail"]["purpose"] for one in events}


def test_what_the_law_holds_back_is_deleted_by_who_says_that_it_is_over(idp: CommandLine) -> None:
    made = idp.json(
        "create", "account", "--email", "sari@contoh.go.id", "--name", "Sari", "--password-file", "-", input=PASSWORD
    )
    request = asked(idp, made["id"], requests.DELETE, 3600)
    idp.good("privacy", "refuse", request, "--reason", "legal_hold")
    said = idp.refused("delete", "account", "sari@contoh.go.id", "--yes")
    assert request in said
    assert "say --despite-legal-hold if that is over" in said
    assert idp.json("get", "account", "sari@contoh.go.id")["name"] == "Sari"
    idp.good("delete", "account", "sari@contoh.go.id", "--yes", "--despite-legal-hold")
    assert "no account" in idp.refused("get", "account", "sari@contoh.go.id")


def test_a_breach_names_accounts_and_who_was_told(idp: CommandLine) -> None:
    made = idp.json(
        "create", "account", "--email", "sari@contoh.go.id", "--name", "Sari", "--password-file", "-", input=PASSWORD
    )
    idp.good("get", "account", "sari@contoh.go.id")
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    begin, end = ((now + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    found = idp.json("privacy", "breach", "--field", "email", "--from", begin, "--to", end)
    assert found == [{"account": made["id"], "told": ["command line"]}]
    assert idp.json("privacy", "breach", "--field", "birthdate", "--from", begin, "--to", end) == []
    assert "emial is no claim" in idp.refused("privacy", "breach", "--field", "emial", "--from", begin, "--to", end)
    gone = told(idp, made["id"], "saldo:baca")
    assert idp.json("privacy", "breach", "--field", "saldo:baca", "--from", begin, "--to", end) == [
        {"account": made["id"], "told": [gone]}
    ], "the client that had the scope is gone, and what it was told is not"
    assert "is not before" in idp.refused("privacy", "breach", "--field", "email", "--from", end, "--to", begin)
    assert "a moment is written like" in idp.refused(
        "privacy", "breach", "--field", "email", "--from", "x", "--to", end
    )

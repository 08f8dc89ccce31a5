"""Reports and notices by the command line."""

import asyncio

from idp.accounts.report import FEEDBACK, OPEN, Report, insert, new_reference
from idp.app import open_provider
from idp.base.opaque import SystemEntropy
from idp.provider import Provider
from tests.commands.cli import CommandLine
from tests.support.servers import settings_for

TEXT = "Tombol kirim tidak terlihat."


async def reported(idp: CommandLine) -> str:
    async def write(provider: Provider) -> str:
        reference = new_reference(SystemEntropy())
        made = Report(
            provider.new_id(), reference, FEEDBACK, "halaman", None, None, "198.51.100.7", OPEN, provider.clock.now(),
            text=TEXT, contact="saya@contoh.com",
        )  # fmt: skip
        async with provider.database.transaction() as tx:
            await insert(tx, provider.sealer, made)
        return reference

    async with open_provider(settings_for(idp.storage)) as provider:
        return await write(provider)


def test_a_report_is_listed_read_and_closed(idp: CommandLine) -> None:
    reference = asyncio.run(reported(idp))
    [line] = idp.json("reports", "list")
    assert (line["reference"], line["kind"], line["category"], line["state"]) == (
        reference,
        "feedback",
        "halaman",
        "open",
    )
    assert TEXT not in str(line)
    shown = idp.json("reports", "show", reference.lower())
    assert (shown["text"], shown["contact"]) == (TEXT, "saya@contoh.com")
    idp.good("reports", "close", reference)
    assert "no open report" in idp.refused("reports", "close", reference)
    assert idp.json("reports", "list") == []
    [line] = idp.json("reports", "list", "--all")
    assert line["state"] == "closed"
    assert "no report" in idp.refused("reports", "show", "GB-2222-2222")
    events = {event["event"] for event in idp.json("audit", "list")}
    assert {"report.read", "report.closed"} <= events


def test_a_notice_is_published_listed_and_withdrawn(idp: CommandLine) -> None:
    told = ("--id", "SMS terlambat.", "--en", "SMS is late.")
    made = idp.json("notices", "publish", *told, "--until", "2999-01-31T18:00+0700", "--incident")
    assert (made["kind"], made["until"]) == ("incident", "2999-01-31T11:00:00Z")
    [listed] = idp.json("notices", "list")
    assert listed["id"] == made["id"]
    idp.good("notices", "withdraw", made["id"])
    assert "no notice" in idp.refused("notices", "withdraw", made["id"])
    assert "named by its id" in idp.refused("notices", "withdraw", "x")
    assert "later than now" in idp.refused("notices", "publish", *told, "--until", "2001-01-31T18:00+0700")

"""A new installation, from nothing to its first officer; settings; keys; the doctor."""

import asyncio
import json
import tomllib
from pathlib import Path

import pytest

from idp.base.clock import ManualClock, SystemClock
from idp.base.opaque import SystemEntropy
from idp.commands.config import REFERENCE, markdown
from tests.commands.cli import CommandLine
from tests.support.servers import open_house


def test_from_nothing_to_the_first_officer(empty: CommandLine) -> None:
    empty.good("keys", "init")
    assert empty("migrate", "status").exit_code == 1
    assert "made 8 signing keys" in empty.good("migrate", "up")
    assert empty.json("migrate", "status")["pending"] == []
    assert "current" in empty.good("migrate", "up")
    made = empty.json("bootstrap", "--email", "Ani@Contoh.go.id", "--name", "Ani Pejabat")
    assert made["officer"] == "ani@contoh.go.id"
    assert made["link"].startswith("https://sso.contoh.go.id/")
    assert "accounts:write" in made["scope"].split()
    assert "--force" in empty.refused("bootstrap", "--email", "lain@contoh.go.id", "--name", "Lain")
    again = empty.json("bootstrap", "--email", "lain@contoh.go.id", "--name", "Lain", "--force")
    assert again["client_id"] != made["client_id"]
    events = [event["event"] for event in empty.json("audit", "list")]
    assert events.count("officer.appointed") == 2


@pytest.mark.anyio
async def test_the_officers_link_sets_a_password_once(idp: CommandLine) -> None:
    # The command line brings a loop of its own.
    made = await asyncio.to_thread(idp.json, "bootstrap", "--email", "ani@contoh.go.id", "--name", "Ani Pejabat")
    clock = ManualClock(SystemClock().now())
    async with open_house(
        idp.storage, clock, SystemEntropy(), dev=False, issuer=idp.environment["IDP_ISSUER"]
    ) as house:
        browser = house.browser()
        page = await browser.submit(await browser.get(made["link"]), {"password": "kapal layar di laut biru"})
        assert page.status == 200
        assert (await browser.get(made["link"])).status == 400
        answer = await house.http().post(
            "/token",
            data={"grant_type": "client_credentials", "scope": "accounts:read"},
            auth=(made["client_id"], made["client_secret"]),
        )
        assert answer.status_code == 200, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        listed = (await house.http().get("/admin/v1/accounts", headers=headers)).json()
        assert "ani@contoh.go.id" in str(listed)


def test_the_secret_and_the_link_are_not_kept(idp: CommandLine) -> None:
    made = idp.json("bootstrap", "--email", "ani@contoh.go.id", "--name", "Ani Pejabat")
    kept = idp.good("get", "client", made["client_id"]) + idp.good("audit", "list") + idp.good("list", "accounts")
    assert made["client_secret"] not in kept
    assert made["link"].partition("token=")[2] not in kept


def test_keys_init_keeps_what_is_there(idp: CommandLine) -> None:
    before = (idp.storage.keys / "index.key").read_bytes()
    kids = {key["kid"] for key in idp.json("keys", "list")}
    idp.good("keys", "init")
    assert (idp.storage.keys / "index.key").read_bytes() == before
    assert {key["kid"] for key in idp.json("keys", "list")} == kids
    assert {path.stat().st_mode & 0o777 for path in idp.storage.keys.iterdir()} == {0o600}


def test_rotation_hands_over_to_the_next_key(idp: CommandLine) -> None:
    keys = idp.json("keys", "list")
    following = {key["algorithm"]: key["kid"] for key in keys if key["state"] == "next"}
    [turned] = idp.json("keys", "rotate", "--algorithm", "ES256")
    assert turned["active"] == following["ES256"]
    # The key after it was made this second: no relying party has seen it.
    assert idp("keys", "rotate", "--algorithm", "ES256").exit_code == 1
    assert idp("keys", "rotate", "--algorithm", "ES256", "--force").exit_code == 0
    assert "HS256" in idp.refused("keys", "rotate", "--algorithm", "HS256")


def test_the_doctor_finds_what_is_wrong(idp: CommandLine) -> None:
    idp.good(
        "create",
        "account",
        "--email",
        "budi@contoh.go.id",
        "--name",
        "Budi",
        "--password-file",
        "-",
        input="ladang padi menguning senja\n",
    )
    found = {each["check"]: each for each in json.loads(idp("doctor", "--format", "json").stdout)}
    assert {name for name, each in found.items() if each["state"] == "bad"} == {"mail"}
    assert "no mail leaves" in found["mail"]["finding"], "a file is written in dev mode alone"
    assert "migrate" not in found["schema"]["finding"]
    (idp.storage.keys / "index.key").chmod(0o644)
    idp.extra = {"IDP_REDIS_URL": "redis://:rahasia@127.0.0.1:1/0"}
    done = idp("doctor", "--format", "json")
    assert done.exit_code == 1
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert found["key material"]["state"] == "bad"
    assert "chmod 600" in found["key material"]["finding"]
    assert "127.0.0.1:1 does not answer; see IDP_REDIS_URL" in found["short-lived state"]["finding"]
    assert "rahasia" not in done.output


def test_the_template_is_a_file_that_can_be_used(idp: CommandLine, tmp_path: Path) -> None:
    template = idp.good("config", "template")
    assert tomllib.loads(template) == {table: {} for table in tomllib.loads(template)}
    used = [
        line.removeprefix("# ") if " = " in line and line.split(" = ")[0].removeprefix("# ").isidentifier() else line
        for line in template.splitlines()
        if not line.endswith("= ...")
    ]
    file = tmp_path / "config.toml"
    file.write_text("\n".join(used))
    assert "themes" in tomllib.loads(file.read_text())
    assert "good" in idp.good("--config", str(file), "config", "check")


def test_every_setting_can_be_checked_and_none_tells_its_secret(idp: CommandLine) -> None:
    idp.extra = {
        "IDP_SMTP__PASSWORD": "rahasia-surat",
        "IDP_DATABASE_URL": "postgresql://gerbang:rahasia-basis@db/gerbang",
        "IDP_REDIS_URL": "redis://:rahasia-redis@redis/0",
    }
    told = idp.good("config", "check", "--format", "json")
    assert "rahasia" not in told
    assert "gerbang:***@db/gerbang" in told


def test_the_reference_is_current() -> None:
    assert REFERENCE.read_text() == markdown()


def test_sql_for_a_database_that_somebody_else_migrates(idp: CommandLine) -> None:
    assert "CREATE TABLE accounts" in idp.good("migrate", "sql")

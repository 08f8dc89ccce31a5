"""Clients and accounts by the verbs that they share."""

import json
from pathlib import Path

import pytest

from tests.commands.cli import CommandLine

PASSWORD = "ladang padi menguning senja"


def account(idp: CommandLine, email: str = "budi@contoh.go.id") -> dict[str, str]:
    made: dict[str, str] = idp.json(
        "create", "account", "--email", email, "--name", "Budi Santoso", "--password-file", "-", input=PASSWORD + "\n"
    )
    return made


def test_a_client_from_birth_to_death(idp: CommandLine, tmp_path: Path) -> None:
    made = idp.json("create", "client", "--name", "Arsip", "--redirect-uri", "https://arsip.contoh.go.id/kembali")
    assert len(made["client_secret"]) == 43
    client = made["client_id"]
    shown = idp.json("get", "client", client)
    assert shown["redirect_uris"] == ["https://arsip.contoh.go.id/kembali"]
    assert "client_secret" not in shown
    assert client in {each["client_id"] for each in idp.json("list", "clients")}
    changes = tmp_path / "changes.json"
    changes.write_text(json.dumps({"client_name": "Arsip Baru", "contacts": ["tim@contoh.go.id"]}))
    changed = idp.json("update", "client", client, "--metadata", str(changes))
    assert (changed["client_name"], changed["contacts"]) == ("Arsip Baru", ["tim@contoh.go.id"])
    assert changed["redirect_uris"] == shown["redirect_uris"]
    assert idp.json("update", "client", client, "--rotate-secret")["client_secret"] != made["client_secret"]
    idp.good("disable", "client", client)
    assert idp.json("get", "client", client)["disabled"]
    idp.good("enable", "client", client)
    assert not idp.json("get", "client", client)["disabled"]
    idp.good("delete", "client", client, "--yes")
    assert "no client" in idp.refused("get", "client", client)
    events = {event["event"] for event in idp.json("audit", "list")}
    assert {"client.created", "client.changed", "client.secret_rotated", "client.disabled", "client.deleted"} <= events


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--redirect-uri", "http://arsip.contoh.go.id/"], "redirect URI"),
        ([], "redirect_uris is required"),
        (["--redirect-uri", "https://a.example/", "--scope", "openid saldo:bacaa"], "unknown scope: saldo:bacaa"),
        (["--redirect-uri", "https://a.example/", "--scope", "openid accounts:read"], "client_credentials alone"),
        (["--redirect-uri", "https://a.example/", "--pre-authorised"], "first parties"),
        (["--redirect-uri", "https://a.example/", "--auth-method", "private_key_jwt"], "needs jwks"),
        (["--redirect-uri", "https://a.example/", "--resource", "ftp://a.example"], "resource URI"),
        (["--redirect-uri", "https://a.example/", "--client-id", "A" * 43], "look like a subject"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_client_that_breaks_a_rule_is_refused(idp: CommandLine, arguments: list[str], said: str) -> None:
    assert said in idp.refused("create", "client", "--name", "Arsip", *arguments)
    assert idp.json("list", "clients") == []


def test_a_resource_has_one_owner(idp: CommandLine) -> None:
    arguments = (
        "create",
        "client",
        "--name",
        "Arsip",
        "--redirect-uri",
        "https://a.example/",
        "--resource",
        "https://a.example/api",
    )
    idp.good(*arguments)
    assert "belongs to client" in idp.refused(*arguments)


def test_an_account_from_birth_to_disabled(idp: CommandLine) -> None:
    made = account(idp)
    assert idp.json("get", "account", "BUDI@contoh.go.id")["id"] == made["id"]
    assert idp.json("get", "account", made["id"])["email_verified"] is True
    assert [each["id"] for each in idp.json("list", "accounts")] == [made["id"]]
    idp.good("disable", "account", made["id"])
    assert idp.json("get", "account", made["id"])["status"] == "disabled"
    idp.good("enable", "account", "budi@contoh.go.id")
    assert idp.json("get", "account", made["id"])["status"] == "active"
    idp.good("update", "account", made["id"], "--password-file", "-", input="kapal layar di laut biru\n")
    assert idp.json("get", "account", made["id"])["password_changed"]
    assert [one["kind"] for one in idp.json("outbox", "list")] == ["mail"], "whose password changed is told of it"
    assert "no account" in idp.refused("get", "account", "siti@contoh.go.id")


def test_accounts_are_listed_page_by_page(idp: CommandLine) -> None:
    made = [account(idp, f"orang{number}@contoh.go.id")["id"] for number in range(3)]
    first = [each["id"] for each in idp.json("list", "accounts", "--limit", "2")]
    # Every other verb has its noun in the singular, and this one takes it too.
    rest = [each["id"] for each in idp.json("list", "account", "--after", first[-1])]
    assert first + rest == made


def test_two_accounts_cannot_share_an_address(idp: CommandLine) -> None:
    account(idp)
    refused = idp.refused(
        "create",
        "account",
        "--email",
        "Budi@CONTOH.go.id",
        "--name",
        "Lain",
        "--password-file",
        "-",
        input=PASSWORD + "\n",
    )
    assert "another account" in refused


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_weak_password_is_refused_and_not_repeated(idp: CommandLine) -> None:
    refused = idp.refused(
        "create", "account", "--email", "b@contoh.go.id", "--name", "B", "--password-file", "-", input="rahasia\n"
    )
    assert "password is refused" in refused
    assert "rahasia" not in refused


def test_the_outbox_and_the_trail_start_empty_and_intact(idp: CommandLine) -> None:
    assert idp.json("outbox", "list") == []
    assert idp("outbox", "retry", "--all").exit_code == 1
    account(idp)
    assert idp.json("audit", "verify")["intact"] is True
    assert {event["actor"] for event in idp.json("audit", "list", "--event", "account.created")} == {"command line"}


def test_an_account_is_deleted_at_once_when_somebody_is_sure(idp: CommandLine) -> None:
    account(idp)
    asked = idp("delete", "account", "BUDI@contoh.go.id", input="n\n")
    assert asked.exit_code == 1
    assert "Remove Budi Santoso (budi@contoh.go.id) at once" in asked.stderr
    assert idp("delete", "account", "budi@contoh.go.id").stderr.endswith("idp: nobody answered; say --yes\n")
    assert idp.json("get", "account", "budi@contoh.go.id")["name"] == "Budi Santoso"
    removed = idp.json("delete", "account", "budi@contoh.go.id", "--yes")
    assert removed == {"account": "budi@contoh.go.id", "done": "removed"}
    assert "no account" in idp.refused("delete", "account", "budi@contoh.go.id", "--yes")
    assert idp.json("list", "accounts") == []
    account(idp)

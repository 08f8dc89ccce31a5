"""Files declare clients and accounts: what they say is what is there, and saying it twice changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.commands.cli import CommandLine
from tests.support.servers import ROOT

SECRET = "p8Kq2v_Zr5LmXw7TtYb3NcQ1"
PASSWORD = "ladang padi menguning senja"
CLIENT: dict[str, Any] = {
    "client_id": "arsip",
    "redirect_uris": ["https://arsip.contoh.go.id/kembali"],
    "client_secret": SECRET,
}
ACCOUNT: dict[str, Any] = {"email": "budi@contoh.go.id", "name": "Budi Santoso", "password": PASSWORD}


def write(folder: Path, name: str = "all.yaml", **document: Any) -> str:
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(document))
    return str(file)


def actions(idp: CommandLine, *arguments: str) -> dict[str, str]:
    return {change["name"]: change["action"] for change in idp.json("apply", *arguments)["changes"]}


def test_the_second_time_changes_nothing(idp: CommandLine, tmp_path: Path) -> None:
    account = {**ACCOUNT, "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "phone_number": "081234567890"}
    file = write(tmp_path, clients=[CLIENT], accounts=[account])
    assert actions(idp, "-f", file, "--dry-run") == {"arsip": "create", "budi@contoh.go.id": "create"}
    assert idp.json("list", "clients") == []
    assert actions(idp, "-f", file) == {"arsip": "create", "budi@contoh.go.id": "create"}
    before = idp.json("audit", "list")
    assert actions(idp, "-f", file) == {"arsip": "same", "budi@contoh.go.id": "same"}
    assert idp.json("audit", "list") == before


def test_what_changed_is_named(idp: CommandLine, tmp_path: Path) -> None:
    idp.good("apply", "-f", write(tmp_path, clients=[CLIENT], accounts=[ACCOUNT]))
    changed = write(
        tmp_path,
        clients=[{**CLIENT, "client_name": "Arsip", "client_secret": SECRET[::-1]}],
        accounts=[{**ACCOUNT, "password": "kapal layar di laut biru", "nickname": "Bud"}],
    )
    changes = {change["name"]: set(change["fields"]) for change in idp.json("apply", "-f", changed)["changes"]}
    assert changes == {"arsip": {"client_name", "client_secret"}, "budi@contoh.go.id": {"claims", "password_hash"}}


def test_prune_deletes_what_came_from_files_alone(idp: CommandLine, tmp_path: Path) -> None:
    idp.good("create", "client", "--name", "Tangan", "--client-id", "tangan", "--redirect-uri", "https://a.example/")
    idp.good("apply", "-f", write(tmp_path, clients=[CLIENT, {**CLIENT, "client_id": "lama"}]))
    kept = write(tmp_path, clients=[CLIENT])
    assert actions(idp, "-f", kept) == {"arsip": "same"}
    assert actions(idp, "-f", kept, "--prune") == {"arsip": "same", "lama": "delete"}
    assert {each["client_id"] for each in idp.json("list", "clients")} == {"arsip", "tangan"}


def test_a_resource_may_move_to_another_client(idp: CommandLine, tmp_path: Path) -> None:
    api = {"resource_uris": ["https://arsip.contoh.go.id/api"]}
    idp.good("apply", "-f", write(tmp_path, clients=[{**CLIENT, **api}]))
    moved = write(tmp_path, clients=[{**CLIENT, **api, "client_id": "baru"}])
    assert "belongs to client arsip" in idp.refused("apply", "-f", moved)
    assert actions(idp, "-f", moved, "--prune") == {"baru": "create", "arsip": "delete"}


def test_a_secret_that_was_made_is_shown_once(idp: CommandLine, tmp_path: Path) -> None:
    file = write(tmp_path, clients=[{name: value for name, value in CLIENT.items() if name != "client_secret"}])
    [made] = idp.json("apply", "-f", file)["changes"]
    assert len(made["client_secret"]) == 43
    [again] = idp.json("apply", "-f", file)["changes"]
    assert "client_secret" not in again
    assert again["action"] == "same"


def test_secrets_may_lie_in_files_beside(idp: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "arsip.secret").write_text(SECRET + "\n")
    beside = {name: value for name, value in CLIENT.items() if name != "client_secret"} | {
        "client_secret_file": "arsip.secret"
    }
    idp.good("apply", "-f", write(tmp_path, clients=[beside]))
    assert actions(idp, "-f", write(tmp_path, clients=[CLIENT])) == {"arsip": "same"}


def test_all_or_nothing(idp: CommandLine, tmp_path: Path) -> None:
    file = write(tmp_path, clients=[CLIENT], accounts=[{**ACCOUNT, "password": "rahasia"}])
    refused = idp.refused("apply", "-f", file)
    assert "password is refused" in refused
    assert idp.json("list", "clients") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"client": []}, "unknown key client"),
        ({"clients": {}}, "clients must be a list"),
        ({"clients": [{"redirect_uris": []}]}, "has no client_id"),
        ({"clients": [{**CLIENT, "redirect_uri": "x"}]}, "client arsip: unknown key redirect_uri"),
        ({"clients": [CLIENT, CLIENT]}, "declared twice"),
        ({"clients": [{**CLIENT, "client_secret": "rahasia"}]}, "client_secret is too weak"),
        ({"clients": [{**CLIENT, "client_secret": "a" * 40}]}, "client_secret is too weak"),
        ({"clients": [{**CLIENT, "client_secret_file": "x"}]}, "not both"),
        ({"clients": [{**CLIENT, "grant_types": ["implicit"]}]}, "grant_types"),
        ({"clients": [{**CLIENT, "client_id": "a b"}]}, "client a b: client_id is"),
        ({"clients": [{**CLIENT, "token_endpoint_auth_method": "none"}]}, "has no secret"),
        ({"accounts": [{**ACCOUNT, "sub": "x"}]}, "unknown key sub"),
        ({"accounts": [{**ACCOUNT, "birthdate": "1990-13-01"}]}, "birthdate is no day"),
        ({"accounts": [{**ACCOUNT, "address": {"street": "x"}}]}, "unknown member street"),
        ({"accounts": [{**ACCOUNT, "phone_number": "12"}]}, "phone_number"),
        ({"accounts": [{**ACCOUNT, "totp_secret": "abc"}]}, "totp_secret"),
        ({"accounts": [{"name": "Budi"}]}, "needs an email address"),
    ],
)
def test_what_is_not_understood_is_one_line(
    idp: CommandLine, tmp_path: Path, document: dict[str, Any], said: str
) -> None:
    refused = idp.refused("apply", "-f", write(tmp_path, **document))
    assert said in refused
    assert SECRET not in refused
    assert PASSWORD not in refused


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_broken_file_is_named_and_not_quoted(idp: CommandLine, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(f'[[clients]]\nclient_secret = "{SECRET}\n')
    refused = idp.refused("apply", "-f", str(broken))
    assert "no valid TOML, line 2" in refused
    assert SECRET not in refused


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", ["birthdate: 2026-99-99", "[" * 5000])
def test_yaml_that_its_parser_chokes_on_is_one_line(idp: CommandLine, tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(text)
    assert "is no valid YAML" in idp.refused("apply", "-f", str(broken), "--dry-run")


def test_the_examples_of_deploy_apply(idp: CommandLine) -> None:
    folder = str(ROOT / "deploy" / "idp.d")
    assert set(actions(idp, "-f", folder).values()) == {"create"}
    assert set(actions(idp, "-f", folder).values()) == {"same"}
    shown = idp.json("get", "account", "uji@example.go.id")
    assert shown["birthdate"] == "1990-04-21"
    assert shown["address"]["locality"] == "Jakarta"


TEXTS = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=20)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "client_name": TEXTS,
        "contacts": st.lists(TEXTS, max_size=3),
        "grant_types": st.sampled_from([["authorization_code"], ["authorization_code", "refresh_token"]]),
        "scope": st.sampled_from(["openid", "openid profile email", "openid saldo:baca"]),
        "require_pkce": st.booleans(),
        "first_party": st.booleans(),
        "default_max_age": st.integers(0, 10**6),
        "id_token_signed_response_alg": st.sampled_from(["ES256", "RS256", "PS256", "EdDSA"]),
    },
)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.dictionaries(st.sampled_from(["a", "b", "c"]), METADATA, max_size=3))
def test_whatever_is_declared_is_what_is_there(
    idp: CommandLine, tmp_path: Path, wanted: dict[str, dict[str, Any]]
) -> None:
    file = tmp_path / "clients.json"
    file.touch(mode=0o600)
    clients = [{**CLIENT, "client_secret": SECRET, "client_id": name, **rest} for name, rest in wanted.items()]
    file.write_text(json.dumps({"clients": clients}))
    idp.good("apply", "-f", str(file), "--prune")
    shown = {each["client_id"] for each in idp.json("list", "clients")}
    assert shown == set(wanted)
    for name, rest in wanted.items():
        assert rest.items() <= idp.json("get", "client", name).items()
    assert set(actions(idp, "-f", str(file), "--prune").values()) <= {"same"}

"""How the program ends when something is wrong: one line that says what to do, exit code 1, no traceback."""

import os
import socket
from pathlib import Path

import pytest

from tests.commands.cli import CommandLine
from tests.support.processes import free_port

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def ended(idp: CommandLine, *arguments: str, stdin: str | None = None, **environment: str) -> str:
    """As a process of its own: what the shell sees. Where the line alone is asked, `idp.refused` says it sooner."""
    done = idp.process(*arguments, stdin=stdin, **environment)
    assert done.returncode == 1, (done.stdout, done.stderr)
    [line] = [line for line in done.stderr.splitlines() if line.startswith("idp: ")]
    assert "Traceback" not in done.stderr
    return line.removeprefix("idp: ")


def test_an_unknown_setting(empty: CommandLine) -> None:
    assert ended(empty, "serve", IDP_ISUER="x") == "IDP_ISUER: unknown setting; `idp config template` lists all"


def test_missing_key_material_and_a_stale_schema(empty: CommandLine) -> None:
    assert "run `idp keys init`" in ended(empty, "serve", IDP_PORT="0", IDP_MANAGEMENT_PORT="0")
    empty.good("keys", "init")
    assert ended(empty, "serve", IDP_PORT="0", IDP_MANAGEMENT_PORT="0").endswith("run `idp migrate up`")


def test_a_taken_port(idp: CommandLine) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = idp.refused("serve", "--port", str(port))
        assert line == f"port {port} is taken; stop what listens there, or set IDP_PORT"
        line = idp.refused("serve", "--port", "0", "--management-port", str(port))
        assert line == f"port {port} is taken; stop what listens there, or set IDP_MANAGEMENT_PORT"


def test_a_readable_key_file(idp: CommandLine) -> None:
    file = idp.storage.keys / "index.key"
    file.chmod(0o640)
    assert idp.refused("list", "clients") == f"{file}: readable by others; run: chmod 600 {file}"


def test_a_folder_that_cannot_be_made(idp: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    idp.extra = {"IDP_VAR": str(file / "var")}
    assert "set IDP_VAR" in idp.refused("serve")


def test_several_workers_need_redis(idp: CommandLine) -> None:
    assert "needs IDP_REDIS_URL" in idp.refused("serve", "--workers", "2")


def test_keys_of_another_installation(idp: CommandLine) -> None:
    for name in ("encryption.key", "index.key"):
        (idp.storage.keys / name).unlink()
    idp.extra = {"IDP_DATABASE_URL": "sqlite+aiosqlite:///:memory:"}
    assert "run `idp keys init`" in idp.refused("list", "clients")
    idp.extra = {}
    done = idp("keys", "init")
    assert done.exit_code == 1
    assert "restore the key folder of this database" in done.stderr


def test_an_unknown_theme(idp: CommandLine) -> None:
    idp.extra = {"IDP_THEME": "tidak-ada"}
    assert idp.refused("list", "clients").startswith("IDP_THEME: ")


def test_nobody_listens(idp: CommandLine) -> None:
    idp.extra = {"IDP_MANAGEMENT_PORT": str(free_port())}
    assert "nothing answers" in idp.refused("healthcheck")


def test_an_unreachable_database(idp: CommandLine) -> None:
    idp.extra = {"IDP_DATABASE_URL": "postgresql://gerbang@127.0.0.1:1/gerbang"}
    assert "IDP_DATABASE_URL" in idp.refused("list", "clients")


@pytest.mark.parametrize("wrong", ["work", "serve"])
def test_a_data_folder_that_may_not_be_written(idp: CommandLine, wrong: str, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        closed = Path("/proc/self")  # where root may not write either
    else:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
    idp.extra = {"IDP_VAR": str(closed / "var")}
    assert "set IDP_VAR" in idp.refused(wrong)


def test_an_issuer_is_written_as_browsers_write_it(empty: CommandLine) -> None:
    """Origins, passkeys and services compare it to the letter, and it can never be changed later."""
    for address in (
        "https://SSO.contoh.go.id", "https://sso.contoh.go.id:443", "https://sso.contoh.go.id:08443", "https://u@sso.contoh.go.id", "https://sso.contoh.go.id/",
        "https://sso.contoh.go.id/a b", "https://sso.contoh.go.id/a/../b", "https://sso.contoh.go.id//a", "https://sso.contoh.go.id?a",
        "https://sso.contoh.go.id#", "ftp://sso.contoh.go.id", "sso.contoh.go.id", "https://sso contoh.go.id",
    ):  # fmt: skip
        empty.extra = {"IDP_ISSUER": address}
        assert empty.refused("config", "check").startswith("IDP_ISSUER: must be a URL as browsers write it"), address
    for address in ("https://sso.contoh.go.id:8443/masuk_2/v1", "https://[2001:db8::1]", "http://127.0.0.1:8000"):
        empty.extra = {"IDP_ISSUER": address}
        empty.good("config", "check")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("IDP_PORT", "99999"),
        ("IDP_REDIS_URL", "http://redis"),
        ("IDP_ISSUER", "https://sso.contoh.go.id:99999"),
        ("IDP_ISSUER", "https://sso.contoh.go.id:x"),
        ("IDP_ISSUER", "https://[sso"),
        ("IDP_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("IDP_LIMITS__RAISED_NETWORK", "zz"),
        ("IDP_LIMITS__CODE_TRIES", "-1"),
        ("IDP_KPJ_PATTERN", "("),
        ("IDP_SMTP__HOST", ""),
        ("IDP_SMTP__SENDER", "Gerbang"),
        ("IDP_SMS__URL", "sms.contoh.go.id"),
        ("IDP_REGISTRY__URL", "ftp://registri.contoh.go.id"),
        ("IDP_OUTBOUND__CA_FILE", "/nirgendwo/ca.pem"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(idp: CommandLine, name: str, wrong: str) -> None:
    """`serve`, `work` and every verb read settings as this one does: none begins with what cannot work."""
    idp.extra = {name: wrong}
    assert idp.refused("config", "check").startswith(f"{name}: ")


def test_an_empty_line_says_that_there_is_no_redis(idp: CommandLine) -> None:
    idp.extra = {"IDP_REDIS_URL": ""}
    assert idp.json("config", "check")["redis_url"] is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("IDP_DATABASE_URL", "postgresql+asyncpg://gerbang:{}@db/gerbang"),
        ("IDP_DATABASE_URL", "postgresql+asyncpg:///gerbang?host=db&password={}&user=gerbang"),
        ("IDP_REDIS_URL", "redis://:{}@redis/0"),
    ],
)
@pytest.mark.parametrize("password", ["Rahasia", "Ra/ha@sia", "Ra%2Fha:sia"])
def test_a_check_shows_no_password(idp: CommandLine, name: str, told: str, password: str) -> None:
    """It is pasted into tickets."""
    idp.extra = {name: told.format(password)}
    assert idp.json("config", "check")[name.removeprefix("IDP_").lower()] == told.format("***")


def test_enter_alone_removes_nothing(idp: CommandLine) -> None:
    client = idp.json("create", "client", "--name", "Arsip", "--redirect-uri", "https://arsip.contoh.go.id/cb")[
        "client_id"
    ]
    assert idp("delete", "client", client, input="\n").exit_code == 1
    assert idp.json("get", "client", client)["client_id"] == client
    assert idp("delete", "client", client, input="y\n").exit_code == 0


def test_without_a_terminal_nobody_is_asked(idp: CommandLine) -> None:
    """In a script a question that nobody answers says what to give instead."""
    assert "--yes" in ended(idp, "delete", "client", "x", stdin="")
    assert "--password-file" in ended(
        idp, "create", "account", "--email", "budi@contoh.go.id", "--name", "Budi", stdin=""
    )


def test_json_alone_whatever_the_verb(empty: CommandLine) -> None:
    """Programs read standard output as it is, so nothing is said to people there."""
    assert empty.json("keys", "init")["material_made"] is True
    assert not (empty.storage.var / "gerbang.db").exists(), "who made the keys first has not chosen a database yet"
    applied = empty.json("migrate", "up")
    assert applied["applied"]
    assert applied["signing_keys_made"] == 8
    assert empty.json("migrate", "up") == {"applied": [], "signing_keys_made": 0}
    client = empty.json("create", "client", "--name", "Arsip", "--redirect-uri", "https://arsip.contoh.go.id/cb")[
        "client_id"
    ]
    assert empty.json("disable", "client", client) == {"client_id": client, "done": "disabled"}
    assert empty.json("delete", "client", client, "--yes") == {"client_id": client, "done": "removed"}

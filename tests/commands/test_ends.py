"""How the program ends when something is wrong: one line that says what to do, exit code 1, no traceback."""

import os
import socket
from pathlib import Path

import pytest

from tests.commands.cli import CommandLine

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def ended(idp: CommandLine, *arguments: str, **environment: str) -> str:
    """As a process of its own: what the shell sees. Where the line alone is asked, `idp.refused` says it sooner."""
    done = idp.process(*arguments, **environment)
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
        "https://SSO.contoh.go.id", "https://sso.contoh.go.id:443", "https://u@sso.contoh.go.id", "https://sso.contoh.go.id/",
        "https://sso.contoh.go.id/a b", "https://sso.contoh.go.id/a/../b", "https://sso.contoh.go.id//a", "https://sso.contoh.go.id?a",
        "https://sso.contoh.go.id#", "https://sso.contoh.go.id:x", "ftp://sso.contoh.go.id", "sso.contoh.go.id",
    ):  # fmt: skip
        empty.extra = {"IDP_ISSUER": address}
        assert empty.refused("config", "check").startswith("IDP_ISSUER: must be a URL as browsers write it"), address
    for address in ("https://sso.contoh.go.id:8443/masuk/v1", "https://[2001:db8::1]", "http://127.0.0.1:8000"):
        empty.extra = {"IDP_ISSUER": address}
        empty.good("config", "check")

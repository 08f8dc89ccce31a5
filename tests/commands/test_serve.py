"""The program that stays: ready, asked to stop, and with several processes behind one socket."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.processes import PATIENCE, accepts
from tests.support.servers import ROOT, Server


def state_of(process: int) -> str:
    """One letter, of proc(5): T is stopped, Z has ended and is not buried; X, where nothing is left of it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def processes_of(parent: int) -> dict[int, str]:
    """Children of a process: their command lines by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(stat[1]) == parent and stat[0] != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_stops_when_asked_and_starts_again_with_its_data(servers: Callable[..., Server]) -> None:
    server = servers().start()
    demo = (server.storage.var / "demo.json").read_bytes()
    assert (server.storage.var / "demo.json").stat().st_mode & 0o777 == 0o600
    assert all("redirect_uris" in client for client in server.demo["clients"].values())
    assert not list((server.storage.var / "outbox").iterdir()), "there before the first mail, which the screen promises"
    assert "DEV MODE" in server.log()
    assert server.stop() == 0
    assert "Traceback" not in server.log()
    server.start()
    assert (server.storage.var / "demo.json").read_bytes() == demo
    answer = httpx2.get(f"{server.issuer}/.well-known/openid-configuration", trust_env=False, timeout=PATIENCE)
    assert answer.json()["issuer"] == server.issuer
    assert "server" not in answer.headers


def test_a_lost_demo_file_is_written_with_other_secrets(servers: Callable[..., Server]) -> None:
    server = servers().start()
    before = server.demo["clients"]["bench"]
    assert server.stop() == 0
    (server.storage.var / "demo.json").unlink()
    del server.demo
    server.start()
    after = server.demo["clients"]["bench"]
    assert after["client_secret"] != before["client_secret"]
    for client, status in ((after, 200), (before, 401)):
        answer = httpx2.post(
            f"{server.issuer}/token",
            data={"grant_type": "client_credentials", "scope": "saldo:baca"},
            auth=(client["client_id"], client["client_secret"]),
            trust_env=False,
            timeout=PATIENCE,
        )
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_several_processes_share_one_port_and_one_set_of_numbers(servers: Callable[..., Server]) -> None:
    server = servers(workers=2).start()
    assert server._child is not None
    parent = server._child.process.pid
    children = processes_of(parent)
    serving = [pid for pid, line in children.items() if " serve " in line]
    assert len(serving) == 2
    assert len([line for line in children.values() if " work " in line]) == 1

    os.kill(serving[0], signal.SIGKILL)
    eventually(lambda: len([line for line in processes_of(parent).values() if " serve " in line]) == 2)
    eventually(lambda: '"exit":-9' in server.log())
    for _ in range(20):
        assert httpx2.get(f"{server.issuer}/jwks", trust_env=False, timeout=PATIENCE).status_code == 200
    metrics = httpx2.get(f"{server.management}/metrics", trust_env=False, timeout=PATIENCE).text
    [counted] = [
        line for line in metrics.splitlines() if line.startswith("gerbang_requests_total") and 'route="/jwks"' in line
    ]
    assert float(counted.rpartition(" ")[2]) == 20

    left = list(processes_of(parent))
    server.kill()
    eventually(lambda: all(state_of(pid) in "XZ" for pid in left))  # who buries orphans takes what time they take


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_several_processes_stop_together(servers: Callable[..., Server]) -> None:
    server = servers(workers=2).start()
    assert server._child is not None
    left = processes_of(server._child.process.pid)
    [worker] = [pid for pid, line in left.items() if " work " in line]
    os.kill(worker, signal.SIGSTOP)
    server._child.process.terminate()
    # A worker that still has to finish something keeps no door open behind which nobody is.
    eventually(lambda: not accepts("127.0.0.1", server.port))
    assert state_of(worker) == "T"
    os.kill(worker, signal.SIGCONT)
    assert server.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
    assert "Traceback" not in server.log()


@pytest.mark.anyio
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("client", ["bench", "jmo"])
async def test_perform_is_a_relying_party_for_one_sign_in(server: Server, client: str, tmp_path: Path) -> None:
    arguments = (
        "perform",
        "authorization-code",
        "--client",
        client,
        "--scope",
        "openid email offline_access",
        "--format",
        "json",
    )
    said, printed = tmp_path / "said", tmp_path / "printed"
    with said.open("wb") as err, printed.open("wb") as out:
        program = subprocess.Popen(  # noqa: ASYNC220  # starting it blocks for a moment only
            server.command("--dev", *arguments),
            cwd=ROOT,
            env=server.env() | {"IDP_WORKERS": "1"},
            stdout=out,
            stderr=err,
        )
    try:
        eventually(lambda: "code_challenge" in said.read_text())
        [address] = [line for line in said.read_text().splitlines() if line.startswith(server.issuer)]
        browser, party = server.browser(), server.relying_party(client)
        async with browser.http, party.http:
            page = await party.answer(browser, await browser.get(address), server.account())
        assert page.left_to is not None
        assert httpx2.get(page.left_to, trust_env=False, timeout=PATIENCE).status_code == 200
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()
        program.wait()
    tokens = json.loads(printed.read_text())
    assert tokens["id_token_claims"]["aud"] == client
    assert {"access_token", "refresh_token"} <= tokens.keys()

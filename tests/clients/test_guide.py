"""The programs of the relying-party guide, as they stand there, against the running provider."""

import os
import subprocess
from pathlib import Path

import httpx2
import pytest
from starlette.types import ASGIApp

from tests.support.guides import snippet
from tests.support.processes import PATIENCE
from tests.support.servers import Server

FOLDER = Path(__file__).parent
HERE = "// Send the browser to `url`."
"""Where the program of the guide waits for a person; the test puts one there."""
PERSON = """
import { answer, Browser } from %(browser)r
const browser = new Browser(demo.issuer)
const { left: here } = await answer(browser, await browser.open(url), demo.accounts[0])
"""

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


async def test_the_python_program(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(server.storage.var.parent)
    program: dict[str, ASGIApp] = {}
    exec(compile(snippet("python"), "the guide", "exec"), program)
    us = server.relying_party("saldo")
    transport = httpx2.ASGITransport(program["app"])
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://localhost:8101", timeout=PATIENCE) as service,
        us.http,
    ):
        leaving = await service.get("/")
        browser = server.browser()
        page = await us.answer(browser, await browser.get(leaving.headers["location"]), server.account())
        assert page.left_to, page.text
        signed_in = await service.get(page.left_to)
        assert len(signed_in.json()["signed in"]) == 43
        foreign = await service.get(page.left_to.replace("iss=", "iss=https%3A%2F%2Fanother.example"))
        assert foreign.status_code == 400, "an answer of another provider is refused"
        await browser.http.aclose()


def test_the_javascript_program(server: Server, tmp_path: Path) -> None:
    program = snippet("js")
    assert HERE in program
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    person = PERSON % {"browser": str(FOLDER / "browser.mjs")}
    (tmp_path / "guide.mjs").write_text(program.replace(HERE, person + HERE), "utf-8")
    done = subprocess.run(
        ["node", tmp_path / "guide.mjs"],
        cwd=server.storage.var.parent,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == 43

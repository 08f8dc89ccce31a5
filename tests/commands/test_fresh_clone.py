"""What a newcomer gets: a clone, and whatever `./run` makes of it from the runtime lock alone, with nothing of the tests."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.processes import PATIENCE, Child, free_port
from tests.support.servers import ROOT

pytestmark = pytest.mark.timeout(600)

# Every module of both packages: what a lock lacks shows at its import, wherever that is.
IMPORTS = """
import importlib, pkgutil, examples, idp
for package in (idp, examples):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
try:
    import pytest
except ImportError:
    raise SystemExit(0)
raise SystemExit("this environment holds the packages of the tests")
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commit that is checked out, somewhere else. The installer itself is lent, so that nothing is fetched twice."""
    made = tmp_path_factory.mktemp("newcomer") / "gerbang"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(made)], check=True)
    if (tools := ROOT / ".cache/tools").exists():
        shutil.copytree(tools, made / ".cache/tools")
    return made


@pytest.fixture(scope="module")
def served(clone: Path) -> Iterator[str]:
    """`./run serve --dev`, until it is ready; where it answers."""
    port, management = free_port(), free_port()
    nobody = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "PYTEST_", "VIRTUAL_"))}
    ports = {"IDP_PORT": str(port), "IDP_MANAGEMENT_PORT": str(management), "IDP_RSA_BITS": "2048"}
    child = Child(["./run", "serve", "--dev"], clone / "run.log", cwd=clone, env=nobody | ports)

    def ready() -> bool:
        try:
            answer = httpx2.get(f"http://127.0.0.1:{management}/health/ready", timeout=PATIENCE, trust_env=False)
        except httpx2.TransportError:
            return False
        return answer.status_code == 200

    child.wait_until(ready, 500)  # it sets everything up before
    yield f"http://localhost:{port}"
    child.stop()


def test_a_clone_serves(served: str) -> None:
    discovery = httpx2.get(f"{served}/.well-known/openid-configuration", trust_env=False, timeout=PATIENCE).json()
    assert discovery["issuer"] == served
    assert "Masuk" in httpx2.get(f"{served}/masuk", trust_env=False, timeout=PATIENCE).text


def test_the_runtime_lock_holds_everything_that_is_imported(served: str, clone: Path) -> None:
    done = subprocess.run(  # the clone's own Python
        [clone / ".venv/bin/python", "-c", IMPORTS], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (clone / ".venv/test.txt").exists()


def test_a_newcomer_finds_nothing_changed(served: str, clone: Path) -> None:
    """What running makes is ignored, so that a first commit holds only what was meant."""
    status = ["git", "status", "--porcelain", "--untracked-files=normal"]
    said = subprocess.run(status, cwd=clone, capture_output=True, text=True, check=True)
    assert said.stdout.replace("?? run.log\n", "") == ""

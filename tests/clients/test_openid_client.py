"""npm `openid-client`, a certified relying party in another language, against the running program."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.servers import Server

FOLDER = Path(__file__).parent


def test_every_flow_of_openid_client(server: Server) -> None:
    node = shutil.which("node")
    assert node, "Node.js is missing; ./run test installs it"
    assert (FOLDER / "node_modules" / "openid-client").is_dir(), "openid-client is missing; ./run test installs it"
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", FOLDER / "openid_client.test.mjs"],
        env={**os.environ, "DEMO": str(server.storage.var / "demo.json")},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{server.log()}"

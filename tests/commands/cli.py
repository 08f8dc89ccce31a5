"""The command line as a test calls it: in this process for results, as a process of its own for how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner, Result

from idp.__main__ import app
from tests.support.servers import ROOT, Storage


@dataclass
class CommandLine:
    """An installation that is not in dev mode, and the verbs that are said to it."""

    storage: Storage
    extra: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "IDP_ISSUER": "https://sso.contoh.go.id",
            "IDP_VAR": str(self.storage.var),
            "IDP_KEYS": str(self.storage.keys),
            "IDP_DATABASE_URL": self.storage.database_url,
            "IDP_RSA_BITS": "2048",
            **({"IDP_REDIS_URL": self.storage.redis_url} if self.storage.redis_url else {}),
        }
        return {**ours, **self.extra}

    def __call__(self, *arguments: str, input: str | None = None) -> Result:  # noqa: A002
        """Say a verb; faults of ours fail the test, whatever was expected of the exit code."""
        foreign = {
            name: None for name in os.environ if name.startswith("IDP_") or name in ("DATABASE_URL", "REDIS_URL")
        }
        result = CliRunner().invoke(app, [*arguments], input=input, env={**foreign, **self.environment})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def good(self, *arguments: str, input: str | None = None) -> str:  # noqa: A002
        """Say a verb that must work; what it printed."""
        result = self(*arguments, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str, input: str | None = None) -> Any:  # noqa: A002
        """Say a verb that must work, and read its JSON."""
        return json.loads(self.good(*arguments, "--format", "json", input=input))

    def refused(self, *arguments: str, input: str | None = None) -> str:  # noqa: A002
        """Say a verb that must end with exit code 1 and one line; the line."""
        result = self(*arguments, input=input)
        assert result.exit_code == 1, result.output
        [line] = result.stderr.splitlines()
        return line.removeprefix("idp: ")

    def process(
        self, *arguments: str, stdin: str | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """The real program."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "PYTEST_"))}
        return subprocess.run(
            [sys.executable, "-m", "idp", *arguments],
            cwd=ROOT,
            env={**clean, **self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

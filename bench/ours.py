"""Gerbang as its users start it: dev mode on throw-away folders; throttling, audit, metrics and the worker are on."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.browser import Client
from bench.candidate import ACCOUNTS, REDIRECT_URI, Candidate, discovered
from bench.machine import BenchError, answers, free_port, resident_mb, serving, without_settings
from bench.names import GERBANG

ROOT = Path(__file__).resolve().parent.parent
RS256_CLIENT = "bench-rs256"


def settings(port: int, database_url: str, rsa_bits: int, folder: Path) -> dict[str, str]:
    return {
        "IDP_DEV": "true",
        "IDP_ISSUER": f"http://127.0.0.1:{port}",
        "IDP_PORT": str(port),
        "IDP_MANAGEMENT_PORT": str(free_port()),
        "IDP_VAR": str(folder / "var"),
        "IDP_KEYS": str(folder / "keys"),
        "IDP_DATABASE_URL": database_url,
        "IDP_RSA_BITS": str(rsa_bits),
        # Sixteen persons behind one address are a load generator, not an attack; the limits are raised for it and stay on.
        "IDP_LIMITS__RAISED_NETWORK": "127.0.0.0/8",
    }


def additions(secret: str) -> dict[str, Any]:
    """What `apply` brings in: a client whose tokens are RS256, and an account for each person."""
    return {
        "clients": [
            {
                "client_id": RS256_CLIENT,
                "client_name": "Bench RS256",
                "client_secret": secret,
                "redirect_uris": [REDIRECT_URI],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "token_endpoint_auth_method": "client_secret_basic",
                "id_token_signed_response_alg": "RS256",
                "access_token_signed_response_alg": "RS256",
            }
        ],
        "accounts": [
            {"email": account.email, "password": account.password, "name": f"Peserta {number}"}
            for number, account in enumerate(ACCOUNTS)
        ],
    }


def apply(file: Path, environment: Mapping[str, str]) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "idp", "apply", "-f", str(file)],
        cwd=ROOT,
        env=without_settings() | dict(environment),
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise BenchError(f"idp apply failed: {(finished.stderr or finished.stdout).strip()[-600:]}")


@contextmanager
def gerbang(
    *, database: str, database_url: str, rsa_bits: int, on: frozenset[int], folder: Path
) -> Iterator[Candidate]:
    """Serves Gerbang, one worker, on the cores `on`."""
    port = free_port()
    environment = settings(port, database_url, rsa_bits, folder)
    origin = environment["IDP_ISSUER"]
    with serving(
        GERBANG,
        [sys.executable, "-m", "idp", "serve"],
        on=on,
        log=folder / "gerbang.log",
        ready=answers(f"{origin}/.well-known/openid-configuration"),
        environment=environment,
        folder=ROOT,
    ) as server:
        idle = resident_mb(server.pid)
        secret = secrets.token_urlsafe(32)
        file = folder / "bench.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(additions(secret)))
        apply(file, environment)
        demo = json.loads((folder / "var" / "demo.json").read_text())["clients"]["bench"]
        yield Candidate(
            name=GERBANG,
            origin=origin,
            server=server,
            endpoints=discovered(origin),
            clients={
                "ES256": Client(demo["client_id"], demo["client_secret"], demo["redirect_uris"][0]),
                "RS256": Client(RS256_CLIENT, secret, REDIRECT_URI),
            },
            idle_rss_mb=idle,
            database=database,
            offline={"scope": "openid email offline_access"},
        )

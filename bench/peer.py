"""npm oidc-provider: installed from bench/peer's own lock, started once per store."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from bench.browser import Client
from bench.candidate import ACCOUNTS, REDIRECT_URI, Candidate, discovered
from bench.floors import ARGON2
from bench.machine import BenchError, answers, free_port, require, resident_mb, serving

FOLDER = Path(__file__).parent / "peer"


def install() -> None:
    """Fills bench/peer/node_modules with exactly what the lock names; nothing of it may run while it is installed."""
    lock, stamp = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    npm = require("npm", "npm")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    finished = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    if finished.returncode:
        raise BenchError(f"npm ci failed in bench/peer: {finished.stderr.strip()[-600:]}")
    shutil.copyfile(lock, stamp)


def version() -> str:
    package = json.loads((FOLDER / "node_modules" / "oidc-provider" / "package.json").read_text())
    return str(package["version"])


def configuration(
    port: int, store: str, database_url: str, clients: dict[str, Client], rsa_bits: int
) -> dict[str, Any]:
    """What server.mjs reads: the same clients, accounts, parameters and key sizes that Gerbang has."""
    keys: list[RSAKey | ECKey] = [
        RSAKey.generate_key(rsa_bits, {"use": "sig", "alg": "RS256"}, auto_kid=True),
        ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True),
    ]
    return {
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
        "adapter": store,
        "databaseUrl": database_url,
        "jwks": {"keys": [key.as_dict(private=True) for key in keys]},
        "clients": [
            {
                "client_id": client.id,
                "client_secret": client.secret,
                "redirect_uris": [client.redirect_uri],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "token_endpoint_auth_method": "client_secret_basic",
                "id_token_signed_response_alg": algorithm,
                "machineTokenAlg": algorithm,
            }
            for algorithm, client in clients.items()
        ],
        "accounts": [
            {
                "id": f"orang-{number}",
                "email": account.email,
                "name": f"Peserta {number}",
                "passwordHash": ARGON2.hash(account.password),
            }
            for number, account in enumerate(ACCOUNTS)
        ],
    }


@contextmanager
def node(
    store: str, *, database: str | None, database_url: str, rsa_bits: int, on: frozenset[int], folder: Path
) -> Iterator[Candidate]:
    """Serves oidc-provider on the cores `on`; `store` is "memory" or "postgres"."""
    clients = {
        algorithm: Client(f"bench-{algorithm.lower()}", secrets.token_urlsafe(32), REDIRECT_URI)
        for algorithm in ("ES256", "RS256")
    }
    port = free_port()
    config = folder / f"node-{store}.json"
    config.touch(mode=0o600)
    config.write_text(json.dumps(configuration(port, store, database_url, clients, rsa_bits)))
    origin = f"http://127.0.0.1:{port}"
    with serving(
        f"node {store}",
        [require("node", "nodejs"), "server.mjs", str(config)],
        on=on,
        log=folder / f"node-{store}.log",
        ready=answers(f"{origin}/.well-known/openid-configuration"),
        environment={"NODE_ENV": "production"},
        folder=FOLDER,
    ) as server:
        yield Candidate(
            name=f"node {store}",
            origin=origin,
            server=server,
            endpoints=discovered(origin),
            clients=clients,
            idle_rss_mb=resident_mb(server.pid),
            database=database,
            # OpenID Connect Core 11: without prompt=consent it leaves offline_access out.
            offline={"scope": "openid email offline_access", "prompt": "consent"},
        )

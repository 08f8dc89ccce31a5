"""A provider under measurement, seen from outside: its metadata, two clients, the persons' accounts, its process."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass

from bench.browser import Account, Client, Endpoints
from bench.load import CONNECTIONS
from bench.machine import BenchError, Server

# Each person has an account of their own: sixteen people who share one would meet its throttle, as they should.
ACCOUNTS = tuple(Account(f"peserta{n}@contoh.example", f"bangau putih terbang {n} kali") for n in range(CONNECTIONS))

REDIRECT_URI = "http://127.0.0.1:9/kembali"


@dataclass(frozen=True)
class Candidate:
    name: str
    origin: str
    server: Server
    endpoints: Endpoints
    clients: dict[str, Client]  # by the algorithm of their tokens: ES256, RS256
    idle_rss_mb: float
    database: str | None  # whose statements are its round trips
    offline: dict[str, str]  # authorization parameters that bring a refresh token


def discovered(issuer: str) -> Endpoints:
    """The endpoints that the provider's own metadata names. Raises BenchError when one is missing."""
    url = f"{issuer}/.well-known/openid-configuration"
    with urllib.request.urlopen(url, timeout=10) as response:
        metadata = json.load(response)
    try:
        return Endpoints(
            authorization=metadata["authorization_endpoint"],
            token=metadata["token_endpoint"],
            userinfo=metadata["userinfo_endpoint"],
            introspection=metadata["introspection_endpoint"],
            jwks=metadata["jwks_uri"],
            discovery=url,
        )
    except KeyError as missing:
        raise BenchError(f"{url} names no {missing}") from None

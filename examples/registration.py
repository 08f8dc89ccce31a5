"""What a team is given when its service is registered with the provider."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class NotRegistered(Exception):
    """The text says, in one line, what is missing and what to do."""


@dataclass(frozen=True)
class Registration:
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)  # None: a public client (RFC 6749 §2.1)
    url: str  # the service's own address, without a slash at the end

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def account_page(self) -> str:
        """Where a participant signs out of every service at once."""
        return f"{self.issuer}/akun"


def registration(service: str, url: str) -> Registration:
    """Reads `SALDO_ISSUER`, `SALDO_CLIENT_ID`, `SALDO_CLIENT_SECRET`, `SALDO_URL` (for `saldo`); what the
    environment does not say is taken from the file that a provider in dev mode leaves behind.

    Raises NotRegistered.
    """
    prefix = service.upper()
    issuer, client_id = os.environ.get(f"{prefix}_ISSUER"), os.environ.get(f"{prefix}_CLIENT_ID")
    secret = os.environ.get(f"{prefix}_CLIENT_SECRET")
    if not issuer or not client_id:
        demo = demo_file()
        client = demo["clients"][service]
        issuer, client_id = issuer or demo["issuer"], client_id or client["client_id"]
        secret = secret or client.get("client_secret")
    return Registration(issuer, client_id, secret or None, os.environ.get(f"{prefix}_URL", url).rstrip("/"))


def data_folder() -> Path:
    return Path(os.environ.get("IDP_VAR", "var"))


def demo_file() -> dict[str, Any]:
    """The demo accounts and clients of a provider in dev mode. Raises NotRegistered."""
    path = data_folder() / "demo.json"
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise NotRegistered(f"{path} is missing: start the provider with `./run serve --dev` first") from None

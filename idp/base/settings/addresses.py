"""What an address in the settings may look like. A wrong one is said at the start, not by the first person whom it fails."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

_ISSUER = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?)(:[1-9][0-9]{0,4})?(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*"
)
_DEFAULT_PORTS = {"https": 443, "http": 80}


def _http(text: str) -> str:
    parts = urlsplit(text)  # raises ValueError itself for what is no address, as `port` does
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must begin with https:// (or http://) and a host")
    return text


def _redis(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return text


def _network(text: str) -> str:
    ipaddress.ip_network(text, strict=False)
    return text


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"{path} is not a file")
    return path


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


def _mailbox(text: str) -> str:
    address = text.rpartition("<")[2].removesuffix(">")
    if not text.isprintable() or not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address):
        raise ValueError("must be an address, or a name with one: Gerbang <no-reply@example.go.id>")
    return text


Port = Annotated[int, Field(ge=0, le=65_535)]
HttpUrl = Annotated[str, AfterValidator(_http)]
# In an env file an empty line is how one says that there is none.
RedisUrl = Annotated[Annotated[str, AfterValidator(_redis)] | None, BeforeValidator(lambda value: value or None)]
Network = Annotated[str, AfterValidator(_network)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]


def wrong_issuer(issuer: str, *, loopback_only: bool) -> str | None:
    """What is wrong with an issuer (RFC 8414 section 2), or None.

    Browsers write a host small, and relying parties compare byte by byte: any other spelling would fail at the first sign-in.
    """
    if not issuer:
        return "set IDP_ISSUER to the public https URL of this provider (or put --dev before the verb)"
    try:
        parts = urlsplit(issuer)
        usual = parts.port == _DEFAULT_PORTS.get(parts.scheme)
    except ValueError as error:
        return f"is no URL: {error}"
    if usual or not _ISSUER.fullmatch(issuer):
        return (
            "must be a URL as browsers write it: host in small letters,"
            " no user, default port, query, fragment or trailing slash"
        )
    if loopback_only and not loopback(parts.hostname):
        return "dev mode is for loopback issuers only; unset --dev or use http://localhost:PORT"
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback(parts.hostname)):
        return "must be https (http is for loopback only)"
    return None


def loopback(host: str | None) -> bool:
    """Whether a host name or address of a URL means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

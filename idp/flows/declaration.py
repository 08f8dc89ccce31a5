"""What clients and accounts shall be, read from files.

A file is TOML or YAML (and so JSON) with `clients` and `accounts`. A client has its RFC 7591 metadata, our policy beside it,
and a secret or keys. An account has standard claims under their own names (OpenID Connect Core section 5.1).
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from idp.accounts import contact, profile
from idp.base.errors import Fault
from idp.clients import metadata, policy
from idp.flows.people import Wanted
from idp.flows.register_client import STATIC

_CLIENT_KEYS = {*policy.MEMBERS, "client_id", "client_secret", "client_secret_file"}
"""Beside the members of its metadata."""
_ACCOUNT_KEYS = {
    *profile.CLAIMS, "email", "email_verified", "name", "locale", "phone_number", "phone_number_verified", "kpj", "password",
    "password_file", "totp_secret",
}  # fmt: skip


class BadDeclaration(Fault):
    """A file cannot be read, or says something that we do not understand; the text names file, entry and key."""


@dataclass(frozen=True)
class DeclaredClient:
    """One entry of `clients`."""

    where: str
    client_id: str
    metadata: Mapping[str, Any]
    policy: Mapping[str, Any]
    secret: str | None = field(repr=False)
    source: str = STATIC


@dataclass
class Declaration:
    """What all files say together."""

    clients: dict[str, DeclaredClient] = field(default_factory=dict)
    accounts: dict[str, Wanted] = field(default_factory=dict)
    readable_by_others: list[Path] = field(default_factory=list)
    """Files that hold a secret and are open to everybody on the machine."""


def read(paths: Sequence[Path]) -> Declaration:
    """Read files, and folders of files in the order of their names. Raises BadDeclaration."""
    declaration = Declaration()
    for path in paths:
        found = sorted(each for each in path.iterdir() if each.suffix in _READERS) if path.is_dir() else [path]
        if not found:
            raise BadDeclaration(f"{path}: holds no .toml, .yaml, .yml or .json file")
        for file in found:
            _read_file(file, declaration)
    return declaration


def _yaml(text: str) -> Any:
    return yaml.safe_load(text)


_READERS: Mapping[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".yaml": _yaml, ".yml": _yaml, ".json": _yaml}


def _read_file(file: Path, declaration: Declaration) -> None:
    reader = _READERS.get(file.suffix)
    if reader is None:
        raise BadDeclaration(f"{file}: name it .toml, .yaml, .yml or .json")
    try:
        document = reader(file.read_text("utf-8"))
    except OSError as error:
        raise BadDeclaration(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        # A parser quotes the line that it stumbled over, and that line may hold a secret: only the place is told.
        raise BadDeclaration(f"{file}: is no valid {file.suffix[1:].upper()}{_place(error)}") from None
    if not isinstance(document, dict):
        raise BadDeclaration(f"{file}: must hold `clients` or `accounts`")
    if unknown := sorted(map(str, document.keys() - {"clients", "accounts"})):
        raise BadDeclaration(f"{file}: unknown key {unknown[0]}; there are `clients` and `accounts`")
    told = [*_entries(file, document, "clients"), *_entries(file, document, "accounts")]
    if file.stat().st_mode & 0o077 and any(
        entry.keys() & {"client_secret", "password", "totp_secret"} for entry in told
    ):
        declaration.readable_by_others.append(file)
    for entry in _entries(file, document, "clients"):
        client = _declared_client(file, entry)
        if declaration.clients.setdefault(client.client_id, client) is not client:
            raise BadDeclaration(f"{file}: client {client.client_id} is declared twice")
    for entry in _entries(file, document, "accounts"):
        wanted = _declared_account(file, entry)
        if declaration.accounts.setdefault(wanted.email.lower(), wanted) is not wanted:
            raise BadDeclaration(f"{file}: account {wanted.email} is declared twice")


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f", line {mark.line + 1}"
    place = str(error).rpartition("(at ")[2].rstrip(")")
    return f", {place}" if place.startswith("line") else ""


def _entries(file: Path, document: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    entries = document.get(kind)
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadDeclaration(f"{file}: {kind} must be a list of tables")
    return entries


def _declared_client(file: Path, entry: Mapping[str, Any]) -> DeclaredClient:
    client_id = entry.get("client_id")
    if not isinstance(client_id, str):
        raise BadDeclaration(f"{file}: a client has no client_id; choose one, so that it can be found again")
    described = {str(name): value for name, value in entry.items() if metadata.member_of(str(name)) is not None}
    if unknown := sorted({str(name) for name in entry} - described.keys() - _CLIENT_KEYS):
        raise BadDeclaration(f"{file}: client {client_id}: unknown key {unknown[0]}")
    return DeclaredClient(
        str(file), client_id, described,
        {name: entry[name] for name in policy.MEMBERS if name in entry},
        _secret(file, f"client {client_id}", entry, "client_secret"),
    )  # fmt: skip


def _declared_account(file: Path, entry: Mapping[str, Any]) -> Wanted:
    email = entry.get("email")
    try:
        contact.normalise_email(email if isinstance(email, str) else "")
    except contact.NotAContact:
        raise BadDeclaration(f"{file}: an account needs an email address; it is found by it") from None
    where = f"{file}: account {email}"
    if unknown := sorted(map(str, entry.keys() - _ACCOUNT_KEYS)):
        raise BadDeclaration(f"{where}: unknown key {unknown[0]}")
    for name in ("name", "locale", "phone_number", "kpj", "totp_secret"):
        if name in entry and not isinstance(entry[name], str):
            raise BadDeclaration(f"{where}: {name} must be a text (in quotes)")
    for name in ("email_verified", "phone_number_verified"):
        if name in entry and not isinstance(entry[name], bool):
            raise BadDeclaration(f"{where}: {name} must be true or false")
    if "name" not in entry:
        raise BadDeclaration(f"{where}: needs a name")
    return Wanted(
        email=str(email), name=entry["name"], password=_secret(file, f"account {email}", entry, "password"),
        totp_secret=entry.get("totp_secret"), email_verified=entry.get("email_verified", True), phone=entry.get("phone_number"),
        phone_verified=entry.get("phone_number_verified", True), kpj=entry.get("kpj"), locale=entry.get("locale", "id"),
        claims={name: entry[name] for name in profile.CLAIMS if name in entry},
    )  # fmt: skip


def _secret(file: Path, whose: str, entry: Mapping[str, Any], name: str) -> str | None:
    """A secret written out, or the content of the file that `<name>_file` names, beside this file if it is relative."""
    if name in entry and f"{name}_file" in entry:
        raise BadDeclaration(f"{file}: {whose}: {name} or {name}_file, not both")
    value = entry.get(name)
    if (path := entry.get(f"{name}_file")) is not None:
        try:
            value = (file.parent / str(path)).read_text("utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError):
            raise BadDeclaration(f"{file}: {whose}: {name}_file {path} cannot be read") from None
    if value is not None and not isinstance(value, str):
        raise BadDeclaration(f"{file}: {whose}: {name} must be a text (in quotes)")
    return value

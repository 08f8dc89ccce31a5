"""The demo of dev mode: services, people and an administrator, with secrets that are random for every installation.

What is stored is hashed or sealed, so `demo.json` is the only place that tells them. Lost, it is written anew with other
secrets; kept, nothing changes.
"""

import os
from pathlib import Path
from typing import Any

import orjson

from idp.accounts import account, totp
from idp.base.opaque import choose, token
from idp.flows import apply, people, rotate_keys
from idp.flows.declaration import Declaration, DeclaredClient
from idp.flows.demo_world import ADMINISTRATOR, PEOPLE, SERVICES, Person
from idp.flows.people import Wanted
from idp.flows.proofing_desk import vouch
from idp.flows.register_client import ADMIN
from idp.provider import Provider

FILE = "demo.json"
DEMO = "demo"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are read as another


async def seed(provider: Provider) -> dict[str, Any]:
    """Make what is missing, and tell it in `demo.json`, whose content is returned. Does nothing where all is there."""
    await rotate_keys.ensure(provider)
    # There before the first message is, for whoever waits for that.
    provider.settings.outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = provider.settings.var / FILE
    remembered = _read(path)
    demo = _demo(provider, remembered)
    if demo != remembered or not await _stands(provider, demo):
        await apply.apply(provider, _declaration(demo), by=DEMO)
        for person in PEOPLE:
            await _agree(provider, person.email)
            if person.identity is not None:
                await vouch(provider, person.email, person.identity, by=DEMO)
        _write(path, demo)
    return demo


async def _agree(provider: Provider, email: str) -> None:
    """They have accepted the terms, as whoever registers has: nothing has changed since that they would have to be told."""
    person = await people.find(provider, email)
    if person is not None and person.terms_version is None:
        async with provider.database.transaction() as tx:
            await account.accept_terms(tx, person.id, provider.theme.notice_version, provider.clock.now())


def _demo(provider: Provider, remembered: dict[str, Any]) -> dict[str, Any]:
    """What `demo.json` shall say: secrets are kept where there are any."""
    clients = {name: _client(provider, name, remembered) for name in SERVICES}
    admin = clients.pop(ADMINISTRATOR)
    return {
        "issuer": provider.settings.issuer,
        "accounts": [_account(provider, person, remembered) for person in PEOPLE],
        "clients": clients,
        "admin": {name: admin[name] for name in ("client_id", "client_secret", "scope")},
    }


def _client(provider: Provider, name: str, remembered: dict[str, Any]) -> dict[str, Any]:
    service = SERVICES[name]
    before = remembered.get("admin", {}) if name == ADMINISTRATOR else remembered.get("clients", {}).get(name, {})
    told: dict[str, Any] = {"client_id": name}
    if service.has_secret:
        told["client_secret"] = before.get("client_secret") or token(provider.entropy)
    # Whoever reads the file finds the first in every client, also in one to which nobody is sent.
    told["redirect_uris"] = service.metadata.get("redirect_uris", [])
    for member in ("post_logout_redirect_uris", "scope"):
        if member in service.metadata:
            told[member] = service.metadata[member]
    return told


def _account(provider: Provider, person: Person, remembered: dict[str, Any]) -> dict[str, Any]:
    before: dict[str, Any] = next(
        (each for each in remembered.get("accounts", ()) if each.get("email") == person.email), {}
    )
    told = {
        "email": person.email,
        "name": person.name,
        "phone_number": person.phone,
        "password": before.get("password") or f"perahu-layar-senja-{choose(provider.entropy, _LETTERS, 8)}",
    }
    if person.has_app:
        told["totp_secret"] = before.get("totp_secret") or totp.base32(totp.new_secret(provider.entropy))
    return told


def _declaration(demo: dict[str, Any]) -> Declaration:
    secrets = {name: told.get("client_secret") for name, told in demo["clients"].items()}
    secrets[ADMINISTRATOR] = demo["admin"]["client_secret"]
    return Declaration(
        {
            name: DeclaredClient(DEMO, name, service.metadata, service.policy, secrets[name], ADMIN)
            for name, service in SERVICES.items()
        },
        {
            person.email: Wanted(
                email=person.email, name=person.name, phone=person.phone, claims=person.claims,
                password=told["password"], totp_secret=told.get("totp_secret"),
            )
            for person, told in zip(PEOPLE, demo["accounts"], strict=True)
        },
    )  # fmt: skip


async def _stands(provider: Provider, demo: dict[str, Any]) -> bool:
    """Whether clients and accounts are there; whoever changed a demo password by hand keeps it."""
    now = provider.clock.now()
    for told in [*demo["clients"].values(), demo["admin"]]:
        client = provider.clients.known(told["client_id"])
        if client is None or ("client_secret" in told and not client.knows_secret(told["client_secret"], now)):
            return False
    for told in demo["accounts"]:
        if await people.find(provider, told["email"]) is None:
            return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        known = orjson.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, demo: dict[str, Any]) -> None:
    """0600 from its first byte, and whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(demo, option=orjson.OPT_INDENT_2) + b"\n")
    fresh.replace(path)

"""The demo of dev mode: services, people and an administrator, with secrets that are random for every installation.

What is stored is hashed or sealed, so `demo.json` is the only place that tells them. Lost, it is written anew with other
secrets; kept, nothing changes.
"""

import os
from pathlib import Path
from typing import Any

import orjson

from idp.accounts import account, proofing, totp
from idp.accounts.membership import ACTIVE, Employer, Membership
from idp.base.opaque import choose, token
from idp.flows import apply, people, rotate_keys
from idp.flows.declaration import Declaration, DeclaredClient
from idp.flows.people import Wanted
from idp.flows.proofing_desk import Vouched, vouch
from idp.flows.register_client import ADMIN
from idp.grants.scopes import ADMIN_SCOPES
from idp.provider import Provider

FILE = "demo.json"
DEMO = "demo"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are read as another

_FIRST_PARTY = {"first_party": True, "pre_authorised": True}
_CODE = ["authorization_code", "refresh_token"]

CLIENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "saldo": (
        {
            "client_name": "Saldo JHT",
            "client_name#en": "JHT balance",
            "redirect_uris": ["http://localhost:8101/callback"],
            "post_logout_redirect_uris": ["http://localhost:8101/"],
            "backchannel_logout_uri": "http://localhost:8101/backchannel-logout",
            "backchannel_logout_session_required": True,
            "grant_types": _CODE,
            "scope": "openid profile email offline_access kepesertaan saldo:baca iuran:baca klaim:baca",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "resource_uris": ["http://localhost:8101/api"], "holds": ["contributions"]},
    ),
    "klaim": (
        {
            "client_name": "Klaim",
            "client_name#en": "Claims",
            "redirect_uris": ["http://localhost:8102/callback"],
            "post_logout_redirect_uris": ["http://localhost:8102/"],
            "backchannel_logout_uri": "http://localhost:8102/backchannel-logout",
            "backchannel_logout_session_required": True,
            "grant_types": _CODE,
            "scope": "openid profile email offline_access kepesertaan klaim:baca klaim:ajukan identitas",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "holds": ["claims"]},
    ),
    "jmo": (
        {
            "client_name": "JMO",
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            # Any port of these two (RFC 8252 section 7.3).
            "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback"],
            "post_logout_redirect_uris": ["http://localhost:8103/"],
            "grant_types": _CODE,
            "scope": "openid profile email phone offline_access kepesertaan saldo:baca",
            "id_token_signed_response_alg": "ES256",
        },
        _FIRST_PARTY,
    ),
    "mitra": (
        {
            "client_name": "Mitra Perusahaan",
            "client_name#en": "Employer portal",
            "redirect_uris": ["http://localhost:8104/callback"],
            "post_logout_redirect_uris": ["http://localhost:8104/"],
            "grant_types": _CODE,
            "scope": "openid profile perusahaan",
            "id_token_signed_response_alg": "ES256",
        },
        # Whoever acts for an employer does so with more than a telephone number.
        {**_FIRST_PARTY, "excluded_factors": ["sms"]},
    ),
    # Another organisation: knows people under names of its own, and never gets anything without asking them.
    "siapkerja": (
        {
            "client_name": "SIAPKerja",
            "redirect_uris": ["http://localhost:8105/callback"],
            "post_logout_redirect_uris": ["http://localhost:8105/"],
            "grant_types": _CODE,
            "scope": "openid profile email kepesertaan",
            "id_token_signed_response_alg": "ES256",
        },
        {
            "always_ask": True,
            "purpose": {
                "id": "Memeriksa hak Anda atas Jaminan Kehilangan Pekerjaan.",
                "en": "To check whether the benefit for lost jobs is yours.",
            },
        },
    ),
    "koperasi": (
        {
            "client_name": "Mitra Koperasi",
            "redirect_uris": ["http://localhost:8109/callback"],
            "post_logout_redirect_uris": ["http://localhost:8109/"],
            "grant_types": _CODE,
            "scope": "openid profile email phone address offline_access kepesertaan",
            "id_token_signed_response_alg": "ES256",
        },
        {
            "purpose": {
                "id": "Memeriksa keanggotaan koperasi Anda.",
                "en": "To check that you are a member of the cooperative.",
            }
        },
    ),
    "gateway": (
        {
            "client_name": "Gerbang Bayar",
            "client_name#en": "Payment gateway",
            "grant_types": ["client_credentials"],
            "scope": "iuran:bayar",
            "id_token_signed_response_alg": "ES256",
        },
        {},
    ),
    "bench": (
        {
            "client_name": "Bench",
            "redirect_uris": ["http://localhost:8199/callback", "http://127.0.0.1/callback"],
            "post_logout_redirect_uris": ["http://localhost:8199/"],
            "grant_types": [*_CODE, "client_credentials"],
            "scope": "openid profile email phone address offline_access kepesertaan saldo:baca iuran:baca klaim:baca klaim:ajukan",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "resource_uris": ["http://localhost:8199/api"]},
    ),
    "demo-admin": (
        {
            "client_name": "Demo administrator",
            "grant_types": ["client_credentials"],
            "scope": " ".join(ADMIN_SCOPES),
            "id_token_signed_response_alg": "ES256",
        },
        {},
    ),
}

PEOPLE: tuple[dict[str, Any], ...] = (
    {
        "email": "budi@contoh.go.id",
        "name": "Budi Santoso",
        "phone": "+6281234567890",
        "totp": True,
        "identity": Vouched(
            "3273011708870001",
            "1987-08-17",
            2,
            proofing.DOCUMENT,
            Membership(("17001234567", "23007654321"), "PU", ACTIVE),
        ),
        "claims": {
            "given_name": "Budi",
            "family_name": "Santoso",
            "middle_name": "Wahyu",
            "nickname": "Budi",
            "preferred_username": "budi",
            "profile": "https://contoh.go.id/budi",
            "picture": "https://contoh.go.id/budi.png",
            "website": "https://contoh.go.id",
            "gender": "male",
            "birthdate": "1987-08-17",
            "zoneinfo": "Asia/Jakarta",
            "address": {
                "formatted": "Jl. Merdeka 17\nBandung 40111\nIndonesia",
                "street_address": "Jl. Merdeka 17",
                "locality": "Bandung",
                "region": "Jawa Barat",
                "postal_code": "40111",
                "country": "ID",
            },
        },
    },
    {
        "email": "siti@contoh.go.id",
        "name": "Siti Rahayu",
        "phone": "+6281398765432",
        "totp": False,
        "claims": {"given_name": "Siti"},
    },
    {
        "email": "dewi@contoh.go.id",
        "name": "Dewi Lestari",
        "phone": "+6281311122233",
        "totp": True,
        "claims": {"given_name": "Dewi"},
        "identity": Vouched(
            "3578095203850003",
            "1985-03-12",
            1,
            proofing.REGISTRY,
            Membership(
                ("19003456789",), "PU", ACTIVE, (Employer("NN013579", "petugas HR"), Employer("NN024680", "petugas HR"))
            ),
        ),
    },
    {
        "email": "ratna@contoh.go.id",
        "name": "Ratna Wulandari",
        "phone": "+6281344455566",
        "totp": True,
        "claims": {"given_name": "Ratna"},
        "identity": Vouched("3471046211990004", "1999-11-22", 2, proofing.BRANCH, None),
    },
)
"""The first is a participant of whom all is known; the second typed nothing yet; the third acts for companies; the fourth is
an heir and no participant."""


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
            await _agree(provider, person["email"])
            if "identity" in person:
                await vouch(provider, person["email"], person["identity"], by=DEMO)
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
    clients = {name: _client(provider, name, remembered) for name in CLIENTS}
    admin = {**clients.pop("demo-admin"), "scope": CLIENTS["demo-admin"][0]["scope"]}
    return {
        "issuer": provider.settings.issuer,
        "accounts": [_account(provider, person, remembered) for person in PEOPLE],
        "clients": clients,
        "admin": {name: admin[name] for name in ("client_id", "client_secret", "scope")},
    }


def _client(provider: Provider, name: str, remembered: dict[str, Any]) -> dict[str, Any]:
    metadata = CLIENTS[name][0]
    before = remembered.get("clients", {}).get(name) or (remembered.get("admin", {}) if name == "demo-admin" else {})
    told: dict[str, Any] = {"client_id": name}
    if metadata.get("token_endpoint_auth_method") != "none":
        told["client_secret"] = before.get("client_secret") or token(provider.entropy)
    # Whoever reads the file finds the first in every client, also in one to which nobody is sent.
    told["redirect_uris"] = metadata.get("redirect_uris", [])
    for member in ("post_logout_redirect_uris", "scope"):
        if member in metadata:
            told[member] = metadata[member]
    return told


def _account(provider: Provider, person: dict[str, Any], remembered: dict[str, Any]) -> dict[str, Any]:
    before: dict[str, Any] = next(
        (each for each in remembered.get("accounts", ()) if each.get("email") == person["email"]), {}
    )
    told = {
        "email": person["email"],
        "name": person["name"],
        "phone_number": person["phone"],
        "password": before.get("password") or f"perahu-layar-senja-{choose(provider.entropy, _LETTERS, 8)}",
    }
    if person["totp"]:
        told["totp_secret"] = before.get("totp_secret") or totp.base32(totp.new_secret(provider.entropy))
    return told


def _declaration(demo: dict[str, Any]) -> Declaration:
    secrets = {name: told.get("client_secret") for name, told in demo["clients"].items()}
    secrets["demo-admin"] = demo["admin"]["client_secret"]
    return Declaration(
        {
            name: DeclaredClient(DEMO, name, metadata, policy, secrets[name], ADMIN)
            for name, (metadata, policy) in CLIENTS.items()
        },
        {
            person["email"]: Wanted(
                email=person["email"], name=person["name"], phone=person["phone"], claims=person["claims"],
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

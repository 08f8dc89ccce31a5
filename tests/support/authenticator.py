"""An authenticator in software, with the browser around it: answers what our pages ask, rightly or with one thing wrong."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from re import search
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from idp.base.opaque import b64decode, b64encode
from tests.support.browser import Page

_UP, _UV, _BE, _BS, _AT = 0x01, 0x04, 0x08, 0x10, 0x40


def asked(page: Page) -> dict[str, Any]:
    """What the page asks the browser for a passkey."""
    found = search(r'data-options="([^"]*)"', page.html)
    assert found, f"{page.url} ({page.status}) asks for no passkey: {page.text[:300]}"
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


@dataclass
class Credential:
    """One key pair. `count` is how often it was used; keys that are synced do not count."""

    id: bytes
    user: bytes
    key: ec.EllipticCurvePrivateKey
    count: int = 0


@dataclass
class Authenticator:
    """`synced` keys may leave the device and do not count; others are bound to it and do.

    Both ceremonies take what shall be wrong by name: `origin`, `rp_id`, `type`, `challenge`, `flags` to take away, and so on.
    """

    origin: str = "http://localhost:8000"
    synced: bool = True
    held: list[Credential] = field(default_factory=list)

    def create(self, options: Mapping[str, Any], **wrong: Any) -> str:
        """`navigator.credentials.create` as JSON: a new ES256 key without attestation."""
        excluded = {entry["id"] for entry in options.get("excludeCredentials", ())}
        assert not any(b64encode(one.id) in excluded for one in self.held), "InvalidStateError"
        made = Credential(
            secrets.token_bytes(32), b64decode(options["user"]["id"]), ec.generate_private_key(ec.SECP256R1())
        )
        public = made.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: public.x.to_bytes(32, "big"),
            -3: public.y.to_bytes(32, "big"),
            **wrong.get("cose", {}),
        }
        attested = bytes(16) + len(made.id).to_bytes(2, "big") + made.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], _AT, made.count, wrong) + attested
        stated = cbor2.dumps({"fmt": wrong.get("fmt", "none"), "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": b64encode(self._client_data("webauthn.create", options, wrong)),
            "attestationObject": b64encode(stated),
            "transports": ["internal", "hybrid"],
        }
        self.held.append(made)
        return self._json(made, response)

    def get(self, options: Mapping[str, Any], credential: Credential | None = None, **wrong: Any) -> str:
        """`navigator.credentials.get` as JSON: the assertion of a key that is held, the first that the page would take."""
        allowed = {entry["id"] for entry in options.get("allowCredentials", ())}
        usable = [one for one in self.held if not allowed or b64encode(one.id) in allowed]
        used = credential or usable[0]
        if not self.synced:
            used.count += 1
        client_data = self._client_data("webauthn.get", options, wrong)
        data = self._data(options["rpId"], 0, wrong.get("count", used.count), wrong)
        key = wrong.get("signer", used.key)
        signature = key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64encode(client_data),
            "authenticatorData": b64encode(data),
            "signature": b64encode(signature),
            "userHandle": b64encode(wrong.get("user", used.user)),
        }
        return self._json(used, response)

    def _client_data(self, kind: str, options: Mapping[str, Any], wrong: Mapping[str, Any]) -> bytes:
        told = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(told).encode()

    def _data(self, rp_id: str, more: int, count: int, wrong: Mapping[str, Any]) -> bytes:
        flags = (_UP | _UV | more | (_BE | _BS if wrong.get("synced", self.synced) else 0)) & ~wrong.get("without", 0)
        return hashlib.sha256(wrong.get("rp_id", rp_id).encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _json(self, credential: Credential, response: Mapping[str, Any]) -> str:
        name = b64encode(credential.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )


PRESENCE, VERIFICATION = _UP, _UV
"""Flags that an answer may go `without`."""

"""Tokens that are recognised: a signature is checked once, and nothing else is taken for granted."""

import hashlib
import hmac
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import Key, import_key

from idp.base.jose import ALGORITHMS, JoseFault, generate
from idp.base.opaque import Mac, keyed
from idp.keys import keyring
from idp.keys.key import ACTIVE, SigningKey
from idp.keys.keyring import Keyring

NOW = 1_790_000_000


def signing_key(kid: str, algorithm: str) -> tuple[SigningKey, Key]:
    made = generate(algorithm, 2048)
    members: dict[str, Any] = {"kid": kid, "alg": algorithm, "use": "sig"}
    private = {**made.as_dict(private=True), **members}
    public = {**made.as_dict(private=False), **members}
    key = SigningKey(kid, algorithm, ACTIVE, public, NOW, NOW, NOW, None, None, private)
    return key, import_key(public)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_we_sign_verifies_elsewhere(algorithm: str) -> None:
    """Our own signer, judged by a library that we did not write."""
    key, public = signing_key("one", algorithm)
    ring = Keyring()
    ring.load([key], NOW)
    for claims in ({"sub": "a"}, {"sub": "š" * 400, "aud": ["b", "c"], "n": 1}):
        token = ring.sign(claims, algorithm, "at+jwt")
        found = jws.deserialize_compact(token, public, registry=jws.JWSRegistry(algorithms=[algorithm]))
        assert found.headers() == {"alg": algorithm, "typ": "at+jwt", "kid": "one"}
        assert ring.recognise(token, "at+jwt") == ring.recognise(token, "at+jwt") == claims


def test_a_removed_key_takes_along_what_it_signed() -> None:
    old, new = signing_key("old", "ES256")[0], signing_key("new", "ES256")[0]
    ring = Keyring()
    ring.load([old], NOW)
    token = ring.sign({"sub": "a"}, "ES256", "at+jwt")
    assert ring.recognise(token, "at+jwt") == {"sub": "a"}
    ring.load([new], NOW)
    with pytest.raises(JoseFault):
        ring.recognise(token, "at+jwt")


def test_a_recognised_token_is_of_one_type_and_not_a_letter_different() -> None:
    ring = Keyring()
    ring.load([signing_key("one", "ES256")[0]], NOW)
    token = ring.sign({"sub": "a"}, "ES256", "at+jwt")
    ring.recognise(token, "at+jwt")
    head, claims, signature = token.split(".")
    for other in (token[:-1] + ("A" if token[-1] != "A" else "B"), token + "=", f"{head}.{claims}.{signature[::-1]}"):
        with pytest.raises(JoseFault):
            ring.recognise(other, "at+jwt")
    with pytest.raises(JoseFault):
        ring.recognise(token, "jwt")
    with pytest.raises(JoseFault):
        ring.recognise("\udcff", "at+jwt")


def test_memory_of_tokens_is_bounded() -> None:
    ring = Keyring()
    ring.load([signing_key("one", "ES256")[0]], NOW)
    for number in range(keyring.REMEMBERED + 8):
        ring.recognise(ring.sign({"n": number}, "ES256", "at+jwt"), "at+jwt")
    assert len(ring._recognised) == keyring.REMEMBERED


def test_a_ready_mac_is_the_mac_that_it_always_was() -> None:
    """Subjects and refresh tokens hang on these bytes: they may never change."""
    parts = ("sector.example", b"\x00" * 16, "")
    message = b"".join(
        len(raw).to_bytes(4, "big") + raw for raw in (p.encode() if isinstance(p, str) else p for p in parts)
    )
    ready = Mac(b"k" * 32)
    expected = hmac.new(b"k" * 32, message, hashlib.sha256).digest()
    assert ready.of(*parts) == ready.of(*parts) == keyed(b"k" * 32, *parts) == expected

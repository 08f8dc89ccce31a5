"""The one door through which JWTs come and go: compact JWS only, an allow-list per use, sizes capped, no HS*, no `zip`.

Signing is our own twenty lines, since we choose every byte of what we sign; what others wrote is parsed by joserfc.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jws
from joserfc._rfc7515.model import JWSAlgModel
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from idp.base.opaque import b64bytes, b64decode

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
"""What we sign and verify with. No symmetric algorithm: a verifier would be able to sign (T13)."""

MAX_JWT = 16_384
_SHA256 = hashes.SHA256()
_ECDSA = ec.ECDSA(_SHA256)
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(padding.MGF1(_SHA256), 32)
_KEY_TYPES: dict[str, type[Key]] = {"ES256": ECKey, "RS256": RSAKey, "PS256": RSAKey, "EdDSA": OKPKey}
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "cty", "jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"})


class JoseFault(Exception):
    """A JWT, or a key, that is not acceptable; the text is for the log."""


class Signer:
    """Signs claims with one private key; headers are encoded once per `typ`."""

    def __init__(self, algorithm: str, kid: str, key: Any) -> None:
        self.algorithm = algorithm
        self.kid = kid
        self._signature = _SIGNATURES[algorithm](key)
        self._headers: dict[str, bytes] = {}

    def sign(self, claims: Mapping[str, Any], typ: str = "JWT") -> str:
        """The compact JWS of `claims` (RFC 7515 section 3.1)."""
        header = self._headers.get(typ)
        if header is None:
            header = b64bytes(orjson.dumps({"alg": self.algorithm, "typ": typ, "kid": self.kid})) + b"."
            self._headers[typ] = header
        message = header + b64bytes(orjson.dumps(claims))
        return (message + b"." + b64bytes(self._signature(message))).decode()


def _es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def signature(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return signature


# How a key signs, decided once per key and not once per token.
_SIGNATURES: Mapping[str, Callable[[Any], Callable[[bytes], bytes]]] = {
    "ES256": _es256,
    "RS256": lambda key: lambda message: key.sign(message, _PKCS1, _SHA256),
    "PS256": lambda key: lambda message: key.sign(message, _PSS, _SHA256),
    "EdDSA": lambda key: lambda message: key.sign(message),
}


def generate(algorithm: str, rsa_bits: int) -> Key:
    """A new private key for `algorithm`."""
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", private=True)
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", private=True)
    return RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits))


def open_private(jwk: Mapping[str, Any]) -> Any:
    """The private key of a JWK that `generate` made and our seal has kept since.

    Nobody can have changed it, so its numbers need not prove again that they are primes: that costs a start 80 ms per key.
    """
    if jwk["kty"] != "RSA":
        return import_key(dict(jwk)).private_key
    number = {name: int.from_bytes(b64decode(jwk[name]), "big") for name in ("n", "e", "d", "p", "q", "dp", "dq", "qi")}
    public = rsa.RSAPublicNumbers(number["e"], number["n"])
    private = rsa.RSAPrivateNumbers(
        number["p"], number["q"], number["d"], number["dp"], number["dq"], number["qi"], public
    )
    return private.private_key(unsafe_skip_rsa_key_validation=True)


def read_jwks(document: Any) -> list[Key]:
    """The usable public keys of a relying party's JWKS; keys of a kind that we do not use are passed over.

    Raises JoseFault if it is no JWKS, holds private or symmetric members, or nothing usable (RFC 7517 section 5).
    """
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise JoseFault("not a JWKS")
    keys: list[Key] = []
    for member in document["keys"]:
        if not isinstance(member, dict):
            raise JoseFault("not a JWK")
        if member.keys() & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} or member.get("kty") == "oct":
            raise JoseFault("a JWKS of a relying party holds public keys only")
        if member.get("use", "sig") != "sig":
            continue
        try:
            key = import_key(member)
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        if isinstance(key, RSAKey) and key.raw_value.key_size < 2048:
            raise JoseFault("RSA keys need 2048 bits")
        keys.append(key)
    if not keys:
        raise JoseFault("no usable key")
    return keys


def read_header(token: str) -> dict[str, Any]:
    """The protected header, checked for form: three canonical parts, known members, no `crit` (T14–T16). Raises JoseFault."""
    if len(token) > MAX_JWT:
        raise JoseFault("too large")
    parts = token.split(".")
    if len(parts) != 3:
        raise JoseFault("not a compact JWS")
    try:
        header = orjson.loads(b64decode(parts[0]))
        for part in parts[1:]:
            b64decode(part)
    except ValueError:
        raise JoseFault("not base64url of JSON") from None
    if not isinstance(header, dict) or not all(isinstance(header.get(name, ""), str) for name in ("alg", "kid", "typ")):
        raise JoseFault("malformed header")
    if strange := header.keys() - _HEADER_MEMBERS:
        raise JoseFault(f"header member not accepted: {min(strange)[:20]}")
    return header


def verify(
    token: str, keys: Iterable[Key], algorithms: Collection[str], types: Collection[str] | None = None
) -> dict[str, Any]:
    """The claims of `token`, signed by one of `keys` with one of `algorithms` and, if given, one of the media `types`.

    Keys come from the caller alone: `jwk`, `jku` and `x5u` of the header are never looked at. A `kid` narrows the
    choice; without one every key of the right type is tried. Claims are not judged here. Raises JoseFault.
    """
    header = read_header(token)
    algorithm = header.get("alg", "")
    if algorithm not in algorithms or algorithm not in _KEY_TYPES:
        raise JoseFault("algorithm not allowed")
    if types is not None and header.get("typ", "").lower().removeprefix("application/") not in types:
        raise JoseFault("wrong typ")
    kid = header.get("kid")
    rules = _RULES[algorithm]
    for key in keys:
        if not isinstance(key, _KEY_TYPES[algorithm]) or (kid is not None and key.kid not in (kid, None)):
            continue
        declared = key.get("alg")
        if declared is not None and declared != algorithm:
            continue
        try:
            payload = jws.deserialize_compact(token, key, registry=rules).payload
            claims = orjson.loads(payload)
        except (JoseError, ValueError):
            continue
        if not isinstance(claims, dict):
            raise JoseFault("claims are not an object")
        return claims
    raise JoseFault("no key verifies the signature")


class _Rules(jws.JWSRegistry):
    max_header_length = 4096
    max_payload_length = MAX_JWT

    def get_alg(self, name: str) -> JWSAlgModel:
        """The one algorithm that is allowed, without the warning that RFC 9864 calls EdDSA Ed25519: relying parties still ask for the old name."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"{name} is not allowed")
        return self.algorithms[name]


_RULES = {algorithm: _Rules(algorithms=[algorithm], strict_check_header=False) for algorithm in ALGORITHMS}

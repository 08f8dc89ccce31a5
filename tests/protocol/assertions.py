"""Client assertions (RFC 7523), good ones and ones that are wrong in one way."""

from typing import Any

from joserfc.jwk import Key

from idp.base.jose import Signer
from idp.base.opaque import b64encode
from tests.protocol.stage import Stage

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def assertion(stage: Stage, client_id: str, key: Key, algorithm: str = "ES256", **wrong: Any) -> str:
    """A good assertion for the token endpoint; `wrong` replaces claims, or leaves them out when None."""
    now = stage.clock.now()
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": stage.issuer,
        "iat": now,
        "exp": now + 60,
        "jti": b64encode(stage.provider.entropy.bytes(16)),
        **wrong,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return Signer(algorithm, str(key.kid), key.private_key).sign(kept)


def by_assertion(text: str) -> dict[str, str]:
    """The form fields that carry it."""
    return {"client_assertion": text, "client_assertion_type": JWT_BEARER}

"""The six digits that an authenticator app shows (RFC 6238), so that the demo needs no phone."""

import hmac
from base64 import b32decode
from hashlib import sha1

STEP_SECONDS = 30


def code_at(secret: str, now: float) -> str:
    """The code of a base32 secret at a UNIX time."""
    key = b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(now // STEP_SECONDS).to_bytes(8, "big"), sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"

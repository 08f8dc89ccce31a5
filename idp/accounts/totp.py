"""Authenticator apps: RFC 6238 with SHA-1, 30 seconds and 6 digits, which is what every app can do.

A code counts for its own step and the one beside it on either side, and once only: the row keeps the last step that
was accepted, and accepting is one conditional update (T30).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select, update

from idp.base.opaque import Entropy, same
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import totp_credentials

STEP = 30
DIGITS = 6
_SECRET = 20
_DRIFT = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class Totp:
    """One enrolled app; `secret` is raw bytes."""

    id: UUID
    secret: bytes = field(repr=False)
    last_step: int
    created_at: int
    used_at: int | None = None


def new_secret(entropy: Entropy) -> bytes:
    """160 random bits (RFC 4226 section 4, R6)."""
    return entropy.bytes(_SECRET)


def base32(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, issuer: str, label: str) -> str:
    """The `otpauth:` address behind the QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?secret={base32(secret)}&issuer={quote(issuer)}"


def code(secret: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def digits(typed: str) -> str:
    """What was typed without the spaces and dashes by which apps group their digits."""
    return "".join(character for character in typed if character not in " -\t\u00a0\u2011")


def step_of(secret: bytes, typed: str, now: int) -> int | None:
    """The time step that a code belongs to, one step early or late at most; None if it is none of theirs."""
    typed = digits(typed)
    found = None
    for drift in _DRIFT:
        step = now // STEP + drift
        if same(code(secret, step), typed) and found is None:
            found = step
    return found


async def insert(tx: Tx, sealer: Sealer, account_id: UUID, totp: Totp) -> None:
    """Enrol an app. `last_step` is that of the code which proved it, so that this very code does not work again."""
    await tx.execute(
        totp_credentials.insert().values(
            id=totp.id,
            account_id=account_id,
            last_step=totp.last_step,
            created_at=totp.created_at,
            secret_sealed=sealer.seal(_place(totp.id), totp.secret),
        )
    )


async def read(tx: Tx, sealer: Sealer, account_id: UUID) -> list[Totp]:
    """The apps of an account, oldest first."""
    wanted = select(totp_credentials).where(totp_credentials.c.account_id == account_id).order_by(totp_credentials.c.id)
    return [
        Totp(row.id, sealer.open(_place(row.id), row.secret_sealed), row.last_step, row.created_at, row.used_at)
        for row in await tx.execute(wanted)
    ]


async def accept(tx: Tx, totp_id: UUID, step: int, now: int) -> bool:
    """Spend a time step; False if it, or a later one, was spent before (RFC 6238 section 5.2)."""
    spent = await tx.execute(
        update(totp_credentials)
        .where(totp_credentials.c.id == totp_id, totp_credentials.c.last_step < step)
        .values(last_step=step, used_at=now)
    )
    return spent.rowcount == 1


async def remove(tx: Tx, account_id: UUID) -> bool:
    """Take every app away; False if there was none."""
    return (await tx.execute(totp_credentials.delete().where(totp_credentials.c.account_id == account_id))).rowcount > 0


def _place(totp_id: UUID) -> Place:
    return Place("totp_credentials", "secret", totp_id)

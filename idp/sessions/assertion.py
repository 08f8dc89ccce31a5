"""Signing in with a passkey, in two statements: one before the signature is checked, one after.

Before: find the passkey, its account, and the session that the browser has. After: use the challenge up, note the use of
the passkey, begin or renew the session, remember the device, tell the audit trail, all of it or nothing. No guess is
counted, since nobody guesses a signature: whoever burns the limits of passwords keeps no passkey out (T32).
"""

from dataclasses import dataclass
from uuid import UUID

from idp.base.opaque import digest
from idp.base.settings import Lifetimes
from idp.sessions import beginning, place
from idp.sessions.beginning import (
    ACCOUNT_FIRST,
    LATEST,
    PRESENT,
    REMEMBERED_COUNTRIES,
    RENEW_SESSION,
    Beginning,
    Known,
)
from idp.sessions.device import REMEMBER_AGAIN, REMEMBERED
from idp.sessions.visitor import Visitor
from idp.store.database import Database, Statement
from idp.store.tables import as_id

_REMEMBERED = REMEMBERED_COUNTRIES.format(account="p.account_id", since="$4", join="{join}")
_FIND_ON = f"""
    SELECT p.id, p.public_key, p.sign_count, p.backed_up,
           (p.suspended_at IS NOT NULL AND a.reset_required_at IS NOT NULL) AS suspended,
           p.account_id AS who_id, a.status AS who_status, a.not_before AS who_not_before, a.created_at AS who_created_at,
           (SELECT network FROM ({LATEST.format(account="p.account_id")}) l) AS last_network,
           (SELECT seen_at FROM ({LATEST.format(account="p.account_id")}) l) AS last_seen,
           (SELECT devices FROM ({_REMEMBERED}) r) AS devices, (SELECT countries FROM ({_REMEMBERED}) r) AS countries,
           EXISTS (
               SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device = $3::bytea AND d.used_at > $4::bigint
           ) AS who_known,
           {", ".join(f"s.{name} AS session_{name}" for name in PRESENT)}
    FROM passkeys p JOIN accounts a ON a.id = p.account_id LEFT JOIN sessions s ON s.id = $2::uuid
    WHERE p.credential_id = $1::bytea
"""
_FIND = Statement(
    _FIND_ON.replace("{join}", "string_agg(DISTINCT d.country, ',')"),
    (_FIND_ON.replace("{join}", "group_concat(DISTINCT d.country)"),),
)

# Everything that has to be so still, asked once more in the statement that acts on it.
_MAY = """
    FROM passkeys p JOIN accounts a ON a.id = p.account_id
    WHERE p.id = $1::uuid AND a.status IN ('active', 'restricted')
        AND (p.sign_count < $2::bigint OR (p.sign_count = 0 AND $2::bigint = 0))
        AND (p.suspended_at IS NULL OR a.reset_required_at IS NULL)
        AND ($12::bytea IS NULL OR EXISTS (
            SELECT 1 FROM sessions s
            WHERE s.id = $4::uuid AND s.secret_hash = $12::bytea AND s.account_id = a.id AND s.ended_at IS NULL
        ))
"""
_SPEND = f"""
    INSERT INTO answered_challenges (challenge_hash, expires_at)
    SELECT $15::bytea, $16::bigint {_MAY} {{lock}} ON CONFLICT (challenge_hash) DO NOTHING RETURNING challenge_hash
"""
_USE = """
    UPDATE passkeys SET sign_count = $2::bigint, used_at = $3::bigint {spent}
    WHERE passkeys.id = $1::uuid AND (sign_count < $2::bigint OR (sign_count = 0 AND $2::bigint = 0))
"""
_INSERT_SESSION = f"""
    INSERT INTO sessions (id, secret_hash, account_id, factors, chosen_at, created_at, seen_at, expires_at, device, network, user_agent,
        risk, alert_at, public_device)
    SELECT $4::uuid, $5::bytea, account_id, $6::text, $3::bigint, $3::bigint, $3::bigint, $7::bigint, $8::bytea, $9::text, $10::text,
        $18::text, $19::bigint, NOT $11::boolean
    FROM {{used}}
    ON CONFLICT (id) DO UPDATE SET {RENEW_SESSION}, held_at = NULL
    WHERE sessions.secret_hash = $12::bytea AND sessions.account_id = excluded.account_id AND sessions.ended_at IS NULL
"""
_REMEMBER = (
    """
    INSERT INTO known_devices (account_id, device, created_at, used_at, user_agent, network, country)
    SELECT account_id, $8::bytea, $3::bigint, $3::bigint, $10::text, $9::text, $20::text FROM {started} AND $11::boolean
"""
    + REMEMBER_AGAIN
)
_FORGET = "DELETE FROM known_devices {using} WHERE known_devices.account_id = {account} AND device = $8::bytea AND NOT $11::boolean"
_TELL = """
    INSERT INTO audit (id, at, event, actor, account_id, session_id, network, detail)
    SELECT $13::uuid, $3::bigint, 'session.started', $17::text, account_id, $4::uuid, $9::text, $14::text FROM {started}
"""
_BEGIN = Statement(
    # The account comes first, and then the passkey, which may have been suspended while this waited: only of rows that it takes
    # does PostgreSQL ask once more what they are by now.
    f"""
    WITH spent AS ({_SPEND.format(lock=f"{ACCOUNT_FIRST} OF a FOR NO KEY UPDATE OF p")}),
    used AS ({_USE.format(spent="FROM spent")} RETURNING passkeys.account_id),
    started AS ({_INSERT_SESSION.format(used="used")} RETURNING account_id),
    remembered AS ({_REMEMBER.format(started="started WHERE true")}),
    forgotten AS ({_FORGET.format(using="USING started", account="started.account_id")}),
    told AS ({_TELL.format(started="started")})
    SELECT account_id FROM started
    """,
    (
        _SPEND.format(lock=""),
        _USE.format(spent=""),
        _INSERT_SESSION.format(used="passkeys WHERE id = $1"),
        _REMEMBER.format(started="passkeys WHERE id = $1"),
        _FORGET.format(using="", account="(SELECT account_id FROM passkeys WHERE id = $1)"),
        _TELL.format(started="passkeys WHERE id = $1"),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The passkey of a credential, and what is known of its account before the signature is looked at.

    `suspended` while it opens nothing before its account has another password (`idp.accounts.passkey.suspend`).
    """

    passkey_id: UUID
    public_key: bytes
    sign_count: int
    synced: bool
    suspended: bool
    known: Known


async def find(
    database: Database, credential_id: bytes, visitor: Visitor, lifetimes: Lifetimes, now: int
) -> Found | None:
    """The passkey of a credential; None if it is nobody's."""
    session_id = visitor.session.id if visitor.session else None
    row = await database.hot(_FIND, credential_id, session_id, visitor.device, now - REMEMBERED)
    known = beginning.read(row, visitor, lifetimes, now) if row is not None else None
    if row is None or known is None:
        return None
    return Found(
        as_id(row["id"]), row["public_key"], row["sign_count"], bool(row["backed_up"]), bool(row["suspended"]), known
    )


async def begin(
    database: Database,
    passkey_id: UUID,
    known: Known,
    visitor: Visitor,
    begins: Beginning,
    *,
    challenge: str,
    challenge_expires_at: int,
    sign_count: int,
) -> bool:
    """Begin or renew the session after the signature was good.

    False, and no session, when the challenge has been answered before, the passkey was removed, suspended or used since,
    the account was disabled, or the present session ended or was renewed elsewhere. Nothing is held back: a passkey is two
    factors already.
    """
    row = await database.hot(
        _BEGIN,
        passkey_id,
        sign_count,
        begins.now,
        begins.handle.id,
        begins.handle.secret_hash,
        begins.factors_told,
        begins.expires_at,
        visitor.device,
        visitor.network,
        visitor.user_agent,
        begins.remember,
        known.present.secret_hash if known.present else None,
        begins.event,
        begins.detail_told,
        digest(challenge),
        challenge_expires_at,
        str(known.account_id),
        begins.risk_told,
        begins.alert_at,
        place.country(visitor.network),
    )
    return row is not None

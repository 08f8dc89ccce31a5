"""Signing in with a passkey, in two statements: one before the signature is checked, one after.

Before: find the passkey, its account, and the session that the browser has. After: use the challenge up, note the use of
the passkey, begin or renew the session, remember the device, tell the audit trail, all of it or nothing. No guess is
counted, since nobody guesses a signature: whoever burns the limits of passwords keeps no passkey out (T32).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from idp.base.opaque import Entropy, Handle, digest, same, uuid7
from idp.base.settings import Lifetimes
from idp.sessions import place
from idp.sessions.attempt import LATEST, REMEMBERED_COUNTRIES, Present
from idp.sessions.device import REMEMBERED
from idp.sessions.risk import Facts, Verdict
from idp.sessions.session import live
from idp.sessions.visitor import Visitor
from idp.store.database import Database, Row, Statement
from idp.store.tables import as_id

_SESSION = ("account_id", "secret_hash", "ended_at", "expires_at", "seen_at", "created_at")
_REMEMBERED = REMEMBERED_COUNTRIES.format(account="p.account_id", since="$4", join="{join}")
_FIND_ON = f"""
    SELECT p.id, p.account_id, p.public_key, p.sign_count, p.backed_up, a.status, a.not_before, a.created_at,
           (SELECT network FROM ({LATEST.format(account="p.account_id")}) l) AS last_network,
           (SELECT seen_at FROM ({LATEST.format(account="p.account_id")}) l) AS last_seen,
           (SELECT devices FROM ({_REMEMBERED}) r) AS devices, (SELECT countries FROM ({_REMEMBERED}) r) AS countries,
           EXISTS (
               SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device = $3::bytea AND d.used_at > $4::bigint
           ) AS known,
           {", ".join(f"s.{name} AS session_{name}" for name in _SESSION)}
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
        AND ($12::bytea IS NULL OR EXISTS (
            SELECT 1 FROM sessions s
            WHERE s.id = $4::uuid AND s.secret_hash = $12::bytea AND s.account_id = a.id AND s.ended_at IS NULL
        ))
"""
_SPEND = f"""
    INSERT INTO answered_challenges (challenge_hash, expires_at)
    SELECT $15::bytea, $16::bigint {_MAY} ON CONFLICT (challenge_hash) DO NOTHING RETURNING challenge_hash
"""
_USE = """
    UPDATE passkeys SET sign_count = $2::bigint, used_at = $3::bigint {spent}
    WHERE passkeys.id = $1::uuid AND (sign_count < $2::bigint OR (sign_count = 0 AND $2::bigint = 0))
"""
_INSERT_SESSION = """
    INSERT INTO sessions (id, secret_hash, account_id, factors, chosen_at, created_at, seen_at, expires_at, device, network, user_agent,
        risk, alert_at)
    SELECT $4::uuid, $5::bytea, account_id, $6::text, $3::bigint, $3::bigint, $3::bigint, $7::bigint, $8::bytea, $9::text, $10::text,
        $18::text, $19::bigint
    FROM {used}
    ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash, factors = excluded.factors, chosen_at = excluded.chosen_at,
        seen_at = excluded.seen_at, expires_at = excluded.expires_at, device = excluded.device, network = excluded.network,
        user_agent = excluded.user_agent, risk = COALESCE(excluded.risk, sessions.risk),
        alert_at = COALESCE(sessions.alert_at, excluded.alert_at), held_at = NULL
    WHERE sessions.secret_hash = $12::bytea AND sessions.account_id = excluded.account_id AND sessions.ended_at IS NULL
"""
_REMEMBER = """
    INSERT INTO known_devices (account_id, device, created_at, used_at, user_agent, network, country)
    SELECT account_id, $8::bytea, $3::bigint, $3::bigint, $10::text, $9::text, $20::text FROM {started} AND $11::boolean
    ON CONFLICT (account_id, device) DO UPDATE SET used_at = excluded.used_at, user_agent = excluded.user_agent,
        network = excluded.network, country = COALESCE(excluded.country, known_devices.country)
"""
_FORGET = "DELETE FROM known_devices {using} WHERE known_devices.account_id = {account} AND device = $8::bytea AND NOT $11::boolean"
_TELL = """
    INSERT INTO audit (id, at, event, actor, account_id, session_id, network, detail)
    SELECT $13::uuid, $3::bigint, 'session.started', $17::text, account_id, $4::uuid, $9::text, $14::text FROM {started}
"""
_BEGIN = Statement(
    f"""
    WITH spent AS ({_SPEND}),
    used AS ({_USE.format(spent="FROM spent")} RETURNING passkeys.account_id),
    started AS ({_INSERT_SESSION.format(used="used")} RETURNING account_id),
    remembered AS ({_REMEMBER.format(started="started WHERE true")}),
    forgotten AS ({_FORGET.format(using="USING started", account="started.account_id")}),
    told AS ({_TELL.format(started="started")})
    SELECT account_id FROM started
    """,
    (
        _SPEND,
        _USE.format(spent=""),
        _INSERT_SESSION.format(used="passkeys WHERE id = $1"),
        _REMEMBER.format(started="passkeys WHERE id = $1"),
        _FORGET.format(using="", account="(SELECT account_id FROM passkeys WHERE id = $1)"),
        _TELL.format(started="passkeys WHERE id = $1"),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known before the signature is looked at. `present` is the session that the browser has, if it is live.

    What follows it is what the sign-in is compared with (`idp.sessions.risk`).
    """

    passkey_id: UUID
    account_id: UUID
    public_key: bytes
    sign_count: int
    synced: bool
    active: bool
    known_device: bool
    present: Present | None
    account_since: int
    acquainted: bool
    countries: frozenset[str]
    last_network: str | None
    last_seen: int | None

    def facts(self, network: str, now: int) -> Facts:
        """What is known of this sign-in, as the rules ask for it; nobody fails at guessing a signature."""
        return Facts(
            now=now,
            known_device=self.known_device,
            acquainted=self.acquainted,
            account_since=self.account_since,
            country=place.country(network),
            countries=self.countries,
            last_country=place.country(self.last_network),
            last_seen=self.last_seen,
            failures=0,
        )


async def find(
    database: Database, credential_id: bytes, visitor: Visitor, lifetimes: Lifetimes, now: int
) -> Found | None:
    """The passkey of a credential; None if it is nobody's."""
    session_id = visitor.session.id if visitor.session else None
    row = await database.hot(_FIND, credential_id, session_id, visitor.device, now - REMEMBERED)
    if row is None:
        return None
    return Found(
        as_id(row["id"]),
        as_id(row["account_id"]),
        row["public_key"],
        row["sign_count"],
        bool(row["backed_up"]),
        row["status"] in ("active", "restricted"),
        bool(row["known"]),
        _present(row, visitor, lifetimes, now),
        row["created_at"],
        bool(row["devices"]),
        frozenset((row["countries"] or "").split(",")) - {""},
        row["last_network"],
        row["last_seen"],
    )


async def begin(
    database: Database,
    found: Found,
    handle: Handle,
    factors: Mapping[str, int],
    visitor: Visitor,
    *,
    challenge: str,
    challenge_expires_at: int,
    sign_count: int,
    remember: bool,
    now: int,
    expires_at: int,
    milliseconds: int,
    entropy: Entropy,
    detail: Mapping[str, object],
    verdict: Verdict,
    gather: int,
) -> bool:
    """Begin the session `handle` after the signature was good, or renew it if `handle` has the id of the one that is present.

    False, and no session, when the challenge has been answered before, the passkey was removed or used since, the
    account was disabled, or the present session ended or was renewed elsewhere. A renewed session gets a new secret (T21).
    The owner is told of what `verdict` met after `gather` seconds. Nothing is held back: a passkey is two factors already.
    """
    row = await database.hot(
        _BEGIN,
        found.passkey_id,
        sign_count,
        now,
        handle.id,
        handle.secret_hash,
        orjson.dumps(factors).decode(),
        expires_at,
        visitor.device,
        visitor.network,
        visitor.user_agent,
        remember,
        found.present.secret_hash if found.present else None,
        uuid7(entropy, milliseconds),
        orjson.dumps(detail).decode(),
        digest(challenge),
        challenge_expires_at,
        str(found.account_id),
        " ".join(verdict.met) or None,
        now + gather if verdict.notify else None,
        place.country(visitor.network),
    )
    return row is not None


def _present(row: Row, visitor: Visitor, lifetimes: Lifetimes, now: int) -> Present | None:
    if visitor.session is None or row["session_account_id"] is None:
        return None
    found = {name: row[f"session_{name}"] for name in _SESSION}
    if not same(found["secret_hash"], visitor.session.secret_hash) or not live(found, lifetimes, now):
        return None
    mine = as_id(found["account_id"]) == as_id(row["account_id"])
    if mine and found["created_at"] < row["not_before"]:
        return None
    return Present(visitor.session.id, as_id(found["account_id"]), found["secret_hash"])

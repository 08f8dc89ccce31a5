"""Authorization codes: issued with their grant, redeemed once, atomically, before anything is signed (RFC 6749 section 4.1).

The code is the grant's id and a secret; the row keeps the secret's hash. Redemption is one conditional update: of two
hundred at once, one finds `code_used_at` empty. The others find a used code, and that revokes what it gave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from idp.base.opaque import Handle
from idp.grants import person
from idp.grants.tokens import Authentication
from idp.store.database import Database, Row, Statement

_COLUMNS = """id, account_id, client_id, session_id, scope, resources, claims, nonce, redirect_uri, code_challenge,
        code_hash, code_expires_at, acr, amr, auth_time, offline, generation, idle_expires_at, created_at, expires_at, withheld"""
_INSERT = f"""
    INSERT INTO grants ({_COLUMNS})
    SELECT $1::uuid, id, $3::text, $4::uuid, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
        $11::bytea, $12::bigint, $13::text, $14::text, $15::bigint, $16::boolean, 0, $17::bigint, $18::bigint, $19::bigint, $20::text
"""
_TOUCH = "UPDATE sessions SET seen_at = $18 {held} WHERE sessions.id = $4 AND seen_at < $18::bigint - 30"
# The very answer that the request was judged by: what was withdrawn, or allowed anew with less, lets nothing through.
_AGREED = """
    SELECT c.client_id FROM consents c {held}
    WHERE c.account_id = $2 AND c.client_id = $3 AND c.granted_at = $21::bigint
      AND COALESCE(c.withheld, '[]') = COALESCE($20::text, '[]')
"""
_ISSUE = Statement(
    # The account comes before its session, and before its consents, as with whoever ends or withdraws them: neither waits
    # for the other's end. Whoever waited here for an account that is erased, or for a consent that is withdrawn, finds none.
    f"""
    WITH held AS (SELECT id FROM accounts WHERE id = $2 FOR KEY SHARE),
    agreed AS ({_AGREED.format(held="JOIN held ON held.id = c.account_id")} FOR KEY SHARE OF c),
    touched AS ({_TOUCH.format(held="FROM held")})
    {_INSERT} FROM held WHERE $21::bigint IS NULL OR EXISTS (SELECT 1 FROM agreed) RETURNING id
    """,
    (
        f"{_INSERT} FROM accounts WHERE id = $2 AND ($21 IS NULL OR EXISTS ({_AGREED.format(held='')})) RETURNING id",
        _TOUCH.format(held=""),
    ),
)


def _audit(event: str, detail: str) -> str:
    """The event of a statement that has `now` as $3, and the event's id and the caller's network as $7 and $8."""
    return f"""
    INSERT INTO audit (id, at, event, actor, account_id, client_id, session_id, network, detail)
    SELECT $7::uuid, $3::bigint, '{event}', client_id, account_id, client_id, session_id, $8::text, {detail}
    """


# What was given, so that "who was told this in that week?" has an answer after the grant is gone. All of it is our own words.
_GIVEN = """
    '{"scope":"' || scope || '"' || coalesce(',"claims":' || claims, '') || ',"withheld":' || coalesce(withheld, '[]') || '}'
"""
_REDEEMED = _audit("code.redeemed", _GIVEN)
_REDEEM = Statement(
    f"""
    WITH redeemed AS (
        UPDATE grants g SET code_used_at = $3, generation = 1
        FROM accounts a, sessions s
        WHERE g.id = $1 AND g.code_hash = $2 AND g.client_id = $4 AND g.redirect_uri = $5
          AND g.code_challenge IS NOT DISTINCT FROM $6
          AND g.code_used_at IS NULL AND g.code_expires_at > $3 AND g.revoked_at IS NULL
          AND a.id = g.account_id AND a.status = 'active' AND a.not_before <= g.created_at
          AND s.id = g.session_id AND s.ended_at IS NULL
        RETURNING g.*, {person.COLUMNS}
    ), told AS ({_REDEEMED} FROM redeemed)
    SELECT * FROM redeemed
    """,
    (
        f"""
        UPDATE grants SET code_used_at = $3, generation = 1
        WHERE id = $1 AND code_hash = $2 AND client_id = $4 AND redirect_uri = $5 AND code_challenge IS $6
          AND code_used_at IS NULL AND code_expires_at > $3 AND revoked_at IS NULL
          AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id AND a.status = 'active' AND a.not_before <= grants.created_at)
          AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = session_id AND s.ended_at IS NULL)
        RETURNING *, {person.LOOKUPS}
        """,
        f"{_REDEEMED} FROM grants WHERE id = $1",
    ),
)

_REPLAYED = _audit("code.replayed", "$5::text")
_END = """
    UPDATE grants SET revoked_at = $3, revoked_by = $6
    WHERE id = $1 AND code_hash = $2 AND client_id = $4 AND code_used_at IS NOT NULL AND revoked_at IS NULL
"""
_END_REPLAYED = Statement(
    f"WITH ended AS ({_END} RETURNING *), told AS ({_REPLAYED} FROM ended) SELECT id FROM ended",
    (f"{_END} RETURNING id", f"{_REPLAYED} FROM grants WHERE id = $1"),
)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant about to be made."""

    account_id: UUID
    client_id: str
    session_id: UUID
    scope: str
    resources: list[str]
    claims: Mapping[str, Any]
    nonce: str | None
    redirect_uri: str
    code_challenge: str | None
    authentication: Authentication
    offline: bool
    withheld: Sequence[str] = ()
    agreed_at: int | None = None
    """When the consent was given that it stands on; None where nobody has to be asked."""


async def issue(
    database: Database,
    handle: Handle,
    new: NewGrant,
    *,
    now: int,
    code_expires_at: int,
    idle_expires_at: int,
    expires_at: int,
) -> bool:
    """Write the grant and touch its session; `handle` is the code. False, and no grant, when the account is gone or the
    consent is another one by now."""
    issued = await database.hot(
        _ISSUE,
        handle.id,
        new.account_id,
        new.client_id,
        new.session_id,
        new.scope,
        orjson.dumps(new.resources).decode(),
        orjson.dumps(new.claims).decode() if new.claims else None,
        new.nonce,
        new.redirect_uri,
        new.code_challenge,
        handle.secret_hash,
        code_expires_at,
        new.authentication.acr,
        orjson.dumps(new.authentication.amr).decode(),
        new.authentication.auth_time,
        new.offline,
        idle_expires_at,
        now,
        expires_at,
        orjson.dumps(sorted(new.withheld)).decode() if new.withheld else None,
        new.agreed_at,
    )
    return issued is not None


async def redeem(
    database: Database,
    handle: Handle,
    *,
    client_id: str,
    redirect_uri: str,
    challenge: str | None,
    now: int,
    event: UUID,
    network: str,
) -> Row | None:
    """Consume a code: the grant's row, with its `Person`, or None if it cannot be redeemed.

    `challenge` is what the verifier hashes to, None if no verifier came; it must equal what the request had. `event` is
    the id under which the audit trail tells of it.
    """
    return await database.hot(
        _REDEEM,
        handle.id,
        handle.secret_hash,
        now,
        client_id,
        redirect_uri,
        challenge,
        event,
        network,
    )


async def end_if_replayed(
    database: Database, handle: Handle, *, client_id: str, now: int, event: UUID, network: str
) -> None:
    """End the grant whose code this is, when its client has redeemed it before (RFC 6749 section 4.1.2).

    One statement, as cheap as the redemption: whoever sends a code two hundred times at once must not drain a pool.
    """
    detail = orjson.dumps({"grant": str(handle.id)}).decode()
    await database.hot(
        _END_REPLAYED,
        handle.id,
        handle.secret_hash,
        now,
        client_id,
        detail,
        "replay",
        event,
        network,
    )

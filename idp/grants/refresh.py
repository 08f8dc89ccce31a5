"""Refresh tokens: a family per grant, a generation per rotation, nothing stored but a number (RFC 9700 section 4.14).

A token is the grant's id, a generation and their MAC under a key of the family. So the server can derive the successor
again when the answer to a rotation was lost: within the grace the token before the current one returns that same
successor. Any other older generation is a token that somebody copied, and ends the family.
"""

from dataclasses import dataclass
from uuid import UUID

from idp.base.opaque import b64decode, b64encode, keyed, same
from idp.grants import person
from idp.store.database import Database, Row, Statement
from idp.store.material import Material

_ROTATE = Statement(
    f"""
    UPDATE grants g SET generation = g.generation + 1, rotated_at = $4, idle_expires_at = $5
    FROM accounts a
    WHERE g.id = $1 AND g.generation = $2 AND g.client_id = $3 AND g.offline AND g.code_used_at IS NOT NULL
      AND g.revoked_at IS NULL AND g.idle_expires_at > $4 AND g.expires_at > $4
      AND a.id = g.account_id AND a.status = 'active' AND a.not_before <= g.created_at
    RETURNING g.*, {person.COLUMNS}
    """,
    (
        f"""
        UPDATE grants SET generation = generation + 1, rotated_at = $4, idle_expires_at = $5
        WHERE id = $1 AND generation = $2 AND client_id = $3 AND offline AND code_used_at IS NOT NULL
          AND revoked_at IS NULL AND idle_expires_at > $4 AND expires_at > $4
          AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id AND a.status = 'active' AND a.not_before <= grants.created_at)
        RETURNING *, {person.LOOKUPS}
        """,
    ),
)
_READ = Statement.both(
    f"""
    SELECT g.*, {person.COLUMNS}, a.status, a.not_before
    FROM grants g JOIN accounts a ON a.id = g.account_id WHERE g.id = $1
    """
)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token whose MAC is right; whether it is still good, the grant's row knows."""

    grant_id: UUID
    generation: int


class RefreshTokens:
    """Makes and reads refresh tokens."""

    def __init__(self, material: Material) -> None:
        self._families = material.mac("refresh")

    def make(self, grant_id: UUID, generation: int) -> str:
        """The token of a generation; always the same."""
        body = grant_id.bytes + generation.to_bytes(4, "big")
        return b64encode(body + self._mac(body))

    def read(self, text: str) -> RefreshToken | None:
        """The token behind a text; None unless we made it. No database is asked about garbage."""
        if len(text) != 70:
            return None
        try:
            raw = b64decode(text)
        except ValueError:
            return None
        if not same(raw[20:], self._mac(raw[:20])):
            return None
        return RefreshToken(UUID(bytes=raw[:16]), int.from_bytes(raw[16:20], "big"))

    def _mac(self, body: bytes) -> bytes:
        return keyed(self._families.of("family", body[:16]), body)


async def rotate(
    database: Database, token: RefreshToken, *, client_id: str, now: int, idle_expires_at: int
) -> Row | None:
    """Move the family on; the grant's row after it, or None if this token does not stand for the current generation."""
    return await database.hot(_ROTATE, token.grant_id, token.generation, client_id, now, idle_expires_at)


async def read(database: Database, grant_id: UUID) -> Row | None:
    """The family as it stands, to tell a lost answer from a copied token, or to judge a request before rotating."""
    return await database.hot(_READ, grant_id)


def repeats_lost_answer(row: Row, token: RefreshToken, client_id: str, now: int, grace: int) -> bool:
    """Whether the token is the one just before the current, so lately that its answer may have been lost."""
    return (
        usable(row, client_id, now)
        and row["generation"] == token.generation + 1
        and row["rotated_at"] is not None
        and now <= row["rotated_at"] + grace
    )


def usable(row: Row, client_id: str, now: int) -> bool:
    """Whether the family lives and belongs to this client."""
    return bool(
        row["client_id"] == client_id
        and row["offline"]
        and row["code_used_at"] is not None
        and row["revoked_at"] is None
        and now < row["idle_expires_at"]
        and now < row["expires_at"]
        and row["status"] == "active"
        and row["not_before"] <= row["created_at"]
    )

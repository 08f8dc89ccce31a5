"""Whom a token speaks of, and in which session, as one sector sees them (OIDC Core section 8)."""

from uuid import UUID

from idp.base.opaque import b64encode
from idp.store.material import Material


class Subjects:
    """Computes `sub`: pairwise per sector, never an account id, never confusable with a client id (43 characters)."""

    def __init__(self, material: Material) -> None:
        self._mac = material.mac("subject")

    def of(self, account_id: UUID, sector: str) -> str:
        """The subject identifier of an account for a sector; stable for ever."""
        return b64encode(self._mac.of(sector, account_id.bytes))

    def session(self, session_id: UUID, sector: str) -> str:
        """`sid` of a session for a sector: one number for all would tell two services that they serve one person."""
        return b64encode(self._mac.of("session", sector, session_id.bytes)[:16])

"""A person as claims speak of them: the columns of an account that its grants release, read along with a grant or a session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from idp.store.database import as_id

_COLUMNS = (
    "name",
    "email",
    "email_verified",
    "phone",
    "phone_verified",
    "claims",
    "birthdate_sealed",
    "id",
    "locale",
    "updated_at",
    "identity_level",
    "identity_method",
    "identity_verified_at",
    "contact_changed_at",
    "nik_sealed",
)

# A membership as one JSON text: its lists lie as JSON, category and status are words of ours, and so one read by primary
# key brings all of it into any statement, without a join that each of them would have to make room for.
_MEMBERSHIP = """(SELECT '{"numbers":' || m.numbers || ',"category":"' || m.category || '","status":"' || m.status
    || '","employers":' || m.employers || '}' FROM memberships m WHERE m.account_id = %s) AS person_membership"""

COLUMNS = ", ".join([*(f"a.{column} AS person_{column}" for column in _COLUMNS), _MEMBERSHIP % "a.id"])
"""For a statement that joins `accounts a`."""

LOOKUPS = ", ".join(
    [
        *(f"(SELECT a.{column} FROM accounts a WHERE a.id = account_id) AS person_{column}" for column in _COLUMNS),
        _MEMBERSHIP % "grants.account_id",
    ]
)
"""The same for SQLite's RETURNING, which sees no joined table."""


@dataclass(frozen=True, slots=True)
class Person:
    """`further` are standard claims as they are released; times are UNIX seconds.

    `membership` is what a registry confirmed: numbers, category, status, employers; empty as long as none has.
    """

    account_id: UUID
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    email_verified: bool
    phone: str | None = field(repr=False)
    phone_verified: bool
    further: Mapping[str, Any] = field(repr=False)
    birthdate_sealed: bytes | None = field(repr=False)
    locale: str
    updated_at: int
    identity_level: int
    identity_method: str | None = None
    identity_verified_at: int | None = None
    contact_changed_at: int | None = None
    nik_sealed: bytes | None = field(default=None, repr=False)
    membership: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Person":
        """The person of a row that was read with COLUMNS or LOOKUPS."""
        return cls(
            as_id(row["person_id"]),
            row["person_name"],
            row["person_email"],
            bool(row["person_email_verified"]),
            row["person_phone"],
            bool(row["person_phone_verified"]),
            orjson.loads(row["person_claims"]),
            row["person_birthdate_sealed"],
            row["person_locale"],
            row["person_updated_at"],
            row["person_identity_level"],
            row["person_identity_method"],
            row["person_identity_verified_at"],
            row["person_contact_changed_at"],
            row["person_nik_sealed"],
            orjson.loads(row["person_membership"]) if row["person_membership"] else {},
        )

    def claims(self) -> dict[str, Any]:
        """The claims that lie open: the standard ones (OIDC Core section 5.1) and those of this house."""
        claims: dict[str, Any] = {
            **self.further,
            "name": self.name,
            "locale": self.locale,
            "updated_at": self.updated_at,
        }
        if self.email:
            claims |= {"email": self.email, "email_verified": self.email_verified}
        if self.phone:
            claims |= {"phone_number": self.phone, "phone_number_verified": self.phone_verified}
        return claims | self._confirmed()

    def _confirmed(self) -> dict[str, Any]:
        """What was confirmed about a person, by whom, and when the way to reach them changed."""
        numbers = self.membership.get("numbers", [])
        return {
            "nomor_peserta": numbers,
            "kategori": self.membership.get("category"),
            "status_kepesertaan": self.membership.get("status"),
            "peserta": bool(numbers),
            "perusahaan": self.membership.get("employers", []),
            "tingkat_identitas": self.identity_level,
            "identitas_diverifikasi_pada": self.identity_verified_at,
            "metode": self.identity_method,
            "kontak_diubah_pada": self.contact_changed_at,
        }

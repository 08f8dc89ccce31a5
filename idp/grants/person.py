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
)

COLUMNS = ", ".join(f"a.{column} AS person_{column}" for column in _COLUMNS)
"""For a statement that joins `accounts a`."""

LOOKUPS = ", ".join(
    f"(SELECT a.{column} FROM accounts a WHERE a.id = account_id) AS person_{column}" for column in _COLUMNS
)
"""The same for SQLite's RETURNING, which sees no joined table."""


@dataclass(frozen=True, slots=True)
class Person:
    """`further` are standard claims as they are released; `updated_at` is in UNIX seconds."""

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
        )

    def claims(self) -> dict[str, Any]:
        """The standard claims (OIDC Core section 5.1) that lie open; what is not known is left out."""
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
        return claims

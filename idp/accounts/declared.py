"""What people declare about who they are when they register. Nobody has checked it; `review` says what is to be looked at."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from idp.accounts import birthdate, lookup, nik
from idp.store.encrypted import Place, Sealer
from idp.store.material import Material

CATEGORIES = ("PU", "BPU", "PMI", "none", "unknown")
"""Wage earners, the self-employed, migrant workers, nobody's participant yet, and whoever does not know."""

NIK_BIRTHDATE, NIK_PROVINCE, MINOR, PASSPORT = "nik_birthdate", "nik_province", "minor", "passport"


@dataclass(frozen=True, slots=True)
class Declared:
    """`birthdate` is `YYYY-MM-DD`; `draft` is under which id the documents were uploaded; `review` holds coded reasons."""

    nik: str = field(default="", repr=False)
    passport: str = field(default="", repr=False)
    birthdate: str = field(default="", repr=False)
    category: str = ""
    terms_version: str = ""
    terms_accepted_at: int | None = None
    first: str = "email"
    review: tuple[str, ...] = ()
    draft: str = ""


def on_account(sealer: Sealer, material: Material, account_id: UUID, declared: Declared) -> dict[str, Any]:
    """The columns of an account that it becomes. The NIK finds nobody before a registry or an officer has confirmed it:
    its index is not unique, so nobody can occupy a stranger's number."""
    return {
        "nik_sealed": nik.seal(sealer, account_id, declared.nik) if declared.nik else None,
        "nik_index": lookup.key(material, lookup.NIK, declared.nik) if declared.nik else None,
        "passport_sealed": sealer.seal(_passport_of(account_id), declared.passport.encode())
        if declared.passport
        else None,
        "birthdate_sealed": birthdate.seal(sealer, account_id, declared.birthdate) if declared.birthdate else None,
        "category": declared.category if declared.category not in ("", "unknown") else None,
        "review": ",".join(declared.review) or None,
        "terms_version": declared.terms_version or None,
        "terms_accepted_at": declared.terms_accepted_at,
    }


def unseal_passport(sealer: Sealer, account_id: UUID, sealed: bytes | None) -> str:
    """The passport number of an account; empty when none is known."""
    return sealer.open(_passport_of(account_id), sealed).decode() if sealed is not None else ""


def _passport_of(account_id: UUID) -> Place:
    return Place("accounts", "passport", account_id)

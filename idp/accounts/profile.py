"""The standard claims that an operator may fill in for an account (OpenID Connect Core section 5.1). Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

TEXTS = ("family_name", "given_name", "middle_name", "nickname", "preferred_username", "gender", "zoneinfo")
ADDRESSES = ("profile", "picture", "website")
ADDRESS_MEMBERS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
CLAIMS = (*TEXTS, *ADDRESSES, "birthdate", "address")
"""What may be filled in. All but `birthdate`, which is sealed, lie in `Account.claims`; name, locale, email and phone have
columns of their own, `updated_at` is the row's."""

_MAX = 200
_BIRTHDATE = re.compile(r"\d{4}(-\d{2}-\d{2})?")


class NotAClaim(ValueError):
    """A claim has no value of its kind; the text says which and why."""


def validate(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims to store; what is None or empty is left out. Raises NotAClaim, for an unknown name too."""
    if unknown := sorted(claims.keys() - set(CLAIMS)):
        raise NotAClaim(f"unknown claim {unknown[0]}")
    return {name: _checked(name, value) for name, value in claims.items() if value not in (None, "", {})}


def _checked(name: str, value: Any) -> Any:
    if name == "address":
        return _address(value)
    if name == "birthdate":
        return _birthdate(value)
    text = _text(name, value)
    if name in ADDRESSES:
        parts = urlsplit(text)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise NotAClaim(f"{name} must be a web address")
    return text


def _text(name: str, value: Any, *, lines: bool = False) -> str:
    shown = value.replace("\n", " ") if lines and isinstance(value, str) else value
    if not isinstance(shown, str) or len(shown) > _MAX or not shown.isprintable():
        raise NotAClaim(f"{name} must be a text of at most {_MAX} characters")
    return str(value)


def _birthdate(value: Any) -> str:
    """`YYYY-MM-DD`, a year alone, or `0000-MM-DD`. YAML and TOML read the first as a date by themselves."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str) or not _BIRTHDATE.fullmatch(value):
        raise NotAClaim("birthdate must be YYYY-MM-DD or YYYY")
    try:
        if len(value) > 4:
            # A leap year stands in for the year that is kept back, so that 29 February passes.
            date.fromisoformat(value.replace("0000", "2000", 1))
    except ValueError:
        raise NotAClaim("birthdate is no day of the calendar") from None
    return value


def _address(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise NotAClaim("address must hold street_address, locality and so on")
    if unknown := sorted(value.keys() - set(ADDRESS_MEMBERS)):
        raise NotAClaim(f"unknown member {unknown[0]} of address")
    return {name: _text(name, part, lines=True) for name, part in value.items() if part}

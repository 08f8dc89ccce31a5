"""A person's datum as a person reads it: the one place where codes, dates, numbers and yes or no become words.

Doors and flows give the name that the datum has in a claim or in a column, and its value as it is stored; what no rule
knows is written as it comes. How the words go stands in the catalogue, as `nilai.<name>.<value>`.
"""

from collections.abc import Mapping
from typing import Any

from idp.theme.language import ZONES, Language

_MOMENTS = frozenset({"updated_at", "kontak_diubah_pada", "identitas_diverifikasi_pada"})
_CONTACTS = frozenset({"phone_number", "phone"})
_EMPLOYER = ("npp", "peran")


def written(language: Language, name: str, value: Any) -> str:
    """The value of the datum `name`, in words. Moments are UNIX seconds; an address is its formatted form, or its parts
    (OIDC Core section 5.1.1)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return language.messages.get(f"nilai.{name}.{value}".lower()) or language.t(f"nilai.{value}".lower())
    if name in _MOMENTS and isinstance(value, int):
        return language.moment(value)
    if isinstance(value, Mapping):
        return _parts(language, value)
    if isinstance(value, list | tuple):
        return ", ".join(written(language, name, part) for part in value)
    text = str(value)
    if name == "birthdate":
        return language.birthday(text)
    if name in _CONTACTS:
        return language.contact(text)
    if name == "zoneinfo" and text in ZONES:
        return str(ZONES[text].tzname(None))
    return language.messages.get(f"nilai.{name}.{text}", text)


def _parts(language: Language, value: Mapping[str, Any]) -> str:
    if "formatted" in value:
        return ", ".join(str(value["formatted"]).split("\n"))
    if all(part in value for part in _EMPLOYER):
        return f"{value['npp']} ({written(language, 'peran', value['peran'])})"
    return ", ".join(written(language, name, part) for name, part in value.items() if part)

"""The readable half of a person's copy: the rows of the tables in words. What programs read beside it stays as it is stored."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from idp.theme import datum
from idp.theme.language import Language

Section = tuple[str, list[list[tuple[str, str]]]]
"""A table and its rows; a row is its columns with what they say."""

_MOMENTS = ("_at", "_until", "_after", "_since")
_ALSO_MOMENTS = frozenset({"at", "last", "not_before", "auth_time"})
# Where the catalogue has words for a column's codes: how their keys begin. What stands in two tables means different things there.
_WORDS: Mapping[str, str] = {
    "privacy_requests.kind": "permintaan.",
    "privacy_requests.state": "keadaan.",
    "consent_history.event": "peristiwa.",
    "documents.kind": "dokumen.",
    "documents.state": "dokumen.status_",
    "reports.category": "masukan.kategori_",
    "identity_method": "metode.",
    "category": "nilai.kategori.",
    "accounts.status": "nilai.status_akun.",
    "memberships.status": "nilai.status_kepesertaan.",
    "identity_level": "nilai.tingkat_identitas.",
    "factor": "faktor.",
    "factors": "faktor.",
    "amr": "faktor.",
    "risk": "risiko.",
    "method": "metode.",
    "level": "nilai.tingkat_identitas.",
    "access_log.kind": "pembaca.",
    "identifiers.kind": "nilai.kontak.",
    "contact_changes.kind": "nilai.kontak.",
}
# Lists of the names of data, and columns that hold data under names of their own.
_NAMES = frozenset({"claims", "withheld", "data", "fields"})
_HOLDERS = frozenset({"claims", "detail"})
# Stands at the head of the page, and would in every row.
_OWNER = "account_id"


def is_moment(name: str) -> bool:
    """Whether a column of this name holds UNIX seconds."""
    return name.endswith(_MOMENTS) or name in _ALSO_MOMENTS


def sections(
    language: Language, holds: Mapping[str, list[dict[str, Any]]], service: Callable[[str], str]
) -> list[Section]:
    """What is held, table by table, without the empty ones. `service` tells the name of a client id."""

    def told(table: str, row: dict[str, Any], name: str) -> str:
        value = row[name]
        if name == "client_id":
            return service(value) if value else ""
        if table == "access_log" and name == "who":
            return reader(language, value, service, officer=row["kind"] != "service")
        if table == "audit" and name == "event":
            return _event(language, row, service)
        return _said(language, table, name, value)

    return [
        (table, [[(name, told(table, row, name)) for name in row if name != _OWNER] for row in rows])
        for table, rows in holds.items()
        if rows
    ]


def reader(language: Language, who: str, service: Callable[[str], str], *, officer: bool) -> str:
    """Who read, as people call them: a service by its name, an officer by that of the program that they work with."""
    if not officer:
        return service(who)
    program = who.removeprefix("client:")
    name = service(program)
    # The command line has no name, nor has a program that is gone; an id tells people nothing.
    return language.t("akses.petugas_saja" if name == program else "akses.petugas", siapa=name)


def word(language: Language, name: str) -> str:
    """A claim, an ability, or a field of an account as people call it."""
    kinds = ("klaim", "cakupan", "data", "kolom")
    return next((text for kind in kinds if (text := language.label(kind, name)) != name), name)


def abilities(language: Language, scope: str) -> list[str]:
    """What a scope allows, in words. A scope may have the name of a claim, as `profile` has, and means more than it."""
    return [language.messages.get(f"cakupan.{one}") or word(language, one) for one in scope.split() if one != "openid"]


def _event(language: Language, row: dict[str, Any], service: Callable[[str], str]) -> str:
    """What happened, in the sentence that the account's activity has for it; what is not shown there has one of its own."""
    key = f"aktivitas.{row['event']}"
    if key not in language.messages:
        return language.messages.get(f"catatan.{row['event']}", str(row["event"]))
    factor = language.label("faktor", str(row["detail"].get("factor", "")))
    return language.t(key, layanan=service(row["client_id"]) if row["client_id"] else "", faktor=factor)


def _said(language: Language, table: str, name: str, value: Any) -> str:
    if value is None or value == [] or value == {}:
        return ""
    if is_moment(name) and isinstance(value, int) and not isinstance(value, bool):
        return language.moment(value) if value else ""
    kind = _WORDS.get(f"{table}.{name}") or _WORDS.get(name)
    if kind is not None:
        # Of a session the factors are kept with the time at which each was shown.
        codes = value if isinstance(value, list | tuple | Mapping) else (value,)
        return ", ".join(language.messages.get(f"{kind}{code}", str(code)) for code in codes)
    return _written(language, name, value)


def _written(language: Language, name: str, value: Any) -> str:
    if name == "scope":
        return ", ".join(abilities(language, value if isinstance(value, str) else " ".join(value)))
    if name == "purpose" and isinstance(value, Mapping):
        return str(value.get(language.code) or next(iter(value.values()), ""))
    if name in _WORDS:
        return _said(language, "", name, value)
    if isinstance(value, Mapping) and name in _HOLDERS:
        return _listed(language, value)
    if isinstance(value, list | tuple):
        say: Callable[[Any], str] = (
            (lambda one: word(language, str(one))) if name in _NAMES else (lambda one: _written(language, name, one))
        )
        return ", ".join(map(say, value))
    return str(value) if isinstance(value, UUID) else datum.written(language, name, value)


def _listed(language: Language, value: Mapping[str, Any]) -> str:
    """What is held under a name of its own within a column: `Nama depan: Budi; Jenis kelamin: Laki-laki`."""
    told = {
        word(language, name): _written(language, name, one) for name, one in value.items() if one not in ("", [], {})
    }
    return "; ".join(f"{name}: {text}" if text else name for name, text in told.items())

"""What stands in tables and claims, in the words of people."""

from typing import Any

import pytest

from idp.grants.claims import CLAIMS
from idp.store import dossier
from idp.store.tables import accounts
from idp.theme import datum, samples
from idp.theme.language import CODES
from idp.theme.lint import THEMES
from idp.theme.render import Theme

THEME = Theme(THEMES, terms=samples.TERMS)


@pytest.mark.parametrize(
    ("name", "value", "indonesian", "english"),
    [
        ("kategori", "PU", "Penerima upah (PU)", "Wage earner (PU)"),
        ("kategori", "LAIN", "LAIN", "LAIN"),
        ("metode", "branch", "Diperiksa di kantor cabang", "Checked at a branch"),
        ("email_verified", True, "Ya", "Yes"),
        ("peserta", False, "Belum", "Not yet"),
        ("birthdate", "1990-03-27", "27 Maret 1990", "27 March 1990"),
        ("phone_number", "+6281234567890", "0812-3456-7890", "0812-3456-7890"),
        ("zoneinfo", "Asia/Makassar", "WITA", "WITA"),
        ("updated_at", 1_763_795_100, "22 November 2025 pukul 14.05 WIB", "22 November 2025 at 14:05 WIB"),
        ("nomor_peserta", ["17001234567", "23007654321"], "17001234567, 23007654321", "17001234567, 23007654321"),
        ("perusahaan", [{"npp": "NN1", "peran": "petugas HR"}], "NN1 (petugas HR)", "NN1 (petugas HR)"),
        ("address", {"formatted": "Jl. Merdeka 17\nBandung"}, "Jl. Merdeka 17, Bandung", "Jl. Merdeka 17, Bandung"),
        ("address", {"locality": "Bandung", "country": "ID"}, "Bandung, ID", "Bandung, ID"),
    ],
)
def test_a_datum_is_said_in_words(name: str, value: Any, indonesian: str, english: str) -> None:
    assert [datum.written(THEME.language(code), name, value) for code in CODES] == [indonesian, english]


def test_everything_in_a_persons_copy_has_a_name_in_both_languages() -> None:
    held = {table.name: dossier.shown(table) for table in [accounts, *dossier.tables()]}
    for code in CODES:
        known = THEME.language(code).messages
        columns = {column.key for table in held.values() for column in table}
        assert [name for name in sorted(columns) if f"kolom.{name}" not in known] == []
        assert [name for name in sorted(held) if f"isi.{name}" not in known] == []
        assert [name for name in CLAIMS if f"klaim.{name}" not in known] == []

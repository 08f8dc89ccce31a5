"""Password rules: pure, in three presets, each refusal with its reason."""

import string
import unicodedata
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.accounts.policy import PRESETS, Owner, Policy, adds
from idp.theme.language import Message

HYBRID, NIST, BSSN = PRESETS["hybrid"], PRESETS["nist"], PRESETS["seed-bssn"]
SITI = Owner(
    "Siti Rahmawati", "siti.rahma@contoh.go.id", "+6281371520946", "50917364820", "3174054703900001", "1990-03-27"
)


def reason(password: str, owner: Owner = SITI) -> str | None:
    refused = HYBRID.judge(password, owner)
    return refused.key if refused else None


@pytest.mark.parametrize(
    "password", ["Kuda-Terbang-Biru-77", "nU9#xk2Lq!vR", "payung bocor di atas kereta", "Ünïcødé-Пароль-7"]
)
def test_good_passwords_pass(password: str) -> None:
    assert reason(password) is None


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("", "pw.kosong"),
        ("Ab1!Ab1!Ab1", "pw.panjang"),
        ("x" * 257, "pw.terlalu_panjang"),
        ("kudaterbangbiru", "pw.campur"),
        ("SandiAkunKu123!", "pw.umum"),
        ("sandiAKUNku123!", "pw.umum"),
        ("Password1234!", "pw.umum"),
        ("P@ssw0rd!2024", "pw.umum"),
        ("Indonesia1945!", "pw.umum"),
        ("Bismillah#2024", "pw.umum"),
        ("Sayangku-Cinta7", "pw.umum"),
        ("Pendaftaran#2024", "pw.umum"),
        ("Memukulkannya-99", "pw.umum"),
        ("Perpustakaan!123", "pw.umum"),
        ("K3sehatanku#2025", "pw.umum"),
        ("Qwerty12345!", "pw.umum"),
        ("1q2w3e4r5t6Y!", "pw.umum"),
        ("a" * 24, "pw.umum"),
        ("Ab1!Ab1!Ab1!Ab1!", "pw.umum"),
        ("abcdefghijklmnopqrstuvwxyz", "pw.umum"),
        ("9876543210987654321098", "pw.umum"),
        ("Rahmawati#77x!", "pw.pribadi"),
        ("R4hm4wat1#77x!", "pw.pribadi"),
        ("SITI-kuda-terbang-9", "pw.pribadi"),
        ("Kuda-0813-7152-0946", "pw.pribadi"),
        ("Kuda!27.03.1990x", "pw.pribadi"),
        ("27Maret1990!ab", "pw.pribadi"),
        ("Kuda!27mar90-x", "pw.pribadi"),
        ("Mar-1990-kudA!", "pw.pribadi"),
        ("Kuda_27_03_1990", "pw.pribadi"),
        ("Kuda!27/3/90-x", "pw.pribadi"),
        ("Kuda!317405-naik", "pw.pribadi"),
    ],
)
def test_each_refusal_names_its_reason(password: str, key: str) -> None:
    assert reason(password) == key


def test_a_refusal_says_which_kinds_are_missing() -> None:
    refused = HYBRID.judge("kudaterbangbiru7", SITI)
    assert refused == Message("pw.campur", jenis=(Message("jenis.besar"), Message("jenis.simbol")))


def test_presets_differ_where_their_rules_do() -> None:
    phrase, mixed, short = "payung bocor di atas kereta", "nU9#xk2Lq!vR", "kudaterb"
    assert HYBRID.judge(phrase, SITI) is None
    assert NIST.judge(phrase, SITI) is None
    assert BSSN.judge(phrase, SITI) == Message(
        "pw.campur_wajib", jenis=tuple(Message(f"jenis.{kind}") for kind in ("besar", "angka"))
    )
    assert HYBRID.judge(mixed, SITI) is None
    assert BSSN.judge(mixed, SITI) is None
    assert NIST.judge(mixed, SITI) == Message("pw.panjang", n=15)
    assert NIST.judge(short + "xq", SITI, second_factor=True) is None


def test_a_short_password_that_leaked_is_refused_where_short_ones_are_allowed() -> None:
    for leaked in ("password1", "qwerty123", "iloveyou", "sayang123"):
        assert NIST.judge(leaked, SITI, second_factor=True) == Message("pw.umum"), leaked


def test_a_term_reminds_or_forces_by_preset() -> None:
    day = 86_400
    assert [each.due(0, 180 * day - 1) for each in (HYBRID, NIST, BSSN)] == ["off", "off", "off"]
    assert [each.due(0, 180 * day) for each in (HYBRID, NIST, BSSN)] == ["remind", "off", "force"]


@pytest.mark.parametrize("held", PRESETS.values(), ids=PRESETS)
def test_no_preset_takes_what_is_guessed_first(held: Policy) -> None:
    for password in ("SandiAkunKu123!", "Bismillah-2024-Bismillah", "Rahmawati#77x!-kuda-terbang", "Aa1!" * 8):
        assert held.judge(password, SITI) is not None


def test_every_preset_has_a_version_to_store() -> None:
    assert {name: policy.version for name, policy in PRESETS.items()} == {
        "hybrid": "hybrid-2", "nist": "nist-2", "seed-bssn": "seed-bssn-2",
    }  # fmt: skip


@given(st.text(max_size=300))
@example("\u0065\u0301" * 12)
def test_lengths_are_of_composed_characters(password: str) -> None:
    composed = unicodedata.normalize("NFC", password)
    assert (reason(password) == "pw.panjang") == (0 < len(composed) < 12)
    assert (reason(password) == "pw.terlalu_panjang") == (len(composed) > 256)


@given(st.text(max_size=40))
def test_composed_and_decomposed_are_one_password(password: str) -> None:
    assert reason(unicodedata.normalize("NFD", password)) == reason(unicodedata.normalize("NFC", password))


@given(
    st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=12),
    st.text(alphabet=string.printable, max_size=12),
    st.text(alphabet=string.printable, max_size=12),
)
def test_a_name_never_hides_in_a_password(name: str, before: str, after: str) -> None:
    password = f"{before}{name.title()}{after}Xy7!xQ-pQ#zz"
    assert HYBRID.judge(password, Owner(name=f"{name} lain")) == Message("pw.pribadi")


@given(st.from_regex(r"\+628[1-35-9][0-9]{8,9}", fullmatch=True), st.integers(0, 5))
def test_six_digits_of_the_number_never_hide_in_a_password(phone: str, start: int) -> None:
    piece = phone[1 + start : 7 + start]
    assert HYBRID.judge(f"Kq#x-{'-'.join(piece)}-wZ!", Owner(phone=phone)) == Message("pw.pribadi")


MONTHS = """
januari january jan, februari february pebruari feb peb, maret march mar, april apr, mei may, juni june jun,
juli july jul, agustus august agu agt ags aug, september sept sep, oktober october okt oct,
november nopember nov nop, desember december des dec
"""
NAMES = [names.split() for names in MONTHS.split(",")]
BORN = st.dates(date(1930, 1, 1), date(2009, 12, 31))
BREAKS = st.sampled_from(["", "", "-", " ", "_", ".", " / ", "'"])


def kuda(piece: str) -> str:
    """A password of every class that would be good without `piece`."""
    return f"Kq7#x!wZ#{piece}!Zw#vV"


@given(BORN, st.data())
def test_a_birth_date_never_hides_behind_the_name_of_its_month(born: date, data: st.DataObject) -> None:
    owner, between = Owner(birthdate=born.isoformat()), data.draw(BREAKS)
    name = data.draw(st.sampled_from(NAMES[born.month - 1]))
    name = data.draw(st.sampled_from([name, name.title(), name.upper(), name.translate(str.maketrans("aeos", "4305"))]))
    day = data.draw(st.sampled_from([str(born.day), f"{born.day:02}"]))
    year = data.draw(st.sampled_from([str(born.year), f"{born.year % 100:02}"]))
    parts = data.draw(st.sampled_from([*permutations((day, name, year)), *permutations((name, year))]))
    assert HYBRID.judge(kuda(between.join(parts)), owner) == Message("pw.pribadi"), parts
    assert HYBRID.judge(kuda(between.join((day, name))), owner) == Message("pw.pribadi")
    assert HYBRID.judge(kuda(between.join((name, day))), owner) == Message("pw.pribadi")


@given(BORN, st.data())
def test_a_birth_date_never_hides_in_digits(born: date, data: st.DataObject) -> None:
    day, month = f"{born.day:02}", f"{born.month:02}"
    year = data.draw(st.sampled_from([str(born.year), f"{born.year % 100:02}"]))
    parts = data.draw(st.sampled_from([(day, month, year), (month, day, year), (year, month, day)]))
    owner = Owner(birthdate=born.isoformat())
    assert HYBRID.judge(kuda(data.draw(BREAKS).join(parts)), owner) == Message("pw.pribadi")
    short = data.draw(BREAKS.filter(bool)).join(part.lstrip("0") or "0" for part in (day, month, str(born.year)))
    assert HYBRID.judge(kuda(f"{short}"), owner) == Message("pw.pribadi")


@given(BORN, st.data())
def test_a_month_or_a_year_alone_is_no_birth_date(born: date, data: st.DataObject) -> None:
    """Nor is the birth date of somebody else, as far as it shares neither day nor year."""
    owner = Owner(birthdate=born.isoformat())
    name = data.draw(st.sampled_from(NAMES[born.month - 1]))
    for piece in (name, str(born.year), f"{name}!{born.year + 3}", f"{born.year}-kali-{name}", f"{born.day}x{name}"):
        assert HYBRID.judge(kuda(piece), owner) is None, piece
    other = NAMES[born.month % 12][0]
    assert HYBRID.judge(kuda(f"{born.day}{other}{born.year}"), owner) is None


@pytest.mark.parametrize(
    ("born", "password"),
    [
        ("1990-09-07", "naik 7 sepeda ke pasar pagi"),
        ("1990-09-17", "bawa 17 sepeda ke pasar pagi"),
        ("1990-09-07", "bawa 17 sep lalu ke pasar"),
        ("1990-09-20", "hafal resep90 dari nenek!"),
        ("1985-04-19", "april 1990 hujan terus-menerus"),
        ("2020-06-30", "Naik-April2024-Kereta!"),
        ("2000-01-02", "Naik-Januari2003-Kereta!"),
        ("2020-04-05", "Naik-25April2024-Kereta!"),
        ("1990-09-07", "hafal resep790 dari nenek!"),
        ("1990-03-15", "beli 15 martabak untuk tetangga"),
        ("1990-01-05", "tangkap 5 jangkrik di sawah"),
    ],
)
def test_a_piece_of_another_word_or_number_is_no_birth_date(born: str, password: str) -> None:
    assert reason(password, Owner(birthdate=born)) is None


def test_a_birthday_without_its_year_is_one_too() -> None:
    owner = Owner(birthdate="0000-03-27")
    assert [reason(kuda(piece), owner) for piece in ("27maret", "27mar1990")] == ["pw.pribadi"] * 2
    assert reason(kuda("maret2000"), owner) is None


def test_whoever_adds_a_birth_date_is_asked_for_the_password_again() -> None:
    dated = replace(SITI, birthdate="1990-04-15")
    assert adds(replace(SITI, birthdate=""), dated)
    assert adds(SITI, dated)
    assert not adds(dated, dated)


@given(st.text(alphabet=string.ascii_letters + string.digits + "!#-", min_size=12, max_size=40))
def test_without_an_owner_the_verdict_is_about_the_password_alone(password: str) -> None:
    verdict = HYBRID.judge(password, Owner())
    assert verdict is None or verdict.key != "pw.pribadi"

"""The population number: its pattern, its date, and what is only for an officer to look at."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts import birthdate, nik
from idp.accounts.contact import NotAContact

births = st.dates(date(1905, 9, 22), date(2026, 1, 1))
NOON = 1_790_000_000  # 21 September 2026


def number(born: date, *, female: bool = False, province: str = "33", serial: int = 3) -> str:
    day = born.day + (40 if female else 0)
    return f"{province}7415{day:02}{born.month:02}{born.year % 100:02}{serial:04}"


def outcome(typed: str) -> nik.Nik | str:
    """The number, or why it is none."""
    try:
        return nik.read(typed)
    except NotAContact as refused:
        return refused.key


@given(births, st.booleans(), st.integers(1, 9999), st.sampled_from(sorted(nik.PROVINCES)))
def test_a_number_fits_the_day_that_it_was_made_for(born: date, female: bool, serial: int, province: str) -> None:
    read = nik.read(number(born, female=female, province=province, serial=serial))
    assert read.born(born)
    assert read.known_province
    assert not read.born(date(born.year, born.month, born.day % 28 + 1))


@given(births, st.booleans(), st.data())
def test_what_people_put_between_digits_changes_nothing(born: date, female: bool, data: st.DataObject) -> None:
    plain = number(born, female=female)
    between = st.sampled_from(["", " ", ".", "-", "\u00a0", "\u200b", "\u202a", "\u2060"])
    typed = "".join(data.draw(between) + digit for digit in plain) + data.draw(between)
    assert nik.read(typed).number == plain


@given(st.text(alphabet=string.digits, min_size=16, max_size=16))
def test_sixteen_digits_are_a_number_or_refused_by_name(digits: str) -> None:
    read = outcome(digits)
    if isinstance(read, str):
        assert read == "nik.pola"
        return
    assert read.number == digits
    assert 1 <= read.day <= 31
    assert 1 <= read.month <= 12
    assert not digits.endswith("0000")


@given(st.text(max_size=400))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    read = outcome(text)
    assert read in {"nik.format", "nik.pola"} if isinstance(read, str) else len(read.number) == 16


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "nik.format"),
        ("123", "nik.format"),
        ("33741527039000031", "nik.format"),
        ("337415270390000A", "nik.format"),
        ("٣٣٧٤١٥٢٧٠٣٩٠٠٠٠٣x", "nik.format"),
        ("3374150003900003", "nik.pola"),  # day 0
        ("3374153203900003", "nik.pola"),  # day 32
        ("3374154003900003", "nik.pola"),  # day 40
        ("3374157203900003", "nik.pola"),  # day 72
        ("3374153113900003", "nik.pola"),  # month 13
        ("3374153104900003", "nik.pola"),  # 31 April
        ("3374153002900003", "nik.pola"),  # 30 February
        ("3374152902900003", "nik.pola"),  # 29 February of no leap year
        ("3374152703900000", "nik.pola"),  # serial
    ],
)
def test_what_is_no_number_is_told_apart(typed: str, key: str) -> None:
    with pytest.raises(NotAContact) as refused:
        nik.read(typed)
    assert refused.value.key == key


def test_the_29th_of_february_is_a_day_when_it_is_one_in_either_century() -> None:
    assert nik.read("3374152902000003").born(date(2000, 2, 29))
    assert nik.read("3374152902960003").born(date(1996, 2, 29))


def test_an_unknown_province_is_no_refusal() -> None:
    assert not nik.read("5474152703900003").known_province


@given(births)
def test_three_fields_are_a_date(born: date) -> None:
    assert birthdate.read(f" {born.day} ", f"{born.month:02}", str(born.year), NOON) == born


@pytest.mark.parametrize(
    "typed",
    [
        ("", "", ""),
        ("31", "2", "1990"),
        ("27", "3", "90"),
        ("27", "3", "1890"),
        ("27", "3", "2096"),
        ("0", "3", "1990"),
        ("27", "Maret", "1990"),
        ("²7", "3", "1990 M"),
        ("22", "9", "2026"),
    ],
)
def test_what_is_no_past_day_is_refused(typed: tuple[str, str, str]) -> None:
    with pytest.raises(NotAContact, match="dob"):
        birthdate.read(*typed, NOON)


def test_one_is_of_age_on_the_birthday() -> None:
    assert birthdate.age(date(2009, 9, 21), NOON) == 17
    assert birthdate.age(date(2009, 9, 22), NOON) == 16


def test_a_masked_number_shows_eight_digits() -> None:
    assert nik.masked("3374152703900003") == "3374••••••••0003"

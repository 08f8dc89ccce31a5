"""How sentences, times and money are written, and which language a page speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.theme.language import Language, Message, choose

NOON = 1_763_795_100  # 2025-11-22 07:05:00 UTC

INDONESIAN = Language(
    "id", {"halo": "Halo {nama}", "tunggu": "Coba lagi pukul {jam:time}.", "bayar": "{jumlah:rupiah}"}
)
ENGLISH = Language("en", {"halo": "Hello {nama}"})


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Jakarta", "22 November 2025 pukul 14.05 WIB"),
        ("Asia/Makassar", "22 November 2025 pukul 15.05 WITA"),
        ("Asia/Jayapura", "22 November 2025 pukul 16.05 WIT"),
        ("Mars/Olympus", "22 November 2025 pukul 14.05 WIB"),
    ],
)
def test_moments_name_their_zone(zone: str, written: str) -> None:
    assert INDONESIAN.within(zone).moment(NOON) == written


def test_english_writes_the_same_moment_its_own_way() -> None:
    assert ENGLISH.moment(NOON) == "22 November 2025 at 14:05 WIB"
    assert ENGLISH.rupiah(1_234_567) == "Rp1,234,567"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 detik"),
        (45, "45 detik"),
        (60, "1 menit"),
        (90, "90 detik"),
        (600, "10 menit"),
        (3600, "1 jam"),
        (5400, "90 menit"),
        (86_400, "24 jam"),
        (72 * 3600, "72 jam"),
        (7 * 86_400, "7 hari"),
        (100_000, "27 jam"),
        (30 * 86_400 + 1, "30 hari"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(seconds: int, written: str) -> None:
    assert INDONESIAN.duration(seconds) == written


@given(st.integers(0, 400 * 86_400))
def test_a_duration_is_never_told_longer_than_it_is_nor_much_shorter(seconds: int) -> None:
    amount, unit = INDONESIAN.duration(seconds).split()
    told = int(amount) * {"detik": 1, "menit": 60, "jam": 3600, "hari": 86_400}[unit]
    assert told <= seconds <= told * 1.1 + 1


def test_a_term_is_in_words_before_anybody_reads_the_sentence() -> None:
    english = Language("en", {"isian": "Kept for {draft:term}, {name}."}).with_terms({"draft": 3600})
    assert english.t("isian", name="{draft:term}") == "Kept for 1 hour, {draft:term}."


@pytest.mark.parametrize(("amount", "written"), [(0, "Rp0"), (1_234_567, "Rp1.234.567"), (-5_000, "-Rp5.000")])
def test_money_has_dots_and_no_decimals(amount: int, written: str) -> None:
    assert INDONESIAN.rupiah(amount) == written


def test_the_catalogue_says_how_a_value_is_written() -> None:
    assert INDONESIAN.t("tunggu", jam=NOON) == "Coba lagi pukul 14.05 WIB."
    assert INDONESIAN.say(Message("bayar", jumlah=1500)) == "Rp1.500"


@pytest.mark.parametrize(
    ("now", "written"),
    [
        (NOON, "14.05 WIB"),
        (NOON - 14 * 3600, "14.05 WIB"),
        (NOON - 15 * 3600, "14.05 WIB tanggal 22 November"),
        (NOON + 10 * 3600, "14.05 WIB tanggal 22 November"),
    ],
)
def test_a_time_of_another_day_says_which(now: int, written: str) -> None:
    assert INDONESIAN.told_at(now).time(NOON) == written


def test_another_day_is_one_where_the_person_lives() -> None:
    assert INDONESIAN.within("Asia/Jayapura").told_at(NOON - 15 * 3600).time(NOON) == "16.05 WIT"
    assert ENGLISH.told_at(NOON + 86_400).time(NOON) == "14:05 WIB on 22 November"


@given(st.integers(0, 2**33))
def test_who_comes_back_when_we_say_does_not_come_too_early(at: int) -> None:
    begins = at + (-at % 60)
    assert INDONESIAN.again(at) == INDONESIAN.time(begins)
    assert at <= begins < at + 60


def test_a_number_brings_the_word_that_goes_with_it() -> None:
    english = Language("en", {"masa": "Deleted after {n:count:year|years}."})
    assert [english.t("masa", n=n) for n in (0, 1, 2)] == [
        "Deleted after 0 years.", "Deleted after 1 year.", "Deleted after 2 years.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("born", "indonesian", "english"),
    [
        ("1990-03-27", "27 Maret 1990", "27 March 1990"),
        ("1990", "1990", "1990"),
        ("0000-02-29", "29 Februari", "29 February"),
        ("entah", "entah", "entah"),
        ("", "", ""),
    ],
)
def test_a_birth_date_is_written_as_far_as_it_is_known(born: str, indonesian: str, english: str) -> None:
    assert (INDONESIAN.birthday(born), ENGLISH.birthday(born)) == (indonesian, english)


@pytest.mark.parametrize(
    ("contact", "written"),
    [
        ("+6281234567890", "0812-3456-7890"),
        ("+6591234567", "+65 9123 4567"),
        ("0812****7890", "0812****7890"),
        ("+65****4567", "+65****4567"),
        ("budi@contoh.com", "budi@contoh.com"),
        ("", ""),
    ],
)
def test_numbers_stand_as_people_write_them(contact: str, written: str) -> None:
    assert INDONESIAN.contact(contact) == ENGLISH.contact(contact) == written


@given(st.text(max_size=20))
def test_what_is_no_number_and_no_date_stands_as_it_came(text: str) -> None:
    INDONESIAN.contact(f"+{text}")
    INDONESIAN.birthday(text)


def test_a_value_is_never_read_for_placeholders() -> None:
    assert INDONESIAN.t("halo", nama="{nama} {0} {jam:time}") == "Halo {nama} {0} {jam:time}"


def test_a_missing_text_or_value_is_loud() -> None:
    with pytest.raises(KeyError):
        INDONESIAN.t("tidak.ada")
    with pytest.raises(KeyError):
        INDONESIAN.t("halo")


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ((), "id"),
        (("", "", ""), "id"),
        (("en",), "en"),
        (("", "", "fr-CA en-GB id"), "en"),
        (("", "", "fr de"), "id"),
        (("", "en", "id"), "en"),
        (("id", "en", "en"), "id"),
        (("in",), "id"),
        (("EN_us",), "en"),
        (("en;drop", "../../etc"), "id"),
    ],
)
def test_the_first_wish_we_can_fulfil_wins_and_indonesian_is_the_rest(wishes: tuple[str, ...], code: str) -> None:
    assert choose(*wishes) == code

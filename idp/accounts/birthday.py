"""A birth date as people write it into a password: in digits, or with its month in words. Pure.

A month or a year alone is nobody's secret and nobody's in particular, so neither is held against a password. A day with
its month is somebody's birthday, and a month with its year is most of it.
"""

import re
from functools import cache
from itertools import product

# As they are written here, in either language, whole and short; two have an older spelling that identity cards still show.
_MONTHS = (
    "januari january jan",
    "februari february pebruari feb peb",
    "maret march mar mrt",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu agt ags aug",
    "september sept sep",
    "oktober october okt oct",
    "november nopember nov nop",
    "desember december des dec",
)
# What a letter may be written as; what `idp.accounts.guessable.fold` undoes, without touching the digits of day and year.
_LOOKS_LIKE = {"o": "o0", "i": "i1!", "e": "e3", "a": "a4@", "s": "s5$", "t": "t7", "b": "b8"}

_GAP = re.compile(r"[\W_]+")
_BEHIND = re.compile(r"[\W_]*(\d+)")
_NUMBERS = re.compile(r"(?<!\d)\d+(?:[\W_]+\d+){2,}")
# Where day, month and year stand, in each order that people write them in.
_PLACES = ((0, 1, 2), (1, 0, 2), (2, 1, 0))
_UNKNOWN_YEAR = "0000"


def within(text: str, born: str) -> bool:
    """Whether `text`, without case and accents, holds the date `born`: `YYYY-MM-DD`, or `0000-MM-DD`."""
    year, month, day = born.split("-")
    years = () if year == _UNKNOWN_YEAR else (year, year[2:])
    if any(
        _beside(text, *name.span(), _spellings(day), years)
        for word in _names(int(month))
        for name in word.finditer(text)
    ):
        return True
    return _in_digits(text, day, month, years)


def _beside(text: str, start: int, end: int, days: tuple[str, ...], years: tuple[str, ...]) -> bool:
    """Whether the number before or behind the name of the month, at `start` to `end`, makes it a birth date.

    A day with the whole year is one in whatever it stands. With less, the month must not be the piece of another word
    (`7 sepeda` is no 7th of September), nor a day or two digits of the year the piece of a longer number (`april 1990` is no
    19th of April).
    """
    whole, short = years[:1], years[1:]
    left, right = _number(text[:start][::-1])[::-1], _number(text[end:])
    pairs = list(product(days, whole))
    if right.startswith(tuple(day + year for day, year in pairs)) or left.endswith(
        tuple(year + day for day, year in pairs)
    ):
        return True
    exact = {*days, *short, *(day + year for day, year in product(days, short))}
    exact |= {year + day for day, year in product(days, short)}
    ends = not text[end : end + 1].isalpha() and (left in exact or left.endswith(whole))
    begins = not text[:start][-1:].isalpha() and (right in exact or right.startswith(whole))
    return ends or begins


def _in_digits(text: str, day: str, month: str, years: tuple[str, ...]) -> bool:
    """With its noughts a date is one among digits however it is parted; without them three numbers have to be parted."""
    digits = _GAP.sub("", text)
    if any("".join(order) in digits for year in years for order in _orders(day, month, year)):
        return True
    for found in _NUMBERS.finditer(text):
        numbers = _GAP.split(found[0])
        for three in zip(numbers, numbers[1:], numbers[2:], strict=False):
            for at_day, at_month, at_year in _PLACES:
                if three[at_year] in years and int(three[at_day]) == int(day) and int(three[at_month]) == int(month):
                    return True
    return False


def _orders(day: str, month: str, year: str) -> tuple[tuple[str, str, str], ...]:
    return (day, month, year), (month, day, year), (year, month, day)


def _number(text: str) -> str:
    """The number that a text begins with, behind whatever parts it from what stood before."""
    found = _BEHIND.match(text)
    return found[1] if found else ""


def _spellings(day: str) -> tuple[str, ...]:
    return (day, str(int(day))) if day.startswith("0") else (day,)


@cache
def _names(month: int) -> tuple[re.Pattern[str], ...]:
    """The names of a month, each as whoever dresses it up may write it. One by one: `jun1990` is not `juni` and 990."""
    return tuple(re.compile("".join(map(_dressed, word))) for word in _MONTHS[month - 1].split())


def _dressed(letter: str) -> str:
    return f"[{_LOOKS_LIKE[letter]}]" if letter in _LOOKS_LIKE else letter

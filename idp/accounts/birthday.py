"""A birth date as people write it into a password: in digits, or with its month in words. Pure.

A month or a year alone is nobody's secret and nobody's in particular, so neither is held against a password. A day with
its month is somebody's birthday, and a month with its year is most of it.
"""

import re
from collections.abc import Iterator
from itertools import permutations

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

_GAP = r"[\W_]*"
_BREAK = r"[\W_]+"
_UNKNOWN_YEAR = "0000"


def within(text: str, born: str) -> bool:
    """Whether `text`, without case and accents, holds the date `born`: `YYYY-MM-DD`, or `0000-MM-DD`."""
    return any(re.search(shape, text) for shape in _shapes(*born.split("-")))


def _shapes(year: str, month: str, day: str) -> Iterator[str]:
    """The ways of writing a date, as regular expressions.

    With all three parts in a row nothing else is asked. With two of them, a month must not be the piece of another word
    (`7 sepeda` is no 7th of September), nor two digits the piece of a longer number (`april 1990` is no 19th of April).
    """
    short_day, short_month = f"0?{int(day)}", f"0?{int(month)}"
    name = f"(?:{'|'.join(map(_dressed, _MONTHS[int(month) - 1].split()))})"
    begins, ends = f"(?<![a-z]){name}", f"{name}(?![a-z])"
    yield from (f"(?<!\\d){_in_a_row(short_day, ends)}", f"{_in_a_row(begins, short_day)}(?!\\d)")
    if year == _UNKNOWN_YEAR:
        return
    yield from (_in_a_row(year, ends), _in_a_row(begins, year))
    yield from (f"(?<!\\d){_in_a_row(year[2:], ends)}", f"{_in_a_row(begins, year[2:])}(?!\\d)")
    for each in (year, year[2:]):
        yield from (_in_a_row(*order) for order in permutations((short_day, name, each)))
        yield from (_in_a_row(*order) for order in _orders(day, month, each))
        # Without their noughts three numbers are too few digits to be told from any others, but for what parts them.
        yield from (f"(?<!\\d){_BREAK.join(order)}(?!\\d)" for order in _orders(short_day, short_month, each))


def _orders(day: str, month: str, year: str) -> tuple[tuple[str, str, str], ...]:
    return (day, month, year), (month, day, year), (year, month, day)


def _in_a_row(*parts: str) -> str:
    return _GAP.join(parts)


def _dressed(word: str) -> str:
    return "".join(f"[{_LOOKS_LIKE[letter]}]" if letter in _LOOKS_LIKE else letter for letter in word)

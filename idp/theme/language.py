"""Languages: the catalogue of every sentence, and how this country writes dates, times and money.

A catalogue is one TOML file of flat, dotted keys, so that the key in the code is the key in the file. A placeholder may
say how its value is written: `{waktu:moment}`, `{jam:time}`, `{jam:again}` and `{tanggal:date}` take UNIX seconds, `{saldo:rupiah}` a
whole number, `{lahir:birthday}` a date as the register writes it, `{tujuan:contact}` an address or a number in E.164, and
a name alone is written as it comes. `{n:count:year|years}` takes a whole number and writes it with the word that goes with
it: the first for one, the second for any other; Indonesian has one word for both and never needs it.

How long things last is never written into a sentence: `{draft:term}` names a term, and stands for `24 jam` as soon as the
theme is read. Which terms there are, and where their seconds come from, is the business of whoever opens the theme.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from string import Formatter
from typing import Any

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit
from phonenumbers import NumberParseException, PhoneNumberFormat

from idp.base.clock import JAKARTA

# Fixed offsets without summer time since 1964, so no time zone database is asked.
ZONES = {
    "Asia/Jakarta": JAKARTA,
    "Asia/Makassar": timezone(timedelta(hours=8), "WITA"),
    "Asia/Jayapura": timezone(timedelta(hours=9), "WIT"),
}

CODES = ("id", "en")
DEFAULT = "id"

# The ways of writing that a placeholder may ask for; each is a method of Language.
WRITTEN = ("moment", "time", "again", "date", "rupiah", "birthday", "contact")
COUNT = "count"

# A placeholder that names how long something lasts.
TERM = re.compile(r"\{(\w+):term\}")
# The units in which a duration is told, each with how many of it there are at least: a day is 24 hours, a week 7 days.
_UNITS = (("day", 86_400, 4), ("hour", 3600, 1), ("minute", 60, 1), ("second", 1, 0))
# From so many of a unit on, what is left over is not told.
_MANY = 10

_MOMENT = {"id": "d MMMM y 'pukul' HH.mm", "en": "d MMMM y 'at' HH:mm"}
_TIME = {"id": "HH.mm", "en": "HH:mm"}
# Behind a time that is not of the day on which it is told.
_OTHER_DAY = {"id": "'tanggal' d MMMM", "en": "'on' d MMMM"}
# Birth dates of which not everything is known (OIDC Core section 5.1): 1990, 0000-03-27.
_YEAR_ALONE, _NO_YEAR = 4, "0000-"
# The country whose numbers are written as they are dialled at home.
_HERE = 62


class Message:
    """A sentence of the catalogue that is yet to be said: the flow knows what, the page knows in which language."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted(self.values.items(), key=lambda item: item[0]))))

    def __repr__(self) -> str:
        return f"Message({self.key!r})"


@dataclass(frozen=True)
class Language:
    """One language, the zone its times are told in, and when they are told: UNIX seconds, or nothing in what is read later."""

    code: str
    messages: Mapping[str, str] = field(repr=False)
    zone: timezone = JAKARTA
    now: int | None = None

    def within(self, zone: str) -> "Language":
        """The same language for somebody who lives in `zone`, an IANA name; Western time for a zone of no use here."""
        return replace(self, zone=ZONES.get(zone, JAKARTA))

    def told_at(self, now: int) -> "Language":
        """The same language on a page that is read now, so that a time of another day says which."""
        return replace(self, now=now)

    def t(self, message: "str | Message", /, **values: object) -> str:
        """The sentence behind a key or a `Message`, filled in. Raises KeyError when key or value is missing."""
        key, values = (message.key, message.values) if isinstance(message, Message) else (message, values)
        text = self.messages[key]
        return self.fill(text, values) if "{" in text else text

    def say(self, text: "str | Message") -> str:
        """A text that is said already, or a `Message` in this language."""
        return text if isinstance(text, str) else self.t(text)

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        """Puts `values` where `text` names them. A value is never read for placeholders of its own."""
        return _Filling(self).vformat(text, (), values)

    def label(self, prefix: str, name: str) -> str:
        """The catalogue's word for a name that others coined (a claim, a scope), or that name when it has none."""
        return self.messages.get(f"{prefix}.{name}", name)

    def moment(self, at: int) -> str:
        """`22 November 2025 pukul 14.05 WIB`, from UNIX seconds."""
        return f"{self._format(at, _MOMENT[self.code])} {self.zone.tzname(None)}"

    def time(self, at: int) -> str:
        """`14.05 WIB`, from UNIX seconds; `14.05 WIB tanggal 23 November` when that is not today."""
        told = f"{self._format(at, _TIME[self.code])} {self.zone.tzname(None)}"
        if self.now is None or self._local(at).date() == self._local(self.now).date():
            return told
        return f"{told} {self._format(at, _OTHER_DAY[self.code])}"

    def again(self, at: int) -> str:
        """The first full minute that is not before `at`, as a time: whoever comes back then does not come too early."""
        return self.time(-(-at // 60) * 60)

    def date(self, at: int) -> str:
        """`22 November 2025`, from UNIX seconds."""
        return self._format(at, "d MMMM y")

    def birthday(self, born: str) -> str:
        """`27 Maret 1990` from `1990-03-27`; a year alone, or a day without its year, as far as it is known."""
        if len(born) == _YEAR_ALONE:
            return born
        try:
            # The missing year is a leap year, or the 29th of February would be no day.
            day = date.fromisoformat(born.replace(_NO_YEAR, "2000-", 1))
        except ValueError:
            return born
        return format_date(day, "d MMMM" if born.startswith(_NO_YEAR) else "d MMMM y", locale=self.code)

    def contact(self, contact: str) -> str:
        """An address as it is; `0812-3456-7890` from a number in E.164, `+65 9123 4567` from one abroad; what is masked stays so."""
        if not contact.startswith("+") or "*" in contact:
            return contact
        try:
            number = phonenumbers.parse(contact)
        except NumberParseException:
            return contact
        here = number.country_code == _HERE
        return phonenumbers.format_number(
            number, PhoneNumberFormat.NATIONAL if here else PhoneNumberFormat.INTERNATIONAL
        )

    def count(self, amount: int, forms: str) -> str:
        """`1 year` and `3 years`, from a number and `year|years`."""
        one, many = forms.split("|")
        return f"{amount} {one if amount == 1 else many}"

    def duration(self, seconds: int) -> str:
        """`24 jam`, `90 menit` or `7 hari`: the largest unit in which it is whole, or in which the rest does not matter."""
        unit, size = next(
            (unit, size)
            for unit, size, least in _UNITS
            if (seconds >= least * size and not seconds % size) or seconds >= _MANY * size
        )
        return format_unit(seconds // size, unit, locale=self.code)

    def with_terms(self, terms: Mapping[str, int]) -> "Language":
        """The same language with every term (name → seconds) in words. Raises KeyError for one that a sentence names and nobody gave."""
        told = {name: self.duration(seconds) for name, seconds in terms.items()}
        return replace(
            self, messages={key: TERM.sub(lambda term: told[term[1]], text) for key, text in self.messages.items()}
        )

    def country(self, code: str) -> str:
        """`Singapura`, from an ISO 3166-1 code; the code itself when it has no name."""
        return str(Locale.parse(self.code).territories.get(code, code))

    def rupiah(self, amount: int) -> str:
        """`Rp1.234.567`; a debt is `-Rp1.234.567`."""
        return f"{'-' if amount < 0 else ''}Rp{format_decimal(abs(amount), locale=self.code)}"

    def _format(self, at: int, pattern: str) -> str:
        return format_datetime(self._local(at), pattern, locale=self.code)

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone)


class _Filling(Formatter):
    def __init__(self, language: Language) -> None:
        self._language = language
        self._written = {name: getattr(language, name) for name in WRITTEN}

    def format_field(self, value: Any, format_spec: str) -> str:
        name, _, forms = format_spec.partition(":")
        if name == COUNT:
            return self._language.count(value, forms)
        return str(self._written[name](value)) if name else self._plain(value)

    def _plain(self, value: Any) -> str:
        """A value as it comes; a Message within a sentence is said, several of them with commas between."""
        if isinstance(value, tuple):
            return ", ".join(map(self._plain, value))
        return self._language.t(value) if isinstance(value, Message) else str(value)


def choose(*wishes: str) -> str:
    """The first wish that names a language we have, else Indonesian.

    A wish is one tag or a space separated list of them, best first, as `ui_locales` is (OpenID Connect Core section
    3.1.2.1). Callers pass them in this order: the choice just made (`?bahasa=`), the one remembered in the cookie,
    `ui_locales`, the letter or link that was followed last, the language that whoever is signed in is written to in. The person's own choice beats the relying party's, or the switch would be undone on the next page of
    the journey. `Accept-Language` is no wish: many phones here speak English to owners who do not.
    """
    return next(filter(None, map(named, wishes)), DEFAULT)


def named(wish: str) -> str:
    """The first language of ours that a wish names; empty when it names none."""
    for tag in wish.split():
        code = tag.replace("_", "-").split("-")[0].lower()
        code = {"in": "id"}.get(code, code)
        if code in CODES:
            return code
    return ""


def warm() -> None:
    """Loads the locale data, 30 ms each, before the first page asks for it."""
    for code in CODES:
        Locale.parse(code)
        format_datetime(datetime(2025, 11, 22, tzinfo=UTC), _MOMENT[code], locale=code)
        format_decimal(1_000, locale=code)

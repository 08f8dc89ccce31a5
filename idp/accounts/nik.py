"""The population number (NIK): its pattern, and what of it can be compared with what the person says; and how it lies sealed.

`PPKKCC DDMMYY SSSS`: province, regency and district of first registration, birth date (a woman's day plus 40), a serial.
A number is permanent even when it was issued with a wrong date, so a difference is shown and may be confirmed; it never
keeps anybody out. Neither does a province that the list does not know: both are for an officer to look at.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from idp.accounts.contact import NotAContact, normalise_nik
from idp.store.encrypted import Place, Sealer

# Codes of the Ministry of Home Affairs.
PROVINCES = frozenset(
    map(
        str,
        (
            *range(11, 20), 21,  # Sumatra and its islands
            *range(31, 37),  # Java
            *range(51, 54),  # Bali and Nusa Tenggara
            *range(61, 66),  # Kalimantan
            *range(71, 77),  # Sulawesi
            81, 82,  # Maluku
            *range(91, 97),  # Papua
        ),
    )
)  # fmt: skip
_FEMALE = 40
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Nik:
    """A number of the right pattern. `year` has two digits; which century is not in it."""

    number: str
    day: int
    month: int
    year: int

    @property
    def known_province(self) -> bool:
        """Whether the first two digits are a province of today."""
        return self.number[:2] in PROVINCES

    def born(self, birthdate: date) -> bool:
        """Whether the number was issued for somebody born on that day."""
        return (self.day, self.month, self.year) == (birthdate.day, birthdate.month, birthdate.year % 100)


def read(text: str) -> Nik:
    """The number as it was typed, brought to sixteen digits. Raises NotAContact."""
    number = normalise_nik(text)
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    if day > _FEMALE:
        day -= _FEMALE
    if not _exists(day, month, year) or number.endswith("0000"):
        raise NotAContact("nik.pola")
    return Nik(number, day, month, year)


def masked(number: str) -> str:
    """First four and last four digits, as on every page that shows a NIK."""
    return f"{number[:4]}••••••••{number[-4:]}" if number else ""


def seal(sealer: Sealer, account_id: UUID, number: str) -> bytes:
    """The sealed form of sixteen digits."""
    return sealer.seal(_place(account_id), number.encode())


def unseal(sealer: Sealer, account_id: UUID, sealed: bytes | None) -> str:
    """The sixteen digits; empty when none are known."""
    return sealer.open(_place(account_id), sealed).decode() if sealed is not None else ""


def _place(account_id: UUID) -> Place:
    return Place("accounts", "nik", account_id)


def _exists(day: int, month: int, year: int) -> bool:
    """Whether there was such a day in either century."""
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    return (day, month) != (29, 2) or isleap(1900 + year) or isleap(2000 + year)

"""A birth date: read from three fields, and sealed where it lies, since a NIK is half made of it."""

from datetime import date, datetime
from uuid import UUID

from idp.accounts.contact import NotAContact, digits
from idp.base.clock import JAKARTA
from idp.store.encrypted import Place, Sealer

OLDEST = 120
"""Years that nobody alive has behind them."""

OF_AGE = 17
"""Years from which on one has an identity card of one's own."""


def read(day: str, month: str, year: str, now: int) -> date:
    """The date in three fields; it is past, and somebody alive may have been born on it. Raises NotAContact."""
    parts = [digits(part) for part in (year, month, day)]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts) or len(parts[0]) != 4:
        raise NotAContact("dob")
    try:
        born = date(*map(int, parts))
    except ValueError:
        raise NotAContact("dob") from None
    if born >= _today(now) or age(born, now) > OLDEST:
        raise NotAContact("dob")
    return born


def age(born: date, now: int) -> int:
    """Whole years since `born` at `now` (UNIX seconds)."""
    today = _today(now)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def seal(sealer: Sealer, account_id: UUID, birthdate: str) -> bytes:
    """The sealed form of `YYYY-MM-DD`, `YYYY` or `0000-MM-DD`."""
    return sealer.seal(_place(account_id), birthdate.encode())


def unseal(sealer: Sealer, account_id: UUID, sealed: bytes | None) -> str:
    """The birth date; empty when none is known."""
    return sealer.open(_place(account_id), sealed).decode() if sealed is not None else ""


def _today(now: int) -> date:
    return datetime.fromtimestamp(now, JAKARTA).date()


def _place(account_id: UUID) -> Place:
    return Place("accounts", "birthdate", account_id)

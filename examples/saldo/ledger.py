"""saldo's books: balances, contributions, claims paid. A real service keeps them in a database; these are made up, but
always the same for one person, and what the payment gateway pays is really booked.

Which programmes somebody is in follows from the category that the provider tells (claim `kategori`): only wage earners
have a pension.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

CATEGORIES = {
    "PU": "Penerima upah (PU)",
    "BPU": "Bukan penerima upah (BPU)",
    "PMI": "Pekerja migran (PMI)",
    "JAKON": "Jasa konstruksi (JAKON)",
}
_SHOWN_MONTHS = 24


@dataclass(frozen=True)
class Balance:
    category: str | None  # None: the provider has not told it yet
    old_age: int  # JHT, whole rupiah
    pension: int | None  # JP, whole rupiah; only wage earners have one
    months: int  # of contributions
    code: str  # with which contributions are paid at a bank


@dataclass(frozen=True)
class Entry:
    day: str  # YYYY-MM-DD
    kind: str  # iuran or klaim
    program: str  # JHT, JP, JKK
    amount: int  # whole rupiah
    note: str


class Ledger:
    def __init__(self, today: date) -> None:
        self._today = today
        self._categories: dict[str, str | None] = {}
        self._owners: dict[str, str] = {}  # payment code → sub
        self._paid: dict[str, dict[str, Entry]] = {}  # sub → the gateway's number → what it paid

    def learn(self, sub: str, category: str | None) -> None:
        """What the provider says of somebody who signed in."""
        self._categories[sub] = category

    def balance(self, sub: str) -> Balance:
        digest, category = _digest(sub), self._categories.get(sub)
        months, monthly = 6 + digest[1], _monthly(digest)
        paid = sum(entry.amount for entry in self._paid.get(sub, {}).values())
        pension = months * monthly * 3 // 5 if category == "PU" else None
        code = "88" + str(int.from_bytes(digest[:5])).zfill(13)
        self._owners[code] = sub
        return Balance(category, months * monthly + paid, pension, months, code)

    def contributions(self, sub: str) -> list[Entry]:
        """The last two years, newest first."""
        digest, pays_pension = _digest(sub), self._categories.get(sub) == "PU"
        found = list(self._paid.get(sub, {}).values())
        for back in range(1, min(_SHOWN_MONTHS, 6 + digest[1]) + 1):
            day = _months_before(self._today, back).isoformat()
            found.append(Entry(day, "iuran", "JHT", _monthly(digest), "Iuran bulanan"))
            if pays_pension:
                found.append(Entry(day, "iuran", "JP", _monthly(digest) * 3 // 5, "Iuran bulanan"))
        return sorted(found, key=lambda entry: entry.day, reverse=True)

    def claims(self, sub: str) -> list[Entry]:
        digest = _digest(sub)
        return [
            Entry(_months_before(self._today, 5 + 7 * n).isoformat(), "klaim", "JKK", 250_000 * (1 + digest[4 + n] % 20), "Biaya berobat")
            for n in range(digest[3] % 3 + 1)
        ]  # fmt: skip

    def pay(self, code: str, amount: int, number: str) -> Entry | None:
        """Book a payment once, however often the gateway sends it; None when nobody has that code."""
        sub = self._owners.get(code)
        if sub is None:
            return None
        entry = Entry(self._today.isoformat(), "iuran", "JHT", amount, "Dibayar lewat bank")
        return self._paid.setdefault(sub, {}).setdefault(number, entry)


def _digest(sub: str) -> bytes:
    return hashlib.sha256(f"saldo:{sub}".encode()).digest()


def _monthly(digest: bytes) -> int:
    return 114_000 + 1_000 * digest[2]


def _months_before(today: date, months: int) -> date:
    """The tenth of a month, when contributions are booked."""
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 10)

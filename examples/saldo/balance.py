"""The balances. A real service reads them from its ledger; these are made up, but always the same for one person."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Balance:
    category: str  # PU: wage earner; BPU: works for herself; PMI: works abroad
    old_age: int  # JHT, whole rupiah
    pension: int | None  # JP, whole rupiah; only wage earners have one
    months: int  # of contributions


def balance_of(sub: str) -> Balance:
    digest = hashlib.sha256(f"saldo:{sub}".encode()).digest()
    category = ("PU", "PU", "BPU", "PMI")[digest[0] % 4]
    months = 6 + digest[1]
    monthly = 114_000 + 1_000 * digest[2]
    pension = months * monthly * 3 // 5 if category == "PU" else None
    return Balance(category, months * monthly, pension, months)

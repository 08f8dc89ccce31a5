"""Companies and what they owe this month: made up, but always the same for one number."""

import hashlib
from dataclasses import dataclass

_NAMES = ("PT Sinar Mekar Abadi", "CV Tenun Nusantara", "PT Bahari Makmur", "Koperasi Tani Sejahtera")


@dataclass(frozen=True)
class Company:
    npp: str
    role: str  # of who signed in
    name: str
    workers: int
    due: int  # whole rupiah, this month


def company(npp: str, role: str) -> Company:
    digest = hashlib.sha256(f"mitra:{npp}".encode()).digest()
    workers = 8 + digest[1]
    return Company(npp, role, _NAMES[digest[0] % len(_NAMES)], workers, workers * (150_000 + 1_000 * digest[2]))

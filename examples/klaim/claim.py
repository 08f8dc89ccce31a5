"""What a participant claims."""

import re
from dataclasses import dataclass

PROGRAMS = {"JHT": "Jaminan Hari Tua", "JKK": "Jaminan Kecelakaan Kerja", "JP": "Jaminan Pensiun"}


@dataclass(frozen=True)
class Claim:
    program: str
    bank_account: str
    reason: str

    @classmethod
    def typed(cls, program: str, bank_account: str, reason: str) -> "Claim":
        return cls(program, re.sub(r"[\s.-]", "", bank_account), reason.strip())

    def mistakes(self) -> dict[str, str]:
        """What to mend, by field; empty when the claim can be filed."""
        found = {}
        if self.program not in PROGRAMS:
            found["program"] = "Pilih program yang diklaim."
        if not re.fullmatch(r"[0-9]{10,16}", self.bank_account):
            found["bank_account"] = "Nomor rekening terdiri dari 10 sampai 16 angka."
        if not 1 <= len(self.reason) <= 500:
            found["reason"] = "Tulis alasan klaim, paling banyak 500 huruf."
        return found

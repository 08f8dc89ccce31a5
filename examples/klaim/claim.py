"""What a participant, or the heir of one, claims; and when it can be paid out."""

import re
from dataclasses import dataclass

PROGRAMS = {
    "JHT": "Jaminan Hari Tua",
    "JKK": "Jaminan Kecelakaan Kerja",
    "JKM": "Jaminan Kematian, untuk ahli waris",
    "JP": "Jaminan Pensiun",
}
RELATIONS = {"pasangan": "Suami atau istri", "anak": "Anak", "orang_tua": "Orang tua", "saudara": "Saudara kandung"}
COOL_DOWN = 72 * 3600  # seconds: as long as the old address may take back a change of contact


@dataclass(frozen=True)
class Claim:
    program: str
    bank_account: str
    reason: str
    deceased: str = ""  # participant number of who died; JKM alone
    relation: str = ""  # of the heir, who signs in with an account of their own, to them
    certificate: str = ""  # number of the death certificate; what proves both is sent on paper

    @classmethod
    def typed(
        cls, program: str, bank_account: str, reason: str, deceased: str = "", relation: str = "", certificate: str = ""
    ) -> "Claim":
        for_heirs = (_digits(deceased), relation, certificate.strip()) if program == "JKM" else ("", "", "")
        return cls(program, _digits(bank_account), reason.strip(), *for_heirs)

    def mistakes(self) -> dict[str, str]:
        """What to mend, by field; empty when the claim can be filed."""
        found = {}
        if self.program not in PROGRAMS:
            found["program"] = "Pilih program yang diklaim."
        if not re.fullmatch(r"[0-9]{10,16}", self.bank_account):
            found["bank_account"] = "Nomor rekening terdiri dari 10 sampai 16 angka."
        if not 1 <= len(self.reason) <= 500:
            found["reason"] = "Tulis alasan klaim, paling banyak 500 huruf."
        if self.program != "JKM":
            return found
        if not re.fullmatch(r"[0-9]{11}", self.deceased):
            found["deceased"] = "Nomor peserta (KPJ) almarhum terdiri dari 11 angka."
        if self.relation not in RELATIONS:
            found["relation"] = "Pilih hubungan Anda dengan almarhum."
        if not 3 <= len(self.certificate) <= 40:
            found["certificate"] = "Tulis nomor akta kematian."
        return found


def payable_from(contact_changed_at: int | None, now: float) -> int | None:
    """From when on money may leave, UNIX seconds; None: at once.

    Whoever takes an account over changes its address first and claims next, so money waits until the owner could say no.
    """
    if contact_changed_at is None or now >= contact_changed_at + COOL_DOWN:
        return None
    return contact_changed_at + COOL_DOWN


def _digits(text: str) -> str:
    return re.sub(r"[\s.-]", "", text)

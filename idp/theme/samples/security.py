"""Pages of the password, the factors and the identity of an account."""

from typing import Any

import segno
from markupsafe import Markup

from idp.theme.language import Message
from idp.theme.records import PasskeyRow, PasswordRules
from idp.theme.samples.sample import ASKED, NOON, SALDO, TICKET, Sample, sample

OTPAUTH = "otpauth://totp/Gerbang:budi%40contoh.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Gerbang"

PASSKEYS = (
    PasskeyRow("p", "Chrome di Android", True, NOON - 900_000, NOON - 4_000),
    PasskeyRow("q", "Kunci keamanan di laci meja kantor yang kedua", False, NOON),
)


def _security(state: str = "", **context: Any) -> Sample:
    common: dict[str, Any] = {
        "password_since": NOON,
        "password_due": False,
        "always": None,
        "totp_since": None,
        "totp_used": None,
        "phone": "0812****7890",
        "passkeys": (),
        "room_for_passkeys": True,
    }
    rest = {
        "sms": False,
        "codes_left": 0,
        "few": True,
        "leaving": {},
        "single": False,
        "recovery": None,
        "recovery_stands": False,
        "name": "Budi Santoso",
    }
    return sample("akun_keamanan", state, **common | rest | {"back": "/akun"} | context)


def _identity(state_name: str, /, **context: Any) -> Sample:
    common = {
        "reason": "", "method": "", "verified_at": None, "target": None, "nik": "3273••••••••0001", "may_type": False,
        "may_ask_officer": False, "confirm": False, "missing": ("ktp", "selfie"), "name": "Budi Santoso", "back": "/akun",
    }  # fmt: skip
    return sample("akun_identitas", state_name, **{**common, **context})


PAGES = (
    sample("akun_kata_sandi", name="Budi Santoso", identifier="budi@contoh.com", back="/akun"),
    sample(
        "akun_kata_sandi",
        "jatuh-tempo",
        name="Budi Santoso",
        identifier="budi@contoh.com",
        rules=PasswordRules(12, 4, 0),
        caution=Message("ganti.jatuh_tempo", hari=180),
        service=SALDO,
        lanjut=TICKET,
    ),
    _security(single=True, password_due=True),
    _security(
        "pemulihan",
        recovery=Message("pemulihan_cabang.berjalan", email="b***@contoh.com", waktu=NOON + 259_200),
    ),
    _security(
        "pemulihan_pasti",
        recovery=Message("pemulihan_cabang.pasti", email="b***@contoh.com", waktu=NOON + 259_200),
        recovery_stands=True,
    ),
    _security("tanpa_nomor", phone="", single=True, codes_left=2, few=True),
    _security(
        "passkey",
        always=True,
        passkeys=PASSKEYS,
        room_for_passkeys=False,
        codes_left=8,
        few=False,
        notice=Message("keamanan.passkey_dipasang"),
    ),
    _security(
        "totp",
        always=False,
        totp_since=NOON - 900_000,
        totp_used=NOON,
        sms=True,
        codes_left=8,
        few=False,
        notice=Message("keamanan.totp_dipasang"),
    ),
    _security("passkey_menunggu", passkeys=PASSKEYS[:1], leaving={"passkey": NOON + 86_400}),
    _security("menunggu", totp_since=NOON, leaving={"totp": NOON + 86_400}, caution=Message("keamanan.hapus_menunggu")),
    sample("akun_ponsel", name="Siti", destination="0812****7890", reference="", until=None, back="/akun/keamanan"),
    sample(
        "akun_ponsel",
        "salah",
        name="Siti",
        destination="0812****7890",
        reference="KX7M",
        until=NOON + 600,
        back="/akun/keamanan",
        errors={"code": Message("otp.salah_ref", ref="KX7M")},
    ),
    sample("akun_pemulihan", name="Budi Santoso", codes_left=0, codes=(), back="/akun/keamanan"),
    sample("akun_pemulihan", "lagi", name="Budi Santoso", codes_left=3, codes=(), back="/akun/keamanan"),
    sample(
        "akun_pemulihan",
        "kode",
        name="Budi Santoso",
        codes_left=10,
        codes=tuple(f"7K3F-9QWE-2MNP-R4T{n}" for n in range(10)),
        back="/akun/keamanan",
    ),
    sample(
        "akun_pemulihan",
        "belum",
        name="Budi Santoso",
        codes_left=10,
        codes=tuple(f"7K3F-9QWE-2MNP-R4T{n}" for n in range(10)),
        back="/akun/keamanan",
        errors={"saved": Message("pemulihan.belum")},
    ),
    sample("cara_batal", method="totp", due=NOON + 86_400, hidden={"token": "tok_" * 11}),
    sample("cara_batal_selesai"),
    _identity("", level=0, state="none", nik="", may_type=True),
    _identity(
        "salah",
        level=0,
        state="none",
        nik="",
        may_type=True,
        confirm=True,
        values={"nik": "3273 0117 0887 0001", "name": "Budi Santoso", "day": "18", "month": "8", "year": "1987"},
        errors={"nik": Message("nik.dob"), "day": Message("dob")},
    ),
    _identity("dicocokkan", level=0, state="submitted"),
    _identity("diperiksa", level=0, state="review", target=NOON + 172_800, missing=()),
    _identity("diperiksa-tanpa-foto", level=0, state="review", target=NOON + 172_800, missing=("selfie",)),
    _identity("ditolak", level=0, state="rejected", reason="data_beda", may_type=True, may_ask_officer=True),
    _identity("cabang", level=0, state="referred"),
    _identity("cocok", level=1, state="matched", method="registry", verified_at=NOON),
    _identity(
        "foto",
        level=1,
        state="rejected",
        reason="silau",
        method="registry",
        verified_at=NOON,
        may_ask_officer=True,
        missing=(),
    ),
    _identity("lengkap", missing=(), level=2, state="approved", method="document", verified_at=NOON),
    sample(
        "akun_totp",
        name="Budi Santoso",
        qr=Markup(segno.make(OTPAUTH, error="m").svg_inline(scale=4, border=2)),  # noqa: S704 - drawn here
        secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        otpauth=OTPAUTH,
        back="/akun/keamanan",
    ),
    sample(
        "akun_passkey",
        name="Budi Santoso",
        passkey_options=ASKED,
        values={"name": "Chrome di Android"},
        back="/akun/keamanan",
    ),
    sample(
        "akun_passkey",
        "salah",
        name="Budi Santoso",
        passkey_options=ASKED,
        errors={"name": Message("passkey.nama_kosong", n=60)},
        back="/akun/keamanan",
    ),
    sample(
        "akun_passkey_ubah",
        name="Budi Santoso",
        passkey=PASSKEYS[0],
        values={"name": PASSKEYS[0].name},
        back="/akun/keamanan",
    ),
)

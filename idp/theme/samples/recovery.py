"""Pages of a forgotten password, with a message or through a branch."""

from typing import Any

from idp.theme.language import Message
from idp.theme.samples.sample import BRANCH, NOON, Sample, others, sample


def _reset(state: str = "", **context: Any) -> Sample:
    common = {"method": "", "reference": "", "until": None, "others": (), "reason": None, "stuck": BRANCH}
    given = {"identifier": "budi@contoh.com", "hidden": {"token": "tok_" * 11}}
    return sample("atur_ulang", state, **common | given | context)


PAGES = (
    sample("lupa_kata_sandi", back="/masuk"),
    sample("lupa_terkirim", sms_until=NOON + 600, mail_until=NOON + 1800, stuck=BRANCH),
    _reset(),
    _reset("totp", method="totp", reason=Message("atur_ulang.kode_isi"), others=others("sms", "recovery")),
    _reset("sms", method="sms", reason=Message("atur_ulang.kode_isi"), reference="KX7M", until=NOON + 600),
    _reset("surel", method="email", reference="KX7M", until=NOON + 600, reason=Message("atur_ulang.kode_isi_sms")),
    _reset(
        "pemulihan",
        method="recovery",
        reason=Message("atur_ulang.kode_isi"),
        errors={"code": Message("otp.salah_pemulihan")},
    ),
    sample("atur_ulang_selesai"),
    sample("bantuan", back="/lupa-kata-sandi"),
    sample(
        "bantuan",
        "salah",
        back="/lupa-kata-sandi",
        values={"identifier": "", "email": "budi@contoh"},
        errors={"identifier": Message("lupa.kosong"), "email": Message("email")},
    ),
    sample("bantuan", "ponsel", back="/lupa-kata-sandi", values={"phone": "021"}, errors={"phone": Message("hp")}),
    sample("bantuan_nomor", back="/lupa-kata-sandi/bantuan"),
    sample("bantuan_nomor", "salah", errors={"number": Message("pemulihan_cabang.nomor_kosong")}),
    sample("bantuan_kode", back="/lupa-kata-sandi/bantuan/lanjut"),
    sample("bantuan_kode", "salah", errors={"code": Message("lupa_terkirim.salah")}),
    sample("bantuan_terkirim", number="K7MX-2RT4", until=NOON + 1_209_600),
    sample(
        "bantuan_batal",
        email="b***@contoh.com",
        approved_at=NOON,
        until=NOON + 259_200,
        hidden={"token": "tok_" * 11},
    ),
    sample("bantuan_batal_selesai"),
)

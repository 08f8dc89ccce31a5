"""Pages of signing in, proving more, consenting and signing out."""

from typing import Any

from idp.theme.language import Message
from idp.theme.records import Announcement, Claim, SignedOut
from idp.theme.samples.sample import ASKED, NOON, SALDO, TICKET, Sample, others, sample

CLAIMS = (
    Claim("name", "Budi Santoso"),
    Claim("email", "budi.santoso@contoh.com"),
    Claim("phone_number", "0812-3456-7890", optional=True),
    Claim("nik", "3374••••••••0003", optional=True, ticked=False),
)


def _kode(state: str = "", **context: Any) -> Sample:
    common: dict[str, Any] = {"method": "totp", "reference": "", "until": None, "others": (), "offer_excuse": False}
    waits = {"reason": None, "service": SALDO, "lanjut": TICKET, "name": "Budi Santoso"}
    return sample("masuk_kode", state, **common | waits | context)


def _passkey(state: str = "", **context: Any) -> Sample:
    common: dict[str, Any] = {"heading": Message("masuk_kode.judul"), "reason": None, "passkey_options": ASKED}
    common |= {"others": (), "offer_excuse": False}
    return sample("masuk_passkey", state, **common | context)


PAGES = (
    sample("masuk", promote_reset=False, passkey_options=ASKED, service=SALDO, lanjut=TICKET),
    sample("masuk", "polos", promote_reset=False, passkey_options=ASKED),
    sample("masuk", "berakhir", promote_reset=False, passkey_options=ASKED, caution=Message("sesi.habis")),
    sample(
        "masuk",
        "gagal",
        promote_reset=True,
        passkey_options=ASKED,
        announcements=(Announcement("SMS ke sebagian nomor datang lebih lambat.", "incident"),),
        values={"identifier": "budi@contoh.com"},
        errors={"identifier": Message("masuk.gagal")},
        lanjut=TICKET,
        service=SALDO,
    ),
    sample(
        "masuk",
        "passkey_ditahan",
        promote_reset=True,
        passkey_options=ASKED,
        errors={"": Message("bukan_saya.passkey")},
    ),
    sample(
        "masuk_peramban",
        address="https://saldo.contoh.go.id/masuk?iss=https%3A%2F%2Fsso.contoh.go.id",
        intent="intent://saldo.contoh.go.id/masuk#Intent;scheme=https;end",
        onward="/masuk?di_sini=1",
        service=SALDO,
        lanjut=TICKET,
    ),
    sample("masuk_peramban", "ditolak", address="", intent="", onward="", service=SALDO, lanjut=TICKET),
    sample("masuk_peramban", "akun", address="https://sso.contoh.go.id/akun", intent="", onward="/masuk?di_sini=1"),
    _kode("selalu", reason=Message("masuk_kode.alasan_selalu"), offer_excuse=True, name="Budi Santoso"),
    _passkey("selalu", reason=Message("masuk_kode.alasan_selalu"), offer_excuse=True, others=others("totp")),
    _kode(others=others("sms", "recovery")),
    _kode("totp_saja", reason=Message("stepup.totp", hal=Message("hal.saldo:baca"))),
    _kode(
        "sms",
        method="sms",
        reference="KX7M",
        until=NOON + 600,
        others=others("totp", "recovery"),
        reason=Message("stepup", hal=Message("hal.saldo:baca"), tujuan="0812****7890"),
        notice=Message("kirim.terkirim"),
    ),
    _kode(
        "salah",
        method="sms",
        reference="KX7M",
        until=NOON + 600,
        others=others("totp"),
        reason=Message("stepup", hal=Message("hal.layanan", layanan="Saldo JHT"), tujuan="0812****7890"),
        errors={"code": Message("otp.salah", ref="KX7M", n=2)},
    ),
    _kode(
        "pemulihan",
        method="recovery",
        others=others("totp", "sms"),
        reason=Message("stepup.recovery", hal=Message("hal.klaim:ajukan")),
    ),
    _kode("gangguan", method="recovery", others=others("sms", "passkey"), caution=Message("otp.gangguan")),
    _kode(
        "email",
        method="email",
        reference="KX7M",
        until=NOON + 600,
        others=others("sms"),
        reason=Message("masuk_kode.alasan_email"),
        notice=Message("kirim.terkirim"),
    ),
    _passkey(others=others("totp", "sms", "recovery"), service=SALDO, lanjut=TICKET),
    _passkey(
        "gagal", reason=Message("stepup.passkey", hal=Message("hal.akun")), errors={"": Message("passkey.gagal_lain")}
    ),
    _passkey(
        "atur_ulang",
        heading=Message("atur_ulang.judul"),
        reason=Message("atur_ulang.passkey"),
        others=others("recovery"),
        hidden={"token": "tok_" * 11},
    ),
    sample(
        "izin",
        service=SALDO,
        claims=CLAIMS,
        abilities=("saldo:baca", "offline_access"),
        reached=("Klaim",),
        purpose="Menghitung bunga pinjaman anggota koperasi.",
        lanjut=TICKET,
    ),
    sample("pilih_akun", name="Budi Santoso", identifier="b***@contoh.com", service=SALDO, lanjut=TICKET),
    sample(
        "cara_kedua",
        name="Siti",
        phone="0812****7890",
        passkeys=True,
        app=True,
        essential=False,
        service=SALDO,
        lanjut=TICKET,
    ),
    sample(
        "cara_kedua",
        "wajib",
        name="Siti",
        phone="",
        passkeys=True,
        app=False,
        essential=True,
        service=SALDO,
        lanjut=TICKET,
    ),
    sample("identitas_perlu", name="Siti", service=SALDO, lanjut=TICKET),
    sample("keluar", name="Budi Santoso"),
    sample("keluar_selesai", services=(), next="", again=""),
    sample(
        "keluar_selesai",
        "layanan",
        services=(
            SignedOut("Saldo JHT", "confirmed"),
            SignedOut("Klaim", "pending"),
            SignedOut("JMO", "failed"),
            SignedOut("SIAPKerja", "unreached"),
        ),
        next="https://saldo.contoh.go.id/",
        again="/keluar/selesai?sesi=slip",
        service=SALDO,
    ),
)

"""A life-like context for every state of every page, mail and short message: for the gallery and for the tests."""

from dataclasses import dataclass, field
from typing import Any

import segno
from markupsafe import Markup

from idp.theme.language import Message
from idp.theme.pages import (
    AffectedRow,
    Announcement,
    Answer,
    Claim,
    ConsentRow,
    CopyRow,
    DeviceRow,
    EventRow,
    HistoryRow,
    HoldRow,
    KeptRow,
    Method,
    Paper,
    PasskeyRow,
    PasswordRules,
    ReadingRow,
    RequestRow,
    Service,
    ServiceRow,
    SessionRow,
    SignedOut,
)

SITE = "sso.contoh.go.id"
NOON = 1_763_795_100  # 22 November 2025, 14.05 in Jakarta
TICKET = "b64." + "Q9x_kV3wYt-2" * 20
OTPAUTH = "otpauth://totp/Gerbang:budi%40contoh.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Gerbang"

SALDO = Service(
    "Saldo JHT", policy_uri="https://saldo.contoh.go.id/privasi", tos_uri="https://saldo.contoh.go.id/ketentuan"
)
WHO = {
    "name": "Budi Santoso", "nik": "3374152703900003",
    "birth_day": "28", "birth_month": "3", "birth_year": "1990",
}  # fmt: skip
ROWS = (
    Answer("nama", "Budi Santoso", "/daftar/data-diri"),
    Answer("nik", "3374••••••••0003", "/daftar/data-diri"),
    Answer("lahir", "27-3-1990", "/daftar/data-diri"),
    Answer("hp", "+6281234567890", "/daftar/kontak"),
    Answer("email", "budi.santoso.yang.panjang.sekali@kantor.contoh.go.id", "/daftar/kontak"),
    Answer("kepesertaan", Message("kepesertaan.PU"), "/daftar/kepesertaan"),
    Answer("kpj", "12345678901", "/daftar/kepesertaan"),
    Answer("dokumen", Message("dokumen.ada", jenis=(Message("dokumen.ktp"),)), "/daftar/dokumen"),
    Answer("sandi", Message("daftar.sandi_dibuat"), "/daftar/kata-sandi"),
)
ADDABLE = (Paper("ktp", add="#isi"), Paper("selfie", add="#isi"), Paper("other", add="#isi"))
CLAIMS = (
    Claim("name", "Budi Santoso"),
    Claim("email", "budi.santoso@contoh.com"),
    Claim("phone_number", "+62 812-3456-7890", optional=True),
    Claim("nik", "3374••••••••0003", optional=True, ticked=False),
)
SESSIONS = (
    SessionRow(
        "a",
        Message("akun.perangkat", peramban="Chrome", sistem="Android"),
        "114.10.20.0/24",
        NOON - 3_600,
        NOON,
        current=True,
        place="Indonesia",
    ),
    SessionRow(
        "b",
        Message("akun.perangkat", peramban="Firefox", sistem="Windows"),
        "36.80.4.0/24",
        NOON - 90_000,
        NOON - 4_000,
        place="Singapura",
    ),
    SessionRow(
        "c",
        Message("akun.perangkat", peramban="Safari", sistem="iPhone"),
        "2404:c0:1a::/48",
        NOON - 200_000,
        NOON - 100_000,
        place=Message("akun.tempat_tidak_diketahui"),
    ),
)
SERVICES = (
    ServiceRow(
        "Saldo JHT",
        NOON,
        "https://saldo.contoh.go.id/",
        "saldo",
        NOON - 900_000,
        ("name", "birthdate", "email"),
        ("saldo:baca", "offline_access"),
    ),
    ServiceRow("Klaim", NOON - 80_000, id="klaim", since=NOON - 80_000),
)
CHROME = Message("akun.perangkat", peramban="Chrome Mobile", sistem="Android")
FIREFOX = Message("akun.perangkat", peramban="Firefox", sistem="Windows")
EVENTS = (
    EventRow(
        "session.started", NOON, FIREFOX, "Singapura", "36.80.4.0/24", risks=("new_device", "new_country"), id="e1"
    ),
    EventRow("session.refused", NOON - 60, FIREFOX, "Singapura", "36.80.4.0/24", id="e2"),
    EventRow("code.redeemed", NOON - 3_000, CHROME, service="Saldo JHT", id="e3"),
    EventRow("factor.added", NOON - 4_000, CHROME, "Indonesia", "114.10.20.0/24", factor="otp", id="e4"),
    EventRow("consent.given", NOON - 5_000, CHROME, service="Mitra Koperasi", id="e5"),
    EventRow("session.disowned", NOON - 6_000, CHROME, "Indonesia", "114.10.20.0/24"),
)

# What a browser is asked, with credentials as long as they come.
_CHALLENGE = "Zr5_kV3wYt-2" * 8
ASKED = f'{{"challenge": "{_CHALLENGE}", "timeout": 300000, "rpId": "{SITE}", "allowCredentials": [], "userVerification": "required"}}'
PASSKEYS = (
    PasskeyRow("p", "Chrome di Android", True, NOON - 900_000, NOON - 4_000),
    PasskeyRow("q", "Kunci keamanan di laci meja kantor yang kedua", False, NOON),
)


@dataclass(frozen=True)
class Sample:
    """One state of one page."""

    template: str
    state: str = ""
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.template}-{self.state}" if self.state else self.template


def _sample(template: str, state: str = "", /, **context: Any) -> Sample:
    common = {"site": SITE, "here": f"/{template}", "csrf": "c5Rf" * 11}
    return Sample(template, state, common | context)


def _kode(state: str = "", **context: Any) -> Sample:
    common: dict[str, Any] = {"method": "totp", "reference": "", "until": None, "others": (), "offer_excuse": False}
    waits = {"reason": None, "service": SALDO, "lanjut": TICKET, "name": "Budi Santoso"}
    return _sample("masuk_kode", state, **common | waits | context)


_BRANCH = "/lupa-kata-sandi/bantuan"


def _reset(state: str = "", **context: Any) -> Sample:
    common = {"method": "", "reference": "", "until": None, "others": (), "reason": None, "stuck": _BRANCH}
    given = {"identifier": "budi@contoh.com", "hidden": {"token": "tok_" * 11}}
    return _sample("atur_ulang", state, **common | given | context)


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
        "name": "Budi Santoso",
    }
    return _sample("akun_keamanan", state, **common | rest | {"back": "/akun"} | context)


def _others(*names: str) -> tuple[Method, ...]:
    return tuple(map(Method, names))


def _passkey(state: str = "", **context: Any) -> Sample:
    common: dict[str, Any] = {"heading": Message("masuk_kode.judul"), "reason": None, "passkey_options": ASKED}
    common |= {"others": (), "offer_excuse": False}
    return _sample("masuk_passkey", state, **common | context)


def _identity(state_name: str, /, **context: Any) -> Sample:
    common = {
        "reason": "", "method": "", "verified_at": None, "target": None, "nik": "3273••••••••0001", "may_type": False,
        "may_ask_officer": False, "confirm": False, "name": "Budi Santoso", "back": "/akun",
    }  # fmt: skip
    return _sample("akun_identitas", state_name, **{**common, **context})


_SAID = "22 November 2025 pukul 14.05 WIB"
_KEPT = (
    KeptRow("identity", "contract", "akun", 0),
    KeptRow("sessions", "interest", "hari", 7),
    KeptRow("proofs", "law", "tahun", 5),
)
_CENTRE = {"name": "Budi Santoso", "back": "/akun"}
_WITHIN = {"name": "Budi Santoso", "back": "/akun/privasi"}
_ASKED = (
    RequestRow("a", "correct", "open", _SAID, "25 November 2025 pukul 14.05 WIB", "", mine_to_cancel=True),
    RequestRow("b", "object", "open", _SAID, "21 November 2025 pukul 14.05 WIB", "", overdue=True, mine_to_cancel=True),
    RequestRow(
        "c", "correct", "refused", _SAID, "", _SAID, ground="unproven", outcome="Nama di KTP tetap Budi Santoso."
    ),
    RequestRow("d", "access", "done", _SAID, "", _SAID),
)
_PRIVACY = (
    _sample("akun_privasi", restricted=False, deletion="", accept=False, kept=_KEPT, **_CENTRE),
    _sample("akun_privasi", "semua", restricted=True, deletion=_SAID, accept=True, kept=_KEPT, **_CENTRE),
    _sample(
        "akun_izin",
        consents=(
            ConsentRow(
                "mitra", "Mitra Koperasi", _SAID, "22 November 2026", ("Nama", "Email", "Nomor ponsel"), ("Tanggal lahir",),
                "Menghitung bunga pinjaman anggota koperasi.",
            ),
        ),
        history=(
            HistoryRow("Mitra Koperasi", "changed", _SAID, "2026-11"),
            HistoryRow("Mitra Koperasi", "given", _SAID, "2026-11"),
        ),
        **_WITHIN,
    ),
    _sample("akun_izin", "kosong", consents=(), history=(), **_WITHIN),
    _sample(
        "akun_akses",
        readings=(
            ReadingRow("Saldo JHT", _SAID, "Nama, Email"),
            ReadingRow(Message("akses.petugas", siapa="client:cs"), _SAID, "Nama, Email, Nomor ponsel", "Telepon 175, nomor 8812"),
        ),
        **_WITHIN,
    ),
    _sample("akun_akses", "kosong", readings=(), **_WITHIN),
    _sample("akun_permintaan", requests=(), locale="id", zone="Asia/Jakarta", **_WITHIN),
    _sample(
        "akun_permintaan", "salah", requests=_ASKED, locale="en", zone="Asia/Makassar",
        values={"birthdate": "27 3 1990"},
        errors={"birthdate": Message("perbaikan.lahir"), "reason": Message("perbaikan.alasan_kosong", n=1000)}, **_WITHIN,
    ),
    _sample("akun_salinan", copies=(), **_WITHIN),
    _sample(
        "akun_salinan", "siap", copies=(CopyRow("a", _SAID, "23 November 2025 pukul 14.05 WIB"),),
        notice=Message("salinan.siap"), **_WITHIN,
    ),
    _sample("akun_batasi", restricted=False, **_WITHIN),
    _sample("akun_batasi", "layanan", restricted=True, name="Budi Santoso", service=SALDO, lanjut=TICKET),
    _sample(
        "akun_hapus", runs="",
        services=(
            AffectedRow("Klaim", (HoldRow("claims", "UU 24/2011, UU 8/1997 pasal 11", 10),)),
            AffectedRow("Mitra Koperasi"),
        ),
        errors={"understood": Message("hapus.centang")}, **_WITHIN,
    ),
    _sample("akun_hapus", "menunggu", runs=_SAID, services=(), notice=Message("hapus.dijadwalkan"), **_WITHIN),
    _sample("hapus_batal", holder="Budi Santoso", done=False, hidden={"token": "tok_" * 11}),
    _sample("hapus_batal", "selesai", holder="", done=True),
    _sample(
        "salinan_berkas", made=_SAID, account="01993f7e-0000-7000-8000-000000000000",
        sections=(("accounts", ((("name", "Budi Santoso"), ("email", "budi.santoso@contoh.com")),)),),
    ),
    _sample("privasi", version="2026-11", kept=("identity", "sessions", "audit")),
    _sample("ketentuan", version="2026-11"),
)  # fmt: skip


def _step(position: int) -> dict[str, Any]:
    return {"position": position, "positions": 6, "hidden": {"formulir": "slip" * 40}}


PAGES = (
    _sample("masuk", promote_reset=False, passkey_options=ASKED, service=SALDO, lanjut=TICKET),
    _sample("masuk", "polos", promote_reset=False, passkey_options=ASKED),
    _sample(
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
    _sample(
        "masuk_peramban",
        address="https://saldo.contoh.go.id/masuk?iss=https%3A%2F%2Fsso.contoh.go.id",
        intent="intent://saldo.contoh.go.id/masuk#Intent;scheme=https;end",
        onward="/masuk?di_sini=1",
        service=SALDO,
        lanjut=TICKET,
    ),
    _sample("masuk_peramban", "ditolak", address="", intent="", onward="", service=SALDO, lanjut=TICKET),
    _sample("masuk_peramban", "akun", address="https://sso.contoh.go.id/akun", intent="", onward="/masuk?di_sini=1"),
    _kode("selalu", reason=Message("masuk_kode.alasan_selalu"), offer_excuse=True, name="Budi Santoso"),
    _passkey("selalu", reason=Message("masuk_kode.alasan_selalu"), offer_excuse=True, others=_others("totp")),
    _kode(others=_others("sms", "recovery")),
    _kode("totp_saja", reason=Message("stepup.totp", hal=Message("hal.saldo:baca"))),
    _sample(
        "kirim_kode",
        heading=Message("masuk_kode.judul"),
        reason=Message("stepup.kirim", hal=Message("hal.saldo:baca"), tujuan="0812****7890"),
        method="sms",
        destination="0812****7890",
        others=_others("recovery"),
        name="Siti",
        service=SALDO,
        lanjut=TICKET,
    ),
    _sample(
        "kirim_kode",
        "atur_ulang",
        heading=Message("atur_ulang.judul"),
        reason=Message("atur_ulang.kode_isi"),
        stuck=_BRANCH,
        method="sms",
        destination="0812****7890",
        others=_others("totp"),
        hidden={"token": "tok_" * 11},
        errors={"": Message("kirim.tunggu", n=42)},
    ),
    _kode(
        "sms",
        method="sms",
        reference="KX7M",
        until=NOON + 600,
        others=_others("totp", "recovery"),
        reason=Message("stepup", hal=Message("hal.saldo:baca"), tujuan="0812****7890"),
        notice=Message("kirim.terkirim"),
    ),
    _kode(
        "salah",
        method="sms",
        reference="KX7M",
        until=NOON + 600,
        others=_others("totp"),
        reason=Message("stepup", hal=Message("hal.layanan", layanan="Saldo JHT"), tujuan="0812****7890"),
        errors={"code": Message("otp.salah", ref="KX7M", n=2)},
    ),
    _kode(
        "pemulihan",
        method="recovery",
        others=_others("totp", "sms"),
        reason=Message("stepup.recovery", hal=Message("hal.klaim:ajukan")),
    ),
    _kode("gangguan", method="recovery", others=_others("sms", "passkey"), notice=Message("otp.gangguan")),
    _passkey(others=_others("totp", "sms", "recovery"), service=SALDO, lanjut=TICKET),
    _passkey(
        "gagal", reason=Message("stepup.passkey", hal=Message("hal.akun")), errors={"": Message("passkey.gagal_lain")}
    ),
    _passkey(
        "atur_ulang",
        heading=Message("atur_ulang.judul"),
        reason=Message("atur_ulang.passkey"),
        others=_others("recovery"),
        hidden={"token": "tok_" * 11},
    ),
    _sample("daftar", resume=""),
    _sample("daftar", "lagi", resume="/daftar/kontak", service=SALDO, lanjut=TICKET),
    _sample("daftar_data_diri", ask_confirmation=False, back="/daftar", **_step(1)),
    _sample(
        "daftar_data_diri",
        "salah",
        ask_confirmation=False,
        values={"name": "R2D2", "nik": "123", "birth_day": "31", "birth_month": "2", "birth_year": "1990"},
        errors={"nik": Message("nik.format"), "name": Message("nama"), "birth_day": Message("dob")},
        **_step(1),
    ),
    _sample(
        "daftar_data_diri",
        "beda",
        ask_confirmation=True,
        values=WHO,
        errors={"nik": Message("nik.dob")},
        **_step(1),
    ),
    _sample(
        "daftar_data_diri",
        "paspor",
        ask_confirmation=False,
        values={"name": "Jane Doe", "passport": "A1"},
        errors={"passport": Message("paspor"), "birth_day": Message("dob")},
        **_step(1),
    ),
    _sample("daftar_kontak", suggestion="", values={"first": "email"}, back="/daftar/data-diri", **_step(2)),
    _sample(
        "daftar_kontak",
        "salah",
        suggestion="",
        values={"phone": "021 555", "email": "budi@contoh", "first": "sms"},
        errors={"phone": Message("hp.rumah"), "email": Message("email")},
        **_step(2),
    ),
    _sample(
        "daftar_kontak",
        "maksud",
        suggestion="budi@gmail.com",
        values={"phone": "0812 3456 7890", "email": "budi@gmial.com", "first": "email"},
        notice=Message("email.maksud", alamat="budi@gmail.com"),
        **_step(2),
    ),
    _sample("daftar_kepesertaan", back="/daftar/kontak", **_step(3)),
    _sample(
        "daftar_kepesertaan",
        "salah",
        values={"kpj": "123"},
        errors={"category-PU": Message("kepesertaan.pilih"), "kpj": Message("kpj")},
        **_step(3),
    ),
    _sample("daftar_dokumen", papers=(Paper("ktp", add="#isi"), Paper("selfie", add="#isi")), **_step(4)),
    _sample(
        "daftar_dokumen",
        "ada",
        papers=(Paper("ktp", "#isi", "01", "/daftar/dokumen/gambar?id=01"), Paper("selfie", add="#isi")),
        back="/daftar/kepesertaan",
        **_step(4),
    ),
    _sample("unggah", kind="ktp", back="/daftar/dokumen"),
    _sample("unggah", "wajah", kind="selfie", errors={"photo": Message("foto")}),
    _sample("unggah", "lain", kind="other", errors={"photo": Message("file")}),
    _sample("daftar_kata_sandi", identifier="budi@contoh.com", chosen=False, back="/daftar/dokumen", **_step(5)),
    _sample(
        "daftar_kata_sandi",
        "salah",
        identifier="budi@contoh.com",
        chosen=False,
        errors={"password": Message("pw.campur", jenis="angka")},
        **_step(5),
    ),
    _sample(
        "daftar_kata_sandi",
        "lagi",
        identifier="budi@contoh.com",
        chosen=True,
        notice=Message("pw.ulang"),
        **_step(5),
    ),
    _sample("daftar_periksa", rows=ROWS, version="2026-11", back="/daftar/kata-sandi", **_step(6)),
    _sample(
        "daftar_periksa",
        "salah",
        rows=ROWS,
        version="2026-11",
        errors={"terms": Message("setuju")},
        **_step(6),
    ),
    _sample("daftar_habis"),
    _sample("daftar_ramai", puzzle="p" * 80, bits=15, hidden={"puzzle": "p" * 80, "answer": ""}),
    _sample("daftar_ramai", "salah", puzzle="p" * 80, bits=15, errors={"email": Message("email")}),
    _sample("daftar_surat"),
    _sample("daftar_lanjut", hidden={"token": "tok_" * 11}),
    _sample("daftar_lanjut", "tunggu", hidden={"token": "tok_" * 11}, errors={"": Message("ramai.tunggu", n=12)}),
    _sample("daftar_terkirim", email="b•••@contoh.com", phone="+62 812-••••-7890", until=NOON + 86_400, first="email"),
    _sample(
        "daftar_terkirim",
        "lagi",
        email="b•••@contoh.com",
        phone="+62 812-••••-7890",
        until=NOON + 86_400,
        first="sms",
        notice=Message("kirim.terkirim"),
    ),
    _sample(
        "daftar_perbaiki",
        email="b•••@contoh.com",
        phone="+62 812-••••-7890",
        ask_password=False,
        back="/daftar/terkirim",
    ),
    _sample(
        "daftar_perbaiki",
        "sandi",
        email="b•••@contoh.com",
        phone="+62 812-••••-7890",
        ask_password=True,
        values={"email": "budi@contoh.go.id"},
        errors={"password": Message("pw.ulang")},
    ),
    _sample("akun_dokumen", name="Budi Santoso", papers=(), add=ADDABLE, back="/akun"),
    _sample(
        "akun_dokumen",
        "ada",
        name="Budi Santoso",
        papers=(
            Paper("ktp", id="01", picture="/akun/dokumen/gambar?id=01", state="submitted", created=NOON),
            Paper("other", picture="/akun/dokumen/gambar?id=02", state="rejected", created=NOON - 90_000),
        ),
        add=ADDABLE,
        notice=Message("dokumen.dihapus"),
        back="/akun",
    ),
    _sample(
        "aktivasi",
        holder="Budi Santoso",
        phone="+62 812-••••-7890",
        identifier="budi@contoh.com",
        ask_password=False,
        hidden={"token": "tok_" * 11},
    ),
    _sample(
        "aktivasi",
        "sandi",
        holder="Budi Santoso",
        phone="+62 812-••••-7890",
        identifier="budi@contoh.com",
        ask_password=True,
        hidden={"token": "tok_" * 11},
        errors={"password": Message("pw.kosong")},
    ),
    _sample("aktivasi_kode", destination="b•••@contoh.com", ask_identifier=False, back="/daftar"),
    _sample("aktivasi_kode", "salah", destination="", ask_identifier=True, errors={"code": Message("akt.kode", n=4)}),
    _sample("aktivasi_lama", sent_at=NOON),
    _sample("aktivasi_habis", hidden={"token": "tok_" * 11}),
    _sample("aktivasi_terpakai"),
    _sample("aktivasi_tidak_dikenal"),
    _sample("aktivasi_selesai", next="/authorize/lanjut", service=SALDO),
    _sample("aktivasi_selesai", "sendiri", next="/masuk"),
    _sample("lupa_kata_sandi", back="/masuk"),
    _sample("lupa_terkirim", sms_until=NOON + 600, mail_until=NOON + 1800, stuck=_BRANCH),
    _reset(),
    _reset("totp", method="totp", reason=Message("atur_ulang.kode_isi"), others=_others("sms", "recovery")),
    _reset("sms", method="sms", reason=Message("atur_ulang.kode_isi"), reference="KX7M", until=NOON + 600),
    _reset("surel", method="email", reference="KX7M", until=NOON + 600, reason=Message("atur_ulang.kode_isi_sms")),
    _reset(
        "pemulihan",
        method="recovery",
        reason=Message("atur_ulang.kode_isi"),
        errors={"code": Message("otp.salah_pemulihan")},
    ),
    _sample("atur_ulang_selesai"),
    _sample("bantuan", back="/lupa-kata-sandi"),
    _sample(
        "bantuan",
        "salah",
        back="/lupa-kata-sandi",
        values={"identifier": "", "email": "budi@contoh"},
        errors={"identifier": Message("lupa.kosong"), "email": Message("email")},
    ),
    _sample("bantuan_terkirim", number="K7MX-2RT4", until=NOON + 1_209_600),
    _sample(
        "bantuan_batal",
        email="b***@contoh.com",
        approved_at=NOON,
        until=NOON + 259_200,
        hidden={"token": "tok_" * 11},
    ),
    _sample("bantuan_batal_selesai"),
    _sample(
        "kesalahan",
        "bantuan",
        title=Message("kesalahan.bantuan.judul"),
        text=Message("kesalahan.bantuan.isi"),
        next=_BRANCH,
        next_label=Message("pemulihan_cabang.judul"),
        reference="",
    ),
    _sample(
        "kesalahan",
        "atur_ulang_cabang",
        title=Message("kesalahan.atur_ulang_cabang.judul"),
        text=Message("kesalahan.atur_ulang_cabang.isi"),
        next=_BRANCH,
        next_label=Message("pemulihan_cabang.judul"),
        reference="",
    ),
    _sample(
        "izin",
        service=SALDO,
        claims=CLAIMS,
        abilities=("saldo:baca", "offline_access"),
        reached=("Klaim",),
        purpose="Menghitung bunga pinjaman anggota koperasi.",
        lanjut=TICKET,
    ),
    _sample("pilih_akun", name="Budi Santoso", identifier="b•••@contoh.com", service=SALDO, lanjut=TICKET),
    _sample(
        "akun",
        name="Budi Santoso",
        level=1,
        password_due=False,
        new_terms=False,
        suggest_passkey=False,
        services=SERVICES,
        sessions=SESSIONS,
        password_since=NOON - 900_000,
        totp_since=NOON - 800_000,
        ends=NOON + 1_200,
        left=1_200,
        ways=("passkey", "totp", "sms", "recovery"),
    ),
    _sample(
        "akun",
        "baru",
        name="Siti",
        level=0,
        password_due=True,
        new_terms=True,
        suggest_passkey=True,
        ways=(),
        services=(),
        sessions=SESSIONS[:1],
        password_since=NOON,
        totp_since=None,
        announcements=(
            Announcement("SMS ke sebagian nomor datang lebih lambat.", "incident"),
            Announcement("Kantor cabang tutup pada 25 Desember."),
        ),
    ),
    _sample(
        "akun_layanan",
        name="Budi Santoso",
        back="/akun",
        services=SERVICES,
        history=EVENTS[4:5],
        ends=NOON + 1_200,
        left=1_200,
    ),
    _sample("akun_layanan", "kosong", name="Siti", back="/akun", services=(), history=()),
    _sample(
        "akun_perangkat",
        name="Budi Santoso",
        back="/akun",
        sessions=SESSIONS,
        devices=(
            DeviceRow("d1", CHROME, "Indonesia", NOON - 2_000_000, NOON, current=True),
            DeviceRow("d2", FIREFOX, Message("akun.tempat_tidak_diketahui"), NOON - 90_000, NOON - 4_000),
        ),
        notice=Message("perangkat.dilupakan"),
    ),
    _sample("akun_perangkat", "umum", name="Siti", back="/akun", sessions=SESSIONS[:1], devices=()),
    _sample(
        "akun_aktivitas",
        name="Budi Santoso",
        back="/akun",
        events=EVENTS,
        older="/akun/aktivitas?sebelum=01890a5d-ac96-774b-bcce-b302099a8057",
    ),
    _sample("akun_aktivitas", "kosong", name="Siti", back="/akun", events=(), older=""),
    _sample(
        "bukan_saya",
        name="Budi Santoso",
        back="/akun/aktivitas",
        event=EVENTS[0],
        ends_here=True,
        hidden={"peristiwa": "e1"},
    ),
    _sample("bukan_saya", "surat", event=None, ends_here=False, hidden={"token": "tok_" * 11}),
    _sample("bukan_saya_selesai", reference="GB-7K3M-92QF"),
    _sample("masukan", categories=("masuk", "daftar", "halaman", "saran", "lain")),
    _sample(
        "masukan",
        "salah",
        categories=("masuk", "daftar", "halaman", "saran", "lain"),
        values={"category": "", "text": "", "contact": "budi@contoh.com"},
        errors={"category": Message("masukan.pilih"), "text": Message("masukan.kosong")},
    ),
    _sample("masukan_terkirim", reference="GB-7K3M-92QF"),
    _sample("status", good=True, parts={"masuk": "baik", "mail": "baik", "sms": "baik"}, incidents=(), checked=NOON),
    _sample(
        "status",
        "gangguan",
        good=False,
        parts={"masuk": "baik", "mail": "lambat", "sms": "gangguan"},
        incidents=(Announcement("SMS ke sebagian nomor datang lebih lambat.", "incident"),),
        checked=NOON,
    ),
    _sample("akun_kata_sandi", name="Budi Santoso", identifier="budi@contoh.com", back="/akun"),
    _sample(
        "akun_kata_sandi",
        "jatuh-tempo",
        name="Budi Santoso",
        identifier="budi@contoh.com",
        rules=PasswordRules(12, 4, 0),
        notice=Message("ganti.jatuh_tempo", hari=180),
        service=SALDO,
        lanjut=TICKET,
    ),
    _security(single=True, password_due=True),
    _security(
        "pemulihan",
        recovery=Message("pemulihan_cabang.berjalan", email="b***@contoh.com", waktu=NOON + 259_200),
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
    _security("menunggu", totp_since=NOON, leaving={"totp": NOON + 86_400}, notice=Message("keamanan.hapus_menunggu")),
    _sample("akun_ponsel", name="Siti", destination="0812****7890", reference="", until=None, back="/akun/keamanan"),
    _sample(
        "akun_ponsel",
        "salah",
        name="Siti",
        destination="0812****7890",
        reference="KX7M",
        until=NOON + 600,
        back="/akun/keamanan",
        errors={"code": Message("otp.salah_ref", ref="KX7M")},
    ),
    _sample("akun_pemulihan", name="Budi Santoso", codes_left=0, codes=(), back="/akun/keamanan"),
    _sample("akun_pemulihan", "lagi", name="Budi Santoso", codes_left=3, codes=(), back="/akun/keamanan"),
    _sample(
        "akun_pemulihan",
        "kode",
        name="Budi Santoso",
        codes_left=10,
        codes=tuple(f"7K3F-9QWE-2MNP-R4T{n}" for n in range(10)),
        back="/akun/keamanan",
    ),
    _sample(
        "akun_pemulihan",
        "belum",
        name="Budi Santoso",
        codes_left=10,
        codes=tuple(f"7K3F-9QWE-2MNP-R4T{n}" for n in range(10)),
        back="/akun/keamanan",
        errors={"saved": Message("pemulihan.belum")},
    ),
    _sample("cara_batal", method="totp", due=NOON + 86_400, hidden={"token": "tok_" * 11}),
    _sample("cara_batal_selesai"),
    _sample(
        "cara_kedua",
        name="Siti",
        phone="0812****7890",
        passkeys=True,
        app=True,
        essential=False,
        service=SALDO,
        lanjut=TICKET,
    ),
    _sample(
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
    _sample("identitas_perlu", name="Siti", service=SALDO, lanjut=TICKET),
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
    _identity("diperiksa", level=0, state="review", target=NOON + 172_800),
    _identity("ditolak", level=0, state="rejected", reason="data_beda", may_type=True, may_ask_officer=True),
    _identity("cabang", level=0, state="referred"),
    _identity("cocok", level=1, state="matched", method="registry", verified_at=NOON, may_ask_officer=True),
    _identity(
        "foto",
        level=1,
        state="rejected",
        reason="silau",
        method="registry",
        verified_at=NOON,
        may_ask_officer=True,
    ),
    _identity("lengkap", level=2, state="approved", method="document", verified_at=NOON),
    _sample(
        "akun_totp",
        name="Budi Santoso",
        qr=Markup(segno.make(OTPAUTH, error="m").svg_inline(scale=4, border=2)),  # noqa: S704 - drawn here
        secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        otpauth=OTPAUTH,
        back="/akun/keamanan",
    ),
    _sample(
        "akun_kontak",
        name="Budi Santoso",
        email="budi.santoso@contoh.com",
        phone="+6281234567890",
        phone_verified=True,
        newsletter=False,
        back="/akun",
    ),
    _sample(
        "akun_kontak",
        "belum",
        name="Budi Santoso",
        email="budi.santoso@contoh.com",
        phone="+6281234567890",
        phone_verified=False,
        newsletter=True,
        notice=Message("kontak.selesai_email"),
        back="/akun",
    ),
    _sample("akun_kontak_ganti", "email", name="Budi Santoso", kind="email", back="/akun/kontak"),
    _sample(
        "akun_kontak_ganti",
        "ponsel-salah",
        name="Budi Santoso",
        kind="phone",
        values={"phone": "021 555"},
        errors={"phone": Message("hp.rumah")},
        back="/akun/kontak",
    ),
    _sample("akun_kontak_kode", name="Budi Santoso", destination="budi.baru@contoh.com", back="/akun/kontak"),
    _sample(
        "akun_kontak_kode",
        "salah",
        name="Budi Santoso",
        destination="+6281298765432",
        errors={"code": Message("akt.kode", n=4)},
        back="/akun/kontak",
    ),
    _sample("kontak_batalkan", kind="email", contact="b***@contoh.com", changed_at=NOON, hidden={"token": "tok_" * 11}),
    _sample(
        "kontak_batalkan",
        "ponsel",
        kind="phone",
        contact="0812****7890",
        changed_at=NOON,
        hidden={"token": "tok_" * 11},
    ),
    _sample("kontak_kembali", kind="email", contact="b***@contoh.com"),
    _sample("kontak_kembali", "ponsel", kind="phone", contact="0812****7890"),
    _sample("buletin_berhenti", done=False, hidden={"token": "tok_" * 11}),
    _sample("buletin_berhenti", "selesai", done=True),
    _sample(
        "akun_passkey",
        name="Budi Santoso",
        passkey_options=ASKED,
        values={"name": "Chrome di Android"},
        back="/akun/keamanan",
    ),
    _sample(
        "akun_passkey",
        "salah",
        name="Budi Santoso",
        passkey_options=ASKED,
        errors={"name": Message("passkey.nama_kosong", n=60)},
        back="/akun/keamanan",
    ),
    _sample(
        "akun_passkey_ubah",
        name="Budi Santoso",
        passkey=PASSKEYS[0],
        values={"name": PASSKEYS[0].name},
        back="/akun/keamanan",
    ),
    *_PRIVACY,
    _sample("keluar", name="Budi Santoso"),
    _sample("keluar_selesai", services=(), next=""),
    _sample(
        "keluar_selesai",
        "layanan",
        services=(SignedOut("Saldo JHT", "confirmed"), SignedOut("Klaim", "pending"), SignedOut("JMO", "failed")),
        next="https://saldo.contoh.go.id/",
        service=SALDO,
    ),
    _sample(
        "kesalahan",
        title=Message("kesalahan.klien.judul"),
        text=Message("kesalahan.klien.isi"),
        next="",
        next_label="",
        reference="01hf3k9w2v",
    ),
    _sample(
        "kesalahan",
        "lanjut",
        title=Message("kesalahan.atur_ulang.judul"),
        text=Message("kesalahan.atur_ulang.isi"),
        next="/lupa-kata-sandi",
        next_label=Message("lupa.tombol"),
        reference="",
    ),
    _sample(
        "kesalahan",
        "terlalu_lama",
        title=Message("kesalahan.terlalu_lama.judul", layanan="Saldo JHT"),
        text=Message("kesalahan.terlalu_lama.isi", layanan="Saldo JHT"),
        next="https://saldo.contoh.go.id/",
        next_label=Message("kesalahan.kembali", layanan="Saldo JHT"),
        reference="",
    ),
    _sample(
        "form_post",
        action="https://saldo.contoh.go.id/masuk/kembali",
        fields={"code": "x" * 43, "state": '"><script>alert(1)</script>', "iss": "https://sso.contoh.go.id"},
        nonce="n0nce",
    ),
    _sample("sibuk", retry_after=5, reference="01hf3k9w2v"),
)

_LINK = "https://sso.contoh.go.id/aktivasi?token=" + "A7x-" * 11
_IDENTITY = "https://sso.contoh.go.id/akun/identitas"
_FORGOT = "https://sso.contoh.go.id/lupa-kata-sandi"

_CENTRE_LINK = "https://sso.contoh.go.id/akun/privasi"

MAILS: dict[str, dict[str, Any]] = {
    "dibatasi": {"nama": "Budi Santoso", "waktu": NOON, "tautan": _CENTRE_LINK},
    "batas_dicabut": {"nama": "Budi Santoso", "waktu": NOON, "tautan": _CENTRE_LINK},
    "hapus_diminta": {
        "nama": "Budi Santoso",
        "waktu": NOON,
        "tautan": _CENTRE_LINK + "/hapus/batal?token=" + "A7x-" * 11,
    },
    "hapus_batal": {"nama": "Budi Santoso", "waktu": NOON},
    "hapus_selesai": {"nama": "Budi Santoso", "waktu": NOON, "rujukan": "01993f7e-0000-7000-8000-000000000000"},
    "permintaan_selesai": {
        "nama": "Budi Santoso",
        "permintaan": Message("permintaan.correct"),
        "tautan": _CENTRE_LINK,
    },
    "permintaan_ditolak": {
        "nama": "Budi Santoso",
        "permintaan": Message("permintaan.correct"),
        "alasan": Message("alasan.unproven"),
        "tautan": _CENTRE_LINK,
    },
    "aktivasi": {"nama": "Budi", "tautan": _LINK, "kode": "Hn4RtaQ9", "waktu": NOON},
    "akun_ada": {"tautan_masuk": "https://sso.contoh.go.id/masuk", "tautan_lupa": _FORGOT},
    "lanjut_daftar": {"tautan": "https://sso.contoh.go.id/daftar/lanjut?token=" + "A7x-" * 40, "waktu": NOON},
    "atur_ulang": {"nama": "Budi", "tautan": _LINK, "kode": "Hn4RtaQ9", "waktu": NOON},
    "sandi_diganti": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "totp_dipasang": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "identitas_cocok": {"nama": "Budi", "waktu": NOON, "tautan": _IDENTITY, "tautan_lupa": _FORGOT},
    "identitas_disetujui": {"nama": "Budi", "waktu": NOON, "tautan": _IDENTITY, "tautan_lupa": _FORGOT},
    "identitas_ditolak": {"nama": "Budi", "alasan": Message("alasan.silau"), "tautan": _IDENTITY},
    "identitas_cabang": {"nama": "Budi", "tautan": _IDENTITY},
    "akun_meninggal": {"nama": "Budi"},
    "percobaan": {"nama": "Budi", "waktu": NOON, "jumlah": 10, "tautan_lupa": _FORGOT},
    "kode_tidak_selalu": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "totp_dihapus": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "bantuan_kasus": {"nomor": "K7MX-2RT4", "batas": NOON + 1_209_600},
    "bantuan_menunggu": {"nomor": "K7MX-2RT4", "batas": NOON + 259_200},
    "bantuan_ditolak": {"nomor": "K7MX-2RT4"},
    "bantuan_siap": {"tautan": _LINK, "batas": NOON + 259_200},
    "bantuan_disetujui": {
        "nama": "Budi",
        "waktu": NOON,
        "batas": NOON + 259_200,
        "email": "b***@contoh.com",
        "tautan": _LINK,
    },
    "bantuan_dibatalkan": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "bantuan_selesai": {"nama": "Budi", "waktu": NOON},
    "nomor_beralih": {
        "nama": "Budi",
        "waktu": NOON,
        "nomor": "0812****7890",
        "tautan_masuk": "https://sso.contoh.go.id/masuk",
    },
    "kontak_kode": {"nama": "Budi", "kode": "Hn4RtaQ9"},
    "kontak_terpakai": {"tautan_masuk": "https://sso.contoh.go.id/masuk"},
    "kontak_lama": {
        "nama": "Budi",
        "jenis": Message("kontak.jenis_email"),
        "waktu": NOON,
        "batas": NOON + 259_200,
        "tautan": _LINK,
    },
    "kontak_baru": {"nama": "Budi", "jenis": Message("kontak.jenis_phone"), "waktu": NOON, "tautan_lupa": _FORGOT},
    "kontak_kembali": {"nama": "Budi", "jenis": Message("kontak.jenis_email"), "waktu": NOON, "tautan_lupa": _FORGOT},
    "kode": {"nama": "Budi", "kode": "482913", "ref": "KX7M", "menit": 10},
    "pemulihan_dibuat": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "pemulihan_dihapus": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "pemulihan_dipakai": {"nama": "Budi", "waktu": NOON, "sisa": 9, "tautan_lupa": _FORGOT},
    "sms_dinyalakan": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "sms_dimatikan": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "hapus_menunggu": {
        "nama": "Budi",
        "waktu": NOON,
        "cara": Message("cara.totp"),
        "batas": NOON + 86_400,
        "tautan": "https://sso.contoh.go.id/akun/keamanan/batal?token=" + "A7x-" * 11,
    },
    "cara_batal": {"nama": "Budi", "waktu": NOON, "cara": Message("cara.totp"), "tautan_lupa": _FORGOT},
    "perangkat_baru": {
        "nama": "Budi",
        "daftar": "22 November 2025 pukul 14.05 WIB, Firefox di Windows, Singapura",
        "alasan": "perangkat baru, negara baru",
        "tautan": "https://sso.contoh.go.id/bukan-saya?token=" + "A7x-" * 40,
    },
    "dilaporkan": {"nama": "Budi", "nomor": "GB-7K3M-92QF", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_dipasang": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_dihapus": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_ganda": {"nama": "Budi", "waktu": NOON, "tautan_masuk": "https://sso.contoh.go.id/masuk"},
}

# The longest values that ever go out: a host of 40 characters leaves room for any real one.
_HOST = "masuk.layanan-jaminan-sosial.contoh.go.id"[:40]
SMS: dict[str, dict[str, Any]] = {
    "aktivasi": {"kode": "Hn4RtaQ9", "jam": 24, "host": _HOST},
    "otp": {"kode": "482913", "ref": "KX7M", "menit": 10, "host": _HOST},
    "atur_ulang": {"kode": "Hn4RtaQ9", "ref": "KX7M", "menit": 10, "host": _HOST},
    # The longest subject that a notice has.
    "kabar": {"apa": Message("mail.totp_dipasang.subjek"), "telepon": "1500 175"},
    "kontak_kode": {"kode": "Hn4RtaQ9", "host": _HOST},
    "kontak_terpakai": {"host": _HOST},
    "kontak_baru": {"jenis": Message("kontak.jenis_phone"), "host": _HOST},
}

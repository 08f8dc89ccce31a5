"""A life-like context for every state of every page, mail and short message: for the gallery and for the tests."""

from dataclasses import dataclass, field
from typing import Any

import segno
from markupsafe import Markup

from idp.theme.language import Message
from idp.theme.pages import (
    Announcement,
    Claim,
    DeviceRow,
    EventRow,
    Method,
    PasswordRules,
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
TYPED = {"name": "Budi Santoso", "email": "budi@contoh", "phone": "021 555", "kpj": "123"}
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


PAGES = (
    _sample("masuk", promote_reset=False, service=SALDO, lanjut=TICKET),
    _sample("masuk", "polos", promote_reset=False),
    _sample(
        "masuk",
        "gagal",
        promote_reset=True,
        announcements=(Announcement("SMS ke sebagian nomor datang lebih lambat.", "incident"),),
        values={"identifier": "budi@contoh.com"},
        errors={"identifier": Message("masuk.gagal")},
        lanjut=TICKET,
        service=SALDO,
    ),
    _sample("masuk_kode", method="totp", destination="", others=(), reason=None, service=SALDO, lanjut=TICKET),
    _sample(
        "masuk_kode",
        "salah",
        method="sms",
        destination="+62 812-••••-7890",
        others=(Method("totp"),),
        reason=None,
        service=SALDO,
        lanjut=TICKET,
        errors={"code": Message("otp.salah_totp")},
    ),
    _sample("daftar"),
    _sample(
        "daftar",
        "salah",
        back="/masuk",
        values=TYPED,
        errors={
            "email": Message("email"),
            "phone": Message("hp.rumah"),
            "kpj": Message("kpj"),
            "password": Message("pw.campur", jenis="angka"),
            "terms": Message("setuju"),
        },
    ),
    _sample("daftar_terkirim", email="b•••@contoh.com", phone="+62 812-••••-7890", until=NOON + 86_400),
    _sample(
        "daftar_terkirim",
        "lagi",
        email="b•••@contoh.com",
        phone="+62 812-••••-7890",
        until=NOON + 86_400,
        notice=Message("kirim.terkirim"),
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
    _sample("lupa_kata_sandi", back="/masuk"),
    _sample("lupa_terkirim"),
    _sample("atur_ulang", identifier="budi@contoh.com", ask_code=True, hidden={"token": "tok_" * 11}),
    _sample("atur_ulang_selesai"),
    _sample(
        "izin",
        service=SALDO,
        claims=CLAIMS,
        abilities=("saldo:baca", "offline_access"),
        reached=("Klaim",),
        lanjut=TICKET,
    ),
    _sample("pilih_akun", name="Budi Santoso", identifier="b•••@contoh.com", service=SALDO, lanjut=TICKET),
    _sample(
        "akun",
        name="Budi Santoso",
        level=1,
        services=SERVICES,
        sessions=SESSIONS,
        password_since=NOON - 900_000,
        totp_since=NOON - 800_000,
        ends=NOON + 1_200,
        left=1_200,
    ),
    _sample(
        "akun",
        "baru",
        name="Siti",
        level=0,
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
    _sample(
        "akun_keamanan", name="Budi Santoso", totp_since=None, password_since=NOON, password_due=True, back="/akun"
    ),
    _sample(
        "akun_keamanan",
        "totp",
        name="Budi Santoso",
        totp_since=NOON,
        password_since=NOON,
        password_due=False,
        back="/akun",
        notice=Message("keamanan.totp_dipasang"),
    ),
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
        "form_post",
        action="https://saldo.contoh.go.id/masuk/kembali",
        fields={"code": "x" * 43, "state": '"><script>alert(1)</script>', "iss": "https://sso.contoh.go.id"},
        nonce="n0nce",
    ),
    _sample("sibuk", retry_after=5, reference="01hf3k9w2v"),
)

_LINK = "https://sso.contoh.go.id/aktivasi?token=" + "A7x-" * 11
_FORGOT = "https://sso.contoh.go.id/lupa-kata-sandi"

MAILS: dict[str, dict[str, Any]] = {
    "aktivasi": {"nama": "Budi", "tautan": _LINK, "kode": "Hn4RtaQ9", "waktu": NOON},
    "akun_ada": {"tautan_masuk": "https://sso.contoh.go.id/masuk", "tautan_lupa": _FORGOT},
    "atur_ulang": {"nama": "Budi", "tautan": _LINK, "kode": "Hn4RtaQ9", "waktu": NOON},
    "sandi_diganti": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "totp_dipasang": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "totp_dihapus": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
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
    "perangkat_baru": {
        "nama": "Budi",
        "daftar": "22 November 2025 pukul 14.05 WIB, Firefox di Windows, Singapura",
        "alasan": "perangkat baru, negara baru",
        "tautan": "https://sso.contoh.go.id/bukan-saya?token=" + "A7x-" * 40,
    },
    "dilaporkan": {"nama": "Budi", "nomor": "GB-7K3M-92QF", "waktu": NOON, "tautan_lupa": _FORGOT},
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

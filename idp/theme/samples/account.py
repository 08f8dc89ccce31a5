"""Pages of the account: services, devices, what happened, contacts."""

from idp.theme.language import Message
from idp.theme.records import Announcement, DeviceRow, EventRow, ServiceRow, SessionRow
from idp.theme.samples.sample import BRANCH, NOON, SALDO, TICKET, others, sample

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

PAGES = (
    sample(
        "kirim_kode",
        heading=Message("masuk_kode.judul"),
        reason=Message("stepup.kirim", hal=Message("hal.saldo:baca"), tujuan="0812****7890"),
        method="sms",
        destination="0812****7890",
        others=others("recovery"),
        name="Siti",
        service=SALDO,
        lanjut=TICKET,
    ),
    sample(
        "kirim_kode",
        "atur_ulang",
        heading=Message("atur_ulang.judul"),
        reason=Message("atur_ulang.kode_isi"),
        stuck=BRANCH,
        method="sms",
        destination="0812****7890",
        others=others("totp"),
        hidden={"token": "tok_" * 11},
        errors={"": Message("kirim.tunggu", n=42)},
    ),
    sample(
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
    sample(
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
    sample(
        "akun_layanan",
        name="Budi Santoso",
        back="/akun",
        services=SERVICES,
        history=EVENTS[4:5],
        ends=NOON + 1_200,
        left=1_200,
    ),
    sample("akun_layanan", "kosong", name="Siti", back="/akun", services=(), history=()),
    sample(
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
    sample("akun_perangkat", "umum", name="Siti", back="/akun", sessions=SESSIONS[:1], devices=()),
    sample(
        "akun_aktivitas",
        name="Budi Santoso",
        back="/akun",
        events=EVENTS,
        older="/akun/aktivitas?sebelum=01890a5d-ac96-774b-bcce-b302099a8057",
    ),
    sample("akun_aktivitas", "kosong", name="Siti", back="/akun", events=(), older=""),
    sample(
        "bukan_saya",
        name="Budi Santoso",
        back="/akun/aktivitas",
        event=EVENTS[0],
        ends_here=True,
        hidden={"peristiwa": "e1"},
    ),
    sample("bukan_saya", "surat", event=None, ends_here=False, hidden={"token": "tok_" * 11}),
    sample("bukan_saya_selesai", reference="GB-7K3M-92QF"),
    sample(
        "akun_kontak",
        name="Budi Santoso",
        email="budi.santoso@contoh.com",
        phone="+6281234567890",
        phone_verified=True,
        newsletter=False,
        back="/akun",
    ),
    sample(
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
    sample("akun_kontak_ganti", "email", name="Budi Santoso", kind="email", back="/akun/kontak"),
    sample(
        "akun_kontak_ganti",
        "ponsel-salah",
        name="Budi Santoso",
        kind="phone",
        values={"phone": "021 555"},
        errors={"phone": Message("hp.rumah")},
        back="/akun/kontak",
    ),
    sample("akun_kontak_kode", name="Budi Santoso", destination="budi.baru@contoh.com", back="/akun/kontak"),
    sample(
        "akun_kontak_kode",
        "salah",
        name="Budi Santoso",
        destination="+6281298765432",
        errors={"code": Message("akt.kode", n=4)},
        back="/akun/kontak",
    ),
    sample("kontak_batalkan", kind="email", contact="b***@contoh.com", changed_at=NOON, hidden={"token": "tok_" * 11}),
    sample(
        "kontak_batalkan",
        "ponsel",
        kind="phone",
        contact="0812****7890",
        changed_at=NOON,
        hidden={"token": "tok_" * 11},
    ),
    sample("kontak_kembali", kind="email", contact="b***@contoh.com"),
    sample("kontak_kembali", "ponsel", kind="phone", contact="0812****7890"),
    sample("buletin_berhenti", done=False, hidden={"token": "tok_" * 11}),
    sample("buletin_berhenti", "selesai", done=True),
)

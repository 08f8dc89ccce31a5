"""Pages of one's own data, and what is read before an account is made."""

from idp.theme.language import Message
from idp.theme.records import AffectedRow, ConsentRow, CopyRow, HistoryRow, HoldRow, KeptRow, ReadingRow, RequestRow
from idp.theme.samples.sample import SALDO, TICKET, sample

_SAID = "22 November 2025 pukul 14.05 WIB"

_KEPT = (
    KeptRow("identity", "contract", "akun", 0),
    KeptRow("sessions", "interest", "hari", 7),
    KeptRow("proofs", "law", "tahun", 5),
    KeptRow("documents", "consent", "putusan", 0),
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

PAGES = (
    sample("akun_privasi", restricted=False, deletion="", accept=False, **_CENTRE),
    sample("akun_privasi", "semua", restricted=True, deletion=_SAID, accept=True, **_CENTRE),
    sample("akun_data", kept=_KEPT, **_WITHIN),
    sample(
        "akun_izin",
        consents=(
            ConsentRow(
                "mitra", "Mitra Koperasi", _SAID, "22 November 2026", ("Nama", "Email", "Nomor HP"), ("Tanggal lahir",),
                "Menghitung bunga pinjaman anggota koperasi.",
            ),
        ),
        history=(
            HistoryRow("Mitra Koperasi", "changed", _SAID, "2026-11"),
            HistoryRow("Mitra Koperasi", "given", _SAID, "2026-11"),
        ),
        **_WITHIN,
    ),
    sample("akun_izin", "kosong", consents=(), history=(), **_WITHIN),
    sample(
        "akun_akses",
        readings=(
            ReadingRow("Saldo JHT", _SAID, "Nama, Email"),
            ReadingRow("Petugas (Layanan 175)", _SAID, "Nama, Email, Nomor HP", "Telepon 175, nomor 8812"),
        ),
        **_WITHIN,
    ),
    sample("akun_akses", "kosong", readings=(), **_WITHIN),
    sample("akun_permintaan", requests=(), **_WITHIN),
    sample(
        "akun_permintaan", "salah", requests=_ASKED,
        values={"birth_day": "31", "birth_month": "2", "birth_year": "1990"},
        errors={"birth_day": Message("dob"), "reason": Message("perbaikan.alasan_kosong", n=1000)}, **_WITHIN,
    ),
    sample("akun_keberatan", **_WITHIN),
    sample("akun_keberatan", "salah", errors={"objection": Message("perbaikan.alasan_kosong", n=1000)}, **_WITHIN),
    sample("akun_bahasa", locale="id", zone="Asia/Jakarta", **_CENTRE),
    sample("akun_bahasa", "disimpan", locale="en", zone="Asia/Makassar", notice=Message("bahasa.disimpan"), **_CENTRE),
    sample("akun_salinan", copies=(), **_WITHIN),
    sample(
        "akun_salinan", "siap", copies=(CopyRow("a", _SAID, "23 November 2025 pukul 14.05 WIB"),),
        notice=Message("salinan.siap"), **_WITHIN,
    ),
    sample("akun_batasi", restricted=False, **_WITHIN),
    sample("akun_batasi", "layanan", restricted=True, name="Budi Santoso", service=SALDO, lanjut=TICKET),
    sample(
        "akun_hapus", runs="",
        services=(
            AffectedRow("Klaim", (HoldRow("claims", "UU 24/2011, UU 8/1997 pasal 11", 10),)),
            AffectedRow("Mitra Koperasi"),
        ),
        errors={"understood": Message("hapus.centang")}, **_WITHIN,
    ),
    sample("akun_hapus", "menunggu", runs=_SAID, services=(), notice=Message("hapus.dijadwalkan"), **_WITHIN),
    sample("hapus_batal", holder="Budi Santoso", done=False, hidden={"token": "tok_" * 11}),
    sample("hapus_batal", "selesai", holder="", done=True),
    sample(
        "salinan_berkas", made=_SAID, account="01993f7e-0000-7000-8000-000000000000",
        sections=(
            ("accounts", ((("name", "Budi Santoso"), ("email", "budi.santoso@contoh.com"), ("phone", "0812-3456-7890")),)),
            ("documents", ((("file", "dokumen/1-ktp.jpg"), ("state", "Diterima")),)),
        ),
    ),
    sample("privasi", version="2026-11", kept=("identity", "sessions", "audit")),
    sample("ketentuan", version="2026-11"),
)  # fmt: skip

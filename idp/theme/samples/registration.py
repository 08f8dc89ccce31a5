"""Pages from the first step of a registration to the active account, and its documents."""

from typing import Any

from idp.theme.language import Message
from idp.theme.records import Answer, Paper
from idp.theme.samples.sample import NOON, SALDO, TICKET, sample

WHO = {
    "name": "Budi Santoso", "nik": "3374152703900003",
    "birth_day": "28", "birth_month": "3", "birth_year": "1990",
}  # fmt: skip

ROWS = (
    Answer("nama", "Budi Santoso", "/daftar/data-diri"),
    Answer("nik", "3374••••••••0003", "/daftar/data-diri"),
    Answer("lahir", Message("periksa.tanggal", lahir="1990-03-27"), "/daftar/data-diri"),
    Answer("hp", Message("periksa.nomor", hp="+6281234567890"), "/daftar/kontak"),
    Answer("email", "budi.santoso.yang.panjang.sekali@kantor.contoh.go.id", "/daftar/kontak"),
    Answer("kepesertaan", Message("kepesertaan.PU"), "/daftar/kepesertaan"),
    Answer("kpj", "12345678901", "/daftar/kepesertaan"),
    Answer("dokumen", Message("dokumen.ada", jenis=(Message("dokumen.ktp"),)), "/daftar/dokumen"),
    Answer("sandi", Message("daftar.sandi_dibuat"), "/daftar/kata-sandi"),
)

ADDABLE = (Paper("ktp", add="#isi"), Paper("selfie", add="#isi"), Paper("other", add="#isi"))


def _step(position: int) -> dict[str, Any]:
    return {"position": position, "positions": 6, "hidden": {"formulir": "slip" * 40}}


PAGES = (
    sample("daftar", resume=""),
    sample("daftar", "lagi", resume="/daftar/kontak", service=SALDO, lanjut=TICKET),
    sample("daftar_data_diri", ask_confirmation=False, back="/daftar", **_step(1)),
    sample(
        "daftar_data_diri",
        "salah",
        ask_confirmation=False,
        values={"name": "R2D2", "nik": "123", "birth_day": "31", "birth_month": "2", "birth_year": "1990"},
        errors={"nik": Message("nik.format"), "name": Message("nama"), "birth_day": Message("dob")},
        **_step(1),
    ),
    sample(
        "daftar_data_diri",
        "beda",
        ask_confirmation=True,
        values=WHO,
        errors={"nik": Message("nik.dob")},
        **_step(1),
    ),
    sample(
        "daftar_data_diri",
        "paspor",
        ask_confirmation=False,
        values={"name": "Jane Doe", "passport": "A1"},
        errors={"passport": Message("paspor"), "birth_day": Message("dob")},
        **_step(1),
    ),
    sample("daftar_kontak", suggestion="", values={"first": "email"}, back="/daftar/data-diri", **_step(2)),
    sample(
        "daftar_kontak",
        "salah",
        suggestion="",
        values={"phone": "021 555", "email": "budi@contoh", "first": "sms"},
        errors={"phone": Message("hp.rumah"), "email": Message("email")},
        **_step(2),
    ),
    sample(
        "daftar_kontak",
        "maksud",
        suggestion="budi@gmail.com",
        values={"phone": "0812 3456 7890", "email": "budi@gmial.com", "first": "email"},
        notice=Message("email.maksud", alamat="budi@gmail.com"),
        **_step(2),
    ),
    sample("daftar_kepesertaan", back="/daftar/kontak", **_step(3)),
    sample(
        "daftar_kepesertaan",
        "salah",
        values={"kpj": "123"},
        errors={"category-PU": Message("kepesertaan.pilih"), "kpj": Message("kpj")},
        **_step(3),
    ),
    sample("daftar_dokumen", papers=ADDABLE[:2], kept_days=30, **_step(4)),
    sample(
        "daftar_dokumen",
        "ada",
        papers=(Paper("ktp", "#isi", "01", "/daftar/dokumen/gambar?id=01"), Paper("selfie", add="#isi")),
        kept_days=30,
        back="/daftar/kepesertaan",
        **_step(4),
    ),
    sample("unggah", kind="ktp", back="/daftar/dokumen"),
    sample("unggah", "wajah", kind="selfie", errors={"photo": Message("foto")}),
    sample("unggah", "tertunda", kind="ktp", errors={"photo": Message("dokumen.tertunda")}, back="/daftar/dokumen"),
    sample("unggah", "lain", kind="other", errors={"photo": Message("file")}),
    sample("daftar_kata_sandi", identifier="budi@contoh.com", chosen=False, back="/daftar/dokumen", **_step(5)),
    sample(
        "daftar_kata_sandi",
        "salah",
        identifier="budi@contoh.com",
        chosen=False,
        errors={"password": Message("pw.campur", jenis=(Message("jenis.angka"),))},
        **_step(5),
    ),
    sample(
        "daftar_kata_sandi",
        "lagi",
        identifier="budi@contoh.com",
        chosen=True,
        notice=Message("pw.ulang"),
        **_step(5),
    ),
    sample("daftar_periksa", rows=ROWS, version="2026-11", back="/daftar/kata-sandi", **_step(6)),
    sample(
        "daftar_periksa",
        "salah",
        rows=ROWS,
        version="2026-11",
        errors={"terms": Message("setuju")},
        **_step(6),
    ),
    sample("daftar_habis"),
    sample("daftar_ramai", puzzle="p" * 80, bits=15, hidden={"puzzle": "p" * 80, "answer": ""}),
    sample("daftar_ramai", "salah", puzzle="p" * 80, bits=15, errors={"email": Message("email")}),
    sample("daftar_surat"),
    sample("daftar_lanjut", hidden={"token": "tok_" * 11}),
    sample("daftar_lanjut", "tunggu", hidden={"token": "tok_" * 11}, errors={"": Message("ramai.tunggu", n=12)}),
    sample("daftar_terkirim", email="b***@contoh.com", phone="0812****7890", until=NOON + 86_400, first="email"),
    sample(
        "daftar_terkirim",
        "lagi",
        email="b***@contoh.com",
        phone="0812****7890",
        until=NOON + 86_400,
        first="sms",
        notice=Message("kirim.terkirim"),
    ),
    sample(
        "daftar_perbaiki",
        email="b***@contoh.com",
        phone="0812****7890",
        ask_password=False,
        back="/daftar/terkirim",
    ),
    sample(
        "daftar_perbaiki",
        "sandi",
        email="b***@contoh.com",
        phone="0812****7890",
        ask_password=True,
        values={"email": "budi@contoh.go.id"},
        errors={"password": Message("pw.ulang")},
    ),
    sample("akun_dokumen", name="Budi Santoso", papers=(), add=ADDABLE, unlock="", kept_days=30, back="/akun"),
    sample(
        "akun_dokumen",
        "tersembunyi",
        name="Budi Santoso",
        papers=(Paper("ktp", id="01", state="submitted", created=NOON),),
        add=ADDABLE,
        unlock="/masuk/kode?kembali=dokumen",
        kept_days=30,
        back="/akun",
    ),
    sample(
        "akun_dokumen",
        "ada",
        name="Budi Santoso",
        papers=(
            Paper("ktp", id="01", picture="/akun/dokumen/gambar?id=01", state="submitted", created=NOON),
            Paper("other", picture="/akun/dokumen/gambar?id=02", state="rejected", created=NOON - 90_000, goes=NOON),
        ),
        add=ADDABLE,
        kept_days=30,
        unlock="",
        notice=Message("dokumen.dihapus"),
        back="/akun",
    ),
    sample(
        "aktivasi",
        holder="Budi Santoso",
        phone="0812****7890",
        identifier="budi@contoh.com",
        ask_password=False,
        hidden={"token": "tok_" * 11},
    ),
    sample(
        "aktivasi",
        "sandi",
        holder="Budi Santoso",
        phone="0812****7890",
        identifier="budi@contoh.com",
        ask_password=True,
        hidden={"token": "tok_" * 11},
        errors={"password": Message("pw.kosong")},
    ),
    sample("aktivasi_kode", destination="b***@contoh.com", ask_identifier=False, back="/daftar"),
    sample("aktivasi_kode", "salah", destination="", ask_identifier=True, errors={"code": Message("akt.kode", n=4)}),
    sample("aktivasi_lama", sent_at=NOON),
    sample("aktivasi_habis", hidden={"token": "tok_" * 11}),
    sample("aktivasi_terpakai"),
    sample("aktivasi_tidak_dikenal"),
    sample("aktivasi_selesai", next="/authorize/lanjut", unproven_phone=False, service=SALDO),
    sample("aktivasi_selesai", "sendiri", next="/masuk", unproven_phone=True),
)

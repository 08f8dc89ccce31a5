"""Mails and short messages."""

from typing import Any

from idp.theme.language import Message
from idp.theme.samples.sample import NOON

_LINK = "https://sso.contoh.go.id/aktivasi?token=" + "A7x-" * 11

_IDENTITY = "https://sso.contoh.go.id/akun/identitas"

_FORGOT = "https://sso.contoh.go.id/lupa-kata-sandi"

_CENTRE_LINK = "https://sso.contoh.go.id/akun/privasi"

# The longest values that ever go out: a host of 40 characters leaves room for any real one.
_HOST = "masuk.layanan-jaminan-sosial.contoh.go.id"[:40]

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
    "bantuan_dipastikan": {"nama": "Budi", "waktu": NOON, "email": "b***@contoh.net", "batas": NOON + 259_200},
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
    "kode": {"nama": "Budi", "kode": "482913", "ref": "KX7M"},
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
    "kontak_kembali_juga": {
        "nama": "Budi",
        "jenis": Message("kontak.jenis_email"),
        "waktu": NOON,
        "daftar": "menghapus cara masuk yang ditambahkan: Passkey",
        "tautan_lupa": _FORGOT,
    },
    "kontak_dilepas": {},
    "dilaporkan_batal": {
        "nama": "Budi",
        "nomor": "GB-7K3M-92QF",
        "waktu": NOON,
        "tautan_lupa": _FORGOT,
        "daftar": "mengembalikan email lama Anda, b***@contoh.com; membatalkan permintaan hapus akun",
    },
    "dilaporkan": {"nama": "Budi", "nomor": "GB-7K3M-92QF", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_dipasang": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_dihapus": {"nama": "Budi", "waktu": NOON, "tautan_lupa": _FORGOT},
    "passkey_ganda": {"nama": "Budi", "waktu": NOON, "tautan_masuk": "https://sso.contoh.go.id/masuk"},
}

SMS: dict[str, dict[str, Any]] = {
    "aktivasi": {"kode": "Hn4RtaQ9", "host": _HOST},
    "otp": {"kode": "482913", "ref": "KX7M", "host": _HOST},
    "atur_ulang": {"kode": "Hn4RtaQ9", "ref": "KX7M", "host": _HOST},
    # The longest subject that a notice has.
    "kabar": {"apa": Message("mail.totp_dipasang.subjek"), "telepon": "1500 175"},
    **{
        f"bantuan_{state}": {"nomor": "K7MX-2RT4", "batas": NOON, "host": _HOST}
        for state in ("kasus", "menunggu", "ditolak", "siap")
    },
    "kontak_kode": {"kode": "Hn4RtaQ9", "host": _HOST},
    "kontak_terpakai": {"host": _HOST},
    "kontak_dilepas": {"host": _HOST},
    "kontak_baru": {"jenis": Message("kontak.jenis_phone"), "host": _HOST},
}

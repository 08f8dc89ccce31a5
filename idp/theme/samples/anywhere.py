"""Pages that belong to no journey: feedback, status, errors, the way back to a service."""

from idp.theme.language import Message
from idp.theme.records import Announcement
from idp.theme.samples.sample import BRANCH, NOON, sample

PAGES = (
    sample(
        "kesalahan",
        "bantuan",
        title=Message("kesalahan.bantuan.judul"),
        text=Message("kesalahan.bantuan.isi"),
        next=BRANCH,
        next_label=Message("pemulihan_cabang.judul"),
        reference="",
    ),
    sample(
        "kesalahan",
        "atur_ulang_cabang",
        title=Message("kesalahan.atur_ulang_cabang.judul"),
        text=Message("kesalahan.atur_ulang_cabang.isi"),
        next=BRANCH,
        next_label=Message("pemulihan_cabang.judul"),
        reference="",
    ),
    sample("masukan", categories=("masuk", "daftar", "halaman", "saran", "lain")),
    sample(
        "masukan",
        "salah",
        categories=("masuk", "daftar", "halaman", "saran", "lain"),
        values={"category": "", "text": "", "contact": "budi@contoh.com"},
        errors={"category": Message("masukan.pilih"), "text": Message("masukan.kosong")},
    ),
    sample("masukan_terkirim", reference="GB-7K3M-92QF"),
    sample("status", good=True, parts={"masuk": "baik", "mail": "baik", "sms": "baik"}, incidents=(), checked=NOON),
    sample(
        "status",
        "gangguan",
        good=False,
        parts={"masuk": "baik", "mail": "lambat", "sms": "gangguan"},
        incidents=(Announcement("SMS ke sebagian nomor datang lebih lambat.", "incident"),),
        checked=NOON,
    ),
    sample(
        "kesalahan",
        title=Message("kesalahan.klien.judul"),
        text=Message("kesalahan.klien.isi"),
        next="",
        next_label="",
        reference="01hf3k9w2v",
    ),
    sample(
        "kesalahan",
        "lanjut",
        title=Message("kesalahan.atur_ulang.judul"),
        text=Message("kesalahan.atur_ulang.isi"),
        next="/lupa-kata-sandi",
        next_label=Message("lupa.tombol"),
        reference="",
    ),
    sample(
        "kesalahan",
        "terlalu_lama",
        title=Message("kesalahan.terlalu_lama.judul", layanan="Saldo JHT"),
        text=Message("kesalahan.terlalu_lama.isi", layanan="Saldo JHT"),
        next="https://saldo.contoh.go.id/",
        next_label=Message("kesalahan.kembali", layanan="Saldo JHT"),
        reference="",
    ),
    sample(
        "kesalahan",
        "lambat",
        title=Message("kesalahan.lambat.judul"),
        text=Message("kesalahan.lambat.isi"),
        next="",
        next_label="",
        reference="",
    ),
    sample(
        "form_post",
        action="https://saldo.contoh.go.id/masuk/kembali",
        fields={"code": "x" * 43, "state": '"><script>alert(1)</script>', "iss": "https://sso.contoh.go.id"},
        nonce="n0nce",
    ),
    sample("sibuk", retry_after=5, reference="01hf3k9w2v"),
)

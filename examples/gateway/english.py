"""gateway's sentences in English, by the Indonesian ones that its pages are written in."""

ENGLISH = {
    "Bayar iuran": "Pay contributions",
    "Terima kasih.": "Thank you.",
    "sudah dibukukan ke": "booked to",
    "Kode iuran ada di halaman saldo. Anda tidak perlu masuk: uang hanya bisa bertambah.": "The payment code is on the balance page. You need not sign in: money can only be added.",
    "Kode iuran": "Payment code",
    "Jumlah (rupiah)": "Amount (rupiah)",
    "Bayar": "Pay",
    "Kode iuran tidak dikenal.": "Nobody has this payment code.",
    "Periksa kode (15 angka) dan jumlah (paling sedikit Rp10.000).": "Check the code (15 digits) and the amount (at least Rp10.000).",
    "Belum bisa dibayar": "Cannot be paid yet",
    "Layanan saldo menolak permintaan kami.": "The balance service refused our request.",
    "Layanan pembayaran sedang tidak dapat dihubungi.": "The payment service cannot be reached right now.",
}

"""mitra's sentences in English, by the Indonesian ones that its pages are written in."""

ENGLISH = {
    "Perusahaan Anda": "Your companies",
    "Anda belum tercatat sebagai wakil perusahaan. Minta perusahaan Anda mendaftarkan Anda, lalu masuk lagi.": "You do not act for any company yet. Ask your company to register you, then sign in again.",
    "Peran Anda": "Your role",
    "Pekerja": "Workers",
    "orang": "people",
    "Iuran bulan ini, jatuh tempo tanggal 15.": "This month's contributions, due on the 15th.",
    "Semua perusahaan": "All companies",
    "Portal perusahaan": "Employer portal",
    "Untuk petugas yang mengurus iuran pekerja. Siapkan aplikasi autentikator atau passkey: kode SMS tidak diterima di sini.": "For those who pay workers' contributions. Have an authenticator app or a passkey ready: codes by SMS are not accepted here.",
    "Perusahaan saya": "My companies",
    "Belum masuk": "Not signed in",
    "Anda membatalkan, atau permintaannya kedaluwarsa.": "You called it off, or the request expired.",
    "Pasang aplikasi autentikator atau passkey di halaman akun. SMS tidak cukup.": "Add an authenticator app or a passkey on your account page. SMS is not enough.",
    "Bukan perusahaan Anda": "Not your company",
    "Anda tidak tercatat mewakili perusahaan itu.": "You do not act for that company.",
}

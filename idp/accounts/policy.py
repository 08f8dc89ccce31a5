"""What a password must be. Pure: a policy, a password, what is known of its owner; out comes why not, or nothing.

Three presets, since the rules in force contradict each other: the national agency's regulation wants a mix of
characters and a term, NIST SP 800-63B-4 section 3.1.1.2 forbids to ask for either. `hybrid` takes the mix, or a phrase
of 20 characters without it, and reminds instead of forcing. The version is stored with each password: whoever changes
a rule gives the preset a new version, and leaves it open which passwords were chosen under the old one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from idp.accounts import birthday, guessable
from idp.theme.language import Message

UPPER, LOWER, DIGIT, SYMBOL = "besar", "kecil", "angka", "simbol"
CLASSES = (UPPER, LOWER, DIGIT, SYMBOL)

OFF, REMIND, FORCE = "off", "remind", "force"
MAX_PASSWORD = 256
"""What is longer is nobody's, whatever the policy, and not worth hashing (T34)."""

_MIN_WORD = 4
_MIN_DIGITS = 6
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Owner:
    """What is known of the person, in the spelling of `idp.accounts.contact`; all of it makes a password guessable.

    `birthdate` is `YYYY-MM-DD`, or `0000-MM-DD` where nobody knows the year.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    kpj: str = ""
    nik: str = ""
    birthdate: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One set of rules. Lengths count code points after NFC; `max_age_days` and `expiry_mode` say what a term does.

    `min_single` holds where the password is the only factor, `min_mfa` where the account has a second one. From
    `phrase_min` on no classes are asked. `history` is how many earlier passwords are refused: 1 means the present one.
    `breaks` names the rules of others that this preset breaks on purpose.
    """

    version: str
    min_single: int
    min_mfa: int
    phrase_min: int | None
    classes_required: int
    max_age_days: int | None
    expiry_mode: str  # off | remind | force
    history: int
    breaks: tuple[str, ...]

    def judge(self, password: str, owner: Owner, *, second_factor: bool = False) -> Message | None:
        """Why the password is refused, None if it is good. One reason at a time, the one that is mended first."""
        password = normalise(password)
        shortest = self.min_mfa if second_factor else self.min_single
        if not password:
            return Message("pw.kosong")
        if len(password) < shortest:
            return Message("pw.panjang", n=shortest)
        if len(password) > MAX_PASSWORD:
            return Message("pw.terlalu_panjang")
        missing = self._missing(password)
        if missing:
            kinds = tuple(Message(f"jenis.{kind}") for kind in missing)
            return Message("pw.campur", jenis=kinds) if self.phrase_min else Message("pw.campur_wajib", jenis=kinds)
        # Before the owner's own data: the printed example would otherwise be excused as somebody's name.
        if guessable.printed(password):
            return Message("pw.umum")
        if personal(password, owner):
            return Message("pw.pribadi")
        if _guessable(password, owner):
            return Message("pw.umum")
        return None

    def due(self, changed_at: int, now: int) -> str:
        """Whether a password chosen at `changed_at` has reached its term: `off` if not, else `remind` or `force`."""
        if self.max_age_days is None or now - changed_at < self.max_age_days * _DAY:
            return OFF
        return self.expiry_mode

    def _missing(self, password: str) -> list[str]:
        if self.phrase_min is not None and len(password) >= self.phrase_min:
            return []
        present = set(map(_class, password))
        missing = [kind for kind in CLASSES if kind not in present]
        return missing[: max(0, self.classes_required - len(present))]


PRESETS = {
    policy.version.rpartition("-")[0]: policy
    for policy in (
        Policy(
            "hybrid-2",
            min_single=12,
            min_mfa=12,
            phrase_min=20,
            classes_required=4,
            max_age_days=180,
            expiry_mode=REMIND,
            history=5,
            breaks=("NIST: 15 characters where the password is alone", "NIST: no mix of characters"),
        ),
        Policy(
            "nist-2",
            min_single=15,
            min_mfa=8,
            phrase_min=None,
            classes_required=0,
            max_age_days=None,
            expiry_mode=OFF,
            history=1,
            breaks=("BSSN 4/2021 article 27: a mix of characters", "BSSN 4/2021 article 27: a term"),
        ),
        Policy(
            "seed-bssn-2",
            min_single=12,
            min_mfa=12,
            phrase_min=None,
            classes_required=4,
            max_age_days=180,
            expiry_mode=FORCE,
            history=5,
            breaks=(
                "NIST: 15 characters where the password is alone",
                "NIST, ASVS 6.2.5: no mix of characters",
                "NIST, ASVS 6.2.10: no periodic change",
            ),
        ),
    )
}


def normalise(password: str) -> str:
    """The form that is counted, judged and hashed: NFC, nothing else changed, nothing cut off.

    Keyboards differ in how they send an accented letter (NIST SP 800-63B-4 section 3.1.1.2).
    """
    return unicodedata.normalize("NFC", password)


def _guessable(password: str, owner: Owner) -> bool:
    return (
        guessable.leaked(password)
        or guessable.word_with_affix(password)
        or guessable.pattern(password)
        or guessable.weak(password, list(_words(owner)))
    )


def personal(password: str, owner: Owner) -> bool:
    """Whether the password holds a piece of what is known of its owner."""
    spellings = {guessable.folded(password), guessable.fold(password)}
    if any(word in spelling for word in _words(owner) for spelling in spellings):
        return True
    text = guessable.folded(password)
    # Separators between digits are what people put in to make a number look like something else.
    digits = re.sub(r"[\W_]+", "", text)
    if any(piece in digits for piece in _numbers(owner)):
        return True
    return bool(owner.birthdate) and birthday.within(text, owner.birthdate)


def adds(before: Owner, after: Owner) -> bool:
    """Whether a password that was judged with `before` has to be judged again with `after`, which may name what it contains.

    A longer spelling of something known before adds nothing: a password with it would hold the shorter one too.
    """
    known = list(_pieces(before))
    return any(not any(old in new for old in known) for new in _pieces(after))


def _pieces(owner: Owner) -> Iterator[str]:
    yield from _words(owner)
    yield from _numbers(owner)
    if owner.birthdate:
        yield owner.birthdate


def _words(owner: Owner) -> Iterator[str]:
    local = owner.email.partition("@")[0]
    for text in (owner.name, local):
        for word in re.split(r"[^a-z]+", guessable.folded(text)):
            if len(word) >= _MIN_WORD:
                yield word
    if len(local) >= _MIN_WORD:
        yield guessable.folded(local)


def _numbers(owner: Owner) -> Iterator[str]:
    for number in (owner.phone.lstrip("+"), owner.kpj, owner.nik):
        for start in range(len(number) - _MIN_DIGITS + 1):
            yield number[start : start + _MIN_DIGITS]


def _class(character: str) -> str:
    if character.isupper():
        return UPPER
    if character.islower():
        return LOWER
    return DIGIT if character.isdecimal() else SYMBOL

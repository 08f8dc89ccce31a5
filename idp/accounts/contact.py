"""Contacts as people type them, and the one spelling under which they are kept and found. Pure.

Two spellings of one address must never be two accounts, nor one spelling two addresses (T26). So what has more than
one reading is refused instead of guessed: an email address is ASCII, since `ı`, `İ` and full-width letters fold into
others; a mobile number ends as E.164.
"""

import re
import unicodedata

from idp.accounts.account import EMAIL, PHONE

MAX_EMAIL = 254

_EMAIL = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_INDONESIAN_MOBILE = re.compile(r"8[1-35-9]\d{7,10}")
_FOREIGN = re.compile(r"\+[1-9]\d{7,14}")
_SEPARATORS = str.maketrans("", "", " .-()\t\u2010\u2011\u2012\u2013")


class NotAContact(ValueError):
    """What was typed is no such contact; `key` is the message that says what to type."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def normalise_email(text: str) -> str:
    """The whole address in small letters; NotAContact("email") for anything doubtful.

    Providers treat `Budi@` and `budi@` as one mailbox; the few that do not cannot be used to make two accounts of it.
    """
    text = _visible(text).strip()
    if len(text) > MAX_EMAIL or not _EMAIL.fullmatch(text):
        raise NotAContact("email")
    return text.lower()


def normalise_phone(text: str) -> str:
    """A mobile number as E.164: `08…`, `8…`, `62…`, `+62…`, or `+` and another country's.

    NotAContact("hp") for what is no number, NotAContact("hp.rumah") for an Indonesian number that takes no SMS.
    """
    number = _visible(text).translate(_SEPARATORS)
    if not number.isascii() or not re.fullmatch(r"\+?\d{8,16}", number):
        raise NotAContact("hp")
    if number.startswith("+") and not number.startswith("+62"):
        if not _FOREIGN.fullmatch(number):
            raise NotAContact("hp")
        return number
    # In this order: a number that begins with 62 is never a national one, since all of those begin with 8.
    national = number.removeprefix("+").removeprefix("62").removeprefix("0")
    if not _INDONESIAN_MOBILE.fullmatch(national):
        raise NotAContact("hp.rumah" if re.fullmatch(r"[2-7]\d{6,10}", national) else "hp")
    return "+62" + national


def normalise(text: str) -> tuple[str, str] | None:
    """(kind, spelling) of an identifier for sign-in: an email address or a mobile number; None if it is neither."""
    for kind, read in ((EMAIL, normalise_email), (PHONE, normalise_phone)):
        try:
            return kind, read(text)
        except NotAContact:
            continue
    return None


def _visible(text: str) -> str:
    """Without the invisible characters that come along when a number is copied from a chat."""
    return "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cc"))

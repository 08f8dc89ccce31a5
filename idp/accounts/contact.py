"""What people type about themselves, brought to one spelling: names, addresses, numbers; and how to show them masked.

One spelling means one key: two texts that a mail server or a network would treat as the same address come out equal,
and what could pass for another address without being it (`ı` for `i`) is refused (T26). Mail and SMS only ever go to
the spelling that came out, never to the text as it was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberType

EMAIL, PHONE, KPJ, NIK = "email", "phone", "kpj", "nik"
MAX_NAME = 60
# Nothing that people type here is longer; what is, is not looked at.
_MAX_TYPED = 320
_SEPARATORS = re.compile(r"[\s.\-()/]+")
_MOBILE_HERE = re.compile(r"8[1-35-9]\d{7,10}")
# Where most people here have their mail; the first that is near is suggested.
_SUGGESTED = (
    "gmail.com", "yahoo.com", "yahoo.co.id", "outlook.com", "hotmail.com", "icloud.com", "ymail.com", "rocketmail.com",
)  # fmt: skip
_MAILBOXES = frozenset((*_SUGGESTED, "mail.com", "email.com", "live.com", "outlook.co.id", "ymail.co.id"))
_REACHABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class NotAContact(Exception):
    """The text is no name, address or number of its kind; `key` names the sentence of the catalogue that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def normalise_name(text: str) -> str:
    """A name as on an identity card: 1 to 60 Latin letters and `' . , -`; one word is enough. Raises NotAContact."""
    if len(text) > _MAX_TYPED:
        raise NotAContact("nama")
    spelled = " ".join(_visible(unicodedata.normalize("NFC", text)).replace("’", "'").split())
    if not 0 < len(spelled) <= MAX_NAME or not any(map(str.isalpha, spelled)):
        raise NotAContact("nama")
    if not all(character in " '.,-" or _latin(character) for character in spelled):
        raise NotAContact("nama")
    return spelled


def normalise_email(text: str) -> str:
    """An address in lower case, its domain in IDNA form, at most 254 characters. Raises NotAContact.

    Compatibility forms (full-width letters, the Kelvin sign) become the letters that they stand for; other letters
    beyond ASCII are refused before the `@`.
    """
    if len(text) > _MAX_TYPED:
        raise NotAContact("email")
    spelled = "".join(_visible(unicodedata.normalize("NFKC", text)).split()).casefold()
    try:
        checked = validate_email(spelled, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotAContact("email") from None
    address = (checked.ascii_email or "").casefold()
    if not address or len(address) > 254:
        raise NotAContact("email")
    return address


def normalise_phone(text: str) -> str:
    """A number that can receive SMS, in E.164. Raises NotAContact, which tells a landline apart.

    Without a country it is Indonesian: `08…`, `8…` and `62…`. The bare `62` is handled here, since a library that
    guesses may take it for the beginning of a local number.
    """
    typed = digits(text)
    abroad = typed.startswith("+")
    number = typed.removeprefix("+")
    if not number.isascii() or not number.isdigit():
        raise NotAContact("hp")
    if abroad and not number.startswith("62"):
        return _foreign(number)
    national = number.removeprefix("62") if abroad or number.startswith("62") else number
    national = national.removeprefix("0")
    if _MOBILE_HERE.fullmatch(national):
        return f"+62{national}"
    raise NotAContact("hp.rumah" if _landline(f"+62{national}") else "hp")


def digits(text: str) -> str:
    """What is left of a typed number without spaces, dots, hyphens and what nobody sees; digits, if it was a number."""
    return _SEPARATORS.sub("", _visible(unicodedata.normalize("NFKC", text[:_MAX_TYPED])))


def normalise_kpj(text: str, pattern: str) -> str | None:
    """A participant number of the operator's `pattern` (`kpj_pattern`), None for an empty field. Raises NotAContact."""
    number = digits(text)
    if not number:
        return None
    if not number.isascii() or not re.fullmatch(pattern, number):
        raise NotAContact("kpj")
    return number


def normalise_nik(text: str) -> str:
    """Sixteen digits; `idp.accounts.nik` tells whether they can be a NIK, and the lookup whose. Raises NotAContact."""
    number = digits(text)
    if len(number) != 16 or not number.isascii() or not number.isdigit():
        raise NotAContact("nik.format")
    return number


def normalise_passport(text: str) -> str:
    """A passport number: 6 to 12 letters and digits, in capitals. Raises NotAContact."""
    number = digits(text).upper()
    if not re.fullmatch(r"[A-Z0-9]{6,12}", number):
        raise NotAContact("paspor")
    return number


def meant(address: str) -> str | None:
    """The address that was probably meant, when its domain is a slip of one or two keys from one that everybody uses.

    A question, never a verdict: `mail.com` exists.
    """
    local, _, domain = address.rpartition("@")
    if domain in _MAILBOXES:
        return None
    near = [known for known in _SUGGESTED if _slips(domain, known) <= (1 if len(known) < 9 else 2)]
    return f"{local}@{near[0]}" if near else None


def readings(text: str, kpj_pattern: str) -> list[tuple[str, str]]:
    """Everything that one field "email, mobile, NIK or participant number" may mean, as (kind, spelling), the likeliest first.

    Eleven digits that begin with 08 are a number of either kind; no text has more than two readings.
    """

    def kpj(typed: str) -> str | None:
        return normalise_kpj(typed, kpj_pattern)

    return [*_understood(text, {EMAIL: normalise_email, PHONE: normalise_phone, KPJ: kpj, NIK: normalise_nik})]


def normalise(text: str) -> tuple[str, str] | None:
    """An address or a mobile number as (kind, spelling), None if it is neither."""
    return next(_understood(text, {EMAIL: normalise_email, PHONE: normalise_phone}), None)


def masked(contact: str) -> str:
    """An address or a number in E.164, masked."""
    if "@" in contact:
        return masked_email(contact)
    return masked_phone(contact) if contact else ""


def masked_email(address: str) -> str:
    """`b***@contoh.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def masked_phone(number: str) -> str:
    """`0812****7890` for a number of this country, `+65****4567` for one from abroad."""
    known = f"0{number[3:6]}" if number.startswith("+62") else number[:3]
    return f"{known}****{number[-4:]}"


def country(number: str) -> str:
    """The country prefix of a number in E.164, `+62`; the gateway's breaker counts by it."""
    return f"+{phonenumbers.parse(number).country_code}"


def _understood(text: str, readers: Mapping[str, Callable[[str], str | None]]) -> Iterator[tuple[str, str]]:
    """What each kind makes of a text, where it makes anything of it."""
    for kind, read in readers.items():
        try:
            value = read(text)
        except NotAContact:
            continue
        if value:
            yield kind, value


def _foreign(typed: str) -> str:
    try:
        number = phonenumbers.parse(f"+{typed}")
    except NumberParseException:
        raise NotAContact("hp") from None
    if not phonenumbers.is_valid_number(number):
        raise NotAContact("hp")
    if phonenumbers.number_type(number) not in _REACHABLE:
        raise NotAContact("hp.rumah")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _slips(typed: str, meant: str) -> int:
    """Keys missed, added, changed or swapped between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _landline(number: str) -> bool:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.FIXED_LINE
    except NumberParseException:
        return False


def _latin(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


def _visible(text: str) -> str:
    """Without what nobody sees and keyboards still send: zero-width characters, marks of direction, controls."""
    return "".join(
        character for character in text if unicodedata.category(character) not in {"Cf", "Cc"} or character in "\t\n"
    )

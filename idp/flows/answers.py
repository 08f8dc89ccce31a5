"""What is typed on each step of a registration, read and judged. Pure: answers in the house's spelling, or what is wrong."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from idp.accounts import birthdate, contact, declared, nik
from idp.accounts.draft import Answers
from idp.base.settings import Settings
from idp.theme.language import Message

Judged = tuple[dict[str, Any], dict[str, Message]]
"""New values by the name that `Answers` gives them, and errors by field in the order of the page. With errors, no values."""

WHO, CONTACT, MEMBERSHIP, DOCUMENTS, PASSWORD, CHECK = (
    "data-diri", "kontak", "kepesertaan", "dokumen", "kata-sandi", "periksa",
)  # fmt: skip
STEPS = (WHO, CONTACT, MEMBERSHIP, DOCUMENTS, PASSWORD, CHECK)
FIRST = ("email", "sms")


def missing(answers: Answers) -> str:
    """The first step that is not answered yet; the last one looks at all of them."""
    answered = {
        WHO: answers.name and answers.birthdate and (answers.nik or answers.passport),
        CONTACT: answers.email and answers.phone,
        MEMBERSHIP: answers.category,
        DOCUMENTS: answers.documents,
        PASSWORD: answers.password_hash,
    }
    return next((step for step, done in answered.items() if not done), CHECK)


def who(typed: Mapping[str, str], confirmed: bool, now: int) -> Judged:
    """Name, number and birth date. A number that was issued for another date is told first, and taken when it is confirmed."""
    errors: dict[str, Message] = {}
    number, passport = "", ""
    if typed["passport"].strip() and not typed["nik"].strip():
        passport = _read(errors, "passport", lambda: contact.normalise_passport(typed["passport"]))
    else:
        number = _read(errors, "nik", lambda: nik.read(typed["nik"]).number)
    name = _read(errors, "name", lambda: contact.normalise_name(typed["name"]))
    day, month, year = (typed[f"birth_{part}"] for part in ("day", "month", "year"))
    born = _read(errors, "birth_day", lambda: birthdate.read(day, month, year, now).isoformat())
    if number and born and not confirmed and not nik.read(number).born(date.fromisoformat(born)):
        errors = {"nik": Message("nik.dob")}
    values = {"name": name, "nik": number, "passport": passport, "birthdate": born, "confirmed": confirmed}
    return ({}, errors) if errors else (values, {})


def contacts(typed: Mapping[str, str]) -> Judged:
    """Mobile number and address, and which of them the activation goes to first."""
    errors: dict[str, Message] = {}
    phone = _read(errors, "phone", lambda: contact.normalise_phone(typed["phone"]))
    email = _read(errors, "email", lambda: contact.normalise_email(typed["email"]))
    first = typed["first"] if typed["first"] in FIRST else FIRST[0]
    return ({}, errors) if errors else ({"phone": phone, "email": email, "first": first}, {})


def membership(settings: Settings, typed: Mapping[str, str]) -> Judged:
    """What kind of participant, as people say it themselves; nobody is asked whether the number exists."""
    errors: dict[str, Message] = {}
    if typed["category"] not in declared.CATEGORIES:
        errors["category-PU"] = Message("kepesertaan.pilih")
    number = _read(errors, "kpj", lambda: contact.normalise_kpj(typed["kpj"], settings.kpj_pattern) or "")
    return ({}, errors) if errors else ({"category": typed["category"], "kpj": number}, {})


def _read(errors: dict[str, Message], field: str, reader: Callable[[], str]) -> str:
    try:
        return reader()
    except contact.NotAContact as fault:
        errors[field] = Message(fault.key)
        return ""

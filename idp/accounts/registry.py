"""The question to a registry of participants, and its answer, as the operator's settings describe them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from idp.accounts import contact
from idp.accounts.membership import ACTIVE, CATEGORIES, INACTIVE, Employer, Membership
from idp.base.settings import Registry
from idp.base.template import fill, in_json, in_url

MATCH, MISMATCH, UNKNOWN = "match", "mismatch", "unknown"
_MAX_CODE = 32
_MAX_LISTED = 50


class Garbage(Exception):
    """The registry said something that its settings do not explain; the text names the place, never a value."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask about."""

    nik: str = field(repr=False)
    name: str = field(repr=False)
    birthdate: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """The question as one HTTP request."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`verdict` is match, mismatch or unknown; `reason` the registry's code of a difference; no membership: no participant."""

    verdict: str
    reason: str = ""
    deceased: bool = False
    membership: Membership | None = field(default=None, repr=False)


def call(settings: Registry, question: Question) -> Call:
    """The request that asks it. The settings have a URL."""
    assert settings.url is not None
    values = {
        "nik": question.nik,
        "name": question.name,
        "birthdate": question.birthdate,
        "number": question.number,
    }
    headers = {name: fill(text, values, in_url) for name, text in settings.headers.items()}
    body = None
    if settings.method == "POST":
        body = fill(settings.body, values, in_json if "json" in settings.content_type else in_url).encode()
        headers["Content-Type"] = settings.content_type
    if settings.authorization is not None:
        headers["Authorization"] = settings.authorization.get_secret_value()
    return Call(settings.method, fill(settings.url, values, in_url), headers, body)


def answer(settings: Registry, kpj_pattern: str, body: bytes) -> Answer:
    """What a body of a 200 means; its participant numbers are of the operator's `kpj_pattern`. Raises Garbage."""
    try:
        document = orjson.loads(body)
    except ValueError:
        raise Garbage("no JSON") from None
    verdict = _at(document, settings.result)
    deceased = _at(document, settings.deceased)
    if deceased not in (None, True, False):
        raise Garbage("deceased is no boolean")
    if verdict == settings.match:
        return Answer(MATCH, deceased=bool(deceased), membership=_membership(settings, kpj_pattern, document))
    if verdict == settings.mismatch:
        reason = _at(document, settings.reason)
        return Answer(MISMATCH, _code(reason, "reason") if reason is not None else "")
    if verdict == settings.unknown:
        return Answer(UNKNOWN)
    raise Garbage("no verdict that we know")


def _membership(settings: Registry, kpj_pattern: str, document: Any) -> Membership | None:
    listed = _list(_at(document, settings.numbers), "numbers")
    employers = tuple(
        Employer(_code(_at(one, settings.npp), "npp"), _code(_at(one, settings.role), "role"))
        for one in _list(_at(document, settings.employers), "employers")
    )
    if not listed and not employers:
        return None
    category = _at(document, settings.category)
    if category not in CATEGORIES:
        raise Garbage("no category that we know")
    status = ACTIVE if _at(document, settings.status) == settings.active else INACTIVE
    return Membership(tuple(dict.fromkeys(_number(one, kpj_pattern) for one in listed)), category, status, employers)


def _number(value: Any, pattern: str) -> str:
    try:
        number = contact.normalise_kpj(value, pattern) if isinstance(value, str) else None
    except contact.NotAContact:
        number = None
    if number is None:
        raise Garbage("a participant number is none")
    return number


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MAX_LISTED:
        raise Garbage(f"{name} is no list, or too long a one")
    return value


def _code(value: Any, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_CODE or not value.isprintable():
        raise Garbage(f"{name} is no short text")
    return value


def _at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    here = document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(here, list) and name.isascii() and name.isdigit() and int(name) < len(here):
            here = here[int(name)]
        elif isinstance(here, dict):
            here = here.get(name)
        else:
            return None
    return here

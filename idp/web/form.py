"""A form, and an address, as a browser sends it, read strictly: UTF-8, each field once, no more fields than a page of ours could have."""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.requests import Request

from idp.base.errors import PageFault

_MAX_FIELDS = 64


class Form:
    """A submitted form, already checked. A field that was not sent reads as empty."""

    def __init__(self, fields: Mapping[str, list[str]], files: Mapping[str, bytes] | None = None) -> None:
        self._fields = fields
        self._files = files or {}

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str:
        """The value of a field, as typed."""
        values = self._fields.get(name)
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field that may be repeated."""
        return self._fields.get(name, [])

    def file(self, *names: str) -> tuple[str, bytes]:
        """The first of these fields that holds a file, with it; the first of all, with nothing, when none was chosen."""
        return next(((name, content) for name in names if (content := self._files.get(name, b""))), (names[0], b""))

    def typed(self, *names: str) -> dict[str, str]:
        """Fields to show again after an error; never name a password or a code here."""
        return {name: self.text(name) for name in names}


def parse(content_type: str, body: bytes, repeated: Collection[str]) -> Form:
    """An HTML form; PageFault when it is malformed. Any other content type holds no field, and so no form token either."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return Form({})
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise PageFault("kesalahan.permintaan", "malformed form") from None
    for name, value in pairs:
        # PostgreSQL has no text with NUL, and no keyboard has the key.
        if "\x00" in value or (name in fields and name not in repeated):
            raise PageFault("kesalahan.permintaan", "repeated field or NUL in a form")
        fields.setdefault(name, []).append(value)
    return Form(fields)


def identified(text: str) -> UUID:
    """The id that a button or an address of ours holds; PageFault for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise PageFault("kesalahan.permintaan", "not an id") from None


def query(request: Request, name: str) -> str:
    """A parameter of the address, empty when absent; PageFault when it is there twice or holds NUL."""
    parameters: QueryParams = request.query_params
    values = parameters.getlist(name)
    if len(values) > 1 or any("\x00" in value for value in values):
        raise PageFault("kesalahan.permintaan", "repeated parameter or NUL")
    return values[0] if values else ""

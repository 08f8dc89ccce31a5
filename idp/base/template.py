"""Templates of calls to an operator's own interfaces: places are filled in once, each value as its surroundings need."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

_PLACE = re.compile(r"\{(\w+)\}")


def fill(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """The template with the places that `values` names filled in; anything else in braces stays, and no value is read as one."""
    return _PLACE.sub(lambda place: written(values[place[1]]) if place[1] in values else place[0], template)


def in_json(value: str) -> str:
    """Inside the quotes of a JSON string."""
    return json.dumps(value)[1:-1]


def in_url(value: str) -> str:
    """Inside a query, a form body or a header."""
    return quote(value, safe="")

"""One message through one gateway: a template, filled in and sent, whatever HTTP interface the operator's provider has."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from idp.base.settings import Gateway
from idp.clients.outbound import Caller, OutboundFault
from idp.jobs.undelivered import Undelivered

_PLACE = re.compile(r"\{(to|text|id)\}")


async def send(caller: Caller, gateway: Gateway, values: Mapping[str, str]) -> None:
    """Hand over one message; `values` are `to`, `text` and `id`. Undelivered if the gateway did not take it."""
    assert gateway.url is not None
    body = None
    headers: dict[str, str] = {}
    if gateway.method == "POST":
        body = fill(gateway.body, values, _in_json if "json" in gateway.content_type else _in_url).encode()
        headers["Content-Type"] = gateway.content_type
    if gateway.authorization is not None:
        headers["Authorization"] = gateway.authorization.get_secret_value()
    try:
        answer = await caller.operators(
            gateway.method, fill(gateway.url, values, _in_url), body, headers, gateway.timeout
        )
    except OutboundFault as fault:
        raise Undelivered(f"the SMS gateway cannot be reached: {fault}") from None
    if not 200 <= answer.status < 300:
        # 4xx but for "too many" judges this message: it will not be liked better later (RFC 9110 section 15.5).
        refused = 400 <= answer.status < 500 and answer.status not in (401, 403, 408, 429)
        raise Undelivered(f"the SMS gateway answers {answer.status}", final=refused, blame=not refused)


def fill(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """The template with its places filled, each value `written` as its surroundings need; a value is never read as a template."""
    return _PLACE.sub(lambda place: written(values[place[1]]), template)


def _in_json(value: str) -> str:
    """Inside the quotes of a JSON string."""
    return json.dumps(value)[1:-1]


def _in_url(value: str) -> str:
    """Inside a query or a form body."""
    return quote(value, safe="")

"""SMS through whatever HTTP interface the operator's provider has: a template, filled in and sent."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from idp.base.settings import Sms
from idp.clients.outbound import OutboundFault
from idp.jobs.files import drop
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store.outbox import Item

_PLACE = re.compile(r"\{(to|text|id)\}")


async def deliver(provider: Provider, item: Item) -> None:
    """Send one SMS; Undelivered if the gateway did not take it."""
    sms = provider.settings.sms
    values = {"to": str(item.payload["to"]), "text": str(item.payload["text"]), "id": str(item.id)}
    if sms.url is not None:
        await _send(provider, sms, sms.url, values)
    elif provider.settings.dev:
        text = f"To: {values['to']}\n\n{values['text']}\n"
        await asyncio.to_thread(drop, provider.settings.var, item, ".txt", text.encode())
    else:
        raise Undelivered("no SMS gateway: set IDP_SMS__URL")


async def _send(provider: Provider, sms: Sms, url: str, values: Mapping[str, str]) -> None:
    body = None
    headers: dict[str, str] = {}
    if sms.method == "POST":
        body = fill(sms.body, values, _in_json if "json" in sms.content_type else _in_url).encode()
        headers["Content-Type"] = sms.content_type
    if sms.authorization is not None:
        headers["Authorization"] = sms.authorization.get_secret_value()
    try:
        answer = await provider.caller.operators(sms.method, fill(url, values, _in_url), body, headers, sms.timeout)
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

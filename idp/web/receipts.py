"""What message gateways call: `/receipts/NAME`, one for each that has a token for it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson

from idp.base.errors import InvalidRequest
from idp.base.opaque import same
from idp.base.settings import Gateway
from idp.flows import channels
from idp.provider import Provider
from idp.web import wire
from idp.web.shell import App, Receive, Scope, Send

_MOST = 100


def routes(provider: Provider) -> dict[str, App]:
    """Path → endpoint."""
    return {
        f"/receipts/{name}": _endpoint(provider, name, gateway)
        for name, gateway in provider.settings.routes().items()
        if gateway.receipts is not None
    }


def _endpoint(provider: Provider, name: str, gateway: Gateway) -> App:
    """204 for every receipt that can be read, whether or not the message is known: a second copy is no fault."""
    assert gateway.receipts is not None
    expected = gateway.receipts.get_secret_value()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if not same(wire.bearer(scope) or "", expected):
            return await wire.answer_challenge(send, None)
        for item, state in await _read(scope, receive, gateway):
            if state in gateway.receipt_arrived or state in gateway.receipt_lost:
                await channels.receipt(provider, name, item, arrived=state in gateway.receipt_arrived)
        await wire.answer(send, 204, b"", *wire.NO_STORE)

    return wire.posted(answer)


async def _read(scope: Scope, receive: Receive, gateway: Gateway) -> list[tuple[UUID, str]]:
    """(message, what became of it) from a JSON object, a list of them, or a form."""
    if wire.is_form(scope):
        found: Any = (await wire.read_form(scope, receive)).values
    else:
        try:
            found = orjson.loads(await wire.read_body(receive))
        except ValueError:
            raise InvalidRequest("send JSON or a form") from None
    reports = found if isinstance(found, list) else [found]
    if len(reports) > _MOST:
        raise InvalidRequest("too many receipts at once")
    return list(_understood(reports, gateway))


def _understood(reports: list[Any], gateway: Gateway) -> Iterator[tuple[UUID, str]]:
    for report in reports:
        try:
            item = UUID(str(_member(report, gateway.receipt_id)))
        except ValueError:
            raise InvalidRequest("a receipt names no message of ours") from None
        yield item, str(_member(report, gateway.receipt_state))


def _member(report: Any, path: str) -> Any:
    for name in path.split("."):
        report = report.get(name) if isinstance(report, dict) else None
    return report

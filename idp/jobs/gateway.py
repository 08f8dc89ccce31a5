"""One message through one gateway: a template, filled in and sent, whatever HTTP interface the operator's provider has."""

from collections.abc import Mapping

from idp.base.settings import Gateway
from idp.base.template import fill, in_json, in_url
from idp.clients.outbound import Caller, OutboundFault
from idp.jobs.undelivered import Undelivered


async def send(caller: Caller, gateway: Gateway, values: Mapping[str, str]) -> None:
    """Hand over one message; `values` are `to`, `text` and `id`. Undelivered if the gateway did not take it."""
    assert gateway.url is not None
    body = None
    headers: dict[str, str] = {}
    if gateway.method == "POST":
        body = fill(gateway.body, values, in_json if "json" in gateway.content_type else in_url).encode()
        headers["Content-Type"] = gateway.content_type
    if gateway.authorization is not None:
        headers["Authorization"] = gateway.authorization.get_secret_value()
    try:
        answer = await caller.operators(
            gateway.method, fill(gateway.url, values, in_url), body, headers, gateway.timeout
        )
    except OutboundFault as fault:
        raise Undelivered(f"the SMS gateway cannot be reached: {fault}") from None
    if not 200 <= answer.status < 300:
        # 4xx but for "too many" judges this message: it will not be liked better later (RFC 9110 section 15.5).
        refused = 400 <= answer.status < 500 and answer.status not in (401, 403, 408, 429)
        raise Undelivered(f"the SMS gateway answers {answer.status}", final=refused, blame=not refused)

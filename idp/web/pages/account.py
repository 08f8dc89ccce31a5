"""/akun: services, sessions, signing out everywhere."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from ua_parser import parse

from idp.accounts import policy
from idp.base.errors import PageFault
from idp.flows import passwords, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.sessions.session import Session
from idp.theme.language import Language, Message
from idp.theme.pages import ServiceRow, SessionRow, SignedOut
from idp.web.frame import Form, Frame, query

SignedInShow = Callable[[Request, Standing], Awaitable[Response]]


def routes(provider: Provider) -> list[BaseRoute]:
    """The account's own page."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        stands = await signed_in(frame, request)
        if stands is not None and passwords.due(provider, stands) == policy.FORCE:
            return frame.redirect("/akun/kata-sandi")
        return await _home(frame, request, stands) if stands else frame.redirect("/masuk")

    async def submit(request: Request, form: Form) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect("/masuk")
        if "end" in form:
            await security.end_one(provider, stands, _id(form.text("end")))
            return await _home(frame, request, stands, Message("akun.dikeluarkan"))
        if "disconnect" in form:
            await security.disconnect(provider, stands, form.text("disconnect")[:128])
            return await _home(frame, request, stands, Message("akun.diputuskan"))
        if "everywhere" in form:
            ended = await security.end_everywhere(provider, frame.visitor(request), stands)
            response = frame.redirect(f"/akun/keluar?sesi={quote(ended)}")
            frame.drop_session(response)
            return response
        raise PageFault("kesalahan.permintaan", "an account form without a button")

    async def ended(request: Request) -> Response:
        told = await security.confirmations(provider, frame.visitor(request), query(request, "sesi"))
        services = [SignedOut(name, state) for name, state in told]
        return frame.page(request, "keluar_selesai", services=services, next="")

    return [frame.door("/akun", show, submit), frame.door("/akun/keluar", ended)]


async def signed_in(frame: Frame, request: Request) -> Standing | None:
    """Who is signed in at this browser; None sends them to the sign-in."""
    return await security.present(frame.provider, frame.visitor(request))


async def _home(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    found = await security.home(frame.provider, stands)
    language = frame.language(request)
    return frame.page(
        request,
        "akun",
        name=stands.person.name,
        level=stands.person.identity_level,
        suggest_passkey=levels.PASSKEY not in stands.enrolled,
        notice=notice,
        services=[row for used in found.services if (row := _service(frame, used, language)) is not None],
        sessions=[_session(one, stands) for one in found.sessions],
    )


def _service(frame: Frame, used: security.Used, language: Language) -> ServiceRow | None:
    client = frame.provider.clients.known(used.client_id)
    if client is None:
        return None
    uri = str(client.metadata.get("client_uri") or "")
    return ServiceRow(
        client.localised_name(language.code), used.used, uri if uri.startswith("https://") else "", client.client_id
    )


def _session(one: Session, stands: Standing) -> SessionRow:
    return SessionRow(
        str(one.id),
        device(one.user_agent or ""),
        _vicinity(one.network or ""),
        one.created_at,
        one.seen_at,
        current=one.id == stands.session.id,
    )


def device(user_agent: str) -> str | Message:
    """Browser and system as people call them; what says neither is shown as it is, within reason."""
    seen = parse(user_agent)
    if seen.user_agent is None or seen.os is None:
        return user_agent[:40] or "–"
    return Message("akun.perangkat", peramban=seen.user_agent.family, sistem=seen.os.family)


def _vicinity(network: str) -> str:
    """The neighbourhood of an address: enough to recognise one's own, too little to look somebody up."""
    try:
        address = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return "–"
    return str(address.supernet(new_prefix=24 if address.version == 4 else 48))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise PageFault("kesalahan.permintaan", "not a session id") from None

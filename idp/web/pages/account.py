"""/akun: the account at a glance, and the deeds that its pages share."""

from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from idp.accounts import policy
from idp.base.errors import PageFault
from idp.base.opaque import b64decode
from idp.flows import consent, home, owner, passwords
from idp.grants import claims
from idp.grants.grant import Connection
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device as devices
from idp.sessions import levels, place
from idp.sessions.session import Session
from idp.theme.language import Language, Message
from idp.theme.records import ServiceRow, SessionRow
from idp.web.form import Form, identified
from idp.web.frame import Frame
from idp.web.pages.method_names import FACTORS
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to

# Each says something about another claim, and is not worth a line of its own.
_SILENT = frozenset({"email_verified", "phone_number_verified", "updated_at"})
_PLAIN = frozenset({"openid", *claims.SCOPE_CLAIMS})

Page = Callable[[Frame, Request, Standing, Message], Awaitable[Response]]


def routes(provider: Provider) -> list[BaseRoute]:
    """The account's own page, and the way to stay signed in."""
    frame = Frame(provider)
    return [
        OwnDoors(frame).door("/akun", _show, partial(deed, page=_home)),
        frame.door("/akun/tetap-masuk", post=_stay),
    ]


async def deed(frame: Frame, request: Request, stands: Standing, form: Form, *, page: Page) -> Response:
    """Do what a button of the account's pages says, and tell it on the page that it stands on."""
    if "everywhere" in form:
        ended = await home.end_everywhere(frame.provider, frame.visitor(request), stands)
        response = frame.redirect(f"/keluar/selesai?sesi={quote(ended)}")
        frame.cookies.drop_session(response)
        return response
    return await page(frame, request, stands, await _done(frame, request, stands, form))


async def _done(frame: Frame, request: Request, stands: Standing, form: Form) -> Message:
    provider, visitor = frame.provider, frame.visitor(request)
    if "end" in form:
        await home.end_one(provider, visitor, stands, identified(form.text("end")))
        return Message("akun.dikeluarkan")
    if "disconnect" in form:
        await consent.withdraw(provider, visitor, stands, form.text("disconnect")[:128])
        return Message("akun.diputuskan")
    if "forget" in form:
        await home.forget_device(provider, visitor, stands, _digest(form.text("forget")))
        return Message("perangkat.dilupakan")
    raise PageFault("kesalahan.permintaan", "an account form without a button")


async def _show(frame: Frame, request: Request, stands: Standing) -> Response:
    if passwords.due(frame.provider, stands) == policy.FORCE:
        return frame.redirect("/akun/kata-sandi")
    return await _home(frame, request, stands)


async def _home(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    found = await home.look(frame.provider, stands)
    language, here = frame.language(request), frame.visitor(request).network
    return frame.page(
        request,
        "akun",
        name=stands.person.name,
        level=stands.person.identity_level,
        ways=[name for name, factor in FACTORS.items() if factor in stands.enrolled],
        password_due=passwords.due(frame.provider, stands) == policy.REMIND,
        hidden=shown_to(stands),
        new_terms=found.terms_version != frame.provider.theme.notice_version,
        no_email=stands.person.email is None,
        unproven_phone="" if stands.person.phone_verified else language.contact(stands.person.phone or ""),
        suggest_passkey=levels.PASSKEY not in stands.enrolled,
        notice=notice,
        services=service_rows(frame, found.services, language),
        sessions=[session_row(one, stands, language, here) for one in found.sessions],
        password_since=found.methods.password_since,
        totp_since=found.methods.totp.created_at if found.methods.totp else None,
    )


async def _stay(frame: Frame, request: Request, form: Form) -> Response:
    provider = frame.provider
    until = await owner.stay(provider, frame.visitor(request))
    left, status = (0, 401) if until is None else (until - provider.clock.now(), 200)
    return JSONResponse({"left": left}, status, {"Cache-Control": "no-store"})


def service_rows(frame: Frame, used: list[Connection], language: Language) -> list[ServiceRow]:
    """Services as the pages list them; those that are no more are left out."""
    return [row for one in used if (row := _service(frame, one, language)) is not None]


def _service(frame: Frame, used: Connection, language: Language) -> ServiceRow | None:
    client = frame.provider.clients.known(used.client_id)
    if client is None:
        return None
    uri = str(client.metadata.get("client_uri") or "")
    told = dict.fromkeys([*claims.names(used.scope), *sorted(used.claims)])
    return ServiceRow(
        client.localised_name(language.code),
        used.used,
        uri if uri.startswith("https://") else "",
        client.client_id,
        used.since,
        tuple(name for name in told if name not in _SILENT and name in claims.CLAIMS),
        tuple(sorted(used.scope - _PLAIN)),
    )


def session_row(one: Session, stands: Standing, language: Language, here: str) -> SessionRow:
    """A session as the pages list it; `here` is the network that the page is read from."""
    return SessionRow(
        str(one.id),
        device(one.user_agent or ""),
        one.created_at,
        one.seen_at,
        current=one.id == stands.session.id,
        place=where(one.network, language, here),
    )


def device(user_agent: str) -> str | Message:
    """Browser and system as people call them; what says neither is shown as it is, within reason."""
    seen = devices.name(user_agent)
    if seen is None:
        return user_agent[:40] or Message("akun.perangkat_tanpa_nama")
    return Message("akun.perangkat", peramban=seen[0], sistem=seen[1])


def where(network: str | None, language: Language, here: str) -> str | Message:
    """Where something came from, in words: the country, and whether it is the connection that the page is read over.

    That is what people can tell by: the number of a network means nothing to them.
    """
    country = place.country(network)
    name = language.country(country) if country else Message("akun.tempat_tidak_diketahui")
    return Message("akun.dari_sini", tempat=name) if place.near(network, here) else name


def _digest(text: str) -> bytes:
    try:
        return b64decode(text[:64])
    except ValueError:
        raise PageFault("kesalahan.permintaan", "not a device") from None

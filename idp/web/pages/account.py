"""/akun: the account at a glance, and the deeds that its pages share."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from idp.accounts import policy
from idp.base.errors import PageFault
from idp.base.opaque import b64decode
from idp.flows import consent, home, passwords, security
from idp.grants import claims
from idp.grants.grant import Connection
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device as devices
from idp.sessions import levels, place
from idp.sessions.session import Session
from idp.theme.language import Language, Message
from idp.theme.records import ServiceRow, SessionRow, SignedOut
from idp.web.form import identified
from idp.web.frame import Form, Frame, query
from idp.web.pages.second_factor import NAMES
from idp.web.pages.waiting import to_confirm

# Each says something about another claim, and is not worth a line of its own.
_SILENT = frozenset({"email_verified", "phone_number_verified", "updated_at"})
_PLAIN = frozenset({"openid", *claims.SCOPE_CLAIMS})


def routes(provider: Provider) -> list[BaseRoute]:
    """The account's own page, what is seen after signing out everywhere, and the way to stay signed in."""
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
        done = await deed(frame, request, stands, form)
        return done if isinstance(done, Response) else await _home(frame, request, stands, done)

    async def ended(request: Request) -> Response:
        visitor, code = frame.visitor(request), frame.language(request).code
        told = await home.confirmations(provider, visitor, query(request, "sesi"), code)
        services = [SignedOut(name, state) for name, state in told]
        again = f"{frame.root}/akun/keluar?{request.url.query}"
        return frame.page(request, "keluar_selesai", services=services, next="", again=again)

    async def stay(request: Request, form: Form) -> Response:
        until = await home.stay(provider, frame.visitor(request))
        if until is None:
            return JSONResponse({"left": 0}, 401, {"Cache-Control": "no-store"})
        return JSONResponse({"left": until - provider.clock.now()}, headers={"Cache-Control": "no-store"})

    return [
        frame.door("/akun", show, submit),
        frame.door("/akun/keluar", ended),
        frame.door("/akun/tetap-masuk", post=stay),
    ]


async def signed_in(frame: Frame, request: Request) -> Standing | None:
    """Who is signed in at this browser; None sends them to the sign-in."""
    stands = await home.present(frame.provider, frame.visitor(request))
    if stands is not None:
        frame.receive(request, stands, home.ends_at(frame.provider, stands))
    return stands


async def confirmed(frame: Frame, request: Request, home: str, ticket: str = "") -> Standing | Response:
    """Who is signed in, once nothing is missing that has to be shown before a change; else the way to show it, and back to `home`.

    `home` and `ticket` as in `to_confirm`.
    """
    stands = await signed_in(frame, request)
    missing = levels.PASSWORD if stands is None else security.missing_to_change(frame.provider, stands)
    if stands is None or missing is not None:
        return frame.redirect(to_confirm(home, missing, ticket))
    return stands


async def deed(frame: Frame, request: Request, stands: Standing, form: Form) -> Response | Message:
    """Do what a button of the account's pages says: what to tell on the page, or where it goes instead."""
    provider = frame.provider
    if "end" in form:
        await home.end_one(provider, frame.visitor(request), stands, identified(form.text("end")))
        return Message("akun.dikeluarkan")
    if "disconnect" in form:
        await consent.withdraw(provider, frame.visitor(request), stands, form.text("disconnect")[:128])
        return Message("akun.diputuskan")
    if "forget" in form:
        await home.forget_device(provider, frame.visitor(request), stands, _digest(form.text("forget")))
        return Message("perangkat.dilupakan")
    if "everywhere" in form:
        ended = await home.end_everywhere(provider, frame.visitor(request), stands)
        response = frame.redirect(f"/akun/keluar?sesi={quote(ended)}")
        frame.drop_session(response)
        return response
    raise PageFault("kesalahan.permintaan", "an account form without a button")


async def _home(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    found = await home.look(frame.provider, stands)
    language, here = frame.language(request), frame.visitor(request).network
    return frame.page(
        request,
        "akun",
        name=stands.person.name,
        level=stands.person.identity_level,
        ways=[name for name, factor in NAMES.items() if factor in stands.enrolled],
        password_due=passwords.due(frame.provider, stands) == policy.REMIND,
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

"""/masuk/kode: what is asked beside the password, when a service or a change of one's own account needs it.

Every way that helps here is on the page, the best one open. Nothing is sent by looking at a page: a code leaves by the
button that says where it goes, and the step that is open stands in the address (`cara`), so Back and reload are safe.
"""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import interaction as flow
from idp.flows import second_factor
from idp.flows.second_factor import Paused, Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.pages import Method
from idp.web import metrics
from idp.web.frame import Form, Frame, query
from idp.web.pages.waiting import Waiting, answers, shown_to, turned_away, waiting

# The methods by the names that addresses, buttons and the catalogue give them.
NAMES = {"passkey": levels.PASSKEY, "totp": levels.TOTP, "sms": levels.SMS, "recovery": levels.RECOVERY}
_NAME_OF = {method: name for name, method in NAMES.items()}

# What a service is about to do, by the scope that lets it; the weightiest is told.
_DEEDS = ("klaim:ajukan", "iuran:bayar", "saldo:baca", "iuran:baca", "klaim:baca", "perusahaan", "identitas")


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await second_factor.present(provider, frame.visitor(request))
        if stands is None:
            return turned_away(frame, behind)
        methods = _methods(behind, stands)
        if not methods:
            return frame.redirect(behind.onward())
        if methods == (levels.PASSKEY,):
            return frame.redirect(_step(request, behind, page="/masuk/passkey"))
        return await _page(frame, request, behind, stands, methods)

    async def submit(request: Request, form: Form) -> Response:
        behind = await waiting(frame, request, form)
        stands = await second_factor.present(provider, frame.visitor(request))
        if "cancel" in form and behind.interaction is not None:
            return frame.respond(request, flow.declined(provider, behind.interaction))
        if stands is None:
            return turned_away(frame, behind)
        methods = _methods(behind, stands)
        if not methods or methods == (levels.PASSKEY,):
            return frame.redirect(behind.onward())
        if "sesi" in form and not answers(form, stands):
            return frame.redirect(_step(request, behind))
        if "method" in form:
            return await _choose(frame, request, behind, stands, methods, form.text("method"))
        if "resend" in form:
            return await _send(frame, request, behind, stands, methods)
        return await _prove(frame, request, behind, stands, methods, form.text("code"))

    return [frame.door("/masuk/kode", show, submit)]


async def _choose(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...], name: str
) -> Response:
    """Another way. By SMS the code leaves at once, unless one that still works did already: one press is enough."""
    method = NAMES.get(name)
    if method not in methods or method == levels.PASSKEY:
        raise PageFault("kesalahan.permintaan", "a method that is no help here")
    if method == levels.SMS and await second_factor.sent(frame.provider, stands.session.id, method) is None:
        return await _send(frame, request, behind, stands, methods)
    return frame.redirect(_step(request, behind, cara=name))


async def _send(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...]
) -> Response:
    if levels.SMS not in methods:
        raise PageFault("kesalahan.permintaan", "no code can be sent")
    refused = await second_factor.send_to(frame.provider, frame.visitor(request), stands, levels.SMS)
    if refused is not None:
        return await _page(frame, request, behind, stands, methods, {"": refused}, opened=levels.SMS)
    return frame.redirect(_step(request, behind, cara="sms", kabar="terkirim"))


async def _prove(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...], code: str
) -> Response:
    provider, visitor, method = frame.provider, frame.visitor(request), _opened(request, methods)
    if not code.strip():
        return await _page(frame, request, behind, stands, methods, {"code": Message("otp.kosong")})
    outcome = await second_factor.prove(provider, visitor, stands, method, code)
    metrics.SIGN_INS.labels(method, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Proved):
        response = frame.redirect(behind.onward(method, outcome.handle.id))
        frame.set_session(response, outcome.handle)
        return response
    status, headers = 400, {}
    if isinstance(outcome, Paused):
        status, headers = 429, {"Retry-After": str(max(1, outcome.until - provider.clock.now()))}
    error = second_factor.said(outcome)
    # Without a code that could be entered there is no field to point at.
    where = "" if method == levels.SMS and error.key in {"otp.habis", "otp.hangus"} else "code"
    return await _page(frame, request, behind, stands, methods, {where: error}, status=status, headers=headers)


def _methods(behind: Waiting, stands: Standing) -> tuple[str, ...]:
    return second_factor.methods(stands, None if behind.confirms else behind.interaction)


def _opened(request: Request, methods: tuple[str, ...]) -> str:
    """The code that is asked: the one chosen, while it helps, else the best. A passkey has a page of its own."""
    codes = [method for method in methods if method != levels.PASSKEY]
    chosen = NAMES.get(query(request, "cara"), "")
    return chosen if chosen in codes else codes[0]


def _step(request: Request, behind: Waiting, page: str = "/masuk/kode", **step: str) -> str:
    """This page with a step open, or another one of the same journey."""
    kept = {"lanjut": behind.ticket, "kembali": query(request, "kembali"), **step}
    return f"{page}?" + urlencode({name: value for name, value in kept.items() if value})


def _reason(behind: Waiting, method: str, destination: str, *, sent: bool) -> Message | None:
    """Why a code is asked: what the service is about to do. None leaves it to the page to say that in general."""
    deed = None
    if behind.interaction is None or behind.confirms:
        deed = Message("hal.akun")
    elif scope := next((scope for scope in _DEEDS if scope in behind.interaction.request.scope), None):
        deed = Message(f"hal.{scope}")
    elif method == levels.SMS and behind.service is not None:
        deed = Message("hal.layanan", layanan=behind.service.name)
    if deed is None:
        return None
    if method == levels.SMS:
        key = "stepup" if sent else "stepup.kirim"
        return Message(key, hal=deed, tujuan=destination)
    return Message(f"stepup.{_NAME_OF[method]}", hal=deed)


async def _page(
    frame: Frame,
    request: Request,
    behind: Waiting,
    stands: Standing,
    methods: tuple[str, ...],
    errors: dict[str, Message] | None = None,
    *,
    opened: str | None = None,
    status: int = 400,
    headers: dict[str, str] | None = None,
) -> Response:
    method = opened or _opened(request, methods)
    sent = await second_factor.sent(frame.provider, stands.session.id, method) if method == levels.SMS else None
    destination = second_factor.masked_destination(stands, method)
    given: dict[str, Any] = {
        "method": _NAME_OF[method],
        "passkey": frame.root + _step(request, behind, page="/masuk/passkey") if levels.PASSKEY in methods else "",
        "others": [Method(_NAME_OF[other]) for other in methods if other not in (method, levels.PASSKEY)],
        "reason": _reason(behind, method, destination, sent=sent is not None),
        "hidden": shown_to(stands),
        "name": stands.person.name,
        "errors": errors or {},
        **behind.context,
    }
    if method == levels.SMS and sent is None:
        given |= {"heading": Message("masuk_kode.judul"), "destination": destination}
        return frame.page(request, "kirim_kode", status if errors else 200, headers=headers, **given)
    given |= {"reference": sent.reference if sent else "", "until": sent.expires_at if sent else None}
    if query(request, "kabar") == "terkirim" and sent is not None and not errors:
        given["notice"] = Message("kirim.terkirim")
    return frame.page(request, "masuk_kode", status if errors else 200, headers=headers, **given)

"""/masuk/kode: what is asked beside the password, when a service or a change of one's own account needs it.

Every way that helps here is on the page, the best one open; whoever has a passkey is asked for that first, at
/masuk/passkey, and may come from there to here. Nothing is sent by looking at a page: a code leaves by the button that
says where it goes, and the step that is open stands in the address (`cara`), so Back and reload are safe.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import channels, owner, second_factor
from idp.flows import interaction as flow
from idp.flows.second_factor import Paused, Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.records import Method
from idp.web import metrics
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.method_names import ASKED, NAME_OF
from idp.web.pages.waiting import EXCUSE, HOMES, Waiting, answers, shown_to, turned_away, waiting

_SENT = (levels.SMS, second_factor.MAIL)

# What a service is about to do, by the scope that lets it; the weightiest is told.
_DEEDS = ("klaim:ajukan", "iuran:bayar", "saldo:baca", "iuran:baca", "klaim:baca", "perusahaan", "identitas")
# Pages of the account that change nothing and show much.
_SHOWS = frozenset({HOMES["salinan"], HOMES["dokumen"]})


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/masuk/kode", _show, _submit)]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    stands = await owner.here(frame.provider, frame.visitor(request))
    if stands is None:
        return turned_away(frame, behind)
    methods = await second_factor.offered(frame.provider, stands, behind.asks)
    if not methods:
        return frame.redirect(behind.onward())
    code_wanted = ASKED.get(query(request, "cara")) in methods and methods != (levels.PASSKEY,)
    if levels.PASSKEY in methods and not code_wanted:
        return frame.redirect(behind.path("/masuk/passkey"))
    return await _page(frame, request, behind, stands, methods)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    stands = await owner.here(frame.provider, frame.visitor(request))
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.declined(frame.provider, behind.interaction))
    if stands is None:
        return turned_away(frame, behind)
    methods = await second_factor.offered(frame.provider, stands, behind.asks)
    if not methods:
        return frame.redirect(behind.onward())
    if "sesi" in form and not answers(form, stands):
        return frame.redirect(behind.path("/masuk/kode"))
    if "method" in form:
        return await _choose(frame, request, behind, stands, methods, form.text("method"))
    if "resend" in form:
        return await _send(frame, request, behind, stands, methods, _asked(form, methods))
    return await _prove(frame, request, behind, stands, methods, form)


async def _choose(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...], name: str
) -> Response:
    """Another way. What is sent leaves at once, unless one that still works did already: one press is enough."""
    method = ASKED.get(name)
    if method not in methods:
        raise PageFault("kesalahan.permintaan", "a method that is no help here")
    if method == levels.PASSKEY:
        return frame.redirect(behind.path("/masuk/passkey"))
    if method in _SENT and await second_factor.sent(frame.provider, stands.session.id, method) is None:
        return await _send(frame, request, behind, stands, methods, method)
    return frame.redirect(behind.path("/masuk/kode", cara=name))


def _asked(form: Form, methods: tuple[str, ...]) -> str:
    """Which of the codes that are sent a form is about; SMS where it does not say."""
    method = ASKED.get(form.text("cara"))
    return method if method in _SENT and method in methods else levels.SMS


async def _send(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...], method: str
) -> Response:
    if method not in methods:
        raise PageFault("kesalahan.permintaan", "no code can be sent")
    refused = await second_factor.send_to(frame.provider, frame.visitor(request), stands, method)
    if refused is not None:
        return await _page(frame, request, behind, stands, methods, {"": refused}, opened=method)
    return frame.redirect(behind.path("/masuk/kode", cara=NAME_OF[method], kabar="terkirim"))


async def _prove(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, methods: tuple[str, ...], form: Form
) -> Response:
    provider, visitor = frame.provider, frame.visitor(request)
    method = _opened(form.text("cara") or query(request, "cara"), methods)
    if not form.text("code").strip():
        return await _page(frame, request, behind, stands, methods, {"code": Message("otp.kosong")}, opened=method)
    outcome = await second_factor.prove(provider, visitor, stands, method, form.text("code"), excuse=EXCUSE in form)
    metrics.SIGN_INS.labels(method, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Proved):
        # What merely stood in is no step that a request could count.
        done = () if method == second_factor.MAIL else (method, outcome.handle.id)
        response = frame.redirect(behind.onward(*done))
        frame.cookies.set_session(response, outcome.handle)
        return response
    status, headers = 400, {}
    if isinstance(outcome, Paused):
        status, headers = 429, {"Retry-After": str(max(1, outcome.until - provider.clock.now()))}
    error = second_factor.said(outcome)
    # Without a code that could be entered there is no field to point at.
    where = "" if method in _SENT and error.key in {"otp.habis", "otp.hangus"} else "code"
    return await _page(
        frame, request, behind, stands, methods, {where: error}, opened=method, status=status, headers=headers
    )


def _opened(name: str, methods: tuple[str, ...], *, down: bool = False) -> str:
    """The code that is asked: the one chosen, while it helps, else the best. A passkey has a page of its own.

    While messages do not arrive, what needs none comes first.
    """
    codes = [method for method in methods if method != levels.PASSKEY]
    if ASKED.get(name) in codes:
        return ASKED[name]
    return min(codes, key=lambda method: down and method == levels.SMS)


def always(stands: Standing) -> Message | None:
    """Why it is asked where it is neither a service nor a change of the account that asks, but the person's own wish."""
    return Message("masuk_kode.alasan_selalu") if stands.held and stands.asks_factor else None


def reason(behind: Waiting, method: str, destination: str = "", *, sent: bool = False) -> Message | None:
    """Why a code is asked: what the service is about to do. None leaves it to the page to say that in general."""
    if method == second_factor.MAIL:
        return Message("masuk_kode.alasan_email")
    deed = None
    if behind.confirms:
        deed = Message("hal.data_sendiri" if behind.home in _SHOWS else "hal.akun")
    elif behind.interaction is None:
        return Message("masuk_kode.alasan")
    elif scope := next((scope for scope in _DEEDS if scope in behind.interaction.request.scope), None):
        deed = Message(f"hal.{scope}")
    elif method == levels.SMS and behind.service is not None:
        deed = Message("hal.layanan", layanan=behind.service.name)
    if deed is None:
        return None
    if method == levels.SMS:
        key = "stepup" if sent else "stepup.kirim"
        return Message(key, hal=deed, tujuan=destination)
    return Message(f"stepup.{NAME_OF[method]}", hal=deed)


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
    provider = frame.provider
    back_at = await channels.back_at(provider, channels.SMS) if levels.SMS in methods else None
    method = opened or _opened(query(request, "cara"), methods, down=back_at is not None)
    sent = await second_factor.sent(provider, stands.session.id, method) if method in _SENT else None
    destination = second_factor.masked_destination(stands, method)
    given: dict[str, Any] = {
        "method": NAME_OF[method],
        "others": [Method(NAME_OF[other]) for other in methods if other != method],
        "reason": always(stands) or reason(behind, method, destination, sent=sent is not None),
        "hidden": {**shown_to(stands), "cara": NAME_OF[method]},
        "name": stands.person.name,
        "errors": errors or {},
        **behind.context,
    }
    if behind.confirms and behind.interaction is None and always(stands) is None:
        given["back"] = f"{frame.root}/akun"
    if back_at is not None:
        given["caution"] = Message("otp.gangguan") if len(methods) > 1 else Message("otp.gangguan_satu", jam=back_at)
    if method in _SENT and sent is None:
        given |= {"heading": Message("masuk_kode.judul"), "destination": destination}
        return frame.page(request, "kirim_kode", status if errors else 200, headers=headers, **given)
    given |= {"reference": sent.reference if sent else "", "until": sent.expires_at if sent else None}
    given["offer_excuse"] = stands.may_be_excused
    if (
        query(request, "kabar") == "terkirim"
        and sent is not None
        and not errors
        and (back_at is None or method == second_factor.MAIL)
    ):
        given["notice"] = Message("kirim.terkirim")
    return frame.page(request, "masuk_kode", status if errors else 200, headers=headers, **given)

"""/masuk/kode: what is asked beside the password, when a service or a change of one's own account needs it.

Every way that helps here is on the page, the best one open; whoever has a passkey is asked for that first, at
/masuk/passkey, and may come from there to here. Nothing is sent by looking at a page: a code leaves by the button that
says where it goes, and the step that is open stands in the address (`cara`), so Back and reload are safe.
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import channels, second_factor
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
from idp.web.pages.method_names import ASKED, NAME_OF, SENT
from idp.web.pages.waiting import EXCUSE, HOMES, Waiting, answers, here, shown_to, turned_away, waiting

# What a service is about to do, by the scope that lets it; the weightiest is told.
_DEEDS = ("klaim:ajukan", "iuran:bayar", "saldo:baca", "iuran:baca", "klaim:baca", "perusahaan", "identitas")
# Pages of the account that change nothing and show much.
_SHOWS = frozenset({HOMES["salinan"], HOMES["dokumen"]})


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/masuk/kode", _show, _submit)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked, for whom, and the methods that help there, the best first."""

    behind: Waiting
    stands: Standing
    methods: tuple[str, ...]


async def _asked(frame: Frame, behind: Waiting, stands: Standing) -> _Asked | Response:
    """What is asked; the way on when nothing is (any more)."""
    methods = await second_factor.offered(frame.provider, stands, behind.asks)
    return _Asked(behind, stands, methods) if methods else frame.redirect(behind.onward())


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    stands = await here(frame, request)
    if stands is None:
        return turned_away(frame, behind)
    asked = await _asked(frame, behind, stands)
    if isinstance(asked, Response):
        return asked
    code_wanted = ASKED.get(query(request, "cara")) in asked.methods and asked.methods != (levels.PASSKEY,)
    if levels.PASSKEY in asked.methods and not code_wanted:
        return frame.redirect(behind.path("/masuk/passkey"))
    return await _page(frame, request, asked)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    stands = await here(frame, request)
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.declined(frame.provider, behind.interaction))
    if stands is None:
        return turned_away(frame, behind)
    asked = await _asked(frame, behind, stands)
    if isinstance(asked, Response):
        return asked
    if "sesi" in form and not answers(form, stands):
        return frame.redirect(behind.path("/masuk/kode"))
    if "method" in form:
        return await _choose(frame, request, asked, form.text("method"))
    if "resend" in form:
        return await _send(frame, request, asked, _sent_again(form, asked.methods))
    return await _prove(frame, request, asked, form)


async def _choose(frame: Frame, request: Request, asked: _Asked, name: str) -> Response:
    """Another way. What is sent leaves at once, unless one that still works did already: one press is enough."""
    method = ASKED.get(name)
    if method not in asked.methods:
        raise PageFault("kesalahan.permintaan", "a method that is no help here")
    if method == levels.PASSKEY:
        return frame.redirect(asked.behind.path("/masuk/passkey"))
    if method in SENT and await second_factor.sent(frame.provider, asked.stands.session.id, method) is None:
        return await _send(frame, request, asked, method)
    return frame.redirect(asked.behind.path("/masuk/kode", cara=name))


def _sent_again(form: Form, methods: tuple[str, ...]) -> str:
    """Which of the codes that are sent a form is about; SMS where it does not say."""
    method = ASKED.get(form.text("cara"))
    return method if method in SENT and method in methods else levels.SMS


async def _send(frame: Frame, request: Request, asked: _Asked, method: str) -> Response:
    if method not in asked.methods:
        raise PageFault("kesalahan.permintaan", "no code can be sent")
    refused = await second_factor.send_to(frame.provider, frame.visitor(request), asked.stands, method)
    if refused is not None:
        return await _page(frame, request, asked, {"": refused}, opened=method)
    return frame.redirect(asked.behind.path("/masuk/kode", cara=NAME_OF[method], kabar="terkirim"))


async def _prove(frame: Frame, request: Request, asked: _Asked, form: Form) -> Response:
    method, code = _opened(form.text("cara") or query(request, "cara"), asked.methods), form.text("code")
    if not code.strip():
        return await _page(frame, request, asked, {"code": Message("otp.kosong")}, opened=method)
    outcome = await second_factor.prove(
        frame.provider, frame.visitor(request), asked.stands, method, code, excuse=EXCUSE in form
    )
    metrics.SIGN_INS.labels(method, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Proved):
        # What merely stood in is no step that a request could count.
        done = () if method == second_factor.MAIL else (method, outcome.handle.id)
        response = frame.redirect(asked.behind.onward(*done))
        frame.cookies.set_session(response, outcome.handle)
        return response
    error = second_factor.said(outcome)
    # Without a code that could be entered there is no field to point at.
    where = "" if method in SENT and error.key in {"otp.habis", "otp.hangus"} else "code"
    until = outcome.until if isinstance(outcome, Paused) else None
    return await _page(frame, request, asked, {where: error}, opened=method, until=until)


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
    asked: _Asked,
    errors: dict[str, Message] | None = None,
    *,
    opened: str | None = None,
    until: int | None = None,
) -> Response:
    """The page of the code that is `opened`; `until` when nothing more is looked at before that moment."""
    provider, behind, stands = frame.provider, asked.behind, asked.stands
    back_at = await channels.back_at(provider, channels.SMS) if levels.SMS in asked.methods else None
    method = opened or _opened(query(request, "cara"), asked.methods, down=back_at is not None)
    sent = await second_factor.sent(provider, stands.session.id, method) if method in SENT else None
    destination = second_factor.masked_destination(stands, method)
    given: dict[str, Any] = {
        "headers": None if until is None else frame.come_again(until),
        "method": NAME_OF[method],
        "others": [Method(NAME_OF[other]) for other in asked.methods if other != method],
        "reason": always(stands) or reason(behind, method, destination, sent=sent is not None),
        "hidden": {**shown_to(stands), "cara": NAME_OF[method]},
        "name": stands.person.name,
        "errors": errors or {},
        **behind.context,
    }
    if behind.confirms and behind.interaction is None and always(stands) is None:
        given["back"] = f"{frame.root}/akun"
    if back_at is not None:
        one_way = len(asked.methods) == 1
        given["caution"] = Message("otp.gangguan_satu", jam=back_at) if one_way else Message("otp.gangguan")
    status = 200 if not errors else 400 if until is None else 429
    if method in SENT and sent is None:
        return frame.page(
            request, "kirim_kode", status, heading=Message("masuk_kode.judul"), destination=destination, **given
        )
    arrives = back_at is None or method == second_factor.MAIL
    if query(request, "kabar") == "terkirim" and sent is not None and not errors and arrives:
        given["notice"] = Message("kirim.terkirim")
    return frame.page(
        request,
        "masuk_kode",
        status,
        reference=sent.reference if sent else "",
        until=sent.expires_at if sent else None,
        offer_excuse=stands.may_be_excused,
        **given,
    )

"""/daftar: the form, and the page that says where to look for the message."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import sign_up
from idp.provider import Provider
from idp.sessions import slip
from idp.theme.language import Message
from idp.web.frame import Form, Frame
from idp.web.pages.waiting import Waiting, still_waiting

_FIELDS = ("name", "email", "phone", "kpj")
_COOKIE = "sign-up"


def routes(provider: Provider) -> list[BaseRoute]:
    """The form and what follows it."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        return _form(frame, request, await still_waiting(frame, request), await _typed_before(frame, request))

    async def submit(request: Request, form: Form) -> Response:
        behind = await still_waiting(frame, request, form)
        typed, terms = form.typed(*_FIELDS), "terms" in form
        judged = sign_up.judge(provider, {**typed, "lanjut": behind.ticket}, form.text("password"), terms)
        if isinstance(judged, dict):
            return _form(frame, request, behind, typed, judged, ticked=terms)
        before = registered_here(frame, request)
        outcome = await sign_up.register(provider, frame.visitor(request), form.text("formulir"), judged, before)
        if isinstance(outcome, Message):
            return _form(frame, request, behind, typed, {"": outcome}, ticked=True)
        response = frame.redirect(behind.path("/daftar/terkirim"))
        remember(frame, request, response, outcome.id)
        return response

    async def sent(request: Request) -> Response:
        return await _sent(frame, request, await still_waiting(frame, request))

    async def resend(request: Request, form: Form) -> Response:
        behind = await still_waiting(frame, request, form)
        known = registered_here(frame, request)
        if known is None:
            return frame.redirect(behind.path("/aktivasi"))
        said = await sign_up.resend(provider, frame.visitor(request), known)
        return await _sent(frame, request, behind, **telling(said))

    return [frame.door("/daftar", show, submit), frame.door("/daftar/terkirim", sent, resend)]


def registered_here(frame: Frame, request: Request) -> UUID | None:
    """The registration that this browser sent and that waits for activation."""
    device, now = frame.visitor(request).device, frame.provider.clock.now()
    known = slip.read(frame.provider.material, _COOKIE, device, frame.recall(request, _COOKIE), now)
    return UUID(known) if isinstance(known, str) else None


def remember(frame: Frame, request: Request, response: Response, sign_up_id: UUID) -> None:
    """Let this browser find its registration again until it is activated."""
    provider, device = frame.provider, frame.visitor(request).device
    lifetime = provider.settings.lifetimes.pending_sign_up
    expires = provider.clock.now() + lifetime
    value = slip.write(provider.material, provider.entropy, _COOKIE, device, str(sign_up_id), expires)
    frame.remember(response, _COOKIE, value, lifetime)


def forget(frame: Frame, response: Response) -> None:
    """The registration is an account now; this browser need not know of it any more."""
    frame.remember(response, _COOKIE, "", 0)


def telling(said: Message) -> dict[str, Any]:
    """What a resend has to say, as a notice or as an error of the form."""
    return {"notice": said} if said.key == "kirim.terkirim" else {"errors": {"": said}}


def _form(
    frame: Frame,
    request: Request,
    behind: Waiting,
    typed: dict[str, str],
    errors: dict[str, Message] | None = None,
    *,
    ticked: bool = False,
) -> Response:
    # Every showing is a form of its own: one that was refused and mended is not the one that was sent before.
    form = sign_up.new_form(frame.provider, frame.visitor(request))
    return frame.page(
        request,
        "daftar",
        400 if errors else 200,
        values={**typed, "terms": "1" if ticked else ""},
        errors=errors or {},
        hidden={"formulir": form},
        **behind.context,
    )


async def _typed_before(frame: Frame, request: Request) -> dict[str, str]:
    """What this browser typed a moment ago, for whoever comes back to mend an address; never a password."""
    known = registered_here(frame, request)
    before = await sign_up.read(frame.provider, known) if known else None
    if before is None or before.activated_at is not None:
        return {}
    if before.created_at + sign_up.CORRECTION < frame.provider.clock.now():
        return {}
    return {name: getattr(before.draft, name) or "" for name in _FIELDS}


async def _sent(frame: Frame, request: Request, behind: Waiting, **said: Any) -> Response:
    known = registered_here(frame, request)
    before = await sign_up.read(frame.provider, known) if known else None
    if before is None:
        return frame.redirect(behind.path("/daftar"))
    until = await sign_up.valid_until(frame.provider, before)
    return frame.page(
        request,
        "daftar_terkirim",
        400 if "errors" in said else 200,
        until=until,
        email=contact.masked_email(before.draft.email),
        phone=contact.masked_phone(before.draft.phone),
        **behind.context,
        **said,
    )

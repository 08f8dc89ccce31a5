"""/masuk: signing in with a password, or with a passkey."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import interaction as flow
from idp.flows import passkey, sign_in
from idp.flows.beginning import SignedIn
from idp.flows.sign_in import MustReset, NotActivated, Paused
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import embedded, levels
from idp.theme.language import Message
from idp.web import metrics
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages import pending
from idp.web.pages.waiting import Waiting, here, waiting

_OUTCOMES = {SignedIn: "started", Paused: "paused", NotActivated: "not_activated", MustReset: "must_reset"}
# In the address of whoever would rather sign in where they are.
_HERE = "di_sini"


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/masuk", _show, _submit)]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    visitor = frame.visitor(request)
    stands = await here(frame, request) if behind.interaction is None else None
    if stands is not None and stands.held:
        return frame.redirect(behind.path("/masuk/kode"))
    if stands is not None and behind.home == "/akun":
        return frame.redirect("/akun")
    if (elsewhere := _elsewhere(frame, request, behind)) is not None:
        return elsewhere
    # Somebody who confirms that it is still them need not say who they are.
    identifier = _own_name(stands) if stands is not None else _hint(behind)
    over = visitor.session is not None and stands is None and behind.interaction is None
    caution = Message("sesi.habis") if over else None
    return frame.page(
        request,
        "masuk",
        promote_reset=False,
        passkey_options=passkey.sign_in_options(frame.provider, visitor),
        caution=caution,
        values={"identifier": identifier},
        **behind.context,
    )


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.declined(frame.provider, behind.interaction))
    if frame.provider.settings.embedded_browsers == "refuse" and (elsewhere := _elsewhere(frame, request, behind)):
        return elsewhere
    if form.text("passkey"):
        return await _with_passkey(frame, request, behind, form)
    identifier, password = form.text("identifier").strip(), form.text("password")
    if not identifier or not password:
        return _again(frame, request, behind, form, _empty(identifier, password))
    outcome = await sign_in.sign_in(
        frame.provider, frame.visitor(request), identifier, password, public_device="public_device" in form
    )
    metrics.SIGN_INS.labels(levels.PASSWORD, _OUTCOMES.get(type(outcome), "refused")).inc()
    if isinstance(outcome, SignedIn):
        held = outcome.held and behind.interaction is None
        response = frame.redirect(
            behind.path("/masuk/kode") if held else behind.onward(levels.PASSWORD, outcome.handle.id)
        )
        frame.cookies.set_session(response, outcome.handle)
        return response
    if isinstance(outcome, NotActivated):
        response = frame.redirect(behind.path("/aktivasi"))
        pending.remember(frame, request, response, outcome.sign_up_id)
        return response
    if isinstance(outcome, MustReset):
        return _again(frame, request, behind, form, {"": Message("bukan_saya.wajib")}, promote_reset=True)
    if isinstance(outcome, Paused):
        error = {"": Message("masuk.jeda", jam=outcome.until)}
        return _again(frame, request, behind, form, error, promote_reset=True, until=outcome.until)
    error = {"identifier": Message("masuk.gagal")}
    return _again(frame, request, behind, form, error, promote_reset=outcome.promote_reset)


async def _with_passkey(frame: Frame, request: Request, behind: Waiting, form: Form) -> Response:
    """The same form, with what the authenticator said in place of a password."""
    outcome = await passkey.sign_in(
        frame.provider, frame.visitor(request), form.text("passkey"), public_device="public_device" in form
    )
    metrics.SIGN_INS.labels(levels.PASSKEY, _OUTCOMES.get(type(outcome), "refused")).inc()
    if isinstance(outcome, SignedIn):
        response = frame.redirect(behind.onward(levels.PASSKEY, outcome.handle.id))
        frame.cookies.set_session(response, outcome.handle)
        return response
    if isinstance(outcome, passkey.Suspended):
        return _again(frame, request, behind, form, {"": Message("bukan_saya.passkey")}, promote_reset=True)
    late = isinstance(outcome, passkey.TooLate)
    signal = outcome.signal if isinstance(outcome, passkey.Unknown) else ""
    error = {"": Message("passkey.lama" if late else "passkey.gagal")}
    return _again(frame, request, behind, form, error, signal=signal)


def _elsewhere(frame: Frame, request: Request, behind: Waiting) -> Response | None:
    """The way to a browser, for whoever is within another application; None where the sign-in may be shown.

    What they copy is where the service begins: the request that waits here belongs to this browser, and would not open
    in another (T21).
    """
    rule, name = frame.provider.settings.embedded_browsers, request.headers.get("user-agent", "")
    if rule == "allow" or (rule == "warn" and query(request, _HERE)) or not embedded.embedded(name):
        return None
    metrics.EMBEDDED.labels("refused" if rule == "refuse" else "warned").inc()
    address = behind.service.start if behind.service is not None else f"{frame.provider.settings.issuer}{behind.home}"
    return frame.page(
        request,
        "masuk_peramban",
        403 if rule == "refuse" else 200,
        address=address,
        intent=embedded.intent(address) if address and embedded.android(name) else "",
        onward=frame.root + behind.path("/masuk", **{_HERE: "1"}) if rule == "warn" else "",
        **behind.context,
    )


def _again(
    frame: Frame,
    request: Request,
    behind: Waiting,
    form: Form,
    errors: dict[str, Message],
    *,
    until: int | None = None,
    promote_reset: bool = False,
    signal: str = "",
) -> Response:
    """The page once more, without the password; `until` when nothing more is looked at before that moment."""
    return frame.page(
        request,
        "masuk",
        400 if until is None else 429,
        headers=None if until is None else frame.come_again(until),
        promote_reset=promote_reset,
        passkey_options=passkey.sign_in_options(frame.provider, frame.visitor(request)),
        values=form.typed("identifier", "public_device"),
        errors=errors,
        signal=signal,
        **behind.context,
    )


def _empty(identifier: str, password: str) -> dict[str, Message]:
    errors = {}
    if not identifier:
        errors["identifier"] = Message("masuk.kosong")
    if not password:
        errors["password"] = Message("masuk.sandi_kosong")
    return errors


def _own_name(stands: Standing) -> str:
    """What somebody signs in with who is here already."""
    return stands.person.email or stands.person.phone or ""


def _hint(behind: Waiting) -> str:
    """The relying party's login_hint (OIDC Core section 3.1.2.1), when it could be an identifier."""
    hint = behind.interaction.request.login_hint if behind.interaction is not None else None
    usable = hint is not None and any(
        kind in sign_in.SIGN_IN_WITH for kind, _ in contact.readings(hint, behind.provider.settings.kpj_pattern)
    )
    return hint if hint is not None and usable else ""

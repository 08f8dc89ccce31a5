"""/masuk/passkey: a passkey, asked when a service needs more than a password. /akun/keamanan/passkey: adding, renaming, removing.

The one thing that needs JavaScript: only a script can ask the browser for a passkey. What it is asked stands in the
page, what it answers comes back in a hidden field of the form; nothing is fetched. Without JavaScript the pages say so.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts.passkey import MAX_NAME, Passkey
from idp.flows import interaction as flow
from idp.flows import passkey, passkey_enrolment, removal, second_factor
from idp.flows.passkey import TooLate
from idp.flows.passkey_enrolment import Enrolled, Full
from idp.flows.second_factor import Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.records import Method, PasskeyRow
from idp.web import metrics
from idp.web.form import Form, identified, query
from idp.web.frame import Frame
from idp.web.pages.account import device
from idp.web.pages.method_names import FACTORS, NAME_OF
from idp.web.pages.own_doors import OwnDoors, to_show_first
from idp.web.pages.second_factor import always, reason
from idp.web.pages.waiting import EXCUSE, Waiting, here, shown_to, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page that asks for one, and those of the account."""
    frame = Frame(provider)
    return [
        frame.door("/masuk/passkey", _show, _prove),
        OwnDoors(frame, "passkey").waiting_door("/akun/keamanan/passkey", _show_new, _enrol),
        OwnDoors(frame, "keamanan").door("/akun/keamanan/passkey/ubah", _show_one, _change, anew="/akun/keamanan"),
    ]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    stands = await here(frame, request)
    if stands is None:
        return turned_away(frame, behind)
    if levels.PASSKEY not in second_factor.methods(stands, behind.asks):
        return frame.redirect(behind.onward())
    return await _ask(frame, request, behind, stands)


async def _prove(frame: Frame, request: Request, form: Form) -> Response:
    provider, visitor = frame.provider, frame.visitor(request)
    behind = await waiting(frame, request, form)
    stands = await here(frame, request)
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.declined(provider, behind.interaction))
    if stands is None:
        return turned_away(frame, behind)
    if FACTORS.get(form.text("method"), levels.PASSKEY) != levels.PASSKEY:
        return frame.redirect(behind.path("/masuk/kode", cara=form.text("method")))
    outcome = await passkey.prove(provider, visitor, stands, form.text("passkey"), excuse=EXCUSE in form)
    metrics.SIGN_INS.labels(levels.PASSKEY, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Proved):
        response = frame.redirect(behind.onward(levels.PASSKEY, outcome.handle.id))
        frame.cookies.set_session(response, outcome.handle)
        return response
    late = isinstance(outcome, TooLate)
    return await _ask(frame, request, behind, stands, Message("passkey.lama" if late else "passkey.gagal_lain"))


async def _ask(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, error: Message | None = None
) -> Response:
    return frame.page(
        request,
        "masuk_passkey",
        400 if error else 200,
        heading=Message("masuk_kode.judul"),
        reason=always(stands) or reason(behind, levels.PASSKEY),
        passkey_options=await passkey.proof_options(frame.provider, stands),
        others=[
            Method(NAME_OF[method]) for method in second_factor.methods(stands, behind.asks) if method != levels.PASSKEY
        ],
        offer_excuse=stands.may_be_excused,
        name=stands.person.name,
        errors={"": error} if error else {},
        **behind.context,
    )


async def _show_new(frame: Frame, request: Request, stands: Standing, behind: Waiting) -> Response:
    name = frame.language(request).say(device(frame.visitor(request).user_agent))
    return await _new(frame, request, stands, behind, name)


async def _enrol(frame: Frame, request: Request, stands: Standing, behind: Waiting, form: Form) -> Response:
    name, error = _named(form)
    if error is not None:
        return await _new(frame, request, stands, behind, form.text("name"), {"name": error})
    # That the answer is to a challenge of this session shows that the proof was fresh when the page was opened.
    outcome = await passkey_enrolment.enrol(frame.provider, frame.visitor(request), stands, form.text("passkey"), name)
    if isinstance(outcome, Enrolled):
        # The service that waits asks for it next: a new key has signed nothing yet.
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan?kabar=passkey_dipasang")
    if isinstance(outcome, Full):
        return frame.redirect("/akun/keamanan")
    late = isinstance(outcome, TooLate)
    return await _new(
        frame, request, stands, behind, name, {"": Message("passkey.lama" if late else "akun_passkey.gagal")}
    )


async def _new(
    frame: Frame,
    request: Request,
    stands: Standing,
    behind: Waiting,
    name: str,
    errors: dict[str, Message] | None = None,
) -> Response:
    # Shown again after an error, the page has a new challenge: it must not keep a sign-in fresh for ever.
    if (elsewhere := to_show_first(frame, stands, "passkey", behind.ticket)) is not None:
        return elsewhere
    options = await passkey_enrolment.creation_options(frame.provider, stands)
    if options is None:
        return frame.redirect("/akun/keamanan")
    return frame.page(
        request,
        "akun_passkey",
        400 if errors else 200,
        name=stands.person.name,
        back=frame.root + (behind.path("/masuk/cara-kedua") if behind.interaction else "/akun/keamanan"),
        passkey_options=options,
        values={"name": name},
        hidden=shown_to(stands),
        errors=errors or {},
        **behind.context,
    )


async def _show_one(frame: Frame, request: Request, stands: Standing) -> Response:
    one = await _one(frame, request, stands)
    return _edit(frame, request, stands, one, one.name) if one else frame.redirect("/akun/keamanan")


async def _change(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    one = await _one(frame, request, stands)
    if one is None:
        return frame.redirect("/akun/keamanan")
    if "remove" in form:
        if (elsewhere := to_show_first(frame, stands, "keamanan")) is not None:
            return elsewhere
        waits = await removal.remove_passkey(frame.provider, frame.visitor(request), stands, one.id)
        return frame.redirect(f"/akun/keamanan?kabar={'passkey_dihapus' if waits is None else 'menunggu'}")
    name, error = _named(form)
    if error is not None:
        return _edit(frame, request, stands, one, form.text("name"), {"name": error})
    await passkey_enrolment.rename(frame.provider, stands, one.id, name)
    return frame.redirect("/akun/keamanan?kabar=passkey_diubah")


def _edit(
    frame: Frame,
    request: Request,
    stands: Standing,
    one: Passkey,
    name: str,
    errors: dict[str, Message] | None = None,
) -> Response:
    return frame.page(
        request,
        "akun_passkey_ubah",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}/akun/keamanan",
        passkey=PasskeyRow(str(one.id), one.name, one.synced, one.created_at, one.used_at),
        values={"name": name},
        hidden=shown_to(stands),
        errors=errors or {},
    )


async def _one(frame: Frame, request: Request, stands: Standing) -> Passkey | None:
    """The passkey that the address names, if it is one's own."""
    wanted = identified(query(request, "id"))
    return next((one for one in await passkey_enrolment.of(frame.provider, stands) if one.id == wanted), None)


def _named(form: Form) -> tuple[str, Message | None]:
    name = " ".join(form.text("name").split())
    good = 0 < len(name) <= MAX_NAME and name.isprintable()
    return name, None if good else Message("passkey.nama_kosong", n=MAX_NAME)

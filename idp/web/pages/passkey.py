"""/masuk/passkey: a passkey, asked when a service needs more than a password. /akun/keamanan/passkey: adding, renaming, removing.

The one thing that needs JavaScript: only a script can ask the browser for a passkey. What it is asked stands in the
page, what it answers comes back in a hidden field of the form; nothing is fetched. Without JavaScript the pages say so.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts.passkey import MAX_NAME, Passkey
from idp.flows import interaction as flow
from idp.flows import owner, passkey, removal, second_factor, security
from idp.flows.passkey import Enrolled, Full, TooLate
from idp.flows.second_factor import Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.records import Method, PasskeyRow
from idp.web import metrics
from idp.web.form import identified
from idp.web.frame import Form, Frame, query
from idp.web.pages.account import device, signed_in
from idp.web.pages.second_factor import NAME_OF, NAMES, always, reason
from idp.web.pages.waiting import EXCUSE, Waiting, answers, shown_to, to_confirm, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page that asks for one, and those of the account."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await owner.here(provider, frame.visitor(request))
        if stands is None:
            return turned_away(frame, behind)
        if levels.PASSKEY not in second_factor.methods(stands, behind.asks):
            return frame.redirect(behind.onward())
        return await _ask(frame, request, behind, stands)

    async def submit(request: Request, form: Form) -> Response:
        return await _prove(frame, request, form)

    async def show_new(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect(to_confirm("passkey", ticket=behind.ticket))
        name = frame.language(request).say(device(frame.visitor(request).user_agent))
        return await _new(frame, request, behind, stands, name)

    async def submit_new(request: Request, form: Form) -> Response:
        return await _enrol(frame, request, form)

    async def show_one(request: Request) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect(to_confirm("keamanan"))
        one = await _one(frame, request, stands)
        return _edit(frame, request, stands, one, one.name) if one else frame.redirect("/akun/keamanan")

    async def submit_one(request: Request, form: Form) -> Response:
        return await _change(frame, request, form)

    return [
        frame.door("/masuk/passkey", show, submit),
        frame.door("/akun/keamanan/passkey", show_new, submit_new),
        frame.door("/akun/keamanan/passkey/ubah", show_one, submit_one),
    ]


async def _prove(frame: Frame, request: Request, form: Form) -> Response:
    provider, visitor = frame.provider, frame.visitor(request)
    behind = await waiting(frame, request, form)
    stands = await owner.here(provider, visitor)
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.declined(provider, behind.interaction))
    if stands is None:
        return turned_away(frame, behind)
    if NAMES.get(form.text("method"), levels.PASSKEY) != levels.PASSKEY:
        return frame.redirect(behind.path("/masuk/kode", cara=form.text("method")))
    outcome = await passkey.prove(provider, visitor, stands, form.text("passkey"), excuse=EXCUSE in form)
    metrics.SIGN_INS.labels(levels.PASSKEY, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Proved):
        response = frame.redirect(behind.onward(levels.PASSKEY, outcome.handle.id))
        frame.set_session(response, outcome.handle)
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


async def _enrol(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    stands = await signed_in(frame, request)
    if stands is None:
        return frame.redirect(to_confirm("passkey", ticket=behind.ticket))
    name, error = _named(form)
    if error is not None:
        return await _new(frame, request, behind, stands, form.text("name"), {"name": error})
    # That the answer is to a challenge of this session shows that the proof was fresh when the page was opened.
    outcome = await passkey.enrol(frame.provider, frame.visitor(request), stands, form.text("passkey"), name)
    if isinstance(outcome, Enrolled):
        # The service that waits asks for it next: a new key has signed nothing yet.
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan?kabar=passkey_dipasang")
    if isinstance(outcome, Full):
        return frame.redirect("/akun/keamanan")
    late = isinstance(outcome, TooLate)
    return await _new(
        frame, request, behind, stands, name, {"": Message("passkey.lama" if late else "akun_passkey.gagal")}
    )


async def _new(
    frame: Frame,
    request: Request,
    behind: Waiting,
    stands: Standing,
    name: str,
    errors: dict[str, Message] | None = None,
) -> Response:
    missing = security.missing_to_change(frame.provider, stands)
    if missing is not None:
        return frame.redirect(to_confirm("passkey", missing, behind.ticket))
    options = await passkey.creation_options(frame.provider, stands)
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
        errors=errors or {},
        **behind.context,
    )


async def _change(frame: Frame, request: Request, form: Form) -> Response:
    stands = await signed_in(frame, request)
    if stands is None:
        return frame.redirect(to_confirm("keamanan"))
    one = await _one(frame, request, stands) if answers(form, stands) else None
    if one is None:
        return frame.redirect("/akun/keamanan")
    if "remove" in form:
        missing = security.missing_to_change(frame.provider, stands)
        if missing is not None:
            return frame.redirect(to_confirm("keamanan", missing))
        waits = await removal.remove_passkey(frame.provider, frame.visitor(request), stands, one.id)
        return frame.redirect(f"/akun/keamanan?kabar={'passkey_dihapus' if waits is None else 'menunggu'}")
    name, error = _named(form)
    if error is not None:
        return _edit(frame, request, stands, one, form.text("name"), {"name": error})
    await passkey.rename(frame.provider, stands, one.id, name)
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
    return next((one for one in await passkey.of(frame.provider, stands) if one.id == wanted), None)


def _named(form: Form) -> tuple[str, Message | None]:
    name = " ".join(form.text("name").split())
    good = 0 < len(name) <= MAX_NAME and name.isprintable()
    return name, None if good else Message("passkey.nama_kosong", n=MAX_NAME)

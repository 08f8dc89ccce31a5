"""/akun/keamanan/kode-pemulihan: ten spare keys, made by a button and shown once, to print or to keep as a file."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import recovery_codes, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.frame import Form, Frame
from idp.web.pages.account import confirmed, signed_in
from idp.web.pages.waiting import answers, shown_to, to_confirm

_PATH = "/akun/keamanan/kode-pemulihan"


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: make, show, keep."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        stands = await confirmed(frame, request, "pemulihan")
        return stands if isinstance(stands, Response) else await _page(frame, request, stands)

    async def submit(request: Request, form: Form) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect(to_confirm("pemulihan"))
        if not answers(form, stands):
            return frame.redirect(_PATH)
        carried = form.text("kode")
        if not carried:
            missing = security.missing_to_change(provider, stands)
            if missing is not None:
                return frame.redirect(to_confirm("pemulihan", missing))
            carried = await recovery_codes.make(provider, frame.visitor(request), stands)
            return await _page(frame, request, stands, carried)
        if recovery_codes.made(provider, stands, carried) is None:
            return frame.redirect(_PATH)
        if "download" in form:
            return _file(frame, request, stands, carried)
        if "saved" not in form:
            return await _page(frame, request, stands, carried, {"saved": Message("pemulihan.belum")})
        return frame.redirect("/akun/keamanan?kabar=pemulihan")

    return [frame.door(_PATH, show, submit)]


def _file(frame: Frame, request: Request, stands: Standing, carried: str) -> Response:
    """The codes as a text file. By POST, so that no history, cache or prefetch ever holds them."""
    found = recovery_codes.made(frame.provider, stands, carried)
    assert found is not None
    codes, made_at = found
    text = frame.language(request).t(
        "pemulihan.berkas",
        layanan_kami=frame.provider.theme.brand["name"],
        waktu=made_at,
        kode="\n".join(codes),
    )
    headers = {
        "Content-Disposition": 'attachment; filename="kode-pemulihan.txt"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text.replace("\n", "\r\n"), 200, headers, media_type="text/plain")


async def _page(
    frame: Frame, request: Request, stands: Standing, carried: str = "", errors: dict[str, Message] | None = None
) -> Response:
    found = recovery_codes.made(frame.provider, stands, carried) if carried else None
    methods = await security.methods(frame.provider, stands)
    return frame.page(
        request,
        "akun_pemulihan",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}/akun/keamanan",
        codes_left=methods.codes_left,
        codes=found[0] if found else (),
        hidden={**shown_to(stands), **({"kode": carried} if found else {})},
        errors=errors or {},
    )

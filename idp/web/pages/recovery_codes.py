"""/akun/keamanan/kode-pemulihan: ten spare keys, made by a button and shown once, to print or to keep as a file."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import recovery_codes, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors, to_show_first
from idp.web.pages.waiting import shown_to

_PATH = "/akun/keamanan/kode-pemulihan"


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: make, show, keep."""
    own = OwnDoors(Frame(provider), "pemulihan")
    return [own.door(_PATH, _page, _submit, to_see=security.missing_to_change)]


async def _submit(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider, carried = frame.provider, form.text("kode")
    if not carried:
        if (elsewhere := to_show_first(frame, stands, "pemulihan")) is not None:
            return elsewhere
        carried = await recovery_codes.make(provider, frame.visitor(request), stands)
        return await _page(frame, request, stands, carried)
    if recovery_codes.made(provider, stands, carried) is None:
        return frame.redirect(_PATH)
    if "download" in form:
        return _file(frame, request, stands, carried)
    if "saved" not in form:
        return await _page(frame, request, stands, carried, {"saved": Message("pemulihan.belum")})
    return frame.redirect("/akun/keamanan?kabar=pemulihan")


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

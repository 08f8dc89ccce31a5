"""/daftar/ramai: when many register from one network, a browser proves work or a person an address; never a puzzle for people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts.draft import Answers
from idp.flows import answers as steps
from idp.flows import crowd, drafting
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages import draft
from idp.web.pages.waiting import Waiting, still_waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The proof, and the way on from a mailed link."""
    frame = Frame(provider)
    return [frame.door("/daftar/ramai", _show, _submit), frame.door("/daftar/lanjut", _show_mailed, _submit_mailed)]


async def _show(frame: Frame, request: Request) -> Response:
    return _page(frame, request, await still_waiting(frame, request))


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind, visitor = await still_waiting(frame, request, form), frame.visitor(request)
    if form.text("answer"):
        if await crowd.solved(frame.provider, visitor, form.text("puzzle"), form.text("answer")):
            return await _go_on(frame, request, behind)
        return _page(frame, request, behind, errors={"": Message("ramai.ulang")})
    email = form.text("email")
    if refused := await crowd.mail_first(frame.provider, visitor, email):
        field = "email" if refused.key == "email" else ""
        return _page(frame, request, behind, email, errors={field: refused})
    return frame.page(request, "daftar_surat", **behind.context)


async def _show_mailed(frame: Frame, request: Request) -> Response:
    return _mailed(frame, request, await still_waiting(frame, request), query(request, "token"))


async def _submit_mailed(frame: Frame, request: Request, form: Form) -> Response:
    behind, token = await still_waiting(frame, request, form), form.text("token")
    opened = crowd.mailed(frame.provider, token)
    if opened is None or opened[1] > frame.provider.clock.now() or not await crowd.spend(frame.provider, token):
        return _mailed(frame, request, behind, token, late=opened is not None)
    return await _begin(frame, request, behind, Answers(email=opened[0], proven=True))


async def _go_on(frame: Frame, request: Request, behind: Waiting) -> Response:
    """On with the draft of this tab, if it was the last step that asked; else a new one."""
    tab = await draft.here(frame, request) if query(request, "dari") == steps.CHECK else None
    if tab is None or tab.answers.submitted or steps.missing(tab.answers) != steps.CHECK:
        return await _begin(frame, request, behind, Answers(proven=True))
    await drafting.answer(frame.provider, tab.draft.id, proven=True)
    return frame.redirect(draft.path(behind, tab.number, steps.CHECK))


async def _begin(frame: Frame, request: Request, behind: Waiting, answers: Answers) -> Response:
    made = await drafting.begin_with(frame.provider, answers)
    response = frame.redirect(draft.path(behind, draft.next_number(frame, request), steps.WHO))
    draft.begun(frame, request, response, made)
    return response


def _page(
    frame: Frame, request: Request, behind: Waiting, email: str = "", errors: dict[str, Message] | None = None
) -> Response:
    puzzle = crowd.puzzle(frame.provider, frame.visitor(request))
    return frame.page(
        request,
        "daftar_ramai",
        400 if errors else 200,
        bits=frame.provider.settings.limits.puzzle_bits,
        puzzle=puzzle,
        values={"email": email},
        errors=errors or {},
        hidden={"puzzle": puzzle, "answer": ""},
        **behind.context,
    )


def _mailed(frame: Frame, request: Request, behind: Waiting, token: str, *, late: bool = False) -> Response:
    opened, now = crowd.mailed(frame.provider, token), frame.provider.clock.now()
    if opened is None:
        return draft.gone(frame, request, behind)
    wait = max(0, opened[1] - now)
    if late and not wait:
        return draft.gone(frame, request, behind)
    errors = {"": Message("ramai.tunggu", n=wait)} if late else {}
    return frame.page(
        request, "daftar_lanjut", 400 if errors else 200, errors=errors, hidden={"token": token}, **behind.context
    )

"""The registration that is filled in in this tab: which one it is, where its steps are, and what is said when it is gone.

The browser keeps a slip with the ids of its drafts, and counts its tabs: an address holds `lembar=2`, never an id. A form
carries its own draft's slip, so that what is typed in one tab never lands in another's.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.accounts.draft import Answers, Draft
from idp.flows import answers as steps
from idp.flows import drafting
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.waiting import Waiting

_COOKIE, _FORM = "drafts", "sign-up-form"
_MOST = 4


@dataclass(frozen=True, slots=True)
class Tab:
    """A draft and the number of its tab in this browser, from 1."""

    number: int
    draft: Draft

    @property
    def answers(self) -> Answers:
        """What was answered so far."""
        return self.draft.answers


def path(behind: Waiting, number: int, step: str, **query: str) -> str:
    """Where a step of this tab is; `step` is what stands behind `/daftar/`."""
    if number > 1:
        query["lembar"] = str(number)
    return behind.path(f"/daftar/{step}", **query)


async def here(frame: Frame, request: Request, form: Form | None = None) -> Tab | None:
    """The draft of this tab: the form's own, else the one whose number is in the address, else the newest."""
    provider, known = frame.provider, _known(frame, request)
    if form is not None:
        marked = _read(frame, request, _FORM, form.text("formulir"))
        if not isinstance(marked, str):
            return None
        draft_id = UUID(marked)
        number = next((number for number, one in known.items() if one == draft_id), 1)
    else:
        asked = query(request, "lembar")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
        number = number or (1 if 1 in known else max(known, default=0))
        if number not in known:
            return None
        draft_id = known[number]
    found = await drafting.find(provider, draft_id)
    return Tab(number, found) if found is not None else None


async def newest(frame: Frame, request: Request) -> Tab | None:
    """The draft that this browser began last, for the page that stands before all steps."""
    known = _known(frame, request)
    number = max(known, default=0)
    found = await drafting.find(frame.provider, known[number]) if number else None
    return Tab(number, found) if found is not None else None


async def at(frame: Frame, request: Request, behind: Waiting, step: str, form: Form | None = None) -> Tab | Response:
    """The draft of this tab, if it has come as far as this step; else where to go instead."""
    tab = await here(frame, request, form)
    if tab is None:
        return gone(frame, request, behind)
    if tab.answers.submitted:
        return frame.redirect(behind.path("/daftar/terkirim"))
    missing = steps.missing(tab.answers)
    if steps.STEPS.index(missing) < steps.STEPS.index(step):
        return frame.redirect(path(behind, tab.number, missing))
    return tab


def onward(frame: Frame, behind: Waiting, tab: Tab, changed: Draft | None) -> Response:
    """On to the first step that is not answered; says so when the password has to be chosen anew."""
    if changed is None:
        return frame.redirect(behind.path("/daftar"))
    anew = {"lagi": "1"} if tab.answers.password_hash and not changed.answers.password_hash else {}
    return frame.redirect(path(behind, tab.number, steps.missing(changed.answers), **anew))


def gone(frame: Frame, request: Request, behind: Waiting) -> Response:
    """No draft, or not any more: one next step."""
    return frame.page(request, "daftar_habis", 410, **behind.context)


def begun(frame: Frame, request: Request, response: Response, draft: Draft) -> int:
    """Let this browser find a new draft again; the number of its tab."""
    known = _known(frame, request)
    number = max(known, default=0) + 1
    _write(frame, request, response, {**known, number: draft.id})
    return number


def next_number(frame: Frame, request: Request) -> int:
    """The number that the next draft of this browser gets."""
    return max(_known(frame, request), default=0) + 1


def forget(frame: Frame, request: Request, response: Response, number: int) -> None:
    """This browser need not know of that tab any more."""
    _write(frame, request, response, {one: draft for one, draft in _known(frame, request).items() if one != number})


def context(frame: Frame, request: Request, behind: Waiting, tab: Tab, step: str) -> dict[str, Any]:
    """What the template of every step takes besides its own."""
    position = steps.STEPS.index(step)
    before = path(behind, tab.number, steps.STEPS[position - 1]) if position else behind.path("/daftar")
    return {
        "hidden": {"formulir": mark(frame, request, tab)},
        "back": frame.root + before,
        "position": position + 1,
        "positions": len(steps.STEPS),
        **behind.context,
    }


def mark(frame: Frame, request: Request, tab: Tab) -> str:
    """The slip by which a form names its draft."""
    device, expires_at = frame.visitor(request).device, tab.draft.expires_at
    return frame.provider.slips.write(_FORM, device, str(tab.draft.id), expires_at)


def _known(frame: Frame, request: Request) -> dict[int, UUID]:
    found = _read(frame, request, _COOKIE, frame.cookies.recall(request, _COOKIE))
    return {int(number): UUID(draft) for number, draft in found} if isinstance(found, list) else {}


def _write(frame: Frame, request: Request, response: Response, known: dict[int, UUID]) -> None:
    provider = frame.provider
    newest = [[number, str(known[number])] for number in sorted(known)[-_MOST:]]
    lifetime = provider.settings.lifetimes.draft
    device, expires = frame.visitor(request).device, provider.clock.now() + lifetime
    value = provider.slips.write(_COOKIE, device, newest, expires)
    frame.cookies.remember(response, _COOKIE, value, lifetime if newest else 0)


def _read(frame: Frame, request: Request, purpose: str, text: str) -> Any:
    provider = frame.provider
    return provider.slips.read(purpose, frame.visitor(request).device, text, provider.clock.now())

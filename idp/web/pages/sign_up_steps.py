"""/daftar/…: the steps of a registration: who, how to reach, what kind of participant, and the password."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import answers as steps
from idp.flows import drafting
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages import draft
from idp.web.pages.draft import Tab
from idp.web.pages.step_doors import StepDoors
from idp.web.pages.waiting import Waiting

_WHO = ("name", "nik", "passport", "birth_day", "birth_month", "birth_year")


def routes(provider: Provider) -> list[BaseRoute]:
    """One door per step; each shows what was answered before."""
    frame = Frame(provider)
    return [
        StepDoors(frame, steps.WHO).door("/daftar/data-diri", _show_who, _submit_who),
        StepDoors(frame, steps.CONTACT).door("/daftar/kontak", _show_contacts, _submit_contacts),
        StepDoors(frame, steps.MEMBERSHIP).door("/daftar/kepesertaan", _show_membership, _submit_membership),
        StepDoors(frame, steps.PASSWORD).door("/daftar/kata-sandi", _show_password, _submit_password),
    ]


async def _show_who(frame: Frame, request: Request, behind: Waiting, tab: Tab) -> Response:
    answers = tab.answers
    year, _, rest = answers.birthdate.partition("-")
    month, _, day = rest.partition("-")
    born = {"birth_day": day.lstrip("0"), "birth_month": month.lstrip("0"), "birth_year": year}
    typed = {"name": answers.name, "nik": answers.nik, "passport": answers.passport, **born}
    return _who(frame, request, behind, tab, typed, confirmed=answers.confirmed)


async def _submit_who(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    typed, confirmed = form.typed(*_WHO), "confirmed" in form
    values, errors = steps.who(typed, confirmed, frame.provider.clock.now())
    if errors:
        return _who(frame, request, behind, tab, typed, errors, confirmed=confirmed)
    return draft.onward(frame, behind, tab, await drafting.answer(frame.provider, tab.draft.id, **values))


async def _show_contacts(frame: Frame, request: Request, behind: Waiting, tab: Tab) -> Response:
    answers = tab.answers
    typed = {"phone": answers.phone, "email": answers.email, "first": answers.first or steps.FIRST[0]}
    return _page(frame, request, behind, tab, steps.CONTACT, typed, suggestion="")


async def _submit_contacts(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    typed = form.typed("phone", "email", "first")
    if "suggested" in form:
        typed["email"] = form.text("suggested")
    values, errors = steps.contacts(typed)
    if errors:
        return _page(frame, request, behind, tab, steps.CONTACT, typed, errors, suggestion="")
    meant = contact.meant(values["email"])
    # Asked once: whoever sends the same address again means it.
    if meant and form.text("seen") != values["email"]:
        said: dict[str, Any] = {"caution": Message("email.maksud", alamat=meant), "seen": values["email"]}
        return _page(frame, request, behind, tab, steps.CONTACT, typed, suggestion=meant, **said)
    return draft.onward(frame, behind, tab, await drafting.answer(frame.provider, tab.draft.id, **values))


async def _show_membership(frame: Frame, request: Request, behind: Waiting, tab: Tab) -> Response:
    typed = {"category": tab.answers.category, "kpj": tab.answers.kpj}
    return _page(frame, request, behind, tab, steps.MEMBERSHIP, typed)


async def _submit_membership(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    typed = form.typed("category", "kpj")
    values, errors = steps.membership(frame.provider.settings, typed)
    if errors:
        return _page(frame, request, behind, tab, steps.MEMBERSHIP, typed, errors)
    return draft.onward(frame, behind, tab, await drafting.answer(frame.provider, tab.draft.id, **values))


async def _show_password(frame: Frame, request: Request, behind: Waiting, tab: Tab) -> Response:
    return _password(frame, request, behind, tab)


async def _submit_password(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    typed = form.text("password")
    # Whoever chose one and only looks at this page again need not choose another.
    if typed or not tab.answers.password_hash:
        refused = await drafting.set_password(frame.provider, tab.draft, typed)
        if refused is not None:
            return _password(frame, request, behind, tab, {"password": refused})
    return draft.onward(frame, behind, tab, await drafting.find(frame.provider, tab.draft.id))


def _who(
    frame: Frame,
    request: Request,
    behind: Waiting,
    tab: Tab,
    typed: dict[str, str],
    errors: dict[str, Message] | None = None,
    *,
    confirmed: bool,
) -> Response:
    differs = errors is not None and errors.get("nik") == Message("nik.dob")
    values = {**typed, "confirmed": "1" if confirmed else ""}
    return _page(frame, request, behind, tab, steps.WHO, values, errors, ask_confirmation=differs or confirmed)


def _password(
    frame: Frame, request: Request, behind: Waiting, tab: Tab, errors: dict[str, Message] | None = None
) -> Response:
    again = Message("pw.ulang") if query(request, "lagi") and not errors else None
    return _page(
        frame,
        request,
        behind,
        tab,
        steps.PASSWORD,
        {},
        errors,
        identifier=tab.answers.email,
        chosen=bool(tab.answers.password_hash),
        caution=again,
    )


def _page(
    frame: Frame,
    request: Request,
    behind: Waiting,
    tab: Tab,
    step: str,
    values: dict[str, str],
    errors: dict[str, Message] | None = None,
    *,
    seen: str = "",
    **more: Any,
) -> Response:
    context = draft.context(frame, request, behind, tab, step)
    if seen:
        context["hidden"]["seen"] = seen
    template = "daftar_" + step.replace("-", "_")
    return frame.page(request, template, 400 if errors else 200, values=values, errors=errors or {}, **context, **more)

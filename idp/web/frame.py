"""What every page stands in: who asks, in which language, what is around it, and faults shown as pages.

    frame = Frame(provider)
    frame.door("/masuk", get=show, post=submit)

A door answers GET (and HEAD) with `await get(frame, request)` and POST with `await post(frame, request, form)`. The form
that reaches `post` is whole: UTF-8, no field twice unless the door asked for it, small enough, and sent by a page of ours.
Whatever a handler raises becomes a page.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from idp.accounts.policy import Policy
from idp.base.errors import Unavailable
from idp.base.opaque import b64encode, digest
from idp.flows import passwords
from idp.flows.authorization_request import AuthorizationResponse
from idp.flows.logout import SignedOut, watching
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.theme.language import CODES, Language, named
from idp.theme.records import Announcement, PasswordRules
from idp.web import upload
from idp.web.compression import compress_page
from idp.web.cookies import Cookies
from idp.web.csrf import Csrf
from idp.web.door import Door, Handler
from idp.web.errors import shown
from idp.web.form import Form, parse
from idp.web.guards import guards
from idp.web.shell import Send

Show = Callable[["Frame", Request], Awaitable[Response]]
Submit = Callable[["Frame", Request, Form], Awaitable[Response]]
Admit = Callable[["Frame", Request], Awaitable[Response | None]]

_MAX_USER_AGENT = 256
# The pages on which people are told what concerns everybody.
_ANNOUNCING = frozenset({"masuk", "akun"})


class Frame:
    """One per process and page module; holds nothing of a request."""

    def __init__(self, provider: Provider) -> None:
        settings = provider.settings
        self.provider = provider
        self.root = settings.issuer_path
        self.site = urlsplit(settings.issuer).netloc
        self.cookies = Cookies(settings, provider.entropy)
        self._csrf = Csrf(settings.issuer, provider.material.mac("csrf"), provider.entropy)
        self._rules = shown_rules(passwords.rules(provider))
        self._uploads = upload.Places(settings.documents.at_once)

    # Who is asking

    def visitor(self, request: HTTPConnection) -> Visitor:
        """The browser that is asking. A browser without a device cookie gets one with the answer."""
        return Visitor(
            session=self.cookies.session(request),
            device=digest(self.cookies.device(request))[:16],
            network=request.scope.get("gerbang.network", ""),
            user_agent=_printable(request.headers.get("user-agent", ""))[:_MAX_USER_AGENT],
            language=self._chosen(request).code,
        )

    def language(self, request: HTTPConnection) -> Language:
        """The language of a page that is read now, with times as they are where the person lives, if that is known."""
        language = self._chosen(request).told_at(self.provider.clock.now())
        zone = request.scope.get("gerbang.zone")
        return language.within(zone) if zone else language

    def _chosen(self, request: HTTPConnection) -> Language:
        """The choice just made, then the remembered one, then what a relying party wishes (`prefer`), then where one came from
        (`follow`); last, what whoever is signed in wants to be written to in (`recognise`): a new browser knows nothing else.
        """
        return self.provider.theme.language(
            _asked_language(request),
            self.cookies.language(request),
            request.scope.get("gerbang.ui_locales", ""),
            self.cookies.followed(request),
            request.scope.get("gerbang.written_in", ""),
            self.provider.settings.default_language,
        )

    def receive(self, request: HTTPConnection, stands: Standing, ends: int) -> None:
        """Take note of who is signed in, and of when their session ends (UNIX seconds)."""
        self.recognise(request, stands)
        request.scope["gerbang.session_ends"] = ends

    def recognise(self, request: HTTPConnection, stands: Standing) -> None:
        """Take note of who is here: their zone for every time on the page, and the language that they are written to in."""
        request.scope["gerbang.zone"] = str(stands.person.further.get("zoneinfo") or "")
        request.scope["gerbang.written_in"] = stands.person.locale

    def prefer(self, request: HTTPConnection, ui_locales: str) -> None:
        """Take note of the languages that somebody else knows the person to wish for: a relying party (OIDC Core section
        3.1.2.1, `ui_locales`).
        """
        request.scope["gerbang.ui_locales"] = ui_locales

    def follow(self, request: HTTPConnection, language: str) -> None:
        """Take note of the language of the letter, or the link, that led here. The browser keeps it for the pages behind this
        one, since it may be another device, which knows nothing of the person; but as no choice, which would outlast the
        next letter and the next link.
        """
        self.prefer(request, language)
        request.scope["gerbang.followed"] = language

    def _linked(self, request: HTTPConnection) -> None:
        """A service may link to a page of ours in the language that it speaks itself, as it asks for one at `/authorize`."""
        asked = b"ui_locales=" in request.scope["query_string"]
        if asked and (wish := named(request.query_params.get("ui_locales", ""))):
            self.follow(request, wish)

    # Answers

    def page(
        self,
        request: HTTPConnection,
        template: str,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page; `context` is what `idp.theme.pages` says that the template takes."""
        nonce = b64encode(self.provider.entropy.bytes(16)) if template == "form_post" else ""
        body = self.provider.theme.render(
            template,
            self.language(request),
            **{
                "site": self.site,
                "root": self.root,
                "here": self.here(request),
                "csrf": self._csrf.token(self.cookies.device(request)),
                "nonce": nonce,
                "rules": self._rules,
                **self._surroundings(request, template),
                **context,
            },
        )
        fixed = {**guards(nonce, context.get("service")), "Cache-Control": "no-store", "Vary": "Cookie"}
        return Response(body, status, {**fixed, **(headers or {})}, media_type="text/html")

    def public_page(self, request: HTTPConnection, template: str, max_age: int, **context: Any) -> Response:
        """A page without a form that is the same for everybody, and that caches may keep for `max_age` seconds.

        It asks for no device cookie: a cache would hand one browser's to the next.
        """
        language = self.language(request)
        fixed = {"site": self.site, "root": self.root, "here": self.here(request), "csrf": ""}
        body = self.provider.theme.render(template, language, **fixed, **context)
        headers = {**guards("", None), "Cache-Control": f"public, max-age={max_age}", "Vary": "Cookie"}
        return Response(body, 200, headers, media_type="text/html")

    def _surroundings(self, request: HTTPConnection, template: str) -> dict[str, Any]:
        """What stands around a page whatever it is about: announcements, and the end of the session."""
        now = self.provider.clock.now()
        around: dict[str, Any] = {}
        if template in _ANNOUNCING and (shown := self.provider.notices.shown(now)):
            code = self.language(request).code
            around["announcements"] = [Announcement(one.texts[code], one.kind) for one in shown[:3]]
        ends = request.scope.get("gerbang.session_ends")
        if ends is not None:
            around |= {"ends": ends, "left": max(0, ends - now)}
        return around

    def redirect(self, path: str) -> Response:
        """303 to a path of our own, with or without the issuer's path in front (RFC 9700 section 4.12: never 307)."""
        if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
            raise ValueError("a redirect of a page stays on this site")
        if not path.startswith(self.root + "/"):
            path = self.root + path
        return Response(b"", 303, {"Location": path, "Cache-Control": "no-store"})

    def respond(self, request: HTTPConnection, answer: AuthorizationResponse) -> Response:
        """An authorization response in its mode (OAuth 2.0 Multiple Response Types section 2.1, Form Post Response Mode)."""
        target = answer.target
        if target.response_mode == "form_post":
            return self.page(request, "form_post", action=target.redirect_uri, fields=dict(answer.parameters))
        separator = "&" if "?" in target.redirect_uri else "?"
        location = target.redirect_uri + separator + urlencode(answer.parameters, quote_via=quote)
        return Response(b"", 303, {"Location": location, "Cache-Control": "no-store"})

    def signed_out(self, request: HTTPConnection, outcome: SignedOut) -> Response:
        """The browser without its session: at the relying party's address, or where it may watch which services know."""
        location = outcome.location
        if location is None:
            ended = [outcome.session_id] if outcome.session_id is not None else []
            request.scope["gerbang.written_in"] = outcome.written_in
            slip = watching(self.provider, self.visitor(request), ended, outcome.by or "")
            location = f"{self.root}/keluar/selesai?sesi={quote(slip)}"
        response = Response(b"", 303, {"Location": location, "Cache-Control": "no-store"})
        self.cookies.drop_session(response)
        return response

    def fault(self, request: HTTPConnection, fault: Exception) -> Response:
        """A fault as its page."""
        answer = shown(fault, self.root, str(request.scope.get("gerbang.request_id", "")))
        return self.page(request, answer.template, answer.status, headers=answer.headers, **answer.context)

    async def send(self, request: Request, response: Response, send: Send) -> None:
        """Send an answer with the cookies that came up; for HEAD its headers alone."""
        chosen, followed = _asked_language(request), request.scope.get("gerbang.followed", "")
        self.cookies.keep(request, response, chosen=chosen if chosen in CODES else "", followed=followed)
        compress_page(request, response, self.provider.entropy)
        if request.method == "HEAD":
            response.body = b""
        await response(request.scope, request.receive, send)

    def here(self, request: HTTPConnection) -> str:
        """This page by GET, without the language of the link that led here."""
        path = request.scope["path"]
        if path.startswith("//") or "\\" in path:
            return self.root + "/"
        query = "&".join(part for part in request.url.query.split("&") if part and not part.startswith("bahasa="))
        return self.root + quote(path) + (f"?{query}" if query else "")

    def come_again(self, moment: int) -> dict[str, str]:
        """The header that says when to come again; at `moment` (UNIX seconds), and no sooner than in a second."""
        return {"Retry-After": str(max(1, moment - self.provider.clock.now()))}

    # Doors

    def door(
        self, path: str, get: Show | None = None, post: Submit | None = None, *, repeated: Collection[str] = ()
    ) -> Route:
        """A page's route. `repeated` names the fields that a form may hold more than once."""
        handlers: dict[str, Handler] = {}
        if get is not None:
            handlers["GET"] = partial(self._shown, get)
        if post is not None:
            handlers["POST"] = partial(self._submitted, post, repeated)
        return Route(path, self._at(path, handlers), include_in_schema=False)

    def upload_door(self, path: str, get: Show, post: Submit, admit: Admit) -> Route:
        """A door whose form holds a file. `admit` answers in place of `post` before the body is read, or lets it be read:
        megabytes are taken from those alone who may send them, and from a few at the same time."""
        handlers: dict[str, Handler] = {"GET": partial(get, self), "POST": partial(self._uploaded, post, admit)}
        return Route(path, self._at(path, handlers), include_in_schema=False)

    def endpoint(self, path: str, get: Show, post: Show | None = None) -> Door:
        """A protocol endpoint that browsers come to: faults become pages, but other sites may post to it.

        No HEAD: there GET issues codes and ends sessions, and what it would answer is known only once that is done. So a
        program that merely looks at a link hears 405, and nothing has happened.
        """
        handlers: dict[str, Handler] = {"GET": partial(get, self)}
        if post is not None:
            handlers["POST"] = partial(post, self)
        return self._at(path, handlers, safe=False)

    async def _shown(self, get: Show, request: Request) -> Response:
        self._linked(request)
        return await get(self, request)

    async def _submitted(self, post: Submit, repeated: Collection[str], request: Request) -> Response:
        return await post(self, request, await self._form(request, repeated))

    async def _uploaded(self, post: Submit, admit: Admit, request: Request) -> Response:
        self._csrf.same_origin(request)
        refused = await admit(self, request)
        if refused is not None:
            return refused
        with self._uploads.one(request.scope.get("gerbang.network", "")):
            form = await upload.parse(
                request.headers.get("content-type", ""),
                self._arriving(admit, request),
                self.provider.settings.documents.max_bytes,
            )
            self._csrf.own(form, self.cookies.device(request))
            return await post(self, request, form)

    async def _arriving(self, admit: Admit, request: Request) -> AsyncIterator[bytes]:
        """The body of an upload. Whoever sends is here: on a poor line that takes longer than a session stands unused."""
        asked = self.provider.clock.now()
        async for chunk in upload.steady(request.stream()):
            if (now := self.provider.clock.now()) >= asked + upload.WINDOW:
                asked = now
                # What it says is asked once more when all is there, and a database may be away until then.
                with suppress(Unavailable):
                    await admit(self, request)
            yield chunk

    def _at(self, path: str, handlers: Mapping[str, Handler], *, safe: bool = True) -> Door:
        return Door(path, handlers, self.fault, self.send, safe=safe)

    async def _form(self, request: Request, repeated: Collection[str]) -> Form:
        """The submitted form; PageFault 400 when malformed, 403 when no page of ours sent it (T22)."""
        self._csrf.same_origin(request)
        form = parse(request.headers.get("content-type", ""), await request.body(), repeated)
        self._csrf.own(form, self.cookies.device(request))
        return form


def shown_rules(held: Policy, *, second_factor: bool = False) -> PasswordRules:
    """The rules for a new password as pages show them."""
    shortest = held.min_mfa if second_factor else held.min_single
    return PasswordRules(shortest, held.classes_required, held.phrase_min or 0)


def _asked_language(request: HTTPConnection) -> str:
    """`bahasa` of the address. Most addresses have none, and are not taken apart to find that out."""
    return request.query_params.get("bahasa", "") if b"bahasa=" in request.scope["query_string"] else ""


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())

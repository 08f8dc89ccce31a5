"""The cookies of a browser: who is signed in, which browser it is, its languages, and what a journey leaves in it."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from idp.base.opaque import Entropy, Handle, token
from idp.base.settings import Settings

_YEAR = 365 * 86_400


def session_cookie(settings: Settings) -> str:
    """Name of the cookie that holds the session's handle."""
    return _name(settings, "session")


def device_cookie(settings: Settings) -> str:
    """Name of the cookie by which a browser is recognised: to count guesses, to bind tickets and forms."""
    return _name(settings, "device")


def _name(settings: Settings, name: str) -> str:
    # On http, a client that is no browser would drop a Secure cookie, and __Host- demands Secure.
    return f"__Host-gerbang-{name}" if settings.https else f"gerbang-{name}"


class Cookies:
    """Reads and sets them; holds nothing of a request."""

    def __init__(self, settings: Settings, entropy: Entropy) -> None:
        self._settings = settings
        self._entropy = entropy
        self._session = session_cookie(settings)
        self._device = device_cookie(settings)
        self._language = _name(settings, "language")
        self._followed = _name(settings, "followed")

    def session(self, request: HTTPConnection) -> Handle | None:
        """The session's handle, as the browser says it."""
        return Handle.parse(request.cookies.get(self._session, ""))

    def set_session(self, response: Response, handle: Handle) -> None:
        """Give the browser its session, until it is closed."""
        self._set(response, self._session, str(handle), None)

    def drop_session(self, response: Response) -> None:
        """Take the session away."""
        self._set(response, self._session, "", 0)

    def device(self, request: HTTPConnection) -> str:
        """The browser's own 32 random bytes; made once per request if it has none of that shape, for `keep` to set."""
        sent = request.cookies.get(self._device, "")
        if len(sent) == 43 and sent.isascii():
            return sent
        if "gerbang.device" not in request.scope:
            request.scope["gerbang.device"] = token(self._entropy)
        made: str = request.scope["gerbang.device"]
        return made

    def language(self, request: HTTPConnection) -> str:
        """The code of the language that was chosen here before, or empty. The browser's owner may have changed it."""
        return request.cookies.get(self._language, "")

    def followed(self, request: HTTPConnection) -> str:
        """The same of the language of the letter, or the link, that was followed last."""
        return request.cookies.get(self._followed, "")

    def keep(self, request: Request, response: Response, *, chosen: str, followed: str) -> None:
        """Set what came up while answering: a new browser's device, and codes of languages, unless they are empty.

        A form of another site brings no Lax cookie along, so a POST without a device says nothing of a new browser: the
        answer would take the device away that it has, and with it whatever is bound to that.
        """
        if request.method != "POST" and (made := request.scope.get("gerbang.device")):
            self._set(response, self._device, made, _YEAR)
        if chosen:
            self._set(response, self._language, chosen, _YEAR)
        if followed:
            self._set(response, self._followed, followed, _YEAR)

    def recall(self, request: HTTPConnection, name: str) -> str:
        """What `remember` left in this browser, empty when there is nothing. The browser's owner may have changed it."""
        return request.cookies.get(_name(self._settings, name), "")

    def remember(self, response: Response, name: str, value: str, max_age: int) -> None:
        """Leave a value in this browser for `max_age` seconds; 0 takes it away."""
        self._set(response, _name(self._settings, name), value, max_age)

    def _set(self, response: Response, name: str, value: str, max_age: int | None) -> None:
        # Path=/ even below an issuer with a path: __Host- demands it.
        secure = self._settings.https
        response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax")

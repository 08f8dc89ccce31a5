"""Protection against forged forms (T22): only a page of ours, shown in this very browser, sends one."""

from urllib.parse import urlsplit

from starlette.requests import Request

from idp.base.errors import PageFault
from idp.base.opaque import Mac, b64encode, same
from idp.web.form import Form


class Csrf:
    """`issuer` is ours; `mac` makes a token of a browser's device cookie, which nobody else knows."""

    def __init__(self, issuer: str, mac: Mac) -> None:
        parts = urlsplit(issuer)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._mac = mac

    def token(self, device: str) -> str:
        """What every form of this browser carries and nobody else can know."""
        return b64encode(self._mac.of(device))

    def same_origin(self, request: Request) -> None:
        """What newer browsers say about where a form came from; old ones say nothing, and the form's token must do."""
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise PageFault("kesalahan.formulir", "cross-site form", 403)
        # Our own pages post with `Origin: null`, since they ask for no referrer (Fetch, "append a request Origin header").
        if request.headers.get("origin", "null") not in ("null", self._origin):
            raise PageFault("kesalahan.formulir", "foreign origin", 403)

    def own(self, form: Form, device: str) -> None:
        """PageFault 403 without the token. Even with a device made just now, whose token equals nothing that was sent."""
        if not same(form.text("csrf"), self.token(device)):
            raise PageFault("kesalahan.formulir", "form token", 403)

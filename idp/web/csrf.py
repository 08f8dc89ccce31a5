"""Protection against forged forms (T22): only a page of ours, shown in this very browser, sends one."""

from urllib.parse import urlsplit

from starlette.requests import Request

from idp.base.errors import PageFault
from idp.base.opaque import Entropy, Mac, b64decode, b64encode, same
from idp.web.form import Form

_SECRET = 32
"""Bytes of a MAC."""


class Csrf:
    """`issuer` is ours; `mac` makes a secret of a browser's device cookie, which nobody else knows."""

    def __init__(self, issuer: str, mac: Mac, entropy: Entropy) -> None:
        parts = urlsplit(issuer)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._mac = mac
        self._entropy = entropy

    def token(self, device: str) -> str:
        """What the forms of a page carry and nobody else can know: the secret of this browser under a mask that is new each time.

        Pages are compressed, and what stands in all of them alike could be guessed by their length (BREACH).
        """
        mask = self._entropy.bytes(_SECRET)
        return b64encode(mask + _under(mask, self._mac.of(device)))

    def same_origin(self, request: Request) -> None:
        """What newer browsers say about where a form came from; old ones say nothing, and the form's token must do."""
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise PageFault("kesalahan.formulir", "cross-site form", 403)
        # Our own pages post with `Origin: null`, since they ask for no referrer (Fetch, "append a request Origin header").
        if request.headers.get("origin", "null") not in ("null", self._origin):
            raise PageFault("kesalahan.formulir", "foreign origin", 403)

    def own(self, form: Form, device: str) -> None:
        """PageFault 403 without the token. Even with a device made just now, whose secret is that of nothing that was sent."""
        try:
            sent = b64decode(form.text("csrf"))
        except ValueError:
            sent = b""
        if len(sent) != 2 * _SECRET or not same(_under(sent[:_SECRET], sent[_SECRET:]), self._mac.of(device)):
            raise PageFault("kesalahan.formulir", "form token", 403)


def _under(mask: bytes, secret: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, secret, strict=True))

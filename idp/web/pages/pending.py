"""The registration that this browser has sent and that waits for its activation: found again, and what a new message about it says.

The browser keeps a slip with its id, of this device alone; another browser types the address instead.
"""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.theme.language import Message
from idp.web.frame import Frame

_COOKIE = "sign-up"


def here(frame: Frame, request: Request) -> UUID | None:
    """The registration that this browser sent and that waits for activation."""
    device, now = frame.visitor(request).device, frame.provider.clock.now()
    known = frame.provider.slips.read(_COOKIE, device, frame.cookies.recall(request, _COOKIE), now)
    return UUID(known) if isinstance(known, str) else None


def remember(frame: Frame, request: Request, response: Response, sign_up_id: UUID) -> None:
    """Let this browser find its registration again until it is activated."""
    provider, device = frame.provider, frame.visitor(request).device
    lifetime = provider.settings.lifetimes.pending_sign_up
    expires = provider.clock.now() + lifetime
    value = provider.slips.write(_COOKIE, device, str(sign_up_id), expires)
    frame.cookies.remember(response, _COOKIE, value, lifetime)


def forget(frame: Frame, response: Response) -> None:
    """The registration is an account now; this browser need not know of it any more."""
    frame.cookies.remember(response, _COOKIE, "", 0)


def sent_anew(said: Message) -> bool:
    """Whether a resend sent something, and does not say why it did not."""
    return said.key == "kirim.terkirim"


def telling(said: Message) -> dict[str, Any]:
    """What a resend has to say, as a notice or as an error of the form."""
    return {"notice": said} if sent_anew(said) else {"errors": {"": said}}

"""The error tree as pages for people. Relying parties read the same tree as JSON: `idp.web.wire`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.base.errors import OAuthError, PageFault, Unavailable
from idp.theme.language import Message
from idp.web.shell import BodyTooLarge

# RFC 9110 section 15.5.9: nobody waits for the rest of a body that came too slowly.
_LATE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as a page: template, status, what the template takes beside the frame's own, and headers."""

    template: str
    status: int
    context: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(fault: Exception, request_id: str) -> Shown:
    """How a person sees a fault. What the house did not foresee says nothing but the number to tell on the phone."""
    if isinstance(fault, Unavailable):
        context = {"retry_after": fault.retry_after, "reference": request_id}
        return Shown("sibuk", 503, context, {"Retry-After": str(fault.retry_after)})
    if isinstance(fault, PageFault):
        return _page(fault.key, fault.status, "", fault.told, fault.onward, _LATE if fault.status == 408 else {})
    if isinstance(fault, BodyTooLarge):
        return _page("kesalahan.permintaan", 413, "")
    if isinstance(fault, OAuthError):
        return _page("kesalahan.permintaan", 400, request_id)
    return _page("kesalahan.umum", 500, request_id)


def _page(
    key: str,
    status: int,
    reference: str,
    told: Mapping[str, str] | None = None,
    onward: str = "",
    headers: Mapping[str, str] | None = None,
) -> Shown:
    said = told or {}
    context = {
        "title": Message(f"{key}.judul", **said),
        "text": Message(f"{key}.isi", **said),
        "next": onward,
        "next_label": Message("kesalahan.kembali", **said) if onward else "",
        "reference": reference,
    }
    return Shown("kesalahan", status, context, headers or {})

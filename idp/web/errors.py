"""The error tree as pages for people. Relying parties read the same tree as JSON: `idp.web.wire`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.base.errors import OAuthError, PageFault, Unavailable
from idp.theme.language import Message
from idp.web.shell import BodyTooLarge

# RFC 9110 section 15.5.9: nobody waits for the rest of a body that came too slowly.
_LATE = {"Connection": "close"}
ONWARD: Mapping[str, tuple[str, str]] = {
    "kesalahan.tidak_ada": ("/akun", "akun.judul"),
    "kesalahan.atur_ulang": ("/lupa-kata-sandi", "lupa.judul"),
    "kesalahan.atur_ulang_cabang": ("/lupa-kata-sandi/bantuan", "pemulihan_cabang.judul"),
    "kesalahan.bantuan": ("/lupa-kata-sandi/bantuan", "pemulihan_cabang.judul"),
    "kesalahan.bukan_saya": ("/akun/aktivitas", "aktivitas.judul"),
    "kesalahan.cara_batal": ("/akun/keamanan", "keamanan.judul"),
    "kesalahan.hapus_batal": ("/akun", "akun.judul"),
}
"""Where a way ends at a fault, the one step that helps: the path that it leads to, and the key of its words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as a page: template, status, what the template takes beside the frame's own, and headers."""

    template: str
    status: int
    context: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(fault: Exception, root: str, request_id: str) -> Shown:
    """How a person sees a fault; `root` goes before paths of ours. What the house did not foresee says nothing but the number
    to tell on the phone.
    """
    if isinstance(fault, Unavailable):
        context = {"retry_after": fault.retry_after, "reference": request_id}
        return Shown("sibuk", 503, context, {"Retry-After": str(fault.retry_after)})
    if isinstance(fault, PageFault):
        return _page(fault.key, fault.status, "", fault.told, _next(fault, root), _LATE if fault.status == 408 else {})
    if isinstance(fault, BodyTooLarge):
        return _page("kesalahan.permintaan", 413, "")
    if isinstance(fault, OAuthError):
        return _page("kesalahan.permintaan", 400, request_id)
    return _page("kesalahan.umum", 500, request_id)


def _next(fault: PageFault, root: str) -> tuple[str, Message] | None:
    """The one step that helps: where the service begins anew, or a page of ours."""
    if fault.onward:
        return fault.onward, Message("kesalahan.kembali", **fault.told)
    path, label = ONWARD.get(fault.key, ("", ""))
    return (f"{root}{path}", Message(label)) if path else None


def _page(
    key: str,
    status: int,
    reference: str,
    told: Mapping[str, str] | None = None,
    onward: tuple[str, Message] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Shown:
    said, (address, label) = told or {}, onward or ("", "")
    context = {
        "title": Message(f"{key}.judul", **said),
        "text": Message(f"{key}.isi", **said),
        "next": address,
        "next_label": label,
        "reference": reference,
    }
    return Shown("kesalahan", status, context, headers or {})

"""The authorization request that waits behind a page, if any: its ticket rides along, its service is shown, it is gone back to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.base.errors import PageFault
from idp.flows import interaction as flow
from idp.flows import owner
from idp.flows.interaction import Interaction
from idp.grants import claims as claims_of
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Language
from idp.theme.records import Service
from idp.web.form import Form, query
from idp.web.frame import Frame


@dataclass(frozen=True, slots=True)
class Waiting:
    """`ticket` is empty, and `interaction` None, when nobody waits. `speaks` says in which language, once it is known who is here."""

    provider: Provider
    ticket: str
    interaction: Interaction | None
    speaks: Callable[[], Language]
    home: str = "/akun"
    confirms: bool = False
    """Whether a factor is shown again for a page of the account, one of HOMES, and not for the service that may wait."""

    @property
    def context(self) -> dict[str, Any]:
        """What every template of a journey takes: the ticket, and who waits."""
        return {"lanjut": self.ticket, "service": self.service}

    @property
    def language(self) -> str:
        """The code of the language in which services are called by name."""
        return self.speaks().code

    @property
    def service(self) -> Service | None:
        """The relying party as people see it."""
        if self.interaction is None:
            return None
        client = self.interaction.client
        uris = {name: _https(client.metadata.get(name)) for name in ("logo_uri", "policy_uri", "tos_uri")}
        # Where people are told, not asked, this is where they are told.
        told = claims_of.names(self.interaction.request.scope) if client.pre_authorised else []
        begins = client.begins_at(self.provider.settings.issuer)
        return Service(client.localised_name(self.language), **uris, told=tuple(told), start=begins)

    @property
    def asks(self) -> Interaction | None:
        """The request whose level decides which factors help; None when it is the account itself that asks."""
        return None if self.confirms else self.interaction

    def path(self, path: str, **query: str) -> str:
        """A page of ours with the ticket along, and with where it goes back to."""
        if self.ticket:
            query["lanjut"] = self.ticket
        if (name := next((name for name, home in HOMES.items() if home == self.home), None)) is not None:
            query["kembali"] = name
        return f"{path}?{urlencode(query, quote_via=quote)}" if query else path

    def onward(self, done: str | None = None, session_id: UUID | None = None) -> str:
        """Where it goes when this page is done: back to the request, with what was done in which session; else to the account."""
        if self.interaction is None or self.confirms:
            return self.home + (f"?lanjut={quote(self.ticket)}" if self.ticket else "")
        return flow.resume(self.provider, self.interaction, done, session_id)


# Where a page may ask to be come back to (`kembali`): names, not addresses, so that nobody is sent anywhere else (T10).
HOMES = {
    "aktivitas": "/akun/aktivitas",
    "keamanan": "/akun/keamanan",
    "kontak": "/akun/kontak",
    "email": "/akun/kontak/email",
    "nomor": "/akun/kontak/ponsel",
    "layanan": "/akun/layanan",
    "perangkat": "/akun/perangkat",
    "sandi": "/akun/kata-sandi",
    "totp": "/akun/keamanan/totp",
    "passkey": "/akun/keamanan/passkey",
    "ponsel": "/akun/keamanan/ponsel",
    "pemulihan": "/akun/keamanan/kode-pemulihan",
    "bahasa": "/akun/bahasa",
    "privasi": "/akun/privasi",
    "salinan": "/akun/privasi/salinan",
    "batasi": "/akun/privasi/batasi",
    "hapus": "/akun/privasi/hapus",
    "identitas": "/akun/identitas",
    "dokumen": "/akun/dokumen",
}
EXCUSE = "remember_device"
"""The box by which a device is not asked again at every sign-in; it stands wherever a factor is shown."""
# Where a factor is shown; all that are codes share one page.
_SHOWN_AT = {levels.PASSWORD: "/masuk", levels.PASSKEY: "/masuk/passkey"}


def to_confirm(name: str, factor: str | None = levels.PASSWORD, ticket: str = "") -> str:
    """Where somebody shows a factor again, to come back to one of HOMES, with the request that may wait behind it."""
    assert name in HOMES
    page = _SHOWN_AT.get(factor or levels.PASSWORD, "/masuk/kode")
    return f"{page}?kembali={name}" + (f"&lanjut={quote(ticket)}" if ticket else "")


async def waiting(frame: Frame, request: Request, form: Form | None = None, kept: str = "") -> Waiting:
    """The request that waits, by the ticket that we `kept`, of the form or of the address; PageFault when it is no good."""
    ticket = kept or (form.text("lanjut") if form is not None else "") or query(request, "lanjut")
    asked = query(request, "kembali")
    home, confirms = HOMES.get(asked, "/akun"), asked in HOMES
    if not ticket:
        return Waiting(frame.provider, "", None, partial(frame.language, request), home, confirms)
    opened = await flow.open_interaction(frame.provider, ticket, frame.visitor(request))
    frame.prefer(request, opened.request.ui_locales or "")
    return Waiting(frame.provider, ticket, opened, partial(frame.language, request), home, confirms)


async def still_waiting(frame: Frame, request: Request, form: Form | None = None, kept: str = "") -> Waiting:
    """As `waiting`, for journeys that may outlive a request: a ticket that is no good any more keeps nobody from registering."""
    try:
        return await waiting(frame, request, form, kept)
    except PageFault:
        return Waiting(frame.provider, "", None, partial(frame.language, request))


async def here(frame: Frame, request: Request, client_id: str = "") -> Standing | None:
    """Who is signed in at this browser, whatever they have yet to show (`owner.here`). From now on the page speaks to them."""
    stands = await owner.here(frame.provider, frame.visitor(request), client_id)
    if stands is not None:
        frame.recognise(request, stands)
    return stands


async def both(frame: Frame, request: Request, behind: Waiting) -> tuple[Interaction, Standing] | None:
    """The request that waits and the person whom it is about, for pages that stand between them; None unless both are there."""
    if behind.interaction is None:
        return None
    stands = await here(frame, request, behind.interaction.client.client_id)
    return None if stands is None or stands.held else (behind.interaction, stands)


def turned_away(frame: Frame, behind: Waiting) -> Response:
    """A page that does not apply: back to the request, which asks for what is missing, or to the sign-in."""
    return frame.redirect(behind.onward() if behind.interaction else "/masuk")


def shown_to(stands: Standing) -> dict[str, str]:
    """The hidden field by which a page about one person is not answered for another, who signed in meanwhile in another tab."""
    return {"sesi": str(stands.session.id)}


def answers(form: Form, stands: Standing) -> bool:
    """Whether this form was shown to the person who is here now; if not, they have to see their own."""
    return form.text("sesi") == str(stands.session.id)


def _https(uri: Any) -> str:
    return uri if isinstance(uri, str) and uri.startswith("https://") else ""

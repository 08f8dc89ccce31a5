"""/akun/privasi: what we hold and why, what was allowed to whom, and who read it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import consent, privacy, retention
from idp.flows.export_page import abilities, reader, word
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Language, Message
from idp.theme.records import ConsentRow, HistoryRow, KeptRow, ReadingRow
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to

HUB = "/akun/privasi"

# Said once after a redirect, by name: an address cannot make these pages say anything else.
NOTICES = {
    "dicabut": Message("privasi.dicabut"),
    "diminta": Message("privasi.diminta"),
    "ditarik": Message("privasi.ditarik"),
    "disetujui": Message("privasi.disetujui"),
    "dibatasi": Message("batasi.sudah"),
    "dibuka": Message("batasi.dibuka"),
    "disalin": Message("salinan.siap"),
    "dijadwalkan": Message("hapus.dijadwalkan"),
    "dibatalkan": Message("hapus.dibatalkan"),
}
_DAY, _HOUR = 86_400, 3600


def routes(provider: Provider) -> list[BaseRoute]:
    """The front page of the privacy centre, and what is read there."""
    own = OwnDoors(Frame(provider), "privasi")
    return [
        own.door(HUB, _hub, _accept),
        own.door(f"{HUB}/izin", _consents, _withdraw),
        own.door(f"{HUB}/akses", _readings),
        own.door(f"{HUB}/data", _held),
    ]


def service_name(frame: Frame, client_id: str, language: Language) -> str:
    """A service as people know it; one that is gone by its id."""
    client = frame.provider.clients.known(client_id)
    return client.localised_name(language.code) if client is not None else client_id


def notice_of(request: Request) -> Message | None:
    """What an act before a redirect has to say."""
    return NOTICES.get(query(request, "kabar"))


async def _hub(frame: Frame, request: Request, stands: Standing) -> Response:
    centre, language = await privacy.centre(frame.provider, stands), frame.language(request)
    version = frame.provider.theme.notice_version
    return frame.page(
        request,
        "akun_privasi",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=notice_of(request),
        restricted=stands.restricted,
        deletion=language.moment(centre.deletion.runs_at) if centre.deletion and centre.deletion.runs_at else "",
        accept=centre.terms_version != version,
        hidden=shown_to(stands),
    )


async def _accept(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    if "accept" not in form:
        raise PageFault("kesalahan.permintaan", "a privacy form without a button")
    await privacy.accept(frame.provider, frame.visitor(request), stands)
    return frame.redirect(f"{HUB}?kabar=disetujui")


async def _held(frame: Frame, request: Request, stands: Standing) -> Response:
    return frame.page(
        request,
        "akun_data",
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        kept=[_kept(category) for category in retention.CATEGORIES],
    )


def _kept(category: retention.Category) -> KeptRow:
    if any(rule.job == retention.DOCUMENTS for rule in category.rules):
        # Each picture has a date of its own, which somebody's decision sets.
        return KeptRow(category.name, category.basis, "putusan", 0)
    period = category.longest
    for unit, seconds in (("tahun", retention.YEAR), ("hari", _DAY), ("jam", _HOUR)):
        if period >= seconds:
            return KeptRow(category.name, category.basis, unit, period // seconds)
    return KeptRow(category.name, category.basis, "akhir" if all(rule.since for rule in category.rules) else "akun", 0)


async def _consents(frame: Frame, request: Request, stands: Standing) -> Response:
    language = frame.language(request)
    current, history = await privacy.consents(frame.provider, stands.account_id)
    return frame.page(
        request,
        "akun_izin",
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        notice=notice_of(request),
        hidden=shown_to(stands),
        consents=[_consent(frame, row, language) for row in current],
        history=[
            HistoryRow(
                service_name(frame, row.client_id, language), row.event, language.moment(row.at), row.notice_version
            )
            for row in history[:50]
        ],
    )


async def _withdraw(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    if not form.text("withdraw"):
        raise PageFault("kesalahan.permintaan", "nothing to withdraw")
    await consent.withdraw(frame.provider, frame.visitor(request), stands, form.text("withdraw")[:128])
    return frame.redirect(f"{HUB}/izin?kabar=dicabut")


def _consent(frame: Frame, row: Any, language: Language) -> ConsentRow:
    client = frame.provider.clients.known(row.client_id)
    purpose = client.purpose if client is not None else {}
    return ConsentRow(
        row.client_id,
        service_name(frame, row.client_id, language),
        language.moment(row.granted_at),
        language.date(row.expires_at),
        tuple(dict.fromkeys([*abilities(language, row.scope), *(word(language, name) for name in row.claims)])),
        tuple(word(language, name) for name in row.withheld or ()),
        purpose.get(language.code) or next(iter(purpose.values()), ""),
    )


async def _readings(frame: Frame, request: Request, stands: Standing) -> Response:
    language = frame.language(request)

    def name_of(client_id: str) -> str:
        return service_name(frame, client_id, language)

    return frame.page(
        request,
        "akun_akses",
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        readings=[
            ReadingRow(
                reader(language, one.who, name_of, officer=not one.service),
                language.moment(one.last),
                ", ".join(dict.fromkeys(word(language, name) for name in one.data)),
                one.purpose,
            )
            for one in await privacy.readings(frame.provider, stands.account_id)
        ],
    )

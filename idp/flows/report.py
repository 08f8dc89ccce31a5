"""Reports: what people tell us about our pages, and what becomes of it."""

from collections.abc import Sequence
from uuid import UUID

from idp.accounts import report
from idp.accounts.report import Report
from idp.base.errors import Fault
from idp.flows import messages
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.theme.language import Message

# What the version before calls it, which may run beside this one and read it.
_CARRIED = "disowned"
_CARRIED_LIFETIME = 3600


class UnknownReport(Fault):
    """There is no such report, or it is closed already."""


async def feedback(
    provider: Provider, visitor: Visitor, category: str, text: str, contact: str
) -> str | dict[str, Message]:
    """Keep what somebody wrote; its number, or what is wrong by field. Nobody has to be signed in, and nothing is mailed."""
    errors: dict[str, Message] = {}
    if category not in report.CATEGORIES:
        errors["category"] = Message("masukan.pilih")
    if not text.strip():
        errors["text"] = Message("masukan.kosong")
    elif len(text) > report.MAX_TEXT:
        errors["text"] = Message("masukan.panjang", n=report.MAX_TEXT)
    if len(contact) > report.MAX_CONTACT:
        errors["contact"] = Message("masukan.kontak_panjang", n=report.MAX_CONTACT)
    if errors:
        return errors
    allowed = provider.settings.limits.report_per_network
    if refused := await messages.crowded(provider, "report", visitor.network, allowed):
        return {"": Message("masukan.batas", jam=refused.values["jam"])}
    made = Report(
        id=provider.new_id(),
        reference=report.new_reference(provider.entropy),
        kind=report.FEEDBACK,
        category=category,
        about=None,
        account_id=None,
        network=visitor.network,
        state=report.OPEN,
        created_at=provider.clock.now(),
        text=text.strip(),
        contact=contact.strip(),
    )
    async with provider.database.transaction() as tx:
        await report.insert(tx, provider.sealer, made)
    return made.reference


def remember(
    provider: Provider, visitor: Visitor, reference: str, undone: Sequence[str] = (), left: Sequence[str] = ()
) -> str:
    """The number, what was taken back and what could not be, in words and in which language, for the next page of this browser,
    and of no other.
    """
    value = [reference, list(undone), list(left), visitor.language]
    expires = provider.clock.now() + _CARRIED_LIFETIME
    return provider.slips.write(_CARRIED, visitor.device, value, expires)


def recall(provider: Provider, visitor: Visitor, carried: str) -> tuple[str, list[str], list[str], str] | None:
    """(number, undone, left, language) as `remember` put them into an address; None in another browser, or an hour later."""
    found = provider.slips.read(_CARRIED, visitor.device, carried, provider.clock.now())
    if not isinstance(found, list):
        return None
    # The version before names no language.
    reference, undone, left, *language = found
    return reference, undone, left, "".join(language)


async def page(provider: Provider, *, state: str | None, before: UUID | None = None, limit: int = 50) -> list[Report]:
    """Reports, newest first, without what was written."""
    async with provider.database.reading() as tx:
        return await report.page(tx, state=state, before=before, limit=limit)


async def read(provider: Provider, reference: str, *, by: str) -> Report:
    """One report with what was written; that somebody read it is kept. Raises UnknownReport."""
    async with provider.database.transaction() as tx:
        found = await report.find(tx, provider.sealer, reference)
        if found is None:
            raise UnknownReport(f"no report {reference[:20]}")
        await provider.audit.append(tx, Event("report.read", actor=by, detail={"reference": found.reference}))
    return found


async def close(provider: Provider, reference: str, *, by: str) -> None:
    """Close a report. Raises UnknownReport unless it is open."""
    async with provider.database.transaction() as tx:
        if not await report.close(tx, reference, by, provider.clock.now()):
            raise UnknownReport(f"no open report {reference[:20]}")
        await provider.audit.append(tx, Event("report.closed", actor=by, detail={"reference": reference}))

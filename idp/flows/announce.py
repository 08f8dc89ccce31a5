"""Notices to everybody: published, withdrawn, and in every process's memory within a second."""

from collections.abc import Mapping
from uuid import UUID

from idp.accounts import notice
from idp.accounts.notice import Notice
from idp.base.errors import Fault
from idp.provider import Provider
from idp.store.audit import Event
from idp.theme.language import CODES

_MEMORY = "notices"


class BadNotice(Fault):
    """A notice that cannot be shown, and why."""


async def publish(
    provider: Provider, texts: Mapping[str, str], *, kind: str, shown_from: int, shown_until: int, by: str
) -> Notice:
    """Publish a notice in every language. Times are UNIX seconds. Raises BadNotice."""
    now = provider.clock.now()
    told = {code: " ".join(texts.get(code, "").split()) for code in CODES}
    if any(not 0 < len(text) <= notice.MAX_TEXT for text in told.values()):
        raise BadNotice(f"a notice needs 1 to {notice.MAX_TEXT} characters in each of: {', '.join(CODES)}")
    if kind not in (notice.NEWS, notice.INCIDENT):
        raise BadNotice(f"a notice is {notice.NEWS} or {notice.INCIDENT}")
    if shown_until <= max(shown_from, now):
        raise BadNotice("a notice has to end after it begins, and later than now")
    made = Notice(provider.new_id(), kind, told, by, now, shown_from, shown_until)
    async with provider.database.transaction() as tx:
        await notice.insert(tx, made)
        await provider.audit.append(tx, Event("notice.published", actor=by, detail={"notice": str(made.id)}))
        await provider.database.bump(tx, _MEMORY)
    await provider.refresh_memory()
    return made


async def withdraw(provider: Provider, notice_id: UUID, *, by: str) -> bool:
    """Show a notice no more; False if there is none to withdraw."""
    async with provider.database.transaction() as tx:
        if not await notice.withdraw(tx, notice_id, provider.clock.now()):
            return False
        await provider.audit.append(tx, Event("notice.withdrawn", actor=by, detail={"notice": str(notice_id)}))
        await provider.database.bump(tx, _MEMORY)
    await provider.refresh_memory()
    return True


async def newest(provider: Provider, limit: int) -> list[Notice]:
    """Every notice, newest first."""
    async with provider.database.reading() as tx:
        return await notice.newest(tx, limit)

"""What is told to everybody: news and incidents. Held in memory, so that showing them costs no request anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from idp.store.database import Tx
from idp.store.tables import notices

NEWS, INCIDENT = "news", "incident"
MAX_TEXT = 300


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in every language, shown from one moment until before another (UNIX seconds), unless it is withdrawn."""

    id: UUID
    kind: str
    texts: Mapping[str, str]
    published_by: str
    created_at: int
    shown_from: int
    shown_until: int
    withdrawn_at: int | None = None

    def shown(self, now: int) -> bool:
        """Whether people see it."""
        return self.withdrawn_at is None and self.shown_from <= now < self.shown_until


class Notices:
    """Every notice that is, or will be, shown: the memory of one process."""

    def __init__(self) -> None:
        self._held: tuple[Notice, ...] = ()

    def load(self, found: list[Notice]) -> None:
        """Take over what the database has."""
        self._held = tuple(found)

    def shown(self, now: int, kind: str | None = None) -> list[Notice]:
        """What is to be shown now, incidents first, then the newest."""
        seen = [one for one in self._held if one.shown(now) and kind in (None, one.kind)]
        return sorted(seen, key=lambda one: (one.kind != INCIDENT, -one.shown_from))


async def insert(tx: Tx, notice: Notice) -> None:
    """Write a notice."""
    await tx.execute(notices.insert().values({name: getattr(notice, name) for name in Notice.__slots__}))


async def current(tx: Tx, now: int) -> list[Notice]:
    """What is, or will be, shown."""
    wanted = select(notices).where(notices.c.shown_until > now, notices.c.withdrawn_at.is_(None))
    return [Notice(**row._mapping) for row in await tx.execute(wanted)]


async def newest(tx: Tx, limit: int) -> list[Notice]:
    """Every notice, newest first."""
    return [
        Notice(**row._mapping) for row in await tx.execute(select(notices).order_by(notices.c.id.desc()).limit(limit))
    ]


async def withdraw(tx: Tx, notice_id: UUID, now: int) -> bool:
    """Show it no more; False if there is none that is shown or will be."""
    gone = await tx.execute(
        update(notices)
        .where(notices.c.id == notice_id, notices.c.withdrawn_at.is_(None), notices.c.shown_until > now)
        .values(withdrawn_at=now)
    )
    return gone.rowcount == 1

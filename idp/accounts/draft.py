"""A registration that is being filled in: kept sealed for a day, so that nothing is typed twice.

Which browser a draft belongs to is not written here: the browser carries a slip with the draft's id (`idp.flows.drafting`).
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from uuid import UUID

import orjson
from sqlalchemy import select, update

from idp.accounts import birthdate, declared, nik
from idp.accounts.policy import Owner
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import drafts


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far, in the spelling of `idp.accounts.contact`; empty text is "not yet".

    The password is here as its hash alone. `submitted` is the registration that came of it: then nothing else is left.
    """

    name: str = ""
    nik: str = field(default="", repr=False)
    passport: str = field(default="", repr=False)
    birthdate: str = field(default="", repr=False)
    confirmed: bool = False
    email: str = ""
    phone: str = ""
    first: str = ""
    category: str = ""
    kpj: str = ""
    documents: bool = False
    password_hash: str = field(default="", repr=False)
    password_policy: str = ""
    proven: bool = False
    submitted: str = ""

    @property
    def owner(self) -> Owner:
        """What makes a password guessable."""
        return Owner(self.name, self.email, self.phone, self.kpj, self.nik or self.passport, self.birthdate)

    def review(self, now: int) -> tuple[str, ...]:
        """What an officer should look at."""
        reasons = [declared.PASSPORT] if self.passport else []
        if self.nik:
            number = nik.read(self.nik)
            reasons += [] if number.born(date.fromisoformat(self.birthdate)) else [declared.NIK_BIRTHDATE]
            reasons += [] if number.known_province else [declared.NIK_PROVINCE]
        if self.birthdate and birthdate.age(date.fromisoformat(self.birthdate), now) < birthdate.OF_AGE:
            reasons.append(declared.MINOR)
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft; `expires_at` is UNIX seconds."""

    id: UUID
    answers: Answers
    created_at: int
    expires_at: int


async def insert(tx: Tx, sealer: Sealer, draft: Draft) -> None:
    """Begin a draft."""
    await tx.execute(
        drafts.insert().values(
            id=draft.id,
            answers_sealed=_seal(sealer, draft.id, draft.answers),
            created_at=draft.created_at,
            expires_at=draft.expires_at,
        )
    )


async def read(tx: Tx, sealer: Sealer, draft_id: UUID, now: int, *, lock: bool = False) -> Draft | None:
    """A draft that has not expired. With `lock` nobody else changes it before `tx` ends."""
    wanted = select(drafts).where(drafts.c.id == draft_id, drafts.c.expires_at > now)
    row = (await tx.execute(wanted.with_for_update() if lock else wanted)).first()
    if row is None:
        return None
    answers = Answers(**orjson.loads(sealer.open(_place(row.id), row.answers_sealed)))
    return Draft(row.id, answers, row.created_at, row.expires_at)


async def write(tx: Tx, sealer: Sealer, draft: Draft) -> None:
    """Write the answers of a draft that was read with `lock`."""
    sealed = _seal(sealer, draft.id, draft.answers)
    await tx.execute(update(drafts).where(drafts.c.id == draft.id).values(answers_sealed=sealed))


async def empty(tx: Tx, sealer: Sealer, draft: Draft, submitted: UUID) -> None:
    """A draft that became a registration: what was typed is there now, and no longer here."""
    await write(tx, sealer, replace(draft, answers=Answers(submitted=str(submitted))))


async def delete(tx: Tx, draft_id: UUID) -> None:
    """Forget a draft."""
    await tx.execute(drafts.delete().where(drafts.c.id == draft_id))


def _seal(sealer: Sealer, draft_id: UUID, answers: Answers) -> bytes:
    return sealer.seal(_place(draft_id), orjson.dumps(asdict(answers)))


def _place(draft_id: UUID) -> Place:
    return Place("drafts", "answers", draft_id)

"""The officers' side of checks of identities: looked at, decided; and identities that an operator answers for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from idp.accounts import account, birthdate, declared, document, lookup, membership, nik, proofing
from idp.accounts.account import Account
from idp.accounts.membership import Membership
from idp.accounts.proofing import Proofing
from idp.base.errors import Fault
from idp.flows import messages, people, registry_check
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx


class NotOpen(Fault):
    """There is no such check, or it was decided already; for officers."""


class Contested(Fault):
    """Another account proved to have this NIK; an officer has to settle that first."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """An identity that an operator answers for, with what a registry said of it."""

    nik: str = field(repr=False)
    birthdate: str = field(repr=False)
    level: int
    method: str
    membership: Membership | None = field(repr=False)


async def waiting(provider: Provider, states: Sequence[str], limit: int) -> list[tuple[Proofing, Account]]:
    """Checks in these states with their accounts, the longest waiting first."""
    async with provider.database.reading() as tx:
        found = await proofing.page(tx, states, limit)
        return [(one, person) for one in found if (person := await account.read(tx, one.account_id)) is not None]


async def look(provider: Provider, proofing_id: UUID, *, by: str) -> tuple[Proofing, Account, Mapping[str, str]]:
    """A check as an officer sees it, with what the person typed; that somebody looked is written down. Raises NotOpen."""
    async with provider.database.transaction() as tx:
        found = await proofing.read(tx, proofing_id)
        person = await account.read(tx, found.account_id) if found else None
        if found is None or person is None:
            raise NotOpen(f"no check {proofing_id}")
        await provider.audit.append(tx, Event("identity.viewed", actor=by, account_id=person.id))
    typed = {
        "nik": nik.unseal(provider.sealer, person.id, person.nik_sealed),
        "passport": declared.unseal_passport(provider.sealer, person.id, person.passport_sealed),
        "birthdate": birthdate.unseal(provider.sealer, person.id, person.birthdate_sealed),
    }
    return found, person, typed


async def approve(provider: Provider, proofing_id: UUID, method: str, *, by: str) -> None:
    """An officer saw card and face, or the person. Raises NotOpen, Contested."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        found, person = await _open(tx, proofing_id)
        if not await lookup.claim(tx, person.id, registry_check.keys(provider, person, None), now):
            raise Contested("another account proved to have this NIK: settle that first")
        until = now + provider.settings.lifetimes.proofing_documents
        await proofing.settle(tx, found, proofing.APPROVED, by=by, now=now, documents_until=until)
        await document.decide(tx, person.id, document.APPROVED, now, until)
        await account.identify(tx, person.id, 2, method, now)
        await provider.audit.append(
            tx, Event("identity.verified", actor=by, account_id=person.id, detail={"level": 2, "method": method})
        )
        await messages.tell_everywhere(
            provider, tx, person, "identitas_disetujui", tautan=registry_check.page(provider)
        )


async def reject(provider: Provider, proofing_id: UUID, reason: str, *, by: str) -> None:
    """An officer cannot confirm it, for a reason that names what to mend. Raises NotOpen."""
    async with provider.database.transaction() as tx:
        found, person = await _open(tx, proofing_id)
        await registry_check.reject(provider, tx, person, found, reason, by=by)


async def refer(provider: Provider, proofing_id: UUID, *, by: str) -> None:
    """Only a branch can help. Raises NotOpen."""
    async with provider.database.transaction() as tx:
        found, person = await _open(tx, proofing_id)
        await proofing.settle(tx, found, proofing.REFERRED, by=by, now=provider.clock.now())
        await provider.audit.append(tx, Event("identity.referred", actor=by, account_id=person.id))
        await registry_check.tell(provider, tx, person, "identitas_cabang")


async def vouch(provider: Provider, email: str, vouched: Vouched, *, by: str) -> None:
    """Take over an identity that was verified elsewhere; nothing where one stands already. Raises Contested."""
    now = provider.clock.now()
    person = await people.find(provider, email)
    if person is None or person.identity_level:
        return
    async with provider.database.transaction() as tx:
        await account.lock(tx, person.id)
        await account.declare(
            tx,
            person.id,
            name=person.name,
            nik_sealed=nik.seal(provider.sealer, person.id, vouched.nik),
            nik_index=lookup.key(provider.material, lookup.NIK, vouched.nik),
            birthdate_sealed=birthdate.seal(provider.sealer, person.id, vouched.birthdate),
            now=now,
        )
        known = await account.read(tx, person.id)
        if known is None:
            return
        if not await lookup.claim(tx, person.id, registry_check.keys(provider, known, vouched.membership), now):
            raise Contested(f"{email}: another account proved to have its NIK or number")
        await membership.put(tx, person.id, vouched.membership, now)
        await account.identify(tx, person.id, vouched.level, vouched.method, now)
        event = Event(
            "identity.verified",
            actor=by,
            account_id=person.id,
            detail={"level": vouched.level, "method": vouched.method},
        )
        await provider.audit.append(tx, event)


async def _open(tx: Tx, proofing_id: UUID) -> tuple[Proofing, Account]:
    found = await proofing.read(tx, proofing_id)
    if found is not None:
        await account.lock(tx, found.account_id)
        found = await proofing.read(tx, proofing_id)
    newest = await proofing.newest(tx, found.account_id) if found is not None else None
    person = await account.read(tx, found.account_id) if found is not None else None
    if found is None or person is None or newest is None or newest.id != found.id or found.state not in proofing.OPEN:
        raise NotOpen(f"check {proofing_id} is not open: unknown, decided, or overtaken by a newer one")
    return found, person

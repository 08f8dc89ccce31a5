"""Asking a registry about a person, and what follows from its answer.

The worker asks, through the outbox, for as long as it takes; a person who does not want to wait may have it asked at once,
for a few seconds. What comes back is settled under the account's lock, and only while the account still says what was
asked: two answers to one question do no more than one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from idp.accounts import account, birthdate, declared, document, lookup, membership, nik, proofing, registry
from idp.accounts.account import Account
from idp.accounts.proofing import Proofing
from idp.accounts.registry import Answer, Question
from idp.clients.outbound import OutboundFault
from idp.flows import logout, messages
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx
from idp.store.outbox import REGISTRY
from idp.theme.language import Message

_FLAGS = {declared.MINOR: proofing.UNDER_AGE, declared.NIK_PROVINCE: proofing.PROVINCE}

KIND = REGISTRY
"""Kind and target of its outbox items, and what the audit trail calls it."""


class NoAnswer(Exception):
    """The registry cannot be reached, or says what nobody understands. The text holds nothing of the question.

    `refused`: it judged this very question (4xx), so that asking again is pointless.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Asked:
    """An account, and what it said of its person when the question was put."""

    account_id: UUID
    question: Question = field(repr=False)
    nik_index: bytes = field(repr=False)
    birthdate_sealed: bytes = field(repr=False)
    name: str = field(repr=False)

    def holds(self, person: Account) -> bool:
        """Whether the account still says the same."""
        return (self.nik_index, self.birthdate_sealed, self.name) == (
            person.nik_index,
            person.birthdate_sealed,
            person.name,
        )


async def put(provider: Provider, tx: Tx, account_id: UUID, proofing_id: UUID | None) -> None:
    """Let the worker ask. The item holds ids alone: what is asked is read when it is asked."""
    payload = {"account": str(account_id), "proofing": str(proofing_id) if proofing_id else None}
    await provider.outbox.put(tx, KIND, KIND, payload, account_id)


async def begin(provider: Provider, tx: Tx, account_id: UUID, review: Sequence[str]) -> None:
    """Let what was declared at registration be checked; `review` are the reasons that `idp.accounts.declared` names."""
    flags = tuple(_FLAGS.get(reason, reason) for reason in review)
    askable = provider.settings.registry.url is not None and declared.PASSPORT not in review
    state = proofing.SUBMITTED if askable else proofing.REVIEW
    begun = Proofing(provider.new_id(), account_id, state, provider.clock.now(), flags)
    await proofing.insert(tx, begun)
    if askable:
        await put(provider, tx, account_id, begun.id)


async def pending(provider: Provider, account_id: UUID, proofing_id: UUID | None) -> Asked | None:
    """What is to be asked for an item of the outbox; None when that was settled meanwhile, or nothing can be asked."""
    async with provider.database.reading() as tx:
        person = await account.read(tx, account_id)
        waits = await proofing.read(tx, proofing_id) if proofing_id else None
    if person is None or (proofing_id is not None and (waits is None or waits.state != proofing.SUBMITTED)):
        return None
    return asked_of(provider, person)


def asked_of(provider: Provider, person: Account) -> Asked | None:
    """The question about an account; None unless it has a NIK and a whole birth date, and is in use."""
    born = birthdate.unseal(provider.sealer, person.id, person.birthdate_sealed)
    if person.nik_index is None or person.birthdate_sealed is None or len(born) != len("YYYY-MM-DD"):
        return None
    if person.status != account.ACTIVE:
        return None
    question = Question(nik.unseal(provider.sealer, person.id, person.nik_sealed), person.name, born, person.kpj or "")
    return Asked(person.id, question, person.nik_index, person.birthdate_sealed, person.name)


async def ask(provider: Provider, asked: Asked, deadline: int) -> Answer:
    """Ask, for at most `deadline` seconds. Raises NoAnswer."""
    settings = provider.settings.registry
    call = registry.call(settings, asked.question)
    try:
        answer = await provider.caller.operators(call.method, call.url, call.body, call.headers, deadline)
    except OutboundFault as fault:
        raise NoAnswer(f"the registry cannot be reached: {fault}") from None
    if answer.status != 200:
        # 4xx but for "who are you" and "too many" judges this question (RFC 9110 section 15.5).
        refused = 400 <= answer.status < 500 and answer.status not in (401, 403, 404, 408, 429)
        raise NoAnswer(f"the registry answers {answer.status}", refused=refused)
    try:
        return registry.answer(settings, provider.settings.kpj_pattern, answer.body)
    except registry.Garbage as garbage:
        raise NoAnswer(f"the registry's answer is not understood: {garbage}") from None


async def settle(provider: Provider, asked: Asked, answer: Answer) -> None:
    """Let an answer count, once."""
    async with provider.database.transaction() as tx:
        await account.lock(tx, asked.account_id)
        person = await account.read(tx, asked.account_id)
        if person is None or person.status != account.ACTIVE or not asked.holds(person):
            return
        newest = await proofing.newest(tx, person.id)
        waits = newest if newest is not None and newest.state == proofing.SUBMITTED else None
        if waits is None and person.identity_level == 0:
            return
        detail = {"verdict": answer.verdict, "reason": answer.reason, "deceased": answer.deceased}
        await provider.audit.append(
            tx, Event("identity.asked", actor=KIND, account_id=person.id, detail={k: v for k, v in detail.items() if v})
        )
        if answer.verdict == registry.MATCH:
            await _matched(provider, tx, person, waits, answer)
        elif waits is not None and answer.verdict == registry.MISMATCH:
            await reject(provider, tx, person, waits, proofing.DIFFERENT, by=KIND)
        elif waits is not None:
            await _review(provider, tx, waits)


async def give_up(provider: Provider, proofing_id: UUID) -> None:
    """What a registry will never answer goes to an officer."""
    async with provider.database.transaction() as tx:
        waits = await proofing.read(tx, proofing_id)
        if waits is None:
            return
        await account.lock(tx, waits.account_id)
        waits = await proofing.read(tx, proofing_id)
        if waits is not None and waits.state == proofing.SUBMITTED:
            await _review(provider, tx, waits)


async def _matched(provider: Provider, tx: Tx, person: Account, waits: Proofing | None, answer: Answer) -> None:
    now = provider.clock.now()
    if answer.deceased:
        if person.identity_level == 0 and waits is not None:
            # Whoever merely names a dead person is not that person; an officer looks who it is.
            await _review(provider, tx, waits, proofing.DECEASED)
        else:
            await bury(provider, tx, person, by=KIND)
        return
    if waits is not None and proofing.UNDER_AGE in waits.flags:
        await _review(provider, tx, waits)
        return
    if not await lookup.claim(tx, person.id, keys(provider, person, answer.membership), now):
        # Somebody else proved to have this number. Which of the two is right is for an officer; neither is told.
        if waits is not None:
            await _review(provider, tx, waits, proofing.TAKEN)
        await provider.audit.append(tx, Event("identity.contested", actor=KIND, account_id=person.id))
        return
    await membership.put(tx, person.id, answer.membership, now)
    if waits is None:
        return
    await account.identify(tx, person.id, 1, proofing.REGISTRY, now)
    await proofing.settle(tx, waits, proofing.MATCHED, by=KIND, now=now)
    await provider.audit.append(
        tx, Event("identity.verified", actor=KIND, account_id=person.id, detail={"level": 1, "method": KIND})
    )
    await messages.tell_everywhere(provider, tx, person, "identitas_cocok", tautan=page(provider))


async def _review(provider: Provider, tx: Tx, waits: Proofing, *flags: str) -> None:
    await proofing.settle(tx, waits, proofing.REVIEW, by=KIND, now=provider.clock.now(), flags=flags)


def keys(provider: Provider, person: Account, member: membership.Membership | None) -> list[tuple[str, bytes]]:
    """The verified numbers that shall find an account: its NIK, if it has one, and every participant number."""
    numbers = member.numbers if member is not None else ()
    found = [(lookup.KPJ, lookup.key(provider.material, lookup.KPJ, number)) for number in numbers]
    if person.nik_index is not None:
        number = nik.unseal(provider.sealer, person.id, person.nik_sealed)
        found.append((lookup.NIK, lookup.key(provider.material, lookup.NIK, number)))
    return found


async def reject(provider: Provider, tx: Tx, person: Account, waits: Proofing, reason: str, *, by: str) -> None:
    """Say no, why, and what would mend it. The caller holds the account's lock."""
    now = provider.clock.now()
    until = now + provider.settings.lifetimes.proofing_documents
    await proofing.settle(tx, waits, proofing.REJECTED, by=by, now=now, reason=reason, documents_until=until)
    # Where the typed data were the reason, nobody has to take the same pictures again.
    pictures = document.SUBMITTED if reason == proofing.DIFFERENT else document.REJECTED
    await document.decide(tx, person.id, pictures, now, until)
    await provider.audit.append(
        tx, Event("identity.rejected", actor=by, account_id=person.id, detail={"reason": reason})
    )
    await tell(provider, tx, person, "identitas_ditolak", alasan=Message(f"alasan.{reason}"))


async def bury(provider: Provider, tx: Tx, person: Account, *, by: str) -> None:
    """Close the account of somebody who has died: every session and token ends. The contacts learn it, lest it is a mistake."""
    await account.set_status(tx, person.id, account.DECEASED, provider.clock.now())
    await logout.end_all(provider, tx, person.id, by, None)
    await provider.audit.append(tx, Event("account.deceased", actor=by, account_id=person.id))
    await tell(provider, tx, person, "akun_meninggal")


def page(provider: Provider) -> str:
    """Where people see how their identity stands."""
    return f"{provider.settings.issuer}/akun/identitas"


async def tell(provider: Provider, tx: Tx, person: Account, template: str, **values: Any) -> None:
    """A mail about one's identity, to the proven address."""
    if person.email and person.email_verified:
        values = {"nama": person.name, "tautan": page(provider), **values}
        await messages.mail(provider, tx, person.email, template, person.locale, person.id, **values)

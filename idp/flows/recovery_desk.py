"""The officers' side of recoveries through a branch: looked at, approved, turned down; by two of them where one was not enough."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from idp.accounts import account, assisted, contact, entrance, lookup
from idp.accounts.account import Account
from idp.accounts.assisted import Case
from idp.base.errors import Fault
from idp.base.opaque import Handle
from idp.flows import messages, recycled
from idp.flows.recovery_case import write
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.database import Tx


class NotPossible(Fault):
    """There is no such case, it was decided already, or nothing can be recovered by it; for officers."""


@dataclass(frozen=True)
class Seen:
    """What an officer saw of a person (`assisted.CHECKS`), why the account is theirs, and whether its second factors go."""

    checked: Sequence[str]
    reason: str
    factors_go: bool = False


async def waiting(provider: Provider, states: Sequence[str], limit: int) -> list[Case]:
    """Cases in these states, the longest waiting first."""
    async with provider.database.reading() as tx:
        return await assisted.page(tx, provider.sealer, states, limit)


async def show(provider: Provider, number: str, *, by: str) -> tuple[Case, Account | None]:
    """A case with its account, if it found one; that somebody looked is written down. Raises NotPossible."""
    async with provider.database.transaction() as tx:
        case = await assisted.by_number(tx, provider.sealer, assisted.typed_number(number))
        if case is None:
            raise NotPossible(f"no case {number}")
        person = await account.read(tx, case.account_id) if case.account_id else None
        event = Event("recovery.case_viewed", actor=by, account_id=case.account_id, detail={"case": case.number})
        await provider.audit.append(tx, event)
    return case, person


async def approve(provider: Provider, number: str, seen: Seen, *, by: str, officer: str = "") -> Case:
    """An officer saw card and face: the wait begins, and every old contact hears of it. Raises NotPossible.

    Where two have to (`recovery.officers`, and always for the account of an officer, who decides about others), the case
    stays open with the first, and nobody hears of it before the second has seen the same. `officer` is the address of an
    officer's account, and takes the place of `by`.
    """
    async with provider.database.transaction() as tx:
        case, person = await _recoverable(provider, tx, number)
        if case.override_reason is not None:
            raise NotPossible(
                f"an override of case {case.number} was asked for: agree to it by --override, or refuse the case"
            )
        two = provider.settings.recovery.officers > 1 or person.officer_since is not None
        by = await _officer(provider, tx, officer, person) if two or officer.strip() else by
        if two and case.first_officer is None:
            return await _first(provider, tx, case, seen, by)
        if two and case.first_officer == by:
            raise NotPossible(f"another officer has to agree: this one has approved case {case.number} already")
        if two:
            _same_about_factors(case, seen)
        handle = provider.new_handle()
        cancels = Handle(case.id, handle.secret)
        decided = await _begin_wait(provider, tx, case, seen, by, cancel_hash=cancels.secret_hash)
        link = f"{provider.settings.issuer}/lupa-kata-sandi/bantuan/batal?token={cancels}"
        await messages.tell_everywhere(
            provider,
            tx,
            person,
            "bantuan_disetujui",
            batas=decided.due_at,
            email=contact.masked(case.contact),
            tautan=link,
        )
    return decided


async def override(provider: Provider, number: str, seen: Seen, *, officer: str) -> Case:
    """Approve what was cancelled twice in a row, so that whoever holds the old contacts cannot cancel it again.

    One officer asks for it, and another one, who saw card and face as well, agrees: with the first the case stays open,
    with the second the wait begins. `officer` is the address of an officer's account. Old contacts are told as ever, and
    an officer can still stop it (`refuse`). Raises NotPossible.
    """
    async with provider.database.transaction() as tx:
        case, person = await _recoverable(provider, tx, number)
        by = await _officer(provider, tx, officer, person)
        cancelled = await assisted.cancelled_in_a_row(tx, person.id)
        if cancelled < assisted.CANCELLED_ENOUGH:
            raise NotPossible(
                f"only {cancelled} in a row were cancelled for this account: approve case {case.number} without --override"
            )
        if case.override_reason is None:
            await _settle(
                tx, case, assisted.OPEN, first_officer=by, override_reason=seen.reason, factors_go=seen.factors_go
            )
            detail = {"case": case.number, **asdict(seen), "cancelled": cancelled}
            await provider.audit.append(
                tx, Event("recovery.override_asked", actor=by, account_id=person.id, detail=detail)
            )
            return await _read(provider, tx, case)
        if case.first_officer == by:
            raise NotPossible(f"another officer has to agree: this one asked for the override of case {case.number}")
        _same_about_factors(case, seen)
        decided = await _begin_wait(provider, tx, case, seen, by)
        await messages.tell_everywhere(
            provider, tx, person, "bantuan_dipastikan", batas=decided.due_at, email=contact.masked(case.contact)
        )
    return decided


async def refuse(provider: Provider, number: str, reason: str, *, by: str) -> None:
    """An officer could not recognise the person, or learns later that it was somebody else: the case ends. Raises NotPossible.

    Whoever asked gets a mail; so do the old contacts, if they had heard of it.
    """
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        case = await assisted.by_number(tx, provider.sealer, assisted.typed_number(number))
        if case is None or case.state not in assisted.UNDER_WAY:
            case = await _open(provider, tx, number)
        decision = {} if case.decided_at else {"reason": reason, "decided_by": by, "decided_at": now}
        await _settle(tx, case, assisted.REFUSED, ended_at=now, **decision)
        await write(provider, tx, case, "bantuan_ditolak", nomor=case.number)
        if case.state in assisted.UNDER_WAY and case.account_id is not None:
            person = await account.read(tx, case.account_id)
            assert person is not None
            await messages.tell_everywhere(provider, tx, person, "bantuan_dibatalkan")
        detail = {"case": case.number, "reason": reason}
        await provider.audit.append(
            tx, Event("recovery.case_refused", actor=by, account_id=case.account_id, detail=detail)
        )


async def _first(provider: Provider, tx: Tx, case: Case, seen: Seen, by: str) -> Case:
    """The word of the first of two officers, written down until the second says the same."""
    await _settle(tx, case, assisted.OPEN, **asdict(seen), first_officer=by)
    detail = {"case": case.number, **asdict(seen)}
    event = Event("recovery.second_officer_asked", actor=by, account_id=case.account_id, detail=detail)
    await provider.audit.append(tx, event)
    return await _read(provider, tx, case)


def _same_about_factors(case: Case, seen: Seen) -> None:
    if case.factors_go != seen.factors_go:
        raise NotPossible(f"the first officer of case {case.number} said otherwise about --remove-factors")


async def _recoverable(provider: Provider, tx: Tx, number: str) -> tuple[Case, Account]:
    """An open case whose account can be recovered, under that account's lock. Raises NotPossible."""
    case = await _open(provider, tx, number)
    if case.account_id is None:
        raise NotPossible(f"case {case.number} has no account: what was typed found none; let the person ask again")
    # One account, one recovery: two officers who decide at once, about one case or two, are told apart by the lock.
    await account.lock(tx, case.account_id)
    case = await _open(provider, tx, number)
    person = await account.read(tx, case.account_id) if case.account_id else None
    if person is None or person.status not in account.MAY_SIGN_IN:
        raise NotPossible(f"the account of case {case.number} is not active")
    if await assisted.under_way(tx, provider.sealer, person.id):
        raise NotPossible(f"another recovery of the account of case {case.number} is under way")
    key = lookup.key(provider.material, lookup.PHONE if case.by_sms else lookup.EMAIL, case.contact)
    if case.by_sms:
        # A number that nobody has proved for long goes to whoever proves it.
        owner_id = await recycled.trusted(provider, tx, key)
    else:
        owner = await account.find(tx, key)
        owner_id = owner.id if owner is not None else None
    if owner_id not in (None, person.id):
        raise NotPossible(f"another account has the new {'number' if case.by_sms else 'address'} of case {case.number}")
    return case, person


async def _begin_wait(
    provider: Provider, tx: Tx, case: Case, seen: Seen, by: str, cancel_hash: bytes | None = None
) -> Case:
    """The decision, the mail to the new address, and the event; the case as it is then."""
    now = provider.clock.now()
    ends = now + provider.settings.lifetimes.recovery_cooling
    await _settle(
        tx,
        case,
        assisted.COOLING,
        **asdict(seen),
        decided_by=by,
        decided_at=now,
        due_at=ends,
        cancel_hash=cancel_hash,
        overridden=case.override_reason is not None,
    )
    await write(provider, tx, case, "bantuan_menunggu", nomor=case.number, batas=ends)
    detail: dict[str, object] = {"case": case.number, **asdict(seen)}
    if case.first_officer is not None:
        detail |= {"override": case.override_reason is not None, "asked_by": case.first_officer}
    event = Event("recovery.case_approved", actor=by, account_id=case.account_id, detail=detail)
    await provider.audit.append(tx, event)
    return await _read(provider, tx, case)


async def _officer(provider: Provider, tx: Tx, address: str, about: Account) -> str:
    """Who decides, as the audit trail names them. Raises NotPossible for an address that is no officer's, or the person's own."""
    readings = contact.readings(address, provider.settings.kpj_pattern)
    keys = [lookup.key(provider.material, kind, value) for kind, value in readings]
    found = [one for key in keys if (one := await entrance.opened_by(tx, key)) is not None]
    if not found or found[0].officer_since is None or found[0].status != account.ACTIVE:
        raise NotPossible("--officer has to be the address of an officer's account")
    if found[0].id == about.id:
        raise NotPossible("nobody decides about their own account: --officer has to be somebody else's address")
    return f"officer:{found[0].id}"


async def _read(provider: Provider, tx: Tx, case: Case) -> Case:
    found = await assisted.by_number(tx, provider.sealer, case.number)
    assert found is not None
    return found


async def _open(provider: Provider, tx: Tx, number: str) -> Case:
    case = await assisted.by_number(tx, provider.sealer, assisted.typed_number(number))
    if case is None or case.state != assisted.OPEN or provider.clock.now() >= case.due_at:
        raise NotPossible(f"case {number} is not open: unknown, decided, or too old")
    return case


async def _settle(tx: Tx, case: Case, state: str, **values: object) -> None:
    if not await assisted.move(tx, case, state, **values):
        raise NotPossible(f"case {case.number} was decided meanwhile")

"""What a stranger did in somebody's account, found by its audit trail, and taken back.

Two roads lead here: «that was not me» on a session, and the link that brings a changed contact back. What cannot be
brought back (a password, a factor that was taken away) is not claimed to be.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any
from uuid import UUID

from idp.accounts import account, contact, contact_change, entrance, links, lookup, passkey, removal, requests, totp
from idp.accounts.account import Account
from idp.accounts.contact_change import REVERTIBLE, ContactChange
from idp.accounts.passkey import Passkey
from idp.accounts.requests import Request
from idp.accounts.totp import Totp
from idp.flows import logout, messages, owner
from idp.flows.removal import NAMES, TAKING
from idp.provider import Provider
from idp.sessions import enrolled, levels
from idp.sessions.visitor import Visitor
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Message

_FROZEN = ("account.restricted", "account.unrestricted")
_ASKS = ("factor.always", "factor.not_always")
_SINCE = ("contact.changed", "factor.added", "deletion.requested")
"""What is taken back by when it was done; the rest only by who did it, or an owner's own wishes would go with it."""
_REMOVED = ("factor.removed", "factor.leaving")
_SHOWED = ("session.started", "factor.proved")
_EVENTS = (*_SINCE, *_FROZEN, *_ASKS, *_REMOVED, *_SHOWED, "privacy.requested")
# Far more than anybody does by hand: a stranger must not push a deed out of sight by repeating another.
_LOOKED_AT = 10_000
# An event is written after the row that it tells of: where it does not name it, the clock may have struck between the two.
_LATER = 5


@dataclass(frozen=True, slots=True)
class Deeds:
    """What there is to take back, and what cannot be. Empty when nothing was done that lasts.

    `changes` are contact changes, the earliest of each kind; `added` kinds of contact that had none before; `late` kinds
    whose change is too old; `factors` kinds of factor that were added whole; `gone` those that were taken away; `opened`
    passkeys that let somebody in and were not added there, which may be the owner's: they are suspended; `sessions` those
    in which a passkey that goes was shown, to begin or to raise them; `froze` that the data were frozen, and
    stay so: whoever sits in a stolen session would else thaw what the owner froze, which takes the strongest factors.
    """

    changes: tuple[ContactChange, ...] = ()
    added: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    passkeys: tuple[UUID, ...] = ()
    removals: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    opened: tuple[UUID, ...] = ()
    sessions: tuple[UUID, ...] = ()
    requests: tuple[Request, ...] = field(default=(), repr=False)
    froze: bool = False
    thawed: bool = False
    stopped_asking: bool = False

    def told(self) -> list[Message]:
        """A line for each, worded to follow both «we have» and «we will» (`undo.…` of the catalogue)."""
        kinds = dict.fromkeys([*self.factors, *((levels.PASSKEY,) if self.passkeys else ())])
        lines = [Message(f"undo.{one.kind}", kontak=contact.masked(one.was)) for one in self.changes]
        lines += [Message(f"undo.{kind}_lepas") for kind in self.added]
        lines += [Message("undo.faktor", cara=Message(NAMES[kind])) for kind in kinds]
        lines += [Message("undo.sesi")] if self.sessions else []
        lines += [Message("undo.faktor_tetap", cara=Message(NAMES[kind])) for kind in self.removals]
        deletes = any(one.kind == requests.DELETE for one in self.requests)
        happened = {
            "undo.hapus": deletes,
            "undo.permintaan": len(self.requests) > deletes,
            "undo.batasi": self.thawed,
            "undo.selalu": self.stopped_asking,
        }
        return [*lines, *(Message(key) for key, did in happened.items() if did)]

    def kept(self) -> list[Message]:
        """What the owner has to mend, as whole sentences."""
        lines = [Message(f"undo.{kind}_terlambat") for kind in self.late]
        lines += [Message("undo.passkey_terpakai")] if self.opened else []
        lines += [Message("undo.tetap_dibatasi")] if self.froze else []
        return lines + [Message("undo.faktor_hilang", cara=Message(NAMES[kind])) for kind in self.gone]


NOTHING = Deeds()


@dataclass(frozen=True, slots=True)
class _Held:
    """The account and its ways in, as they are now; `kinds` of factor among them."""

    person: Account
    apps: Sequence[Totp]
    passkeys: Sequence[Passkey]
    kinds: frozenset[str]


async def of_sessions(provider: Provider, tx: Tx, account_id: UUID, sessions: Collection[UUID]) -> Deeds:
    """What was done in these sessions of an account, and in those where a passkey added there was shown, and still stands."""
    reached = set(sessions)
    while True:
        deeds = await _deeds(provider, tx, account_id, lambda row: row.session_id in reached)
        if reached.issuperset(deeds.sessions):
            return replace(deeds, sessions=tuple(one for one in deeds.sessions if one not in sessions))
        reached.update(deeds.sessions)


async def with_change(provider: Provider, tx: Tx, change: ContactChange) -> Deeds:
    """What could keep somebody in an account, or end it: all such deeds since a contact was changed, and earlier ones of the same session."""
    told = await provider.audit.read(tx, account_id=change.account_id, events=("contact.changed",), limit=_LOOKED_AT)
    # Whoever means to stay lets themselves in another way first, and changes the contact then.
    hands = {
        row.session_id
        for row in told
        if row.detail.get("kind") == change.kind and _tells(row, change.id, change.changed_at)
    }
    return await _deeds(
        provider,
        tx,
        change.account_id,
        lambda row: row.event in _SINCE and (row.at >= change.changed_at or row.session_id in hands),
    )


async def take_back(provider: Provider, tx: Tx, visitor: Visitor, person: Account, deeds: Deeds) -> Account:
    """Do it; the account as it is then. The caller has locked it, and tells its owner."""
    now = provider.clock.now()
    for change in deeds.changes:
        if await contact_change.revert(tx, change, now) and not await bring_back(provider, tx, visitor, person, change):
            # Somebody else has the old one by now: at least the stranger's does not stay.
            await _drop(provider, tx, visitor, person, change.kind)
    for kind in deeds.added:
        await _drop(provider, tx, visitor, person, kind)
    # A change that still waits for its code is none.
    await links.supersede(tx, links.CONTACT, person.id, now)
    await _end_factors(provider, tx, visitor, person.id, deeds, now)
    for request in deeds.requests:
        if await requests.decide(tx, provider.sealer, request.id, requests.CANCELLED, str(person.id), now):
            name = "deletion.cancelled" if request.kind == requests.DELETE else "privacy.cancelled"
            await _note(provider, tx, visitor, name, person.id, request=str(request.id))
    if deeds.thawed and await account.restrict(tx, person.id, now):
        await logout.disconnect_all(provider, tx, person.id, "restricted")
        await _note(provider, tx, visitor, "account.restricted", person.id)
    if deeds.stopped_asking:
        await entrance.ask_factor(tx, person.id, now)
        await _note(provider, tx, visitor, "factor.always", person.id)
    restored = await account.read(tx, person.id)
    assert restored is not None
    return restored


def said(provider: Provider, person: Account, deeds: Deeds) -> str:
    """The lines of `told`, in the language of the account's owner and one after the other, for a letter."""
    language = provider.theme.language(person.locale)
    return "; ".join(language.say(line) for line in deeds.told())


async def bring_back(provider: Provider, tx: Tx, visitor: Visitor, person: Account, change: ContactChange) -> bool:
    """Put the contact of before a change in its place again, with the date of its proof; False if somebody else has it by now.

    Whoever holds the one that goes learns that it is used here no more, and not by whom.
    """
    now = provider.clock.now()
    spelled = contact.normalise_email(change.was) if change.kind == lookup.EMAIL else change.was
    key = lookup.key(provider.material, change.kind, spelled)
    proven = change.proven_at or change.changed_at
    if not await account.set_contact(tx, person.id, change.kind, change.was, key, now, proven_at=proven):
        return False
    await links.supersede(tx, links.RESET, person.id, now)
    await _tell_removed(provider, tx, person, change.kind)
    await _note(provider, tx, visitor, "contact.reverted", person.id, kind=change.kind)
    return True


async def _deeds(provider: Provider, tx: Tx, account_id: UUID, theirs: Callable[[Any], bool]) -> Deeds:
    rows = await provider.audit.read(tx, account_id=account_id, events=_EVENTS, limit=_LOOKED_AT)
    mine = [row for row in rows if theirs(row)]
    held = await _held(provider, tx, account_id)
    changes, added, late = await _contacts(provider, tx, held.person, rows, theirs)
    factors, passkeys = _factors(held, rows, theirs)
    removals = {one.factor for one in await removal.of(tx, account_id)}
    gone = {row.detail["factor"] for row in mine if row.event in _REMOVED} & NAMES.keys() - held.kinds
    strange = {str(one) for one in passkeys}
    opened = {row.session_id for row in rows if row.event in _SHOWED and row.detail.get("passkey") in strange}
    frozen = next((row for row in rows if row.event in _FROZEN), None)
    asks = next((row for row in rows if row.event in _ASKS), None)
    asked = {row.detail["request"] for row in mine if row.event in ("deletion.requested", "privacy.requested")}
    open_ = await requests.undecided(tx, provider.sealer, account_id)
    return Deeds(
        changes=tuple(changes),
        added=tuple(added),
        late=tuple(late),
        factors=tuple(factors),
        passkeys=tuple(passkeys),
        removals=tuple(sorted(removals - set(factors))),
        gone=tuple(sorted(gone)),
        opened=tuple(_opened(held, mine, passkeys)),
        sessions=tuple(sorted(opened - {None})),
        requests=tuple(one for one in open_ if str(one.id) in asked),
        froze=_is(frozen, "account.restricted", theirs),
        thawed=_is(frozen, "account.unrestricted", theirs),
        stopped_asking=_is(asks, "factor.not_always", theirs),
    )


async def _contacts(
    provider: Provider, tx: Tx, person: Account, rows: list[Any], theirs: Callable[[Any], bool]
) -> tuple[list[ContactChange], list[str], list[str]]:
    """What stood before the stranger's hand, unless another hand has changed it since and that still counts."""
    now = provider.clock.now()
    kept = await contact_change.of(tx, provider.sealer, person.id)
    changes, added, late = [], [], []
    for kind in (lookup.EMAIL, lookup.PHONE):
        mine = [one for one in kept if one.kind == kind]
        back = [one for one in mine if one.reverted_at is not None]
        told = [row for row in rows if row.event == "contact.changed" and row.detail.get("kind") == kind]
        # Taken back, a change hides none that came before: a stranger with two sessions is sent out of one after the other.
        run = list(
            takewhile(theirs, (row for row in told if not any(_tells(row, one.id, one.changed_at) for one in back)))
        )
        if not run:
            continue
        before = next((one for one in mine if _tells(run[-1], one.id, one.changed_at)), None)
        if now >= run[-1].at + REVERTIBLE:
            late.append(kind)
        elif before is None:
            added.append(kind)
        elif before.live(now):
            changes.append(before)
    stands = {lookup.EMAIL: person.email_verified, lookup.PHONE: person.phone_verified}
    return changes, [kind for kind in added if stands[kind]], late


def _factors(held: _Held, rows: list[Any], theirs: Callable[[Any], bool]) -> tuple[list[str], list[UUID]]:
    """Factors that the stranger added; not those that the owner has added anew since."""
    told = [row for row in rows if row.event == "factor.added"]
    added = [row for row in told if theirs(row)]
    of_apps, of_passkeys = (
        [row for row in added if row.detail["factor"] == kind] for kind in (levels.TOTP, levels.PASSKEY)
    )
    factors = []
    if any(_tells(row, app.id, app.created_at) for row in of_apps for app in held.apps):
        factors.append(levels.TOTP)
    for kind in (levels.SMS, levels.RECOVERY):
        newest = next((row for row in told if row.detail["factor"] == kind), None)
        if newest is not None and theirs(newest) and kind in held.kinds:
            factors.append(kind)
    return factors, [one.id for one in held.passkeys if any(_tells(row, one.id, one.created_at) for row in of_passkeys)]


def _opened(held: _Held, mine: list[Any], added: Collection[UUID]) -> list[UUID]:
    """The passkeys that were shown there and not added there; all of them where an event of an older version names none."""
    shown = {
        row.detail.get("passkey") for row in mine if row.event in _SHOWED and row.detail.get("factor") == levels.PASSKEY
    }
    return [one.id for one in held.passkeys if one.id not in added and shown & {str(one.id), None}]


async def _held(provider: Provider, tx: Tx, account_id: UUID) -> _Held:
    person = await account.read(tx, account_id)
    if person is None:
        raise owner.erased()
    apps = await totp.read(tx, provider.sealer, account_id)
    return _Held(person, apps, await passkey.of(tx, account_id), await enrolled.read(tx, account_id))


async def _end_factors(provider: Provider, tx: Tx, visitor: Visitor, account_id: UUID, deeds: Deeds, now: int) -> None:
    for kind in TAKING:
        await removal.call_off(tx, account_id, kind)
    for kind in deeds.factors:
        await TAKING[kind][0](tx, account_id, now)
    for passkey_id in deeds.passkeys:
        await passkey.remove(tx, account_id, passkey_id)
    for passkey_id in deeds.opened:
        await passkey.suspend(tx, account_id, passkey_id, now)
    for kind in (*deeds.factors, *((levels.PASSKEY,) if deeds.passkeys else ())):
        await _note(provider, tx, visitor, "factor.removed", account_id, factor=kind)


async def _drop(provider: Provider, tx: Tx, visitor: Visitor, person: Account, kind: str) -> None:
    await account.drop_contact(tx, person.id, kind, provider.clock.now())
    await _tell_removed(provider, tx, person, kind)
    await _note(provider, tx, visitor, "contact.reverted", person.id, kind=kind)


async def _tell_removed(provider: Provider, tx: Tx, person: Account, kind: str) -> None:
    """Word to the contact that goes: it may be a stranger's, so it names nobody."""
    if kind == lookup.EMAIL and person.email is not None:
        await messages.mail(provider, tx, person.email, "kontak_dilepas", person.locale, person.id)
    if kind == lookup.PHONE and person.phone is not None:
        await messages.sms(provider, tx, person.phone, "kontak_dilepas", person.locale, person.id)


async def _note(provider: Provider, tx: Tx, visitor: Visitor, event: str, account_id: UUID, **detail: object) -> None:
    noted = Event(event, actor=str(account_id), account_id=account_id, network=visitor.network, detail=detail)
    await provider.audit.append(tx, noted)


def _is(newest: Any | None, event: str, theirs: Callable[[Any], bool]) -> bool:
    """Whether the newest of its kind is this event, by the stranger's hand."""
    return newest is not None and newest.event == event and theirs(newest)


def _tells(row: Any, made_id: UUID, moment: int) -> bool:
    """Whether an event tells of what was made under an id, at a moment; events of older versions name no id."""
    named = row.detail.get("id")
    return moment <= int(row.at) <= moment + _LATER if named is None else named == str(made_id)

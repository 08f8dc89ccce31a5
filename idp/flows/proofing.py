"""Who somebody is, as they say it themselves: data and photos sent, a registry or an officer asked, and what is still missing.

The numbers typed here could be anybody's. So attempts are counted per account, per NIK and per network before anything is
compared, the answer never says which part differed, and whoever already proved to have a NIK is not mentioned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from idp.accounts import account, birthdate, contact, document, lookup, nik, proofing
from idp.accounts.contact import NotAContact
from idp.accounts.nik import Nik
from idp.accounts.proofing import Proofing
from idp.flows import messages, owner, registry_check
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.theme.language import Message

DAY = 86_400
_NOW_EVERY, _NOW_TIMES = 300, 5
"""Within how many seconds a person may have the registry asked at once how often."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it came. `confirmed`: the person says that NIK and birth date stand like this on the card."""

    nik: str = field(repr=False)
    name: str = field(repr=False)
    day: str = field(repr=False)
    month: str = field(repr=False)
    year: str = field(repr=False)
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """The same, sound. `flags` are what an officer should look at."""

    nik: Nik = field(repr=False)
    name: str = field(repr=False)
    birthdate: str = field(repr=False)
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a person stands. `target` is by when an officer should have looked, UNIX seconds; `tries` are left today."""

    level: int
    method: str | None
    verified_at: int | None
    proofing: Proofing | None
    target: int | None
    tries: int
    missing: tuple[str, ...]
    """Kinds of photos that an officer needs and has not."""
    nik: str = field(repr=False)
    name: str = field(repr=False)
    birthdate: str = field(repr=False)

    @property
    def state(self) -> str:
        """The state of the check that counts; `none` when there is nothing to tell of. Without tries left, a branch helps."""
        if self.proofing is None:
            return "none"
        used_up = self.proofing.state == proofing.REJECTED and not self.tries
        return proofing.REFERRED if used_up else self.proofing.state

    @property
    def in_review(self) -> bool:
        """Whether an officer has it on the desk."""
        return self.state == proofing.REVIEW

    @property
    def may_type(self) -> bool:
        """Whether data may be typed (anew): nothing is confirmed, and nobody is looking at it."""
        return self.level == 0 and self.state in ("none", proofing.REJECTED, proofing.REFERRED) and self.tries > 0

    @property
    def may_ask_officer(self) -> bool:
        """Whether an officer may be asked: data are there, more can be reached, and there is something to look at.

        What a registry confirmed is raised by photos alone; where it could not, an officer may compare the data.
        """
        asked = self.state in (proofing.SUBMITTED, proofing.REVIEW, proofing.REFERRED)
        seen = self.level == 0 or not self.missing
        return self.level < 2 and bool(self.nik) and not asked and self.tries > 0 and seen


async def status(provider: Provider, stands: Standing) -> Status:
    """What the identity page tells."""
    now = provider.clock.now()
    async with provider.database.reading() as tx:
        person = await owner.read(tx, stands)
        newest = await proofing.newest(tx, stands.account_id)
        tries = await _tries(provider, tx, stands.account_id, now)
        missing = await _missing(tx, stands.account_id)
    reviewed = newest is not None and newest.state == proofing.REVIEW
    return Status(
        person.identity_level,
        person.identity_method,
        person.identity_verified_at,
        newest,
        proofing.target(newest.created_at) if reviewed and newest else None,
        tries,
        missing,
        nik.unseal(provider.sealer, person.id, person.nik_sealed),
        person.name,
        birthdate.unseal(provider.sealer, person.id, person.birthdate_sealed),
    )


def judge(provider: Provider, typed: Typed) -> Data | dict[str, Message]:
    """What was typed as data, or what to mend by field. A NIK that does not fit the birth date may be confirmed."""
    errors: dict[str, Message] = {}
    number = born = None
    name = ""
    now = provider.clock.now()
    try:
        number = nik.read(typed.nik)
    except NotAContact as fault:
        errors["nik"] = Message(fault.key)
    try:
        name = contact.normalise_name(typed.name)
    except NotAContact as fault:
        errors["name"] = Message(fault.key)
    try:
        born = birthdate.read(typed.day, typed.month, typed.year, now)
    except NotAContact as fault:
        errors["day"] = Message(fault.key)
    if number is None or born is None or errors:
        return errors
    differs = not number.born(born)
    if differs and not typed.confirmed:
        return {"nik": Message("nik.dob")}
    suspect = {
        proofing.NIK_BIRTHDATE: differs,
        proofing.UNDER_AGE: birthdate.age(born, now) < birthdate.OF_AGE,
        proofing.PROVINCE: not number.known_province,
    }
    return Data(number, name, born.isoformat(), tuple(flag for flag, raised in suspect.items() if raised))


async def submit(provider: Provider, visitor: Visitor, stands: Standing, data: Data) -> Message | None:
    """Let data be checked; what to say when that cannot be now. Sent twice, it is checked once. PageFault as `owner.hold`."""
    limits = provider.settings.limits
    if refused := await messages.crowded(provider, "identity", visitor.network, limits.identity_per_network):
        return refused
    index = lookup.key(provider.material, lookup.NIK, data.nik.number)
    asked = await provider.ephemeral.hit(f"identity:{index.hex()}", DAY)
    flags = data.flags if asked <= limits.identity_per_nik else (*data.flags, proofing.OFTEN_ASKED)
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        newest = await proofing.newest(tx, stands.account_id)
        if newest is not None and newest.state in (proofing.SUBMITTED, proofing.REVIEW):
            return None
        if not await _tries(provider, tx, stands.account_id, now):
            return None
        taken_over = await account.declare(
            tx,
            stands.account_id,
            name=data.name,
            nik_sealed=nik.seal(provider.sealer, stands.account_id, data.nik.number),
            nik_index=index,
            birthdate_sealed=birthdate.seal(provider.sealer, stands.account_id, data.birthdate),
            now=now,
        )
        if taken_over:
            askable = provider.settings.registry.url is not None and proofing.OFTEN_ASKED not in flags
            await _begin(provider, tx, visitor, stands, proofing.SUBMITTED if askable else proofing.REVIEW, flags)
    return None


async def ask_now(provider: Provider, stands: Standing) -> None:
    """Have the registry asked at once, for a few seconds; the worker's turn stays as it is if nothing comes of it."""
    if await provider.ephemeral.hit(f"identity-now:{stands.account_id}", _NOW_EVERY) > _NOW_TIMES:
        return
    async with provider.database.reading() as tx:
        newest = await proofing.newest(tx, stands.account_id)
    if newest is None or newest.state != proofing.SUBMITTED or provider.settings.registry.url is None:
        return
    asked = await registry_check.pending(provider, stands.account_id, newest.id)
    if asked is None:
        return
    try:
        answer = await registry_check.ask(provider, asked, provider.settings.registry.patience)
    except registry_check.NoAnswer:
        return
    await registry_check.settle(provider, asked, answer)


async def ask_officer(provider: Provider, visitor: Visitor, stands: Standing) -> None:
    """Let an officer look: at photos for the level above, or at data that a registry did not confirm. PageFault as `owner.hold`."""
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        newest = await proofing.newest(tx, stands.account_id)
        if person.nik_index is None or person.identity_level >= 2:
            return
        if newest is not None and newest.state in (proofing.SUBMITTED, proofing.REVIEW):
            return
        if not await _tries(provider, tx, person.id, now):
            return
        if person.identity_level and await _missing(tx, person.id):
            return
        flags = newest.flags if newest is not None else ()
        await _begin(provider, tx, visitor, stands, proofing.REVIEW, flags)


async def _begin(
    provider: Provider, tx: Tx, visitor: Visitor, stands: Standing, state: str, flags: Sequence[str]
) -> None:
    begun = Proofing(provider.new_id(), stands.account_id, state, provider.clock.now(), tuple(flags))
    await proofing.insert(tx, begun)
    await document.take_along(tx, stands.account_id)
    if state == proofing.SUBMITTED:
        await registry_check.put(provider, tx, stands.account_id, begun.id)
    event = owner.did("identity.submitted", visitor, stands, state=state, flags=list(flags))
    await provider.audit.append(tx, event)


async def _missing(tx: Tx, account_id: UUID) -> tuple[str, ...]:
    """The photos by which an officer tells who somebody is, as far as they are not there."""
    sent = {one.kind for one in await document.of(tx, account_id) if one.state != document.REJECTED}
    return tuple(kind for kind in (document.KTP, document.SELFIE) if kind not in sent)


async def _tries(provider: Provider, tx: Tx, account_id: UUID, now: int) -> int:
    used = await proofing.count(tx, account_id, now - DAY)
    return max(0, provider.settings.limits.identity_attempts - used)

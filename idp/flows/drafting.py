"""Filling in a registration: one sealed draft per tab, changed under a lock, kept for a day.

The password is judged when it is typed and kept as its hash alone. It cannot be judged again later: so an answer that
makes something else of the person guessable takes the password away, and it is asked again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from idp.accounts import document, policy
from idp.accounts import draft as drafts
from idp.accounts.draft import Answers, Draft
from idp.flows import crowd, passwords
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.theme.language import Message


async def begin(provider: Provider, visitor: Visitor) -> Draft | None:
    """A new draft; None when so many begin in this network that this one has to prove something first."""
    if await crowd.asks_for_proof(provider, visitor.network):
        return None
    return await begin_with(provider, Answers())


async def begin_with(provider: Provider, answers: Answers) -> Draft:
    """A new draft that knows something already."""
    now = provider.clock.now()
    made = Draft(provider.new_id(), answers, now, now + provider.settings.lifetimes.draft)
    async with provider.database.transaction() as tx:
        await drafts.insert(tx, provider.sealer, made)
    return made


async def find(provider: Provider, draft_id: UUID) -> Draft | None:
    """A draft that is still there."""
    async with provider.database.reading() as tx:
        return await drafts.read(tx, provider.sealer, draft_id, provider.clock.now())


async def answer(provider: Provider, draft_id: UUID, **values: Any) -> Draft | None:
    """Take answers over; None when the draft is gone, or is a registration already."""
    return await _change(provider, draft_id, lambda answers: _with(answers, values))


async def set_password(provider: Provider, draft: Draft, password: str) -> Message | None:
    """Judge a password with what is known of the person, and keep its hash; why not, if it is not good."""
    chosen = passwords.rules(provider)
    if refused := chosen.judge(password, draft.answers.owner):
        return refused
    hashed = await provider.hasher.hash(password)

    def keep(answers: Answers) -> Answers:
        # Another tab may have changed the person while the hash was made.
        if policy.adds(draft.answers.owner, answers.owner):
            return answers
        return replace(answers, password_hash=hashed, password_policy=chosen.version)

    await _change(provider, draft.id, keep)
    return None


async def discard(provider: Provider, draft_id: UUID) -> None:
    """Forget a draft, and what was uploaded with it."""
    async with provider.database.transaction() as tx:
        found = await drafts.read(tx, provider.sealer, draft_id, provider.clock.now(), lock=True)
        if found is not None and not found.answers.submitted:
            await document.drop(tx, draft_id, provider.clock.now())
            await drafts.delete(tx, draft_id)


async def _change(provider: Provider, draft_id: UUID, change: Callable[[Answers], Answers]) -> Draft | None:
    async with provider.database.transaction() as tx:
        found = await drafts.read(tx, provider.sealer, draft_id, provider.clock.now(), lock=True)
        if found is None or found.answers.submitted:
            return None
        changed = replace(found, answers=change(found.answers))
        await drafts.write(tx, provider.sealer, changed)
    return changed


def _with(answers: Answers, values: dict[str, Any]) -> Answers:
    changed = replace(answers, **values)
    if changed.password_hash and policy.adds(answers.owner, changed.owner):
        return replace(changed, password_hash="", password_policy="")
    return changed

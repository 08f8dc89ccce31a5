"""The broom: what `idp.flows.retention` says is over goes, in small transactions, so that nobody waits behind a big one."""

from sqlalchemy import ColumnElement, and_, delete, select, tuple_

from idp.accounts.throttle import ANYWHERE_LIMIT
from idp.flows.retention import DAY, RULES, Kept
from idp.grants import consent
from idp.provider import Provider
from idp.store import breakers
from idp.store.database import Tx
from idp.store.tables import answered_challenges, consents, metadata, spending, throttles

BATCH = 500

# Guesses from unknown devices count for as long as there are any. Once they have used up a password's hundred it stays
# refused until it is reset, so that row is never too old.
_STILL_COUNTS = throttles.c.failures >= ANYWHERE_LIMIT

SPENDING_KEPT = 90
"""Days for which an operator may look up what messages cost: about nobody, so no matter of retention."""


async def sweep(provider: Provider) -> int:
    """Apply every rule; how many rows went."""
    now, swept = provider.clock.now(), 0
    for rule in RULES:
        while True:
            async with provider.database.transaction() as tx:
                gone = await (_consents(provider, tx, now) if rule.table == consents.name else _batch(tx, rule, now))
            swept += gone
            if gone < BATCH:
                break
    async with provider.database.transaction() as tx:
        # Much longer than any clock may be off: a row that went too early would let its answer in again.
        swept += (
            await tx.execute(delete(answered_challenges).where(answered_challenges.c.expires_at < now - DAY))
        ).rowcount
        swept += (await tx.execute(delete(spending).where(spending.c.day < now // DAY - SPENDING_KEPT))).rowcount
        swept += await breakers.forget(tx, now)
        return swept + await provider.outbox.forget(tx)


def over(rule: Kept, now: int) -> ColumnElement[bool]:
    """Which rows of a rule's table are over at a moment."""
    table = metadata.tables[rule.table]
    conditions = [table.c[rule.since] < now - rule.period]
    conditions += [table.c[name] == value for name, value in rule.only.items()]
    if table is throttles:
        conditions += [throttles.c.blocked_until < now, ~_STILL_COUNTS]
    return and_(*conditions)


async def _batch(tx: Tx, rule: Kept, now: int) -> int:
    table = metadata.tables[rule.table]
    key = list(table.primary_key.columns)
    which = select(*key).where(over(rule, now)).limit(BATCH)
    chosen = key[0].in_(which) if len(key) == 1 else tuple_(*key).in_(which)
    return (await tx.execute(delete(table).where(chosen))).rowcount


async def _consents(provider: Provider, tx: Tx, now: int) -> int:
    """A consent does not just vanish: that its time was over is part of its history."""
    gone = await consent.expired(tx, now, BATCH)
    for row in gone:
        await consent.expire(tx, provider.new_id(), row)
    return len(gone)

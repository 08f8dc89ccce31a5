"""What is kept for how long, as data, and the broom: small transactions, so that nobody waits behind a big one."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, delete, select, tuple_

from idp.accounts import contact_change
from idp.accounts.account import WAS
from idp.accounts.throttle import ANYWHERE_LIMIT
from idp.provider import Provider
from idp.sessions.device import REMEMBERED
from idp.store.database import Tx
from idp.store.tables import (
    challenges,
    consents,
    contact_changes,
    grants,
    identifiers,
    known_devices,
    notices,
    outbox,
    pushed_requests,
    reports,
    sessions,
    sign_ups,
    spending,
    throttles,
)

HOUR, DAY = 3600, 86_400
BATCH = 500


@dataclass(frozen=True)
class Rule:
    """Rows of `table` that are `over` at a moment are deleted."""

    table: Table
    over: Callable[[int], ColumnElement[bool]]


# A row goes a little later than its meaning ends: a late reader gets "expired" instead of "unknown".
RULES = (
    # As long as the registration that they belong to, so that an old link is told from one that never was.
    Rule(challenges, lambda now: challenges.c.expires_at < now - 8 * DAY),
    Rule(sign_ups, lambda now: sign_ups.c.expires_at < now),
    Rule(pushed_requests, lambda now: pushed_requests.c.expires_at < now - HOUR),
    Rule(sessions, lambda now: sessions.c.expires_at < now - 7 * DAY),
    Rule(grants, lambda now: grants.c.expires_at < now - DAY),
    Rule(consents, lambda now: consents.c.expires_at < now),
    # A contact that can no longer be brought back is free for others.
    Rule(contact_changes, lambda now: contact_changes.c.revertible_until < now - 30 * DAY),
    Rule(
        identifiers,
        lambda now: and_(identifiers.c.kind == WAS, identifiers.c.verified_at <= now - contact_change.REVERTIBLE),
    ),
    Rule(known_devices, lambda now: known_devices.c.used_at < now - REMEMBERED - DAY),
    # Guesses from unknown devices count for as long as there are any. Once they have used up a password's hundred it
    # stays refused until it is reset, so that row is never too old.
    Rule(
        throttles,
        lambda now: and_(
            throttles.c.updated_at < now - 30 * DAY,
            throttles.c.blocked_until < now,
            throttles.c.failures < ANYWHERE_LIMIT,
        ),
    ),
    Rule(notices, lambda now: notices.c.shown_until < now - 90 * DAY),
    # A report is answered for a year after it was closed; an open one waits for its answer.
    Rule(reports, lambda now: reports.c.closed_at < now - 365 * DAY),
    Rule(outbox, lambda now: and_(outbox.c.state == "delivered", outbox.c.settled_at < now - 7 * DAY)),
    # The dead wait longer: an operator may want to revive them.
    Rule(outbox, lambda now: and_(outbox.c.state == "dead", outbox.c.settled_at < now - 30 * DAY)),
    Rule(spending, lambda now: spending.c.day < (now - 90 * DAY) // DAY),
)


async def sweep(provider: Provider) -> int:
    """Apply every rule; how many rows went."""
    now, swept = provider.clock.now(), 0
    for rule in RULES:
        while True:
            async with provider.database.transaction() as tx:
                gone = await _batch(tx, rule, now)
            swept += gone
            if gone < BATCH:
                break
    async with provider.database.transaction() as tx:
        return swept + await provider.outbox.forget(tx)


async def _batch(tx: Tx, rule: Rule, now: int) -> int:
    key = list(rule.table.primary_key.columns)
    over = select(*key).where(rule.over(now)).limit(BATCH)
    which = key[0].in_(over) if len(key) == 1 else tuple_(*key).in_(over)
    return (await tx.execute(delete(rule.table).where(which))).rowcount

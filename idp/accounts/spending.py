"""What messages to telephones cost: counted per day and prefix before one is sent, so that nobody can pump money out of us (T40)."""

from collections.abc import Mapping

from sqlalchemy import select, text, update

from idp.base.settings import Spending
from idp.store.database import Tx
from idp.store.tables import spending

EVERYTHING = ""
"""The prefix under which all messages of a day are counted together."""

_DAY = 86_400

_ADD = text(
    """
    INSERT INTO spending (day, prefix, rupiah) VALUES (:day, :prefix, :price)
    ON CONFLICT (day, prefix) DO UPDATE SET rupiah = spending.rupiah + excluded.rupiah
    RETURNING rupiah
    """
)


def longest(by_prefix: Mapping[str, int], number: str) -> tuple[str, int] | None:
    """The entry whose prefix fits a number (E.164) best; `+` fits every number."""
    fitting = [entry for entry in by_prefix.items() if number.startswith(entry[0])]
    return max(fitting, key=lambda entry: len(entry[0]), default=None)


async def spend(tx: Tx, limits: Spending, number: str, now: int) -> str | None:
    """Count one message to a number; None if it may be sent, else the prefix whose day is used up, and nothing is counted."""
    price = _price(limits, number)
    caps = [(EVERYTHING, limits.per_day)] if limits.per_day is not None else []
    if (own := longest(limits.per_prefix_per_day, number)) is not None:
        caps.insert(0, own)
    for place, (prefix, cap) in enumerate(caps):
        spent = int((await tx.execute(_ADD, {"day": now // _DAY, "prefix": prefix, "price": price})).scalar_one())
        if spent > cap:
            for counted, _ in caps[: place + 1]:
                await _take_back(tx, now // _DAY, counted, price)
            return prefix
    return None


async def give_back(tx: Tx, limits: Spending, number: str, counted_at: int) -> None:
    """A message that was counted at a moment (UNIX seconds) did not leave."""
    price = _price(limits, number)
    if limits.per_day is not None:
        await _take_back(tx, counted_at // _DAY, EVERYTHING, price)
    if (own := longest(limits.per_prefix_per_day, number)) is not None:
        await _take_back(tx, counted_at // _DAY, own[0], price)


async def shares(tx: Tx, limits: Spending, now: int) -> dict[str, float]:
    """Prefix → how much of its day is used up, from 0 to 1, for every one that has a limit."""
    caps = dict(limits.per_prefix_per_day)
    if limits.per_day is not None:
        caps[EVERYTHING] = limits.per_day
    rows = await tx.execute(select(spending.c.prefix, spending.c.rupiah).where(spending.c.day == now // _DAY))
    spent = {row.prefix: int(row.rupiah) for row in rows}
    return {prefix: spent.get(prefix, 0) / cap if cap else 1.0 for prefix, cap in caps.items()}


def next_day(now: int) -> int:
    """When counting begins anew (UNIX seconds)."""
    return (now // _DAY + 1) * _DAY


def _price(limits: Spending, number: str) -> int:
    found = longest(limits.price, number)
    return found[1] if found else 0


async def _take_back(tx: Tx, day: int, prefix: str, price: int) -> None:
    await tx.execute(
        update(spending)
        .where(spending.c.day == day, spending.c.prefix == prefix)
        .values(rupiah=spending.c.rupiah - price)
    )

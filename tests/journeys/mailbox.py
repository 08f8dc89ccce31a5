"""A person's post: what the worker has delivered by now."""

from idp.worker import drain
from tests.support.outbox import Letter
from tests.support.servers import House


async def letters(house: House, to: str) -> list[Letter]:
    """Everything that was sent to an address or a number, oldest first. Letters of one second have no order."""
    await drain(house.provider)
    return house.outbox.letters(to)


async def newest(house: House, to: str) -> Letter:
    """The last of them."""
    return (await letters(house, to))[-1]

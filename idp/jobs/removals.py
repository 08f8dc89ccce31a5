"""Factors whose day of waiting is over."""

from idp.flows.removal import finish_due
from idp.provider import Provider


async def removals(provider: Provider) -> int:
    """Take away what is due; how many."""
    return await finish_due(provider)

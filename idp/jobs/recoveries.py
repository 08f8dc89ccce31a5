"""Recoveries through a branch whose wait is over, or that nobody came for."""

from idp.flows import assisted_recovery
from idp.provider import Provider


async def advance(provider: Provider) -> int:
    """Send on what has waited long enough, and end what was forgotten; how many."""
    return await assisted_recovery.advance_due(provider)

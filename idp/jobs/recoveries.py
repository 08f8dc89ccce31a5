"""Recoveries through a branch whose wait is over, or that nobody came for."""

from idp.flows import recovery_case
from idp.provider import Provider


async def advance(provider: Provider) -> int:
    """Send on what has waited long enough, and end what was forgotten; how many."""
    return await recovery_case.advance_due(provider)

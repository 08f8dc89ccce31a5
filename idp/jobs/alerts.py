"""Owners are told of unusual sign-ins once the minutes have passed in which more of them may follow."""

from idp.flows import alert
from idp.provider import Provider


async def alerts(provider: Provider) -> int:
    """Write the messages that are due; how many."""
    return await alert.tell_owners(provider)

"""Accounts whose deletion was asked for seven days ago, and not taken back."""

from idp.flows import erase
from idp.provider import Provider


async def carry_out(provider: Provider) -> int:
    """Carry out what is due; how many accounts went. Each in a transaction of its own, so that one does not hold up the rest."""
    done = 0
    for request_id in await erase.due(provider):
        done += await erase.carry_out(provider, request_id)
    return done

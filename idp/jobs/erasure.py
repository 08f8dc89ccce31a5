"""Accounts whose deletion was asked for seven days ago, and not taken back."""

from idp.flows import erase
from idp.provider import Provider


async def carry_out(provider: Provider) -> int:
    """Carry out what is due; how many accounts went. What is wrong with one is raised when the others are done."""
    done, faults = 0, []
    for request_id in await erase.due(provider):
        try:
            done += await erase.carry_out(provider, request_id)
        except Exception as fault:  # noqa: BLE001  # raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup("deletions that could not be carried out", faults)
    return done

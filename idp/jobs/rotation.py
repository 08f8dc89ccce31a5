"""Signing keys by the timetable: made where a version brings a new algorithm, succeeded, and deleted once nobody needs them."""

from idp.flows import rotate_keys
from idp.provider import Provider


async def rotate(provider: Provider) -> int:
    """Make what is missing, rotate what is due and delete what is over; how many keys changed."""
    changed = len(await rotate_keys.ensure(provider))
    for algorithm in await rotate_keys.due_rotations(provider):
        rotations = await rotate_keys.rotate(provider, algorithm=algorithm, actor="timetable")
        changed += sum(not rotation.refused for rotation in rotations)
    return changed + await rotate_keys.sweep(provider)

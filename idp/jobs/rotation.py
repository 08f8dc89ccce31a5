"""Signing keys by the timetable: those that have served their time are succeeded, those that nobody can need are deleted."""

from idp.flows import rotate_keys
from idp.provider import Provider


async def rotate(provider: Provider) -> int:
    """Rotate what is due and delete what is over; how many keys changed."""
    changed = 0
    for algorithm in await rotate_keys.due_rotations(provider):
        rotations = await rotate_keys.rotate(provider, algorithm=algorithm, actor="timetable")
        changed += sum(not rotation.refused for rotation in rotations)
    return changed + await rotate_keys.sweep(provider)

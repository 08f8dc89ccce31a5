"""Devices that an account has signed in on before: they are counted by themselves when somebody guesses passwords."""

from uuid import UUID

from idp.store.database import Tx
from idp.store.tables import known_devices

REMEMBERED = 30 * 86_400
"""How long after its last sign-in a device is known, in seconds."""


async def forget_all(tx: Tx, account_id: UUID) -> None:
    """Forget every device of an account: whoever had the old password may have left one behind."""
    await tx.execute(known_devices.delete().where(known_devices.c.account_id == account_id))

"""Recovery codes: ten spare keys on paper, 80 random bits each, every one of them good once.

Written in Crockford's base32, so that what a hurried hand makes of it is still read: any case, O for 0, I and L for 1,
with or without dashes and spaces. Stored is a keyed hash (NIST SP 800-63B-4 section 3.1.2.1 asks for 64 bits and more).
"""

from uuid import UUID

from sqlalchemy import func, select, update

from idp.base.opaque import Entropy, choose
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import recovery_codes

COUNT = 10
FEW = 3
"""From so few on, people are asked to make new ones."""
LENGTH = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_GROUP = 4


def new_codes(entropy: Entropy) -> list[str]:
    """Ten codes as people read them, `7K3F-9QWE-2MNP-R4TV`."""
    drawn = (choose(entropy, _ALPHABET, LENGTH) for _ in range(COUNT))
    return ["-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP)) for code in drawn]


def typed(text: str) -> str:
    """A code as it was typed or pasted, brought to one spelling; of no use when it is none."""
    plain = "".join(character for character in text if character.isalnum())
    return plain.upper().translate(_READ_AS)[: 2 * LENGTH]


async def replace(tx: Tx, material: Material, account_id: UUID, codes: list[str], now: int) -> None:
    """Make these the account's codes; all before them stop working."""
    await remove(tx, account_id)
    rows = [
        {"account_id": account_id, "code_hash": _hash(material, account_id, typed(code)), "created_at": now}
        for code in codes
    ]
    await tx.execute(recovery_codes.insert(), rows)


async def use(tx: Tx, material: Material, account_id: UUID, text: str, now: int) -> bool:
    """Spend a code; False if it is none of this account's, or was spent before. Of many at once one gets True."""
    spent = await tx.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.account_id == account_id,
            recovery_codes.c.code_hash == _hash(material, account_id, typed(text)),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return spent.rowcount == 1


async def left(tx: Tx, account_id: UUID) -> int:
    """How many still work."""
    wanted = select(func.count()).where(recovery_codes.c.account_id == account_id, recovery_codes.c.used_at.is_(None))
    return int(await tx.scalar(wanted) or 0)


async def remove(tx: Tx, account_id: UUID) -> bool:
    """Take them all away; False if there was none."""
    return (await tx.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))).rowcount > 0


def _hash(material: Material, account_id: UUID, code: str) -> bytes:
    return material.mac("recovery-code").of(account_id.bytes, code)

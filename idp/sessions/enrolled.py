"""What an account has beside its password, as SQL: the one list for every statement that has to know.

Where a visitor stands, and whether an unusual sign-in waits for a second factor, must never disagree: a session that
waits for what its account does not have would wait for ever.
"""

from uuid import UUID

from sqlalchemy import bindparam, text

from idp.sessions import levels
from idp.store.database import Tx
from idp.store.tables import Id

HAS = {
    levels.TOTP: "EXISTS (SELECT 1 FROM totp_credentials t WHERE t.account_id = {account}.id)",
    levels.SMS: "({account}.phone IS NOT NULL AND {account}.phone_verified AND {account}.sms_off_at IS NULL)",
    levels.PASSKEY: "EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = {account}.id)",
    levels.RECOVERY: "EXISTS (SELECT 1 FROM recovery_codes r WHERE r.account_id = {account}.id AND r.used_at IS NULL)",
}
"""Factor → whether the account of a row has it; `{account}` is what a statement calls its `accounts`."""


def columns(account: str) -> str:
    """One column `has_<factor>` for each."""
    return ", ".join(f"{has.format(account=account)} AS has_{factor}" for factor, has in HAS.items())


def anything(account: str) -> str:
    """The condition that an account has any of them."""
    return f"({' OR '.join(has.format(account=account) for has in HAS.values())})"


_READ = text(f"SELECT {columns('accounts')} FROM accounts WHERE id = :account").bindparams(
    bindparam("account", type_=Id)
)


async def read(tx: Tx, account_id: UUID) -> frozenset[str]:
    """The factors that an account has, as of this transaction; none when it was erased meanwhile."""
    row = (await tx.execute(_READ, {"account": account_id})).first()
    return frozenset(factor for factor in HAS if row is not None and row._mapping[f"has_{factor}"])

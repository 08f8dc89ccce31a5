"""Signing keys in the database: private parts sealed, one active and one next per algorithm (unique indexes)."""

from typing import Any

import orjson
from joserfc.jwk import Key
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.keys.key import ACTIVE, NEXT, RETIRED, SigningKey
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import signing_keys


class Vault:
    """Creates, reads and moves keys. Never commits."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def create(self, tx: Tx, algorithm: str, key: Key, state: str, now: int, signs_from: int) -> str | None:
        """Put a new key in `state`; its kid, or None when another replica was first."""
        kid = key.thumbprint()
        private = orjson.dumps(key.as_dict(private=True))
        values = {
            "kid": kid,
            "algorithm": algorithm,
            "state": state,
            "created_at": now,
            "signs_from": signs_from,
            "public_jwk": {**key.as_dict(private=False), "kid": kid, "alg": algorithm, "use": "sig"},
            "private_sealed": self._sealer.seal(Place("signing_keys", "private", kid), private),
            "activated_at": now if state == ACTIVE else None,
        }
        try:
            async with tx.begin_nested():
                await tx.execute(signing_keys.insert().values(**values))
        except IntegrityError:
            return None
        return kid

    async def all(self, tx: Tx, *, opened: bool = False) -> list[SigningKey]:
        """Every key, oldest first; with `opened` the active ones carry their private part, for nobody else signs."""
        wanted = select(signing_keys).order_by(signing_keys.c.created_at, signing_keys.c.kid)
        return [self._key(row, opened) for row in await tx.execute(wanted)]

    def _key(self, row: Any, opened: bool) -> SigningKey:
        private = None
        if opened and row.state == ACTIVE:
            private = orjson.loads(self._sealer.open(Place("signing_keys", "private", row.kid), row.private_sealed))
        return SigningKey(
            row.kid,
            row.algorithm,
            row.state,
            row.public_jwk,
            row.created_at,
            row.signs_from,
            row.activated_at,
            row.retired_at,
            row.removed_at,
            private,
        )

    async def promote(self, tx: Tx, active: str, successor: str, now: int, removed_at: int) -> bool:
        """Retire `active` and let `successor` sign; False when another replica has moved either of them.

        The conditional update of the one active row makes all but one of several rotations stand back.
        """
        retired = await tx.execute(
            update(signing_keys)
            .where(signing_keys.c.kid == active, signing_keys.c.state == ACTIVE)
            .values(state=RETIRED, retired_at=now, removed_at=removed_at)
        )
        if retired.rowcount != 1:
            return False
        promoted = await tx.execute(
            update(signing_keys)
            .where(signing_keys.c.kid == successor, signing_keys.c.state == NEXT)
            .values(state=ACTIVE, activated_at=now)
        )
        return promoted.rowcount == 1

    async def remove(self, tx: Tx, now: int) -> int:
        """Delete retired keys whose publication is over; how many."""
        removed = await tx.execute(
            signing_keys.delete().where(signing_keys.c.state == RETIRED, signing_keys.c.removed_at <= now)
        )
        return removed.rowcount

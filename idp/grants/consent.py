"""What a person allowed a client, remembered for both; and the proof of it, which is only ever added to (UU PDP art. 24)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from idp.store.database import Tx
from idp.store.tables import consent_history, consents

GIVEN, CHANGED, WITHDRAWN, EXPIRED = "given", "changed", "withdrawn", "expired"
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes, single claims and resources (RFC 8707) that were allowed, optional claims that were not, and the words that
    stood beside them.

    `purpose_version` is of the service's purpose and policy, `notice_version` of our own privacy notice; a consent from
    before there were versions has neither, and counts until it ends.
    """

    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int
    resources: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    purpose_version: str | None = None
    notice_version: str | None = None
    purpose: Mapping[str, str] = field(default_factory=dict)

    def covers(
        self,
        scope: frozenset[str],
        claims: frozenset[str],
        resources: frozenset[str],
        essential: frozenset[str],
        purpose_version: str,
    ) -> bool:
        """Whether nothing beyond it is asked: no new scope, claim or resource, nothing essential that was withheld, no new purpose."""
        if self.purpose_version not in (None, purpose_version):
            return False
        within = scope <= self.scope and claims <= self.claims and resources <= self.resources
        return within and not essential & self.withheld

    def after(self, held: "Consent", offered: frozenset[str]) -> "Consent":
        """This answer together with one that stands: what that allowed for another purpose is to be asked again.

        Of the optional claims that were `offered` this answer counts; what was withheld else stays so, whatever the purpose.
        """
        withheld = self.withheld | (held.withheld - offered)
        if held.purpose_version not in (None, self.purpose_version):
            return replace(self, withheld=withheld)
        return replace(
            self,
            scope=self.scope | held.scope,
            claims=self.claims | held.claims,
            resources=self.resources | held.resources,
            withheld=withheld,
        )


async def remember(
    tx: Tx, entry: UUID, account_id: UUID, client_id: str, given: Consent, offered: frozenset[str], expires_at: int
) -> Consent:
    """Keep a consent under the history's id `entry`; the consent as it now stands.

    What was allowed before for the same purpose stays allowed until it expires or is withdrawn. The caller holds the
    account: of two answers at once, of a button pressed twice, there may be no row yet that could make one of them wait.
    """
    held = await _held(tx, account_id, client_id)
    now, stands = given.granted_at, given
    event = GIVEN
    if held is not None and held.expires_at > now:
        event = CHANGED
        stands = given.after(_consent(held), offered)
    await _forget(tx, account_id, client_id)
    await tx.execute(
        consents.insert().values(
            account_id=account_id,
            client_id=client_id,
            scope=" ".join(sorted(stands.scope)),
            claims=sorted(stands.claims),
            resources=sorted(stands.resources),
            withheld=sorted(stands.withheld),
            purpose_version=stands.purpose_version,
            notice_version=stands.notice_version,
            granted_at=now,
            expires_at=expires_at,
        )
    )
    await _tell(tx, entry, account_id, client_id, event, stands, now)
    return stands


async def withdraw(tx: Tx, entry: UUID, account_id: UUID, client_id: str, now: int) -> bool:
    """Forget a consent, False if there was none; the caller revokes the grants that stand on it."""
    held = await _held(tx, account_id, client_id)
    if held is None:
        return False
    await _forget(tx, account_id, client_id)
    await _tell(tx, entry, account_id, client_id, WITHDRAWN, _consent(held), now)
    return True


async def expired(tx: Tx, now: int, limit: int) -> list[Any]:
    """Consents whose time is over, locked against an answer that renews one of them."""
    wanted = select(consents).where(consents.c.expires_at <= now).limit(limit).with_for_update(skip_locked=True)
    return list((await tx.execute(wanted)).all())


async def expire(tx: Tx, entry: UUID, row: Any) -> None:
    """Forget a consent that `expired` found; the history says when it ended."""
    await _forget(tx, row.account_id, row.client_id)
    await _tell(tx, entry, row.account_id, row.client_id, EXPIRED, _consent(row), row.expires_at)


async def of(tx: Tx, account_id: UUID) -> list[Any]:
    """The consents of an account."""
    return list(
        (
            await tx.execute(select(consents).where(consents.c.account_id == account_id).order_by(consents.c.client_id))
        ).all()
    )


async def history(tx: Tx, account_id: UUID) -> list[Any]:
    """Everything that was said about consent, newest first; of very much the newest."""
    wanted = select(consent_history).where(consent_history.c.account_id == account_id)
    return list((await tx.execute(wanted.order_by(consent_history.c.id.desc()).limit(_SHOWN))).all())


async def _held(tx: Tx, account_id: UUID, client_id: str) -> Any:
    wanted = select(consents).where(consents.c.account_id == account_id, consents.c.client_id == client_id)
    return (await tx.execute(wanted.with_for_update())).first()


async def _forget(tx: Tx, account_id: UUID, client_id: str) -> None:
    await tx.execute(consents.delete().where(consents.c.account_id == account_id, consents.c.client_id == client_id))


def _consent(row: Any) -> Consent:
    return Consent(
        scope=frozenset(row.scope.split()),
        claims=frozenset(row.claims),
        granted_at=row.granted_at,
        resources=frozenset(row.resources or ()),
        withheld=frozenset(row.withheld or ()),
        purpose_version=row.purpose_version,
        notice_version=row.notice_version,
    )


async def _tell(tx: Tx, entry: UUID, account_id: UUID, client_id: str, event: str, said: Consent, at: int) -> None:
    await tx.execute(
        consent_history.insert().values(
            id=entry,
            account_id=account_id,
            client_id=client_id,
            event=event,
            scope=" ".join(sorted(said.scope)),
            claims=sorted(said.claims),
            withheld=sorted(said.withheld),
            purpose_version=said.purpose_version or "",
            purpose=dict(said.purpose),
            notice_version=said.notice_version or "",
            at=at,
        )
    )

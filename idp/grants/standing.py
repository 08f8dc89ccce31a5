"""Where a visitor stands with a client: session, account and consent in one read.

Every authorization request begins with this question, so it is one round trip, by primary keys.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

import orjson

from idp.accounts import account
from idp.base.opaque import Handle, same
from idp.base.settings import Lifetimes
from idp.grants import person
from idp.grants.consent import Consent
from idp.grants.person import Person
from idp.sessions import enrolled, levels
from idp.sessions.session import Session, from_row, live
from idp.store.database import Database, Statement

_READ = Statement.both(
    f"""
    SELECT s.id, s.secret_hash, s.account_id, s.factors, s.chosen_at, s.created_at, s.seen_at, s.expires_at, s.ended_at,
           s.device, s.network, s.user_agent, s.held_at, s.public_device,
           a.status, a.not_before, COALESCE(a.password_changed_at, a.created_at) AS password_since,
           a.officer_since IS NOT NULL AS officer, a.asks_factor_since IS NOT NULL AS asks_factor, {person.COLUMNS},
           {enrolled.columns("a")},
           c.scope AS consent_scope, c.claims AS consent_claims, c.resources AS consent_resources,
           c.withheld AS consent_withheld, c.purpose_version, c.notice_version, c.granted_at,
           c.expires_at AS consent_expires_at
    FROM sessions s JOIN accounts a ON a.id = s.account_id
    LEFT JOIN consents c ON c.account_id = a.id AND c.client_id = $2
    WHERE s.id = $1
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A live session of an account that may sign in, and what the person allowed this client before."""

    session: Session
    person: Person
    enrolled: frozenset[str]
    consent: Consent | None
    password_since: int
    officer: bool
    restricted: bool = False
    """The person has frozen what is done with their data: they see their own pages, services get nothing (UU PDP art. 41)."""
    held: bool = False
    """The sign-in waits for its second factor, since it was unusual or the person always wants one: until then the
    session may do nothing else."""
    asks_factor: bool = False
    """The person wants a second factor at every sign-in."""

    @property
    def account_id(self) -> UUID:
        return self.session.account_id

    def without(self, factors: Collection[str]) -> "Standing":
        """The same for a client that does not count these factors: as if they were neither enrolled nor shown."""
        if not factors:
            return self
        counted = {factor: at for factor, at in self.session.factors.items() if factor not in factors}
        session = replace(self.session, factors=counted or self.session.factors)
        return replace(self, session=session, enrolled=self.enrolled - frozenset(factors))

    @property
    def may_be_excused(self) -> bool:
        """Whether this browser may be remembered when the factor is shown, so that it is not asked at every sign-in."""
        return self.held and self.asks_factor and not self.session.public_device

    @property
    def level(self) -> str:
        """The level that the session has reached."""
        return levels.level(self.session.factors, self.person.identity_level)

    @property
    def reachable(self) -> str:
        """The level that the account can reach. What was shown counts even if it is used up by now, as the last recovery code is."""
        return levels.level(self.enrolled | self.session.factors.keys(), self.person.identity_level)


async def read(
    database: Database, handle: Handle | None, client_id: str, lifetimes: Lifetimes, now: int
) -> Standing | None:
    """The standing behind a session cookie; None unless the session is live and its account active."""
    if handle is None:
        return None
    row = await database.hot(_READ, handle.id, client_id)
    if row is None or not same(row["secret_hash"], handle.secret_hash) or not live(row, lifetimes, now):
        return None
    if row["status"] not in account.MAY_SIGN_IN or row["created_at"] < row["not_before"]:
        return None
    consent = None
    if row["consent_scope"] is not None and now < row["consent_expires_at"]:
        consent = Consent(
            scope=frozenset(row["consent_scope"].split()),
            claims=frozenset(orjson.loads(row["consent_claims"])),
            granted_at=row["granted_at"],
            resources=frozenset(orjson.loads(row["consent_resources"] or "[]") or ()),
            withheld=frozenset(orjson.loads(row["consent_withheld"] or "[]") or ()),
            purpose_version=row["purpose_version"],
            notice_version=row["notice_version"],
        )
    has = frozenset({levels.PASSWORD, *(factor for factor in enrolled.HAS if row[f"has_{factor}"])})
    return Standing(
        session=from_row(row, row["id"]),
        person=Person.of(row),
        enrolled=has,
        consent=consent,
        password_since=row["password_since"],
        officer=bool(row["officer"]),
        restricted=row["status"] == account.RESTRICTED,
        held=row["held_at"] is not None and has != {levels.PASSWORD},
        asks_factor=bool(row["asks_factor"]),
    )

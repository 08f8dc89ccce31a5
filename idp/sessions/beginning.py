"""What every way of signing in has in common: who is known before anything is believed, and the session that begins.

The two ways, by password (`attempt`) and by passkey (`assertion`), are two statements each; the parts of SQL that both are
made of stand here, and so does what a first statement learns and a second one is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from idp.accounts import account
from idp.base.opaque import Handle, same
from idp.base.settings import Lifetimes
from idp.sessions import place
from idp.sessions.risk import Facts, Verdict
from idp.sessions.session import live
from idp.sessions.visitor import Visitor
from idp.store.database import Row
from idp.store.tables import as_id

# What the sign-in may be compared with. A session that waits for its second factor has proved nothing, and tells nothing.
# Not in the order of ids: the planner might walk everybody's newest sessions to find this account's.
LATEST = """
    SELECT network, seen_at FROM sessions WHERE account_id = {account} AND held_at IS NULL ORDER BY seen_at DESC LIMIT 1
"""
REMEMBERED_COUNTRIES = """
    SELECT count(*) AS devices, {join} AS countries FROM known_devices d
    WHERE d.account_id = {account} AND d.used_at > {since}::bigint
"""
PRESENT = ("account_id", "secret_hash", "ended_at", "expires_at", "seen_at", "created_at")
"""Columns of the browser's own session, which `read` finds as `session_<column>`."""

# A session begins before or after what ends all of an account's, and never beside it: it would outlive a new password, whose
# moment is told in whole seconds. PostgreSQL alone needs to be told; SQLite has one writer.
ACCOUNT_FIRST = "FOR KEY SHARE"

# A renewed session keeps what was unusual about it, and the moment at which its owner is told, until they are.
RENEW_SESSION = """
        secret_hash = excluded.secret_hash, factors = excluded.factors, chosen_at = excluded.chosen_at,
        seen_at = excluded.seen_at, expires_at = excluded.expires_at, device = excluded.device, network = excluded.network,
        user_agent = excluded.user_agent, risk = COALESCE(excluded.risk, sessions.risk),
        alert_at = COALESCE(sessions.alert_at, excluded.alert_at), public_device = excluded.public_device
"""


@dataclass(frozen=True, slots=True)
class Present:
    """The session that the browser already has."""

    id: UUID
    account_id: UUID
    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an account that somebody at a browser says is theirs, before they have shown it.

    `active` unless an operator turned the account off; `present` is the session that the browser has, if it is live. The
    rest is what the sign-in is compared with: `since` when the account is there, whether it is `acquainted` with any device,
    their `countries`, and where and when its newest session was seen last. Times are UNIX seconds.
    """

    account_id: UUID
    active: bool
    known_device: bool
    present: Present | None
    since: int
    acquainted: bool
    countries: frozenset[str]
    last_network: str | None
    last_seen: int | None

    def facts(self, network: str, now: int, failures: int) -> Facts:
        """What is known, in the form that the rules about unusual sign-ins take (`idp.sessions.risk`)."""
        return Facts(
            now=now,
            known_device=self.known_device,
            acquainted=self.acquainted,
            account_since=self.since,
            country=place.country(network),
            countries=self.countries,
            last_country=place.country(self.last_network),
            last_seen=self.last_seen,
            failures=failures,
        )


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session that is about to begin, or to be renewed if `handle` has the id of the one that is present.

    A renewed session keeps its id, from which `sid` is made, and gets a new secret, so that no cookie from before the
    sign-in is worth anything (T21). `alert_at`: when the owner is told of what `verdict` met. `remember`: the device is
    known from now on; else it is forgotten. `event` and `detail` are those of `session.started`. Times are UNIX seconds.
    """

    handle: Handle
    factors: Mapping[str, int]
    now: int
    expires_at: int
    remember: bool
    verdict: Verdict
    alert_at: int | None
    event: UUID
    detail: Mapping[str, object]

    @property
    def factors_told(self) -> str:
        """The factors as their column has them."""
        return orjson.dumps(self.factors).decode()

    @property
    def detail_told(self) -> str:
        """The detail as its column has it."""
        return orjson.dumps(self.detail).decode()

    @property
    def risk_told(self) -> str | None:
        """The rules that were met, as their column has them."""
        return " ".join(self.verdict.met) or None


def read(row: Row, visitor: Visitor, lifetimes: Lifetimes, now: int) -> Known | None:
    """What a first statement found, in columns called `who_…`, `session_…` and those of the comparison; None for nobody."""
    if row["who_id"] is None:
        return None
    return Known(
        account_id=as_id(row["who_id"]),
        active=row["who_status"] in account.MAY_SIGN_IN,
        known_device=bool(row["who_known"]),
        present=_present(row, visitor, lifetimes, now),
        since=row["who_created_at"],
        acquainted=bool(row["devices"]),
        countries=frozenset((row["countries"] or "").split(",")) - {""},
        last_network=row["last_network"],
        last_seen=row["last_seen"],
    )


def _present(row: Row, visitor: Visitor, lifetimes: Lifetimes, now: int) -> Present | None:
    if visitor.session is None or row["session_account_id"] is None:
        return None
    found = {name: row[f"session_{name}"] for name in PRESENT}
    if not same(found["secret_hash"], visitor.session.secret_hash) or not live(found, lifetimes, now):
        return None
    account_id = as_id(found["account_id"])
    if account_id == as_id(row["who_id"]) and found["created_at"] < row["who_not_before"]:
        return None
    return Present(visitor.session.id, account_id, found["secret_hash"])

"""What is kept, why, and for how long: one table, which people read in their privacy centre and by which the broom sweeps.

So the text cannot promise what the broom does not do, nor the broom take what the text says is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.accounts.contact_change import REVERTIBLE
from idp.accounts.lookup import WAS
from idp.accounts.requests import CLOCK
from idp.sessions.device import REMEMBERED

HOUR, DAY = 3600, 86_400
YEAR = 365 * DAY

DELETION_WAIT = 7 * DAY
"""How long a person may still take back that their account shall be deleted."""
EXPORT_KEPT = DAY
"""How long a copy of somebody's data can be downloaded."""

# Legal bases of UU PDP 27/2022 art. 20 (2), labelled `dasar.<name>` in the catalogue.
CONSENT, CONTRACT, LAW, INTEREST = "consent", "contract", "law", "interest"
SWEEP, ERASURE, DELIVERY, DOCUMENTS = "sweep", "erasure", "delivery", "documents"


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of `table` are deleted `period` seconds after the moment in their column `since`.

    Without `since` they are kept for as long as the account, and go with it. `only` are values that a row must have for
    the rule to be about it.
    """

    table: str
    since: str = ""
    period: int = 0
    only: Mapping[str, str] = field(default_factory=dict)
    job: str = SWEEP


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of data as people think of it; `data.<name>`, `tujuan.<name>` and `masa.<name>` in the catalogue say what and why."""

    name: str
    basis: str
    rules: tuple[Kept, ...]

    @property
    def longest(self) -> int:
        """Seconds after which the last of it is gone; 0 when it is kept for as long as the account."""
        return max(rule.period for rule in self.rules) if all(rule.since for rule in self.rules) else 0


def _account(*tables: str) -> tuple[Kept, ...]:
    return tuple(Kept(table, job=ERASURE) for table in tables)


# A row goes a little later than its meaning ends: a late reader gets "expired" instead of "unknown".
CATEGORIES = (
    Category("identity", CONTRACT, _account("accounts", "identifiers")),
    Category(
        "contacts",
        INTEREST,
        (
            Kept("contact_changes", "revertible_until", 30 * DAY),
            # A contact that can no longer be brought back is free for others.
            Kept("identifiers", "verified_at", REVERTIBLE, {"kind": WAS}),
        ),
    ),
    # The audit trail says what became of it; the new address and the officer's words are kept no longer.
    Category("recoveries", INTEREST, (Kept("assisted_recoveries", "ended_at", 90 * DAY),)),
    Category("membership", LAW, _account("memberships")),
    Category("factors", CONTRACT, _account("totp_credentials", "passkeys", "recovery_codes", "past_passwords")),
    Category(
        "registration",
        CONTRACT,
        (Kept("drafts", "expires_at"), Kept("sign_ups", "expires_at"), Kept("challenges", "expires_at", 8 * DAY)),
    ),
    # The calendar of a document stands in its row; the pictures go first, by a job of their own.
    Category("documents", CONSENT, (Kept("documents", job=DOCUMENTS),)),
    Category("sessions", INTEREST, (Kept("sessions", "expires_at", 7 * DAY),)),
    Category("devices", INTEREST, (Kept("known_devices", "used_at", REMEMBERED + DAY),)),
    Category("failures", INTEREST, (Kept("throttles", "updated_at", 30 * DAY),)),
    Category(
        "services",
        CONTRACT,
        (Kept("grants", "expires_at", DAY), Kept("pushed_requests", "expires_at", HOUR)),
    ),
    Category("consents", CONSENT, (Kept("consents", "expires_at"),)),
    Category("proofs", LAW, (Kept("consent_history", "at", 5 * YEAR),)),
    Category(
        "messages",
        CONTRACT,
        (
            Kept("outbox", "settled_at", 7 * DAY, {"state": "delivered"}),
            # The dead wait longer: an operator may want to revive them.
            Kept("outbox", "settled_at", 30 * DAY, {"state": "dead"}),
        ),
    ),
    Category("requests", LAW, (Kept("privacy_requests", "decided_at", 5 * YEAR),)),
    Category("copies", CONSENT, (Kept("privacy_exports", "expires_at"),)),
    # A report is answered for a year after it was closed; an open one waits for its answer.
    Category("reports", INTEREST, (Kept("reports", "closed_at", 365 * DAY),)),
    Category("notices", INTEREST, (Kept("notices", "shown_until", 90 * DAY),)),
    # The chain would break if a row of it went; it holds ids, never names.
    Category("audit", LAW, _account("audit")),
)

RULES = tuple(rule for category in CATEGORIES for rule in category.rules if rule.since)

__all__ = ["CATEGORIES", "CLOCK", "DELETION_WAIT", "EXPORT_KEPT", "RULES", "Category", "Kept"]

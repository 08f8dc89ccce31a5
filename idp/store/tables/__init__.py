"""All tables on one page; Alembic compares the database with `metadata`."""

from idp.store.tables.accounts import accounts, contact_changes, identifiers, known_devices, throttles, totp_credentials
from idp.store.tables.answered import answered_challenges
from idp.store.tables.assisted_recoveries import assisted_recoveries
from idp.store.tables.audit import audit, changes
from idp.store.tables.clients import clients
from idp.store.tables.columns import Id, Json, as_id, metadata
from idp.store.tables.documents import documents
from idp.store.tables.drafts import drafts
from idp.store.tables.factors import passkeys, recovery_codes
from idp.store.tables.grants import consents, grants, pushed_requests
from idp.store.tables.keys import signing_keys
from idp.store.tables.memberships import memberships
from idp.store.tables.outbox import breakers, outbox, spending
from idp.store.tables.passwords import past_passwords
from idp.store.tables.privacy import consent_history, privacy_exports, privacy_requests
from idp.store.tables.proofings import proofings
from idp.store.tables.removals import removals
from idp.store.tables.reports import notices, reports
from idp.store.tables.sessions import sessions
from idp.store.tables.sign_ups import challenges, sign_ups

__all__ = [
    "Id",
    "Json",
    "accounts",
    "answered_challenges",
    "as_id",
    "assisted_recoveries",
    "audit",
    "breakers",
    "challenges",
    "changes",
    "clients",
    "consent_history",
    "consents",
    "contact_changes",
    "documents",
    "drafts",
    "grants",
    "identifiers",
    "known_devices",
    "memberships",
    "metadata",
    "notices",
    "outbox",
    "passkeys",
    "past_passwords",
    "privacy_exports",
    "privacy_requests",
    "proofings",
    "pushed_requests",
    "recovery_codes",
    "removals",
    "reports",
    "sessions",
    "sign_ups",
    "signing_keys",
    "spending",
    "throttles",
    "totp_credentials",
]

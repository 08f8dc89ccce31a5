"""A life-like context for every state of every page, mail and short message: for the gallery and for the tests."""

from idp.theme.samples import account, anywhere, privacy, recovery, registration, security, sign_in
from idp.theme.samples.letters import MAILS, SMS
from idp.theme.samples.sample import NOON, TERMS, Sample

__all__ = ["MAILS", "NOON", "PAGES", "SMS", "TERMS", "Sample"]

PAGES = (
    *sign_in.PAGES,
    *registration.PAGES,
    *recovery.PAGES,
    *account.PAGES,
    *security.PAGES,
    *privacy.PAGES,
    *anywhere.PAGES,
)

"""The first officer: an account without a password, a link that sets one, and a client for the admin API.

An installation has nobody who could invite anybody, so whoever has its command line and its keys vouches for the first.
"""

from dataclasses import dataclass, field

from idp.accounts import account, links
from idp.accounts.account import Account
from idp.base.errors import Fault
from idp.flows import challenge, client_rules, people, recovery_letters, register_client
from idp.flows.people import Wanted
from idp.flows.register_client import ADMIN, Registered
from idp.grants.scopes import ADMIN_SCOPES
from idp.provider import Provider
from idp.store.audit import Event

LINK_LIFETIME = 24 * 3600


class OfficerExists(Fault):
    """There is an officer already; whoever may be the next is theirs to say."""


@dataclass(frozen=True)
class Appointed:
    """The officer, the link that works once until `expires_at`, and the client whose secret is told here only."""

    account: Account
    link: str = field(repr=False)
    expires_at: int
    registered: Registered


async def appoint(provider: Provider, email: str, name: str, *, by: str, force: bool = False) -> Appointed:
    """Make the account of `email` an officer, whether it is there already or not. Raises OfficerExists, BadAccount."""
    known = await people.find(provider, email)
    prepared = None if known is not None else await people.prepare(provider, Wanted(email=email, name=name))
    checked = await client_rules.check(
        provider,
        {"client_name": f"Admin API, {name}", "grant_types": ["client_credentials"], "scope": " ".join(ADMIN_SCOPES)},
        {},
        ADMIN,
    )
    now = provider.clock.now()
    async with provider.database.transaction() as tx:
        if await account.officers(tx) and not force:
            raise OfficerExists("there is an officer already; --force appoints another")
        if prepared is not None:
            await people.insert(provider, tx, prepared, by=by)
        officer = known or (prepared.account if prepared else None)
        assert officer is not None
        await account.appoint(tx, officer.id, now)
        # A link alone: nobody types a code for it, so it has no tries.
        mailbox = officer.email or email
        handle, _ = await challenge.issue(
            provider, tx, links.RESET, officer.id, links.BY_EMAIL, mailbox, LINK_LIFETIME, tries=0
        )
        registered = await register_client.insert(provider, tx, checked, by=by)
        await provider.audit.append(
            tx, Event("officer.appointed", actor=by, account_id=officer.id, client_id=registered.client.client_id)
        )
    await provider.refresh_memory()
    return Appointed(officer, recovery_letters.reset_address(provider, handle), now + LINK_LIFETIME, registered)

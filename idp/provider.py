"""Provider: the handles that every flow receives, made once at start-up. Rooms get only the handles they need."""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import notice
from idp.accounts.notice import Notices
from idp.accounts.password import Hasher
from idp.accounts.photo import Darkroom
from idp.base.clock import Clock
from idp.base.failpoint import Failpoint
from idp.base.opaque import Entropy, Handle, uuid7
from idp.base.settings import Settings
from idp.clients import directory
from idp.clients.authenticate import Authenticator
from idp.clients.client import Client
from idp.clients.directory import Clients
from idp.clients.outbound import Caller
from idp.grants.refresh import RefreshTokens
from idp.grants.subject import Subjects
from idp.keys.keyring import Keyring
from idp.keys.vault import Vault
from idp.sessions.slip import Slips
from idp.sessions.ticket import Tickets
from idp.store.audit import Audit
from idp.store.database import Database
from idp.store.encrypted import Sealer
from idp.store.ephemeral import Ephemeral
from idp.store.material import Material
from idp.store.objects import Objects
from idp.store.outbox import Outbox
from idp.theme.render import Theme


@dataclass(frozen=True)
class Provider:
    """Everything that is made once. Frozen: what changes lives inside the handles."""

    settings: Settings
    clock: Clock
    entropy: Entropy
    database: Database
    ephemeral: Ephemeral
    material: Material
    sealer: Sealer
    vault: Vault
    keyring: Keyring
    clients: Clients
    caller: Caller
    authenticator: Authenticator
    hasher: Hasher
    darkroom: Darkroom
    objects: Objects
    outbox: Outbox
    audit: Audit
    slips: Slips
    tickets: Tickets
    subjects: Subjects
    refresh_tokens: RefreshTokens
    theme: Theme
    failpoint: Failpoint
    notices: Notices

    def new_id(self) -> UUID:
        """A fresh UUIDv7."""
        return uuid7(self.entropy, self.clock.milliseconds())

    def new_handle(self) -> Handle:
        """A fresh id with a secret: a code, a session cookie, a mailed link."""
        return Handle.make(self.entropy, self.clock.milliseconds())

    async def client(self, client_id: str) -> Client | None:
        """An enabled client; one that memory does not know yet is looked up once."""
        return self.clients.get(client_id) or await reread(self.database, self.clients, client_id)

    async def refresh_memory(self) -> None:
        """Take over clients, keys and notices as the database has them now."""
        async with self.database.reading() as tx:
            self.clients.load(await directory.read_all(tx))
            self.keyring.load(await self.vault.all(tx, opened=True), self.clock.now())
            self.notices.load(await notice.current(tx, self.clock.now()))


async def reread(database: Database, clients: Clients, client_id: str) -> Client | None:
    """One client as the database has it now, put into memory; None if there is none or it is disabled."""
    if not 0 < len(client_id) <= 128 or "\x00" in client_id:
        return None
    async with database.reading() as tx:
        found = await directory.read(tx, client_id)
    if found is not None and found != clients.known(client_id):
        clients.put(found)
    return clients.get(client_id) if found is not None else None

"""The provider under test: in this process under a clock that we move, or as the real program on a real port."""

import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import FromClause, func, select, text, update

from idp.base.clock import Clock, ManualClock
from idp.base.opaque import Entropy
from idp.base.settings import Settings, load
from idp.store.database import Database, connect
from idp.store.tables import accounts
from tests.support.browser import Browser
from tests.support.outbox import Outbox
from tests.support.postgres import PostgresCluster
from tests.support.processes import PATIENCE, Child, free_port
from tests.support.redis_server import RedisServer
from tests.support.relying_party import Account, RelyingParty

ROOT = Path(__file__).resolve().parents[2]

# The address that in-process requests come from: a person's, not the loopback that nothing would be counted for.
PERSON = "198.51.100.7"


@dataclass(frozen=True)
class Storage:
    """Where one provider keeps everything: folders, a database, and perhaps a Redis."""

    var: Path
    keys: Path
    database_url: str
    redis_url: str | None = None


class Storages:
    """Makes storages of one kind: `sqlite` (memory for counters) or `postgresql` (and Redis)."""

    def __init__(self, name: str, folder: Path, cluster: PostgresCluster | None, redis: RedisServer | None) -> None:
        self.name = name
        self._folder = folder
        self.cluster = cluster
        self.redis = redis
        self._made = 0

    def empty(self, template: Storage | None = None) -> Storage:
        """A new storage; with `template` a copy of that one, which nobody has open."""
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir(parents=True)
        for made in (template.var, template.keys) if template else ():
            if made.exists():
                shutil.copytree(made, folder / made.name)
        return Storage(
            folder / "var",
            folder / "keys",
            self._database(folder, template),
            self.redis.url if self.redis else None,
        )

    def remove(self, storage: Storage) -> None:
        """Throw a storage away. Counters of Redis go with it: tests of one run share the server."""
        if self.cluster:
            self.cluster.drop(storage.database_url.rpartition("/")[2])
        if self.redis:
            self.redis.flush()
        shutil.rmtree(storage.var.parent, ignore_errors=True)

    def _database(self, folder: Path, template: Storage | None) -> str:
        if not self.cluster:
            return f"sqlite+aiosqlite:///{folder / 'var' / 'gerbang.db'}"
        original = template.database_url.rpartition("/")[2] if template else "template0"
        return self.cluster.create(f"{self._folder.name}_{self._made}", original)


class Site:
    """What both ways of running have in common: a demo that people and relying parties of the tests use."""

    def __init__(self, storage: Storage, issuer: str) -> None:
        self.storage = storage
        self.issuer = issuer
        self.outbox = Outbox(storage.var / "outbox")
        self.clock: Clock | None = None

    @cached_property
    def demo(self) -> dict[str, Any]:
        """`demo.json`, as the provider wrote it."""
        demo: dict[str, Any] = json.loads((self.storage.var / "demo.json").read_text())
        return demo

    def account(self, index: int = 0) -> Account:
        """A demo account; the first is active, has TOTP, and meets no nudge during sign-in."""
        known = self.demo["accounts"][index]
        return Account(known["email"], known["password"], known.get("totp_secret"))

    def http(self, **options: Any) -> httpx2.AsyncClient:
        """A client for the site, with a cookie jar of its own. Closing it is optional in process."""
        return httpx2.AsyncClient(base_url=self.issuer, timeout=PATIENCE, trust_env=False, **options)

    def browser(self, **options: Any) -> Browser:
        """A person's browser."""
        return Browser(self.http(), **options)

    def relying_party(self, name: str = "bench", **replaced: Any) -> RelyingParty:
        """One of the demo's clients; `replaced` overrides parts of its entry."""
        client: Mapping[str, Any] = {**self.demo["clients"][name], **replaced}
        return RelyingParty(self.http(), client, issuer=self.issuer, clock=self.clock)


_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)

# Whoever ends a session at a browser is named by the way it came; elsewhere the owner's own id says that it was they.
_AT_A_BROWSER = {"session.ended": ("person", "sign-in", "client:"), "session.ended_everywhere": ("person", "recovery")}


class House(Site):
    """The provider in this process. `provider` is what its flows receive; tests of behaviour prefer HTTP."""

    def __init__(self, storage: Storage, opened: Any, clock: ManualClock) -> None:
        super().__init__(storage, opened.provider.settings.issuer)
        self.app = opened.app
        self.provider = opened.provider
        self.clock: ManualClock = clock
        self.settings = opened.provider.settings

    def http(self, address: str = PERSON, **options: Any) -> httpx2.AsyncClient:
        """A client that comes from `address`; exceptions of the application fail the test."""
        return super().http(transport=httpx2.ASGITransport(self.app, client=(address, 50_000)), **options)

    def browser(self, address: str = PERSON, **options: Any) -> Browser:
        """A person's browser at `address`."""
        return Browser(self.http(address), **options)

    async def count(self, table: FromClause) -> int:
        """How many rows a table has."""
        async with self.provider.database.reading() as tx:
            return int(await tx.scalar(select(func.count()).select_from(table)) or 0)

    async def codes_by_sms(self, *, wanted: bool) -> None:
        """Whether the people of the demo take codes by SMS; who takes none has nothing beside the password but what they add."""
        await _codes_by_sms(self.provider.database, self.clock.now(), wanted=wanted)

    async def terms_change(self) -> None:
        """Everybody accepted other terms and another privacy notice than the present ones."""
        async with self.provider.database.transaction() as tx:
            await tx.execute(update(accounts).values(terms_version="1945-08"))

    async def told_from_nowhere(self) -> list[str]:
        """Events of people's own deeds that do not say from which network they were done."""
        async with self.provider.database.reading() as tx:
            told = await self.provider.audit.read(tx, limit=10_000)
        own = (
            one
            for one in told
            if one.actor == str(one.account_id)
            or (one.event in _AT_A_BROWSER and one.actor.startswith(_AT_A_BROWSER[one.event]))
        )
        return [one.event for one in own if one.network is None]


@dataclass
class Server(Site):
    """`python -m idp serve --dev` as a process of its own, on ports of its own. Survives `stop` and `start` with its data."""

    storage: Storage
    workers: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    management_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        super().__init__(self.storage, f"http://localhost:{self.port}")
        self.management = f"http://127.0.0.1:{self.management_port}"
        self._child: Child | None = None

    def env(self) -> dict[str, str]:
        """The whole environment of the process; nothing of the developer's own settings leaks in."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "PYTEST_"))}
        clean.pop("DATABASE_URL", None)
        clean.pop("REDIS_URL", None)
        ours = {
            "IDP_VAR": str(self.storage.var),
            "IDP_KEYS": str(self.storage.keys),
            "IDP_PORT": str(self.port),
            "IDP_MANAGEMENT_PORT": str(self.management_port),
            "IDP_DATABASE_URL": self.storage.database_url,
            "IDP_WORKERS": str(self.workers),
            "IDP_RSA_BITS": "2048",
        }
        if self.storage.redis_url:
            ours["IDP_REDIS_URL"] = self.storage.redis_url
        return {**clean, **ours, **self.environment}

    def command(self, *arguments: str) -> list[str]:
        """A line of the command line, for the same Python."""
        return [sys.executable, "-m", "idp", *arguments]

    def start(self) -> "Server":
        """Start it and wait until it says that it is ready."""
        self._launch().wait_until(self._ready)
        return self

    def run_until_dead(self) -> None:
        """Start it and wait until it has killed itself at a failpoint, ready or not."""
        self._launch()
        self.wait_until_dead()

    def _launch(self) -> Child:
        self.storage.var.parent.mkdir(parents=True, exist_ok=True)
        log = self.storage.var.parent / "server.log"
        self._child = Child(self.command("serve", "--dev"), log, cwd=ROOT, env=self.env())
        return self._child

    def stop(self) -> int:
        """Ask it to end, as systemd does; the exit code."""
        assert self._child, "not started"
        return self._child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._child, "not started"
        self._child.kill()

    async def forgotten(self) -> None:
        """Wait until the database has ended what a killed program had sent it. Nobody else may be at it."""
        database = await connect(settings_for(self.storage))
        try:
            async with database.reading() as tx:
                while database.dialect == "postgresql" and await tx.scalar(_OTHERS):
                    pass  # each turn asks the server
        finally:
            await database.close()

    def wait_until_dead(self) -> None:
        """Wait until it has killed itself, at a failpoint."""
        assert self._child, "not started"
        assert self._child.process.wait(PATIENCE) == -signal.SIGKILL, self.log()

    async def codes_by_sms(self, *, wanted: bool) -> None:
        """As a house has it."""
        database = await connect(settings_for(self.storage))
        await _codes_by_sms(database, 1, wanted=wanted)
        await database.close()

    def log(self) -> str:
        """The end of what it wrote."""
        return self._child.tail(200) if self._child else ""

    def _ready(self) -> bool:
        try:
            return httpx2.get(f"{self.management}/health/ready", timeout=PATIENCE, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False


async def _codes_by_sms(database: Database, now: int, *, wanted: bool) -> None:
    async with database.transaction() as tx:
        await tx.execute(update(accounts).values(sms_off_at=None if wanted else now))


@contextmanager
def running(storages: Storages, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The real program on an empty storage; on PostgreSQL and Redis with two workers."""
    made = storages.empty()
    server = Server(made, workers=2 if made.redis_url else 1, environment=environment or {}).start()
    yield server
    server.stop()
    storages.remove(made)


def settings_for(storage: Storage, **replaced: Any) -> Settings:
    """Dev-mode settings for a storage, with small RSA keys; a worker runs only when a test asks for its rounds."""
    flags: dict[str, Any] = {
        "dev": True,
        "issuer": "http://localhost:8000",
        "var": storage.var,
        "keys": storage.keys,
        "database_url": storage.database_url,
        "redis_url": storage.redis_url,
        "management_port": 0,
        "rsa_bits": 2048,
        "run_worker": False,
        **replaced,
    }
    return load({}, **flags)


@asynccontextmanager
async def open_house(storage: Storage, clock: ManualClock, entropy: Entropy, **settings: Any) -> AsyncIterator[House]:
    """Open the provider in this process, in dev mode unless `settings` say otherwise; no worker runs beside it."""
    from idp.app import open_house

    async with open_house(settings_for(storage, **settings), clock=clock, entropy=entropy) as opened:
        yield House(storage, opened, clock)

"""Opens the house: settings → Provider → the ASGI application, and closes it again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Route

from idp import __version__
from idp.accounts.notice import Notices
from idp.accounts.password import Hasher
from idp.accounts.photo import Darkroom
from idp.base import failpoint
from idp.base.clock import Clock, SystemClock
from idp.base.opaque import Entropy, SystemEntropy
from idp.base.settings import Settings
from idp.clients.authenticate import Authenticator
from idp.clients.directory import Clients
from idp.clients.outbound import Caller
from idp.flows import demo
from idp.flows.terms import terms
from idp.grants.refresh import RefreshTokens
from idp.grants.subject import Subjects
from idp.keys.keyring import Keyring
from idp.keys.vault import Vault
from idp.provider import Provider, reread
from idp.sessions.slip import Slips
from idp.sessions.ticket import Tickets
from idp.store import material, schema
from idp.store.audit import Audit
from idp.store.database import Database, connect
from idp.store.encrypted import SealBroken, Sealer
from idp.store.ephemeral import open_ephemeral
from idp.store.objects import Objects
from idp.store.outbox import Outbox
from idp.theme.render import Theme
from idp.web import admin, management, pages, protocol, receipts
from idp.web.shell import App, Shell


class NotReady(Exception):
    """The house cannot open: stale schema, missing keys; one line that says what to do."""


@dataclass(frozen=True)
class House:
    """The open house: its handles, the public application and the management application."""

    provider: Provider
    app: App
    management: App


@asynccontextmanager
async def open_provider(
    settings: Settings,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    *,
    any_schema: bool = False,
    following: bool = False,
) -> AsyncIterator[Provider]:
    """The handles alone, for the command line and the worker.

    `following` keeps memory as the database has it, for programs that stay. `any_schema` is for the migration itself.
    Raises MaterialError or NotReady. In dev mode what is missing is made.
    """
    clock, entropy = clock or SystemClock(), entropy or SystemEntropy()
    if settings.dev and not material.exists(settings.keys):
        material.create(settings.keys, entropy)
    keys = material.load(settings.keys)
    # What has to be closed is closed in the opposite order.
    async with contextlib.AsyncExitStack() as opened:
        database = await connect(settings)
        opened.push_async_callback(database.close)
        ephemeral = open_ephemeral(settings.redis_url, clock)
        opened.push_async_callback(ephemeral.close)
        caller = Caller(settings.outbound, allow_private=settings.dev)
        opened.push_async_callback(caller.close)
        darkroom = Darkroom(settings.documents.max_bytes, settings.documents.max_pixels, settings.documents.at_once)
        opened.callback(darkroom.close)
        hasher = Hasher(settings.limits.hash_threads, settings.limits.hash_queue)
        opened.callback(hasher.close)
        if not any_schema:
            await _check_schema(settings, database)
        sealer, slips, clients = Sealer(keys, entropy), Slips(keys, entropy), Clients()
        provider = Provider(
            settings=settings,
            clock=clock,
            entropy=entropy,
            database=database,
            ephemeral=ephemeral,
            material=keys,
            sealer=sealer,
            vault=Vault(sealer),
            keyring=Keyring(),
            clients=clients,
            caller=caller,
            authenticator=Authenticator(
                settings, clock, ephemeral, clients, caller, partial(reread, database, clients)
            ),
            hasher=hasher,
            darkroom=darkroom,
            objects=Objects(settings.documents, settings.var / "documents", sealer, settings.outbound.ca_file),
            outbox=Outbox(sealer, clock, entropy),
            audit=Audit(clock, entropy),
            slips=slips,
            tickets=Tickets(slips, settings.lifetimes.interaction),
            subjects=Subjects(keys),
            refresh_tokens=RefreshTokens(keys),
            theme=_theme(settings.themes, settings.theme, tuple(terms(settings).items())),
            failpoint=failpoint.arm(settings.failpoint),
            notices=Notices(),
        )
        if not any_schema:
            await _fill_memory(provider)
        if following:
            await opened.enter_async_context(_following(provider))
        yield provider


@asynccontextmanager
async def open_house(
    settings: Settings, clock: Clock | None = None, entropy: Entropy | None = None
) -> AsyncIterator[House]:
    """Everything, ready to serve; memory follows the database until the block ends. Dev mode makes its demo first."""
    async with open_provider(settings, clock, entropy, following=True) as provider:
        if settings.dev:
            await demo.seed(provider)
        yield House(provider, build(provider), management.application(provider))


def build(provider: Provider) -> App:
    """The public application: hot protocol routes by path, everything else through FastAPI."""
    app = FastAPI(
        title=admin.TITLE,
        version=__version__,
        openapi_url="/admin/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    admin.install(app, provider)
    # Pages whose address holds no name are found by it, as the protocol is; FastAPI would try every admin route first.
    doors: dict[str, App] = {}
    for route in [*protocol.prefixed(provider), *pages.routes(provider)]:
        if isinstance(route, Route) and "{" not in route.path:
            doors[route.path] = route.app
        else:
            app.router.routes.append(route)
    return Shell(
        provider.settings,
        provider.entropy,
        protocol.documents(provider),
        doors | protocol.routes(provider) | receipts.routes(provider),
        app,
        frozenset(pages.UPLOADS),
    )


async def _check_schema(settings: Settings, database: Database) -> None:
    if not await schema.stale(database):
        return
    if not settings.dev:
        raise NotReady("the database schema is not current; run `idp migrate up`")
    await schema.upgrade(database)


async def _fill_memory(provider: Provider) -> None:
    try:
        await provider.refresh_memory()
    except SealBroken:
        folder = provider.settings.keys
        raise NotReady(
            f"the signing keys do not open with the keys in {folder}; restore the key folder of this database"
        ) from None


@asynccontextmanager
async def _following(provider: Provider) -> AsyncIterator[None]:
    seen: dict[str, int] = {}

    async def follow() -> None:
        nonlocal seen
        versions = await provider.database.versions()
        if versions != seen:
            await provider.refresh_memory()
            seen = versions

    listening = asyncio.create_task(provider.database.listen(follow))
    try:
        yield
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


@cache
def _theme(folder: Path, name: str, told: tuple[tuple[str, int], ...]) -> Theme:
    """Compiling its templates takes most of a start, and the files of a theme do not change while a process runs."""
    try:
        return Theme(folder, name, terms=dict(told))
    except ValueError as mistake:
        raise NotReady(f"IDP_THEME: {mistake}") from None

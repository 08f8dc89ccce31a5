"""`doctor`: everything that an installation stands on, looked at one by one, and what to do about it."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import typer
from sqlalchemy import text

from idp.base.clock import SystemClock
from idp.base.errors import Unavailable
from idp.base.jose import ALGORITHMS
from idp.base.opaque import SystemEntropy
from idp.base.settings import Settings
from idp.clients import directory
from idp.commands import console
from idp.commands.console import Format, FormatOption
from idp.keys.key import ACTIVE, NEXT, due
from idp.keys.vault import Vault
from idp.store import material, schema
from idp.store.audit import Audit
from idp.store.database import Database, connect
from idp.store.encrypted import Place, Sealer
from idp.store.ephemeral import open_ephemeral
from idp.store.objects import Objects
from idp.store.outbox import Outbox

GOOD, WARNING, BAD = "good", "warning", "bad"
Finding = tuple[str, str]
Check = Callable[[Settings], Awaitable[Finding]]

_SKEW = 5
_FEW_MEGABYTES = 500
_PROBE = "doctor/probe"


def doctor(context: typer.Context, form: FormatOption = Format.table) -> None:
    """Look at everything; exit code 1 when something is bad."""
    settings = console.settings(context)
    findings = console.run(lambda: _all(settings))
    console.show(findings, form)
    if any(finding["state"] == BAD for finding in findings):
        raise typer.Exit(1)


async def _all(settings: Settings) -> list[dict[str, str]]:
    findings = []
    for name, check in CHECKS:
        try:
            state, said = await check(settings)
        except Exception as error:
            if (line := console.remedy(error)) is None:
                raise
            state, said = BAD, line
        findings.append({"check": name, "state": state, "finding": said})
    return findings


async def _folders(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.var if settings.var.exists() else ".").free // 2**20
    if not settings.var.exists():
        return WARNING, f"{settings.var}: missing; `idp serve` makes it, or set IDP_VAR"
    if free < _FEW_MEGABYTES:
        return WARNING, f"{settings.var}: {free} MB free"
    return GOOD, f"{settings.var}: {free} MB free"


async def _material(settings: Settings) -> Finding:
    loaded = material.load(settings.keys)
    if stat.S_IMODE(settings.keys.stat().st_mode) & 0o077:
        return WARNING, f"{settings.keys}: the folder is open to others; run: chmod 700 {settings.keys}"
    return GOOD, f"{len(loaded.encryption)} encryption keys and an index key, readable by their owner alone"


async def _schema(settings: Settings) -> Finding:
    async with _database(settings) as database:
        current = await schema.current(database)
        if await schema.stale(database):
            return BAD, f"revision {current or 'none'}, wanted {schema.wanted()}; run `idp migrate up`"
    return GOOD, f"revision {current} on {database.dialect}"


async def _signing_keys(settings: Settings) -> Finding:
    now, lifetimes = SystemClock().now(), settings.lifetimes
    async with _database(settings) as database, database.reading() as tx:
        keys = await Vault(Sealer(material.load(settings.keys), SystemEntropy())).all(tx, opened=True)
    missing = [each for each in ALGORITHMS if not any(key.algorithm == each and key.state == ACTIVE for key in keys)]
    if missing:
        return BAD, f"no active key for {', '.join(missing)}; run `idp keys init`"
    if not all(any(key.algorithm == each and key.state == NEXT for key in keys) for each in ALGORITHMS):
        return WARNING, "an algorithm has no next key; the worker makes it: is `idp work` running?"
    late = [key.algorithm for key in keys if key.state == ACTIVE and due(key, now - 86_400, lifetimes)]
    if late:
        return WARNING, f"rotation of {', '.join(late)} is a day late; is `idp work` running?"
    return GOOD, f"{len(keys)} keys; {', '.join(ALGORITHMS)} can sign"


async def _clients(settings: Settings) -> Finding:
    async with _database(settings) as database, database.reading() as tx:
        found = await directory.read_all(tx)
    if broken := sorted(client.client_id for client in found if client.broken is not None):
        return (
            BAD,
            f"cannot be read, and off for it: {', '.join(broken)}; replace them as a whole (`idp apply`), or delete them",
        )
    return GOOD, f"{len(found)} registered"


async def _clock(settings: Settings) -> Finding:
    if settings.sqlite:
        return GOOD, "one machine, one clock"
    async with _database(settings) as database, database.reading() as tx:
        theirs = float(await tx.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
    return _compared(theirs, "the database server")


async def _ephemeral(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return GOOD, "in memory, for one process"
    store = open_ephemeral(settings.redis_url, SystemClock())
    try:
        since = await store.epoch()
    except Unavailable:
        place = urlsplit(settings.redis_url)
        return BAD, (
            f"Redis at {place.hostname or place.path}:{place.port or 6379} does not answer; see IDP_REDIS_URL. Meanwhile limits "
            "are ten times stricter, and private_key_jwt is refused"
        )
    finally:
        await store.close()
    return GOOD, f"Redis keeps marks since {console.moment(since)}"


async def _mail(settings: Settings) -> Finding:
    host = settings.smtp.host
    if host is None and settings.dev:
        return GOOD, f"written to {settings.var / 'outbox'}"
    if host is None:
        return BAD, "IDP_SMTP__HOST is not set: no mail leaves, so nobody can register or recover an account"
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(host, settings.smtp.port)
            greeting = await reader.readline()
            writer.close()
    except (OSError, TimeoutError) as error:
        return (
            BAD,
            f"{host}:{settings.smtp.port} does not answer ({type(error).__name__}); see IDP_SMTP__HOST and IDP_SMTP__PORT",
        )
    if not greeting.startswith(b"220"):
        return BAD, f"{host}:{settings.smtp.port} does not greet as a mail server does"
    return GOOD, f"{host}:{settings.smtp.port} answers"


async def _sms(settings: Settings) -> Finding:
    routes = settings.routes()
    if not routes and settings.dev:
        return GOOD, f"written to {settings.var / 'outbox'}"
    if not routes:
        return WARNING, "IDP_SMS__URL is not set: no code goes to a telephone"
    return GOOD, f"by {', then '.join(routes)}; nothing was sent"


async def _documents(settings: Settings) -> Finding:
    place, kept = Place("documents", "object", "doctor"), settings.documents
    if kept.url is None:
        return GOOD if settings.sqlite else WARNING, f"in {settings.var / 'documents'}, on this machine alone"
    sealer = Sealer(material.load(settings.keys), SystemEntropy())
    objects = Objects(kept, settings.var / "documents", sealer, settings.outbound.ca_file)
    try:
        await objects.put(_PROBE, place, b"doctor")
        same = await objects.get(_PROBE, place) == b"doctor"
        await objects.delete(_PROBE)
    except Unavailable as fault:
        return BAD, f"{kept.url} cannot be used: {fault.__cause__ or fault.private}"[:300]
    return (GOOD, f"{kept.url} takes, gives and forgets") if same else (BAD, f"{kept.url} gives back something else")


async def _issuer(settings: Settings) -> Finding:
    import httpx2  # heavy, and only this verb calls anybody

    address = f"{settings.issuer}/.well-known/openid-configuration"
    try:
        async with httpx2.AsyncClient(timeout=10) as http:
            answer = await http.get(address)
        found = answer.raise_for_status().json()["issuer"]
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        return WARNING, f"{address} does not answer from here ({type(error).__name__}); relying parties need it"
    if found != settings.issuer:
        return BAD, f"{address} names another issuer: {found}"
    if "date" in answer.headers:
        state, said = _compared(parsedate_to_datetime(answer.headers["date"]).timestamp(), "the server", rounding=2)
        if state != GOOD:
            return state, said
    return GOOD, f"{address} answers"


async def _proxy(settings: Settings) -> Finding:
    if settings.https and not settings.trusted_proxies:
        return (
            WARNING,
            "the issuer is https and IDP_TRUSTED_PROXIES is empty: everybody would count as the proxy's address",
        )
    return GOOD, f"trusted: {', '.join(settings.trusted_proxies) or 'nobody'}"


async def _test_settings(settings: Settings) -> Finding:
    on = [
        name
        for name, chosen in (
            ("IDP_DEV", settings.dev),
            ("IDP_OUTBOUND__ALLOW_PRIVATE_HOSTS", settings.outbound.allow_private_hosts),
            ("IDP_LIMITS__RAISED_NETWORK", settings.limits.raised_network is not None),
        )
        if chosen
    ]
    return (WARNING, f"on, and never for real people: {', '.join(on)}") if on else (GOOD, "all off")


async def _outbox(settings: Settings) -> Finding:
    sealer = Sealer(material.load(settings.keys), SystemEntropy())
    async with _database(settings) as database, database.reading() as tx:
        depth = await Outbox(sealer, SystemClock(), SystemEntropy()).depth(tx)
    said = ", ".join(f"{count} {kind} {state}" for (kind, state), count in sorted(depth.items())) or "empty"
    dead = any(state == "dead" for _, state in depth)
    return (WARNING, f"{said}; see `idp outbox list`") if dead else (GOOD, said)


async def _audit(settings: Settings) -> Finding:
    trail = Audit(SystemClock(), SystemEntropy())
    async with _database(settings) as database, database.reading() as tx:
        checked, broken = await trail.verify(tx)
        waiting = await trail.unlinked(tx)
    if broken is not None:
        return BAD, f"row {broken} was changed, removed or put in; keep a copy of the database and find out who could"
    if waiting > 1000:
        return WARNING, f"{checked} rows fit, {waiting} wait for their link; is `idp work` running?"
    return GOOD, f"{checked} rows fit, {waiting} wait for their link"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("data folder", _folders),
    ("key material", _material),
    ("schema", _schema),
    ("signing keys", _signing_keys),
    ("clients", _clients),
    ("clock", _clock),
    ("short-lived state", _ephemeral),
    ("mail", _mail),
    ("SMS", _sms),
    ("documents", _documents),
    ("issuer", _issuer),
    ("proxies", _proxy),
    ("test settings", _test_settings),
    ("outbox", _outbox),
    ("audit trail", _audit),
)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = await connect(settings)
    try:
        yield database
    finally:
        await database.close()


def _compared(theirs: float, whose: str, rounding: float = 1) -> Finding:
    apart = abs(theirs - SystemClock().now()) - rounding
    if apart > _SKEW:
        return BAD, f"the clock of {whose} is {apart:.0f} s away from ours; run an NTP client on both"
    return GOOD, f"within {_SKEW} s of {whose}"

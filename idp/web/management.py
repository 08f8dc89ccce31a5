"""Health, readiness and metrics, on a port of their own that is never public.

Alive asks nobody: a process that answers need not be restarted. Ready says whether it should be sent requests, and if not, why.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson

from idp.accounts import requests, spending
from idp.base.errors import Unavailable
from idp.base.jose import ALGORITHMS
from idp.provider import Provider
from idp.store import outbox, schema
from idp.web import metrics
from idp.web.shell import App, Receive, Scope, Send

Answer = tuple[int, bytes, bytes]
_WITHOUT_REDIS = "Redis does not answer: limits are ten times stricter, and private_key_jwt is refused"
_PATIENCE = 2
"""Seconds that a database gets: whoever asks for health has little more, and learns nothing from an answer that does not come."""
_GLANCE = 0.5
"""Seconds that Redis gets. All share it, and many probes wait one second: a Redis that stands still must send nobody away."""
_JSON, _TEXT = b"application/json", b"text/plain; version=0.0.4; charset=utf-8"


def application(provider: Provider) -> App:
    """The management application."""

    async def manage(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        ask = _ANSWERS.get(scope["path"])
        if ask is None:
            status, media_type, body = 404, _JSON, b'{"status":"not found"}'
        elif scope["method"] not in ("GET", "HEAD"):
            status, media_type, body = 405, _JSON, b'{"status":"use GET"}'
        else:
            status, media_type, body = await ask(provider)
        headers = [
            (b"content-type", media_type),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return manage


async def _alive(provider: Provider) -> Answer:
    return 200, _JSON, orjson.dumps({"status": "alive"})


async def _ready(provider: Provider) -> Answer:
    reasons = await reasons_against(provider)
    if reasons:
        return 503, _JSON, orjson.dumps({"status": "not ready", "reasons": reasons})
    # Nobody is served better elsewhere, since all share the one Redis; but an operator wants to know.
    worse = {"degraded": [_WITHOUT_REDIS]} if await _without_redis(provider) else {}
    return 200, _JSON, orjson.dumps({"status": "ready", **worse})


async def _measured(provider: Provider) -> Answer:
    await _measure(provider)
    return 200, _TEXT, metrics.text()


_ANSWERS: Mapping[str, Callable[[Provider], Awaitable[Answer]]] = {
    "/health/alive": _alive, "/healthz": _alive, "/health/ready": _ready, "/readyz": _ready, "/metrics": _measured,
}  # fmt: skip


async def reasons_against(provider: Provider) -> list[str]:
    """What keeps this process from serving; empty when nothing does."""
    try:
        async with asyncio.timeout(_PATIENCE):
            if await schema.stale(provider.database):
                return ["the database schema is not current; run `idp migrate up`"]
    except TimeoutError:
        return [f"the database has not answered for {_PATIENCE} seconds"]
    except Unavailable:
        return ["the database cannot be reached"]
    missing = [algorithm for algorithm in ALGORITHMS if algorithm not in provider.keyring.algorithms]
    return [f"no active signing key for {', '.join(missing)}"] if missing else []


async def _without_redis(provider: Provider) -> bool:
    try:
        async with asyncio.timeout(_GLANCE):
            return await provider.ephemeral.away()
    except TimeoutError:
        return True


async def _measure(provider: Provider) -> None:
    """Levels are read when somebody asks; counters count by themselves."""
    metrics.HASHING.set(provider.hasher.waiting)
    metrics.REDIS_AWAY.set(await _without_redis(provider))
    try:
        async with asyncio.timeout(_PATIENCE), provider.database.reading() as tx:
            depth = await provider.outbox.depth(tx)
            waiting, overdue = await requests.levels(tx, provider.clock.now())
            spent = await spending.shares(tx, provider.settings.spending, provider.clock.now())
    except (Unavailable, TimeoutError):
        return
    for prefix, share in spent.items():
        metrics.SPENDING.labels(prefix or "all").set(share)
    metrics.PRIVACY.labels("open").set(waiting)
    metrics.PRIVACY.labels("overdue").set(overdue)
    # Every series always, nought too: an alert on what is absent never rings.
    for kind in outbox.KINDS:
        for state in ("waiting", "dead"):
            metrics.OUTBOX.labels(kind, state).set(depth.get((kind, state), 0))

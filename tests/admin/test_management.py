"""The management port: alive, ready, and measured."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from idp.app import open_house, open_provider
from idp.flows import rotate_keys
from idp.jobs.delivery import LANES
from idp.web import management
from tests.support.processes import free_port
from tests.support.servers import House, Storage, Storages, settings_for

pytestmark = pytest.mark.anyio


def port(provider: object) -> httpx2.AsyncClient:
    app = management.application(provider)  # type: ignore[arg-type]
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://management")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health/alive", 200), ("/healthz", 200), ("/health/ready", 200), ("/readyz", 200), ("/", 404)],
)
async def test_an_open_house_is_alive_and_ready(house: House, path: str, status: int) -> None:
    answer = await port(house.provider).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")


async def test_metrics_tell_what_waits_and_hold_no_address(house: House) -> None:
    provider = house.provider
    async with provider.database.transaction() as tx:
        await provider.outbox.put(tx, "mail", "contoh.example", {"to": "siti@contoh.example"})
    await house.http().get("/jwks")
    text = (await port(provider).get("/metrics")).text
    assert 'gerbang_outbox_items{kind="mail",state="waiting"} 1.0' in text
    assert "gerbang_password_checks_waiting 0.0" in text
    assert 'gerbang_requests_total{method="GET",route="/jwks",status="200"}' in text
    assert "siti" not in text
    assert "gerbang_redis_away 0.0" in text
    for kind in LANES:
        assert f'gerbang_outbox_items{{kind="{kind}",state="dead"}} 0.0' in text, (
            "an alert on what is absent never rings"
        )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_lost_redis_is_told_and_no_reason_to_send_people_away(storage: Storage) -> None:
    settings = settings_for(storage, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    async with open_house(settings) as house:
        answer = await port(house.provider).get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
        assert "Redis" in answer.json()["degraded"][0]
        assert "gerbang_redis_away 1.0" in (await port(house.provider).get("/metrics")).text


async def test_without_keys_or_schema_a_process_is_alive_and_not_ready(storage: Storage) -> None:
    async with open_provider(settings_for(storage)) as provider:
        answer = await port(provider).get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (
            503,
            ["no active signing key for ES256, RS256, PS256, EdDSA"],
        )
        await rotate_keys.ensure(provider)
        assert (await port(provider).get("/health/ready")).status_code == 200
        async with provider.database.transaction() as tx:
            await tx.execute(text("DELETE FROM alembic_version"))
        answer = await port(provider).get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (
            503,
            ["the database schema is not current; run `idp migrate up`"],
        )
        assert (await port(provider).get("/health/alive")).status_code == 200


async def test_a_newer_schema_is_no_reason_to_stop(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    """While replicas are replaced one by one, the old ones go on, and may be started again."""
    async with houses() as house:
        async with house.provider.database.transaction() as tx:
            await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert (await port(house.provider).get("/health/ready")).status_code == 200
    async with houses(dev=False) as again:
        assert (await port(again.provider).get("/health/ready")).status_code == 200


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_lost_database_is_a_reason(storages: Storages, storage: Storage) -> None:
    async with open_provider(settings_for(storage)) as provider:
        await rotate_keys.ensure(provider)
        assert storages.cluster is not None
        storages.cluster.drop(storage.database_url.rpartition("/")[2])
        answer = await port(provider).get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["the database cannot be reached"])
        assert (await port(provider).get("/health/alive")).status_code == 200
        assert (await port(provider).get("/metrics")).status_code == 200


class StandsStill:
    """A Redis that takes every question and answers none."""

    async def away(self) -> bool:
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_redis_that_stands_still_holds_nobody_up(house: House) -> None:
    """Many probes wait for one second, and would take every server away at once: they hear before Redis is given up."""
    beside: Any = StandsStill()
    async with asyncio.timeout(60):
        answer = await port(replace(house.provider, ephemeral=beside)).get("/health/ready")
    assert answer.status_code == 200
    assert "Redis" in answer.json()["degraded"][0]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_database_that_stands_still_is_a_reason_too(house: House) -> None:
    """Nobody who asks for health waits as long as a statement may."""
    async with house.provider.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        answer = await port(house.provider).get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the database has not answered for 2 seconds"])
    async with asyncio.timeout(60):  # its connection is given up, and another one is made
        while (await port(house.provider).get("/health/ready")).status_code != 200:
            pass

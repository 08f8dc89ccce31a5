"""Officers: machines with tokens of the provider, as the admin API sees them."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from idp.flows import register_client
from tests.support.servers import House

Officer = Callable[..., Awaitable[httpx2.AsyncClient]]


@pytest.fixture
def officer(house: House) -> Officer:
    """An HTTP client that holds a token with these admin scopes, all of them by default."""

    async def with_scopes(*scopes: str) -> httpx2.AsyncClient:
        client_id, secret = await machine(house, " ".join(scopes) or house.demo["admin"]["scope"])
        return house.http(headers={"Authorization": f"Bearer {await token(house, client_id, secret)}"})

    return with_scopes


@pytest.fixture
async def admin(officer: Officer) -> httpx2.AsyncClient:
    """An officer who may do everything."""
    return await officer()


async def machine(house: House, scope: str, **more: str) -> tuple[str, str]:
    """A new client with admin scopes; `more` is metadata of it."""
    metadata: dict[str, Any] = {"grant_types": ["client_credentials"], "scope": scope, **more}
    made = await register_client.create(house.provider, metadata, by="the test", source=register_client.ADMIN)
    assert made.secret is not None
    return made.client.client_id, made.secret


async def token(house: House, client_id: str, secret: str, **parameters: str) -> str:
    """An access token for itself."""
    answer = await house.http().post(
        "/token", data={"grant_type": "client_credentials", **parameters}, auth=(client_id, secret)
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])

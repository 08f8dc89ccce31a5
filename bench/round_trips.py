"""How often one operation asks the database, read from PostgreSQL's own log: nothing in the provider has to be believed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import mode
from urllib.parse import urlsplit

import uvloop

from bench.browser import Answer, Person
from bench.candidate import ACCOUNTS, Candidate
from bench.machine import BenchError
from bench.postgres import Postgres
from bench.workloads import MACHINE, SIGNED_IN

# Periodic work of the server may fall into a window; the most frequent count of several is the operation's own.
REPETITIONS = 7
SETTLE_SECONDS = 0.04


@dataclass
class CountingPerson(Person):
    """A browser that notes, for each request, how many statements it caused."""

    postgres: Postgres | None = None
    database: str = ""
    seen: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, statements

    async def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: str = "") -> Answer:
        before = await self._settled()
        answer = await super().send(method, url, headers, body)
        self.seen.append((method, urlsplit(url).path, await self._settled() - before))
        return answer

    async def _settled(self) -> int:
        assert self.postgres is not None
        await asyncio.sleep(SETTLE_SECONDS)
        return self.postgres.statements(self.database)


async def _observed(candidate: Candidate, postgres: Postgres, account_number: int) -> dict[str, int]:
    """One walk through every operation of goal 9."""
    person = CountingPerson(candidate.origin, postgres=postgres, database=candidate.database or "")
    client, endpoints, account = candidate.clients["ES256"], candidate.endpoints, ACCOUNTS[account_number]
    counted: dict[str, int] = {}
    try:
        await person.code_flow(endpoints, client, account, SIGNED_IN)
        posts = [count for method, path, count in person.seen if method == "POST" and path not in endpoints.token]
        counted["sign-in POST"] = posts[0]
        tokens = await person.code_flow(endpoints, client, account, candidate.offline)
        person.seen.clear()
        await person.code_flow(endpoints, client, account, SIGNED_IN)
        (_, _, counted["authorize with session"]), (_, _, counted["code exchange"]) = person.seen

        await person.exchange(endpoints.token, client, MACHINE)
        counted["client_credentials"] = person.seen[-1][2]
        await person.exchange(
            endpoints.token, client, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        )
        counted["refresh"] = person.seen[-1][2]
        for operation, method, url in (
            ("jwks", "GET", endpoints.jwks),
            ("discovery", "GET", endpoints.discovery),
            ("userinfo", "GET", endpoints.userinfo),
        ):
            answer = await person.send(method, url, {"Authorization": f"Bearer {tokens['access_token']}"})
            if answer.status != 200:
                raise BenchError(f"{operation} answered {answer.status}")
            counted[operation] = person.seen[-1][2]
        await person.exchange(
            endpoints.introspection, client, {"token": tokens["access_token"], "token_type_hint": "access_token"}
        )
        counted["introspection"] = person.seen[-1][2]
    finally:
        person.close()
    return counted


def count_round_trips(candidate: Candidate, postgres: Postgres) -> dict[str, int]:
    """Statements per operation. The first walk is not counted: it prepares statements on each connection."""
    with postgres.statements_logged():
        walks = [uvloop.run(_observed(candidate, postgres, number)) for number in range(REPETITIONS + 1)][1:]
    return {operation: mode(walk[operation] for walk in walks) for operation in walks[0]}

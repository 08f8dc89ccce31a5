"""One load per row. Each prepares what it needs right before it starts, so that no row lives on another's leftovers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop

from bench.browser import Account, Person, form_head, prepared_get, prepared_post
from bench.candidate import ACCOUNTS, Candidate
from bench.load import CONNECTIONS, Wrk, travel, write_prepared, write_tokens
from bench.machine import Cores, cpu_seconds
from bench.measurements import Run

# More families than connections: a family's next token must be back before it is used again.
FAMILIES_PER_PERSON = 2

MACHINE = {"grant_type": "client_credentials"}
SIGNED_IN = {"scope": "openid"}


@dataclass
class Load:
    """Applies loads from the load core; remembers each candidate's signed-in persons."""

    cores: Cores
    folder: Path
    jars: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    token_rate: dict[str, float] = field(default_factory=dict)

    def _file(self, candidate: Candidate, what: str) -> Path:
        return self.folder / f"{candidate.name.replace(' ', '-')}-{what}"

    def _wrk(self, candidate: Candidate, wrk: Wrk, seconds: float) -> Run:
        return wrk.run(candidate.origin, candidate.server.pid, seconds, self.cores.load)

    def _replay(self, candidate: Candidate, requests: list[bytes], seconds: float) -> Run:
        file = write_prepared(self._file(candidate, "requests"), requests)
        return self._wrk(candidate, Wrk("replay.lua", file), seconds)

    def client_credentials(self, candidate: Candidate, seconds: float, *, algorithm: str) -> Run:
        request = prepared_post(candidate.endpoints.token, candidate.clients[algorithm], MACHINE)
        run = self._replay(candidate, [request], seconds)
        if algorithm == "ES256":
            self.token_rate[candidate.name] = run.rate
        return run

    def discovery(self, candidate: Candidate, seconds: float) -> Run:
        return self._replay(candidate, [prepared_get(candidate.endpoints.discovery)], seconds)

    def jwks(self, candidate: Candidate, seconds: float) -> Run:
        return self._replay(candidate, [prepared_get(candidate.endpoints.jwks)], seconds)

    def userinfo(self, candidate: Candidate, seconds: float) -> Run:
        tokens = self._granted(candidate, "access_token")
        bearers = [{"Authorization": f"Bearer {token}"} for token in tokens]
        return self._replay(
            candidate, [prepared_get(candidate.endpoints.userinfo, bearer) for bearer in bearers], seconds
        )

    def introspection(self, candidate: Candidate, seconds: float) -> Run:
        url, client = candidate.endpoints.introspection, candidate.clients["ES256"]
        fields = [
            {"token": token, "token_type_hint": "access_token"} for token in self._granted(candidate, "access_token")
        ]
        return self._replay(candidate, [prepared_post(url, client, each) for each in fields], seconds)

    def refresh(self, candidate: Candidate, seconds: float) -> Run:
        head = form_head(candidate.endpoints.token, candidate.clients["ES256"])
        tokens = self._granted(candidate, "refresh_token")
        file = write_tokens(self._file(candidate, "families"), head, tokens)
        return self._wrk(candidate, Wrk("refresh.lua", file), seconds)

    def sign_in(self, candidate: Candidate, seconds: float) -> Run:
        """A fresh browser each time: password, the whole code flow, the exchange."""
        return self._travel(candidate, seconds, fresh=True)

    def session_code_flow(self, candidate: Candidate, seconds: float) -> Run:
        """The same person opens another service: no page, a code, the exchange."""
        return self._travel(candidate, seconds, fresh=False)

    def tokens_half_load(self, candidate: Candidate, seconds: float) -> Run:
        return self._wrk(candidate, self._thinking(candidate), seconds)

    def tokens_under_sign_ins(self, candidate: Candidate, seconds: float) -> Run:
        """The same, while sixteen persons sign in as fast as they can. The CPU is that of both."""
        pid = candidate.server.pid
        cpu = cpu_seconds(pid)
        # The sign-ins are under way before the tokens are measured, and until after.
        running = self._thinking(candidate).start(candidate.origin, seconds, self.cores.load)
        sign_ins = self._travel(candidate, seconds, fresh=True)
        output, _ = running.communicate()
        tokens = Wrk.finished(output, cpu_seconds(pid) - cpu, pid)
        return replace(tokens, errors=tokens.errors + sign_ins.errors)

    def _thinking(self, candidate: Candidate) -> Wrk:
        if candidate.name not in self.token_rate:
            self.client_credentials(candidate, 2, algorithm="ES256")
        request = prepared_post(candidate.endpoints.token, candidate.clients["ES256"], MACHINE)
        file = write_prepared(self._file(candidate, "thinking"), [request])
        # Each connection's pause, such that together they ask for half of what the server can give.
        pause_ms = round(CONNECTIONS * 2e3 / self.token_rate[candidate.name])
        return Wrk("replay.lua", file, (str(max(1, pause_ms)),))

    def _travel(self, candidate: Candidate, seconds: float, *, fresh: bool) -> Run:
        people = [Person(candidate.origin, {} if fresh else jar) for jar in self._signed_in(candidate)]
        client = candidate.clients["ES256"]

        async def journey(person: Person, account: Account) -> None:
            if fresh:
                person.cookies.clear()
            await person.code_flow(candidate.endpoints, client, account, SIGNED_IN)

        journeys = [partial(journey, person, account) for person, account in zip(people, ACCOUNTS, strict=True)]
        try:
            return travel(journeys, candidate.server.pid, seconds)
        finally:
            for person in people:
                person.close()

    def _signed_in(self, candidate: Candidate) -> list[dict[str, str]]:
        """The cookies of sixteen persons who have signed in, once per candidate."""
        if candidate.name not in self.jars:

            async def sign_in(person: Person, account: Account) -> dict[str, str]:
                await person.code_flow(candidate.endpoints, candidate.clients["ES256"], account, SIGNED_IN)
                return person.cookies

            people = [Person(candidate.origin) for _ in ACCOUNTS]
            self.jars[candidate.name] = everyone(people, sign_in)
        return self.jars[candidate.name]

    def _granted(self, candidate: Candidate, token: str) -> list[str]:
        """Fresh tokens, several of each person."""

        async def grants(person: Person, account: Account) -> list[str]:
            flow = partial(
                person.code_flow, candidate.endpoints, candidate.clients["ES256"], account, candidate.offline
            )
            return [(await flow())[token] for _ in range(FAMILIES_PER_PERSON)]

        people = [Person(candidate.origin, jar) for jar in self._signed_in(candidate)]
        return [one for of_person in everyone(people, grants) for one in of_person]


Found = TypeVar("Found")


def everyone(people: Sequence[Person], what: Callable[[Person, Account], Awaitable[Found]]) -> list[Found]:
    """Lets each person do the same, all at once, on connections that end with it."""

    async def together() -> list[Found]:
        return await asyncio.gather(*(what(person, account) for person, account in zip(people, ACCOUNTS, strict=True)))

    try:
        return uvloop.run(together())
    finally:
        for person in people:
            person.close()

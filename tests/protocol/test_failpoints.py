"""F1 of security.md at named failpoints: the real program dies at a chosen moment of an exchange, and is asked afterwards."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2
import pytest

from idp.base.failpoint import NAMES
from idp.base.settings import SettingsError, load
from tests.protocol.test_faults import OFFLINE, PATIENT, Answer, ask, signed_in, succeeded
from tests.support.browser import Browser
from tests.support.relying_party import AuthorizationRequest, RelyingParty
from tests.support.servers import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

POINTS = (
    ("code.before", "refresh.before"),
    ("code.consumed", "refresh.rotated"),
    ("code.signed", "refresh.signed"),
)
UNUSED, LOST, ACKNOWLEDGED = "unused", "used, answer lost", "acknowledged"


def test_every_failpoint_of_the_token_endpoint_is_tried() -> None:
    assert {*sum(POINTS, ()), "token.sent"} == {name for name in NAMES if name.startswith(("code", "refresh", "token"))}


@pytest.mark.parametrize("wrong", ["nowhere", "code.before:0", "code.before:x", "code.before:"])
def test_only_known_failpoints_can_be_armed(wrong: str) -> None:
    with pytest.raises(SettingsError, match="IDP_FAILPOINT"):
        load({"IDP_FAILPOINT": wrong}, dev=True)


def test_outside_dev_mode_none_can_be_armed() -> None:
    with pytest.raises(SettingsError, match="dev mode"):
        load({"IDP_FAILPOINT": "code.before", "IDP_ISSUER": "https://sso.contoh.go.id"})


@dataclass
class Trial:
    """One program that is killed and started again, its relying party and its person; `fates` by failpoint."""

    server: Server
    party: RelyingParty
    browser: Browser
    many: int
    fates: dict[str, Counter[str]] = field(default_factory=dict)

    async def die(self, requests: list[Callable[[], object]], then: str | None) -> list[Answer]:
        """Send all at once to a program that will not survive them, and start it again, armed for the next trial."""
        answers = await asyncio.gather(*(ask(request()) for request in requests))  # type: ignore[arg-type]
        await asyncio.to_thread(self.server.wait_until_dead)
        await start(self.server, then)
        return answers

    async def codes(self) -> list[tuple[AuthorizationRequest, str]]:
        issued = [await self.party.authorize(self.browser, None, OFFLINE) for _ in range(self.many)]
        return [(request, answer["code"]) for request, answer in issued]

    async def redeem(self, point: str, codes: list[tuple[AuthorizationRequest, str]], then: str | None) -> None:
        """I1 for codes: none is redeemed twice, none is half redeemed, and what was acknowledged stands."""
        answers = await self.die([lambda one=one: self.party.post_code(*one) for one in codes], then)  # type: ignore[misc]
        fates = self.fates.setdefault(point, Counter())
        for (request, code), answer in zip(codes, answers, strict=True):
            if succeeded(answer):
                assert isinstance(answer, httpx2.Response)
                assert (await self.party.userinfo(answer.json()["access_token"])).status_code == 200, "lost"
            again = await self.party.post_code(request, code)
            if again.status_code == 200:
                assert not succeeded(answer), "one code was redeemed twice"
                assert {"access_token", "refresh_token", "id_token"} <= again.json().keys()
                assert (await self.party.userinfo(again.json()["access_token"])).status_code == 200
                fates[UNUSED] += 1
            else:
                assert again.json()["error"] == "invalid_grant"
                fates[ACKNOWLEDGED if succeeded(answer) else LOST] += 1
            assert (await self.party.post_code(request, code)).status_code == 400

    async def renew(self, point: str, tokens: list[str], then: str | None) -> None:
        """I1 for refresh tokens: whatever was answered, each has exactly one successor, and that one works."""
        answers = await self.die([lambda one=one: self._refresh(one) for one in tokens], then)  # type: ignore[misc]
        fates = self.fates.setdefault(point, Counter())
        for token, answer in zip(tokens, answers, strict=True):
            again = await self._refresh(token)
            assert again.status_code == 200, "the family is half way between two generations"
            successor = again.json()["refresh_token"]
            if succeeded(answer):
                assert isinstance(answer, httpx2.Response)
                assert answer.json()["refresh_token"] == successor, "one refresh token has two successors"
                assert (await self.party.userinfo(answer.json()["access_token"])).status_code == 200, "lost"
            fates[ACKNOWLEDGED if succeeded(answer) else LOST] += 1
            assert (await self._refresh(successor)).status_code == 200
            assert (await self._refresh(token)).json()["error"] == "invalid_grant", "used twice"

    async def _refresh(self, token: str) -> httpx2.Response:
        return await self.party.token(grant_type="refresh_token", refresh_token=token)


async def start(server: Server, armed: str | None) -> None:
    server.environment = PATIENT | ({"IDP_FAILPOINT": armed} if armed else {})
    await asyncio.to_thread(server.start)


async def once_each(trial: Trial, count: int) -> None:
    """Die at every failpoint. What became of codes is checked under a failpoint of refreshing, and the other way round."""
    armed = [f"{point}:{count}" for pair in POINTS for point in pair]
    for number, (code, refresh) in enumerate(POINTS):
        codes = await trial.codes()
        await trial.redeem(code, codes, then=armed[2 * number + 1])
        families = [await trial.party.redeem(*one) for one in await trial.codes()]
        tokens = [family.refresh_token for family in families]
        await trial.renew(refresh, tokens, then=armed[2 * number + 2] if number < 2 else None)
    codes = await trial.codes()
    trial.server.stop()
    await start(trial.server, f"token.sent:{count}")
    await trial.redeem("token.sent", codes, then=None)


async def f1(servers: Callable[..., Server], many: int, counts: list[int]) -> dict[str, Counter[str]]:
    server = servers()
    await start(server, f"code.before:{counts[0]}")
    async with signed_in(server) as (party, browser):
        trial = Trial(server, party, browser, many)
        for number, count in enumerate(counts):
            if number:
                server.stop()
                await start(server, f"code.before:{count}")
            await once_each(trial, count)
    return trial.fates


async def test_f1_a_kill_at_every_failpoint_of_an_exchange(servers: Callable[..., Server]) -> None:
    fates = await f1(servers, 1, [1])
    sent = fates.pop("token.sent")
    assert fates == {
        "code.before": {UNUSED: 1}, "code.consumed": {LOST: 1}, "code.signed": {LOST: 1},
        "refresh.before": {LOST: 1}, "refresh.rotated": {LOST: 1}, "refresh.signed": {LOST: 1},
    }  # fmt: skip
    assert not sent[UNUSED], "an answer that left is an answer to a code that was used"


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_f1_a_thousand_exchanges_under_kills(servers: Callable[..., Server]) -> None:
    """504 on each kind of storage; the kill comes to one of a dozen at once, now to the first, now to the last."""
    fates = await f1(servers, 12, [1, 3, 5, 8, 10, 12])
    assert sum((each for each in fates.values()), Counter()).total() == 504
    assert fates["code.before"][UNUSED]
    assert fates["code.consumed"][LOST]

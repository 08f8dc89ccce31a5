"""T33 by the clock: whether there is an account must not be told by how long an answer takes."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.journeys.test_recover_paths import KPJ, NIK, numbered
from tests.support.registration import fill_in
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.timeout(1800)]

ROUNDS, WARM = 2000, 20
MOST = 0.55
"""Area under the ROC curve of the best guess from one duration: 0.5 is a coin."""

Houses = Callable[..., AbstractAsyncContextManager[House]]
LIMITS = {
    "resend_per_hour": 10**6,
    "resend_per_day": 10**6,
    "sign_up_per_network": 10**6,
    "sign_up_starts": 10**6,
    "recover_per_network": 10**6,
    "phone_trust_days": 10**4,
}


def area(some: list[float], others: list[float]) -> float:
    """How often one of `some` took longer than one of `others`, seen from whichever side is above one half."""
    ranked = sorted([(value, 0) for value in others] + [(value, 1) for value in some])
    ranks = sum(rank for rank, (_, kind) in enumerate(ranked, 1) if kind)
    u = ranks - len(some) * (len(some) + 1) / 2
    share = u / (len(some) * len(others))
    return max(share, 1 - share)


async def measured(house: House, known: str, unknown: str) -> float:
    """The area for the form that asks for a reset, sent in turns for somebody and for nobody, both again and again."""
    browser, path = house.browser(), "/lupa-kata-sandi"
    token = dict((await browser.get(path)).form_with("identifier").values)["csrf"]
    durations: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(WARM + ROUNDS):
        # The pause between two messages to one destination passes.
        house.clock.advance(61)
        for exists in (True, False) if turn % 2 else (False, True):
            values = {"csrf": token, "identifier": known if exists else unknown}
            begun = time.perf_counter()
            answer = await browser.http.post(path, data=values)
            took = time.perf_counter() - begun
            assert answer.status_code == 303
            if turn >= WARM:
                durations[exists].append(took)
    return area(durations[True], durations[False])


@pytest.mark.parametrize("kind", ["email", "phone", "kpj", "nik"])
async def test_recovery_takes_as_long_for_nobody(houses: Houses, kind: str) -> None:
    """By every identifier; those that a registry confirms find their account as the address does."""
    async with houses(limits=LIMITS) as house:
        await numbered(house, house.account(1))
        known, unknown = {
            "email": (house.account(1).email, "tidak.ada@contoh.go.id"),
            "phone": ("+6281398765432", "+6281398760000"),
            "kpj": (KPJ, "12345670000"),
            "nik": (NIK, "3374014708850000"),
        }[kind]
        assert await measured(house, known, unknown) <= MOST


async def test_registration_takes_as_long_for_somebody(houses: Houses) -> None:
    """The last step alone looks at accounts; each try has a draft of its own."""
    async with houses(limits=LIMITS) as house:
        browser, known = house.browser(), house.account(1).email
        durations: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(WARM + ROUNDS):
            for exists in (True, False) if turn % 2 else (False, True):
                house.clock.advance(61)
                address = known if exists else f"tidak.ada{turn:04}@contoh.go.id"
                page = await fill_in(browser, email=address)
                values = {**dict(page.form_with("terms").values), "terms": "1"}
                begun = time.perf_counter()
                answer = await browser.http.post(page.url, data=values)
                took = time.perf_counter() - begun
                assert answer.status_code == 303
                if turn >= WARM:
                    durations[exists].append(took)
        assert area(durations[True], durations[False]) <= MOST

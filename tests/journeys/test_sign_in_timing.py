"""T33 by the clock: the time of an answer must not tell whether the account exists."""

import random
import re
import time
from collections.abc import Sequence

import pytest

from tests.journeys.test_sign_in_numbers import KPJ, LIKE_A_MOBILE, NIK, person_with
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.timeout(900)]

ROUNDS = 1000


def separation(one: Sequence[float], other: Sequence[float]) -> float:
    """AUC of telling two samples apart: 0.5 is guessing, 1 is certainty."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(place for place, (_, kind) in enumerate(ranked, 1) if kind == 1)
    auc = (ranks - len(other) * (len(other) + 1) / 2) / (len(one) * len(other))
    return max(auc, 1 - auc)


# Somebody, and a nobody of the same length; the third is read as a mobile number first.
PAIRS = {
    "email": ("made.suartana@contoh.example", "made.suartono@contoh.example"),
    "nik": (NIK, "5171032802960007"),
    "kpj": (KPJ, "20005678999"),
    "kpj like a mobile": (LIKE_A_MOBILE, "08136789099"),
}


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("kind", PAIRS)
async def test_the_time_of_a_refusal_tells_nothing(house: House, kind: str, backend: str) -> None:
    person = await person_with(house, NIK, KPJ, LIKE_A_MOBILE, email=PAIRS["email"][0])
    names = dict(zip(("somebody", "nobody"), PAIRS[kind], strict=True))
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(ROUNDS):
        http = house.http(f"10.{number // 250}.{number % 250}.1")
        token = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/masuk")).text)
        assert token
        for name in random.sample(list(names), 2):
            form = {"csrf": token[1], "identifier": names[name], "password": "salah sama sekali"}
            started = time.perf_counter()
            answer = await http.post("/masuk", data=form)
            took[name].append(time.perf_counter() - started)
            assert answer.status_code == 400
        if number % 90 == 89:
            # The account's hundred is not to run out: past it nothing of the account is looked at any more.
            await http.post("/masuk", data={**form, "identifier": person.email, "password": person.password})
    assert separation(took["somebody"], took["nobody"]) <= 0.55

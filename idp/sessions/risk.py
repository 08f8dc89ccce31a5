"""What is unusual about a sign-in: four rules that can be said in a sentence each, and what follows. Pure.

No score and no learning: whoever is told that a sign-in was unusual is told which rule said so, and the same facts
always give the same answer. A place that is not known (a private network, an address that no table has) is no reason
for anything.
"""

from collections.abc import Collection
from dataclasses import dataclass

from idp.base.settings import Risk

NEW_DEVICE, NEW_COUNTRY, IMPOSSIBLE_TRAVEL, MANY_FAILURES = "new_device", "new_country", "impossible_travel", "failures"

SETTLING_IN = 86_400
"""How long after its beginning an account's first device is no news, in seconds."""

OFF, NOTIFY, REQUIRE = "off", "notify", "require"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when the password was right. Countries are ISO codes or None; times are UNIX seconds.

    `countries` are those of the devices that are remembered. `last_country` and `last_seen` are of the newest session.
    `failures` are the wrong passwords right before this one.
    """

    now: int
    known_device: bool
    acquainted: bool
    account_since: int
    country: str | None
    countries: Collection[str]
    last_country: str | None
    last_seen: int | None
    failures: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rules that were met, and the strongest of what they ask for."""

    met: tuple[str, ...]
    notify: bool
    require: bool


def judge(facts: Facts, rules: Risk) -> Verdict:
    """Compare a sign-in with every rule that is switched on."""
    outcome = {
        NEW_DEVICE: rules.new_device,
        NEW_COUNTRY: rules.new_country,
        IMPOSSIBLE_TRAVEL: rules.impossible_travel,
        MANY_FAILURES: rules.many_failures,
    }
    applies = {
        NEW_DEVICE: _new_device(facts),
        NEW_COUNTRY: _new_country(facts),
        IMPOSSIBLE_TRAVEL: _impossible_travel(facts, rules.travel_window),
        MANY_FAILURES: facts.failures >= rules.failures,
    }
    met = tuple(rule for rule, applied in applies.items() if applied and outcome[rule] != OFF)
    return Verdict(met, bool(met), any(outcome[rule] == REQUIRE for rule in met))


def _new_device(facts: Facts) -> bool:
    settling_in = not facts.acquainted and facts.now - facts.account_since < SETTLING_IN
    return not facts.known_device and not settling_in


def _new_country(facts: Facts) -> bool:
    before = {*facts.countries, *((facts.last_country,) if facts.last_country else ())}
    return facts.country is not None and bool(before) and facts.country not in before


def _impossible_travel(facts: Facts, window: int) -> bool:
    if facts.country is None or facts.last_country is None or facts.last_seen is None:
        return False
    return facts.country != facts.last_country and facts.now - facts.last_seen < window

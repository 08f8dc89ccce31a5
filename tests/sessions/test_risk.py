"""The rules about unusual sign-ins, and the table of places: the same facts always give the same, explained answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.settings import Risk
from idp.sessions import place, risk
from idp.sessions.risk import Facts

NOW = 1_763_795_100
USUAL = Facts(
    now=NOW,
    known_device=True,
    acquainted=True,
    account_since=NOW - 10_000_000,
    country="ID",
    countries=frozenset({"ID"}),
    last_country="ID",
    last_seen=NOW - 60,
    failures=0,
)
RULES = Risk()
COUNTRIES = st.sampled_from(["ID", "SG", "MY", "US"])
FACTS = st.builds(
    Facts,
    now=st.just(NOW),
    known_device=st.booleans(),
    acquainted=st.booleans(),
    account_since=st.integers(0, NOW),
    country=st.none() | COUNTRIES,
    countries=st.frozensets(COUNTRIES),
    last_country=st.none() | COUNTRIES,
    last_seen=st.none() | st.integers(0, NOW),
    failures=st.integers(0, 200),
)
OUTCOMES = st.sampled_from(["off", "notify", "require"])


@pytest.mark.parametrize(
    ("facts", "met", "require"),
    [
        (USUAL, (), False),
        (replace(USUAL, known_device=False), ("new_device",), False),
        # The first device of an account that has just begun is no news; that of one that slept for long is.
        (replace(USUAL, known_device=False, acquainted=False, account_since=NOW - 60), (), False),
        (replace(USUAL, known_device=False, acquainted=False), ("new_device",), False),
        (replace(USUAL, country="SG", last_seen=NOW - 7_200), ("new_country",), True),
        (replace(USUAL, country="SG"), ("new_country", "impossible_travel"), True),
        (replace(USUAL, country="SG", countries=frozenset({"ID", "SG"})), ("impossible_travel",), True),
        (replace(USUAL, country="SG", countries=frozenset(), last_country=None, last_seen=None), (), False),
        (replace(USUAL, country=None), (), False),
        (replace(USUAL, failures=9), (), False),
        (replace(USUAL, failures=10), ("failures",), False),
    ],
)
def test_each_rule_can_be_said_in_a_sentence(facts: Facts, met: tuple[str, ...], require: bool) -> None:
    verdict = risk.judge(facts, RULES)
    assert (verdict.met, verdict.require, verdict.notify) == (met, require, bool(met))


@given(FACTS, OUTCOMES, OUTCOMES, OUTCOMES, OUTCOMES)
def test_a_rule_that_is_off_is_never_met_and_none_acts_in_silence(
    facts: Facts, device: str, country: str, travel: str, failures: str
) -> None:
    outcome = {"new_device": device, "new_country": country, "impossible_travel": travel, "failures": failures}
    rules = Risk.model_validate(
        {"new_device": device, "new_country": country, "impossible_travel": travel, "many_failures": failures}
    )
    verdict = risk.judge(facts, rules)
    assert all(outcome[rule] != "off" for rule in verdict.met)
    assert verdict.notify == bool(verdict.met)
    assert verdict.require == any(outcome[rule] == "require" for rule in verdict.met)
    everything = risk.judge(facts, RULES).met
    assert verdict.met == tuple(rule for rule in everything if outcome[rule] != "off")


@given(FACTS)
def test_an_unknown_place_is_no_reason(facts: Facts) -> None:
    met = risk.judge(replace(facts, country=None), RULES).met
    assert not {"new_country", "impossible_travel"} & set(met)


@pytest.mark.parametrize(
    ("network", "country", "vicinity"),
    [
        ("114.10.20.3", "ID", "114.10.20.0/24"),
        ("8.8.8.8", "US", "8.8.8.0/24"),
        ("2404:c0:1a:5::/64", "ID", "2404:c0:1a::/48"),
        ("127.0.0.1", None, "127.0.0.0/24"),
        ("198.51.100.7", None, "198.51.100.0/24"),
        ("unix", None, ""),
        ("", None, ""),
        (None, None, ""),
    ],
)
def test_a_place_is_a_country_and_a_neighbourhood(network: str | None, country: str | None, vicinity: str) -> None:
    assert (place.country(network), place.vicinity(network)) == (country, vicinity)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("114.10.20.3", "114.10.20.200", True),
        ("114.10.20.3", "114.10.21.3", False),
        ("2404:c0:1a:1::/64", "2404:c0:1a:2::/64", True),
        ("", "", False),
        (None, "114.10.20.3", False),
    ],
)
def test_neighbours_share_a_neighbourhood(one: str | None, other: str | None, near: bool) -> None:
    assert place.near(one, other) is near


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_no_text_upsets_the_table(text: str) -> None:
    found = place.country(text)
    assert found is None or len(found) == 2
    place.vicinity(text)

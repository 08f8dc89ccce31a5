"""Flags that hold for the whole call stand before the verb or behind it."""

import json

import pytest

from tests.commands.cli import CommandLine

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
AT_HOME = {"IDP_ISSUER": "http://localhost:8000"}


@pytest.mark.parametrize(
    "line",
    [
        "--dev --format json config check",
        "config check --dev --format json",
        "--format json config check --dev",
        "--dev config check --format json",
        "config --dev --format json check",
        "--format table --dev config check --format json",
    ],
)
def test_before_the_verb_and_behind_it(empty: CommandLine, line: str) -> None:
    empty.extra = AT_HOME
    assert json.loads(empty.good(*line.split()))["dev"] is True


def test_without_it_there_is_no_dev_mode(empty: CommandLine) -> None:
    empty.extra = AT_HOME
    assert json.loads(empty.good("config", "check", "--format", "json"))["dev"] is False
    assert empty.good("config", "check") == "The settings are good.\n"


@pytest.mark.parametrize("line", ["--config {} list clients", "list clients --config {}"])
def test_the_file_of_settings_too(idp: CommandLine, line: str) -> None:
    assert "cannot read /nowhere.toml" in idp.refused(*line.format("/nowhere.toml").split())


def test_dev_mode_is_for_loopback_on_whichever_side_it_stands(empty: CommandLine) -> None:
    for words in (("serve", "--dev"), ("--dev", "serve")):
        assert "loopback issuers only" in empty.refused(*words)

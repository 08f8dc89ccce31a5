"""What documents tell operators to type is taken by the command line; what says everything by itself is also done."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from idp.__main__ import app
from idp.base.settings import Settings
from idp.commands.config import settings_of
from tests.commands.cli import CommandLine
from tests.support.guides import lines, mentions, snippet
from tests.support.servers import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATOR_GUIDE = ROOT / "docs" / "operator-guide.md"
SOME_ID = "019365a1-0000-7000-8000-000000000001"
THEIRS = dict.fromkeys(("CLIENT_ID", "CHECK", "REQUEST", "ACCOUNT", "ID", "K7MX-2RT4", "GB-7K3M-92QF"), SOME_ID)
"""Words that stand for a thing of the reader's own."""


def without_deeds(command: Any) -> Any:
    """The command line, with verbs that read what was said and do nothing."""
    for verb in getattr(command, "commands", {}).values():
        without_deeds(verb)
    if not hasattr(command, "commands"):
        command.callback = None
    return command


def test_what_documents_say_is_taken() -> None:
    said = without_deeds(get_command(app))
    for document in DOCUMENTS:
        for words in lines(document):
            said.main([THEIRS.get(word, word) for word in words], standalone_mode=False)
        for words in mentions(document):
            said.main([*(THEIRS.get(word, word) for word in words), "--help"], standalone_mode=False)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_operator_guide_from_top_to_bottom(idp: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "deploy")
    later = f"{datetime.now(UTC).year + 1}-01-31T18:00+0700"  # the guide's own day will have been
    said = [
        [later if last == "--until" else word for last, word in pairwise(("", *each))] for each in lines(OPERATOR_GUIDE)
    ]
    done = [words for words in said if len(words) > 2 and not THEIRS.keys() & set(words)]
    for words in done:
        idp.good(*words, input="kuda lumping tiga belas\n" * 2)
    assert {words[0] for words in done} == {"bootstrap", "apply", "create", "disable", "audit", "privacy", "notices"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_client_of_the_relying_party_guide_is_declared(idp: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "iuran.toml"
    file.write_text(snippet("toml"), "utf-8")
    [made] = idp.json("apply", "-f", str(file))["changes"]
    assert (made["action"], made["name"]) == ("create", "iuran")
    [again] = idp.json("apply", "-f", str(file))["changes"]
    assert again["action"] == "same", "applying it twice changes nothing"


def test_what_deploys_it_names_settings_that_there_are() -> None:
    """A misspelt one would stop the program on the day of the installation."""
    known = {setting.variable for setting in settings_of(Settings)} | {"IDP_CONFIG"}
    files = [ROOT / "Dockerfile", *(ROOT / "deploy").rglob("*.yaml"), *(ROOT / "deploy").rglob("*.service")]
    said = {name for file in files for name in re.findall(r"\bIDP_[A-Z_]+", file.read_text("utf-8"))}
    assert said
    assert {name.removesuffix("_FILE") for name in said} <= known

"""docs/architecture.md draws the house as it is: every floor, every package and every module, and no others."""

import re
import tomllib
from collections.abc import Mapping

from tests.house.source import ROOT, modules

PAGE = ROOT / "docs/architecture.md"
DRAWING = ROOT / "docs/images/house.svg"
PACKAGE = re.compile(r"^### `(idp/[\w/]*)`$", re.MULTILINE)
MODULE = re.compile(r"^\| `(\w+)` \| .", re.MULTILINE)


def floors() -> list[str]:
    """The import contract, from the roof to the ground."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["name"] == "Floors import only downward"]
    return list(layers)


def built() -> Mapping[str, set[str]]:
    """Package → its modules, as the source has them."""
    found: dict[str, set[str]] = {}
    for path in modules("idp"):
        names = found.setdefault(f"{path.parent.relative_to(ROOT)}/", set())
        if path.stem != "__init__":
            names.add(path.stem)
    return found


def drawn() -> Mapping[str, set[str]]:
    """Package → its modules, as the page has them."""
    rooms = PAGE.read_text().partition("\n## Rooms\n")[2].partition("\n## ")[0]
    [_, *parts] = PACKAGE.split(rooms)
    return {package: set(MODULE.findall(table)) for package, table in zip(parts[::2], parts[1::2], strict=True)}


def test_the_page_names_every_module_and_no_other() -> None:
    """A new module needs one line in "Rooms"; a module that went takes its line along."""
    assert drawn() == built()


def test_the_page_shows_the_import_contract() -> None:
    shown = PAGE.read_text().partition("```text\n")[2].partition("```")[0].splitlines()
    assert shown == floors()


def test_the_drawing_has_every_floor() -> None:
    names = set(re.findall(r"\w+", " ".join(re.findall(r'class="name[^>]*>([^<]+)<', DRAWING.read_text()))))
    assert names == {room for layer in floors() for room in re.findall(r"\w+", layer)}


def test_every_decision_is_listed_and_says_why_and_what_follows() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    page = PAGE.read_text()
    assert [path.name for path in records if f"](decisions/{path.name})" not in page] == []
    headings = ["## Context", "## Decision", "## Consequences"]
    assert [path.name for path in records if re.findall(r"^## .*$", path.read_text(), re.MULTILINE) != headings] == []

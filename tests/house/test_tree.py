"""What a fresh clone holds, and what it must not hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, modules, named, tracked

# Written apart, so that this file does not hold what it looks for.
FOREIGN_ADDRESSES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"ian\.org"))
)
MACHINE_PATHS = re.compile(
    "(?<![A-Za-z0-9_.])/(?:" + "|".join(("wor" + "k", "ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers")) + ")/"
)
LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
TEXT = {
    ".py",
    ".toml",
    ".md",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".json",
    ".yaml",
    ".yml",
    ".sh",
    ".service",
    ".in",
    "",
}

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
NAMED_PATH = re.compile(r"`((?:idp|migrations|themes|examples|tests|bench|deploy|docs|requirements)/[\w./-]*)`")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands in a tracked text."""
    return [
        named(path, number)
        for path in tracked()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_address_of_a_package_registry() -> None:
    """Where packages come from is the installer's configuration, not ours."""
    assert lines_with(FOREIGN_ADDRESSES) == []


def test_no_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


def test_nothing_is_left_for_later() -> None:
    assert lines_with(LATER) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    forbidden = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)")
    found = [
        named(path, number)
        for path in modules("tests")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_time_randomness_and_middleware_come_from_where_they_should() -> None:
    """The list of banned names, each with what to use instead, stands in pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", "--select", "TID251", "idp"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def pins(lock: str) -> set[str]:
    """`name==version` of every package of a lock."""
    return set(re.findall(r"^([\w.-]+==[^ ;\\]+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE))


def test_the_test_lock_contains_the_runtime_lock() -> None:
    """Otherwise `./run` and `./run test` would take turns in reinstalling."""
    assert pins("runtime.txt") <= pins("test.txt")


@pytest.mark.parametrize("lock", ["runtime.txt", "test.txt", "uv.txt", "node.txt"])
def test_every_package_of_a_lock_has_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_dependency_is_locked() -> None:
    """pyproject.toml states bounds; a name that is missing from the lock would be missing from a fresh clone."""
    project = (ROOT / "pyproject.toml").read_text().partition("[tool.")[0]
    wanted = {
        re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r'^    "([A-Za-z][\w.-]*)', project, re.MULTILINE)
    }
    locked = {re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins("test.txt")}
    assert wanted <= locked


@pytest.mark.parametrize("document", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_only_what_exists(document: Path) -> None:
    text = document.read_text()
    linked = {
        document.parent / target
        for target in LINK.findall(text)
        if "://" not in target and not target.startswith("mailto:")
    }
    named_paths = {ROOT / target for target in NAMED_PATH.findall(text) if "NNNN" not in target and "*" not in target}
    missing = sorted(str(path.relative_to(ROOT)) for path in linked | named_paths if not path.resolve().exists())
    assert missing == []

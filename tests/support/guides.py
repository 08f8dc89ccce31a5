"""What our documents tell people to type: fenced snippets, and lines for a shell. Tests take them as they stand."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.support.servers import ROOT

GUIDE = ROOT / "docs" / "relying-party-guide.md"
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^ {4}((?:idp|\./run) (?:.*\\\n)*.*)$", re.MULTILINE)
_SPAN = re.compile(r"`((?:idp|\./run) [^`]+)`")
# What `./run` does by itself.
_NO_VERBS = {"test", "check", "bench", "gallery"}


def snippet(language: str, path: Path = GUIDE) -> str:
    """The one fenced snippet of a document in this language."""
    [code] = [code for _, told, code in _FENCE.findall(path.read_text("utf-8")) if told == language]
    return textwrap.dedent(code)


def lines(path: Path) -> Iterator[list[str]]:
    """The arguments of each line that goes to `idp`. What stands in brackets is said as well; of `a | b` both are said."""
    return _arguments(_LINE.findall(path.read_text("utf-8")))


def mentions(path: Path) -> Iterator[list[str]]:
    """The same of what stands inside sentences, which may leave out what everybody has to fill in."""
    return _arguments(_SPAN.findall(path.read_text("utf-8")))


def _arguments(told: list[str]) -> Iterator[list[str]]:
    for line in told:
        _, *words = shlex.split(line.replace("\\\n", " "), comments=True)
        for said in " ".join(shlex.quote(word.strip("[]")) for word in words).split("'|'"):
            arguments = shlex.split(said.partition("'>'")[0])
            if arguments and arguments[0] not in _NO_VERBS:
                yield arguments

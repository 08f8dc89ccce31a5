"""Mails: one text in the catalogue becomes both bodies, so that they never tell different things.

A text is paragraphs with blank lines between. `# …` alone in a paragraph is a code to copy, `[Label](…)` a button, `- …`
lines are a list. The shape is read before any value is put in, so a name that a stranger typed cannot draw a button;
and where such a name could pass for an address (`situs.example`), it is written so that mail programs do not link it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.theme.language import Language

# What whoever registers may choose, and whoever is written to will read.
_TYPED = frozenset({"nama"})
_LIKE_AN_ADDRESS = re.compile(r"(?<=[^\W_])\.(?=[^\W_])")
_BUTTON = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<address>[^)]+)\)")


@dataclass(frozen=True)
class Block:
    """One paragraph: `kind` is text, code, button or list; `lines` are its filled-in lines; `address` a button's goal."""

    kind: str
    lines: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail ready for an envelope."""

    subject: str
    text: str
    html: str


def blocks(text: str, language: Language, values: Mapping[str, Any]) -> list[Block]:
    """The paragraphs of a catalogue text with `values` in their places, each value held to one line."""
    flat = {name: " ".join(value.split()) if isinstance(value, str) else value for name, value in values.items()}
    flat |= {name: _LIKE_AN_ADDRESS.sub(". ", flat[name]) for name in _TYPED & flat.keys()}

    def fill(part: str) -> str:
        return language.fill(part, flat)

    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        button = _BUTTON.fullmatch(paragraph)
        lines = paragraph.splitlines()
        if button:
            found.append(Block("button", (fill(button["label"]),), fill(button["address"])))
        elif paragraph.startswith("# "):
            found.append(Block("code", (fill(paragraph[2:]),)))
        elif all(line.startswith("- ") for line in lines):
            found.append(Block("list", tuple(fill(line[2:]) for line in lines)))
        else:
            found.append(Block("text", (fill(" ".join(lines)),)))
    return found


def plain(paragraphs: list[Block], closing: list[Block]) -> str:
    """The text body: addresses in full on lines of their own, so that any mail program makes them clickable."""
    return "\n\n".join(map(_written, paragraphs)) + "\n\n-- \n" + "\n\n".join(map(_written, closing)) + "\n"


def _written(block: Block) -> str:
    if block.kind == "button":
        return f"{block.lines[0]}:\n{block.address}"
    if block.kind == "list":
        return "\n".join(f"- {line}" for line in block.lines)
    return f"    {block.lines[0]}" if block.kind == "code" else block.lines[0]

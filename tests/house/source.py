"""The source as the lints see it: tracked files, and the imports of a module."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """One imported name: `from a import b` is `a.b`, because b may be a module."""

    name: str
    line: int
    deferred: bool
    """Whether it stands inside a function, and so runs late."""


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, or would add."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            *patterns,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def modules(*folders: str) -> list[Path]:
    """Python files below these folders, or these files."""
    return [path for path in tracked(*folders) if path.suffix == ".py"]


def imports(path: Path) -> Iterator[Import]:
    """Every import of a module, wherever it stands."""
    yield from _walk(ast.parse(path.read_text(), str(path)), deferred=False)


def calls(path: Path, attribute: str) -> Iterator[int]:
    """Lines that call a method of that name."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute:
            yield node.lineno


def named(path: Path, line: int) -> str:
    """How a finding is printed."""
    return f"{path.relative_to(ROOT)}:{line}"


def _walk(node: ast.AST, *, deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, deferred) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(f"{child.module}.{alias.name}", child.lineno, deferred) for alias in child.names)
        else:
            inside = deferred or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _walk(child, deferred=inside)

"""Messages as files for dev mode: whole or not there, newest last by name."""

import os
from pathlib import Path

from idp.store.outbox import Item


def folder(var: Path) -> Path:
    """Where they lie. Dev mode makes it at its start: who looks before the first message finds it empty, not missing."""
    place = var / "outbox"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def drop(var: Path, item: Item, suffix: str, content: bytes) -> Path:
    """Put a message into the outbox folder; once, however often it is delivered.

    A number follows the time in the name: messages of one second stay in the order in which they left.
    """
    place = folder(var)
    names = [path.name for path in place.iterdir()]
    for name in names:
        if name.endswith(f"{item.id}{suffix}"):
            return place / name
    path = place / f"{item.created_at:012d}-{len(names):06d}-{item.id}{suffix}"
    # A name that begins with a dot is no message yet; renaming is atomic.
    unfinished = place / f".{item.id}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)
    return path

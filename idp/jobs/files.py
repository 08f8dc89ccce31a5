"""Messages as files for dev mode: whole or not there, newest last by name."""

import os
from pathlib import Path

from idp.store.outbox import Item


def drop(folder: Path, item: Item, suffix: str, content: bytes) -> Path:
    """Put a message into the folder; once, however often it is delivered.

    A number follows the time in the name: messages of one second stay in the order in which they left.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = [path.name for path in folder.iterdir()]
    for name in names:
        if name.endswith(f"{item.id}{suffix}"):
            return folder / name
    path = folder / f"{item.created_at:012d}-{len(names):06d}-{item.id}{suffix}"
    # A name that begins with a dot is no message yet; renaming is atomic.
    unfinished = folder / f".{item.id}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)
    return path

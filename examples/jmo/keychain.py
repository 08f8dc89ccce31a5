"""Where the app keeps its tokens: a file that only its owner reads, in place of the phone's keystore."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Tokens:
    sub: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    profile: dict[str, Any] = field(default_factory=dict, repr=False)  # what was last shown of its owner


class Keychain:
    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tokens | None:
        try:
            return Tokens(**json.loads(self._path.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None  # nothing, or what an older version of the app wrote

    def keep(self, tokens: Tokens) -> None:
        """Replaces what was kept in one step: a refresh token lost half-way would sign the participant out."""
        draft = self._path.with_suffix(".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(tokens), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

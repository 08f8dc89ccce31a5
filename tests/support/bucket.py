"""A bucket on a small real server that speaks S3 (localbucket), whose objects are files in a folder."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import Child, accepts, free_port


@dataclass
class Bucket:
    """The bucket `dokumen`. `stop` and `start` are what happens to servers."""

    folder: Path
    port: int
    child: Child | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """How a provider is told of it."""
        return {
            "url": "s3://dokumen/gerbang", "endpoint": f"http://127.0.0.1:{self.port}", "region": "id-jkt",
            "access_key": "kunci", "secret_key": "rahasia-ember", "timeout": 60,
        }  # fmt: skip

    def objects(self) -> list[Path]:
        """What lies in it."""
        return sorted(path for path in (self.folder / "dokumen").rglob("*") if path.is_file())

    def start(self) -> None:
        """Let it answer."""
        command = [sys.executable, "-m", "localbucket", str(self.folder), "--port", str(self.port)]
        self.child = Child(command, self.folder.parent / "bucket.log")
        self.child.wait_until(lambda: accepts("127.0.0.1", self.port))

    def stop(self) -> None:
        """Let it not answer; what lies in it stays."""
        if self.child is not None:
            self.child.kill()


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """One that runs."""
    made = Bucket(folder / "ember", free_port())
    (made.folder / "dokumen").mkdir(parents=True)
    made.start()
    try:
        yield made
    finally:
        made.stop()

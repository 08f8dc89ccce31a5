"""A real Redis of our own, without persistence."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support.processes import PATIENCE, Child, accepts, free_port


class RedisServer:
    """Its address, and the means to empty it or take it away."""

    def __init__(self, port: int, child: Child) -> None:
        # A provider gives a Redis that stalls one second, and counts without it from then on: on a busy machine at any moment.
        self.url = f"redis://127.0.0.1:{port}/0?socket_timeout={PATIENCE}&socket_connect_timeout={PATIENCE}"
        self.child = child

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as connection:
            connection.flushall()


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Start one on a loopback port; stop it afterwards."""
    program = shutil.which("redis-server")
    if not program:
        raise AssertionError("redis-server is missing; ./run test installs it")
    port = free_port()
    child = Child(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
        folder / "redis.log",
    )
    child.wait_until(lambda: accepts("127.0.0.1", port))
    try:
        yield RedisServer(port, child)
    finally:
        if child.process.poll() is None:
            child.stop()

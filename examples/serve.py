"""Runs services on their ports: one alone, or several in one process, which starts them several times as fast."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

Service = tuple[ASGIApp, int]
"""An application and its port."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # several servers of one process are told to stop by `serve`, all at once


def serve(*services: Service) -> None:
    asyncio.run(_serve(services))


async def _serve(services: Sequence[Service]) -> None:
    servers = [
        _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2))
        for app, port in services
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))

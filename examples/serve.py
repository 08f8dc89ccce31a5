"""Runs one service on its port."""

import uvicorn
from starlette.types import ASGIApp

from examples.registration import Registration


def serve(app: ASGIApp, us: Registration) -> None:
    uvicorn.run(app, host="127.0.0.1", port=us.port, log_level="warning", timeout_graceful_shutdown=2)

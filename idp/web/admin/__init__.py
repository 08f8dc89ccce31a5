"""The admin REST API: FastAPI routers with OpenAPI; `gate` decides who may enter."""

from fastapi import FastAPI

from idp.provider import Provider


def install(app: FastAPI, provider: Provider) -> None:
    """Add the admin routers to the application."""

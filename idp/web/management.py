"""Health, readiness and metrics, on a port of their own that is never public."""

from starlette.applications import Starlette

from idp.provider import Provider
from idp.web.shell import App


def application(provider: Provider) -> App:
    """The management application."""
    return Starlette()

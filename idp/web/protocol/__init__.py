"""What relying parties call: plain ASGI endpoints found by path, ahead of everything else."""

from idp.provider import Provider
from idp.web.shell import App


def routes(provider: Provider) -> dict[str, App]:
    """Path → endpoint."""
    return {}

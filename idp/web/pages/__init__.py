"""What participants see: one file per journey. Plain forms; JavaScript is never needed."""

from starlette.routing import BaseRoute

from idp.provider import Provider


def routes(provider: Provider) -> list[BaseRoute]:
    """Every page, in the order of a participant's life."""
    return []

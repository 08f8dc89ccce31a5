"""What participants see: one file per journey. Plain forms; JavaScript is never needed."""

from starlette.routing import BaseRoute

from idp.provider import Provider
from idp.web.pages import activate, assets, consent, faults, second_factor, select_account, sign_in, sign_out, sign_up

_JOURNEYS = (sign_up, activate, sign_in, second_factor, select_account, consent, sign_out, assets)


def routes(provider: Provider) -> list[BaseRoute]:
    """Every page, in the order of a participant's life; last, what is said where there is none."""
    return [route for journey in (*_JOURNEYS, faults) for route in journey.routes(provider)]

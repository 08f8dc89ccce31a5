"""What participants see: one file per journey. Plain forms; JavaScript is never needed."""

from starlette.routing import BaseRoute

from idp.provider import Provider
from idp.web.pages import (
    account,
    activate,
    activity,
    assets,
    consent,
    contact,
    devices,
    disown,
    faults,
    feedback,
    recover,
    second_factor,
    security,
    select_account,
    services,
    sign_in,
    sign_out,
    sign_up,
    status,
)  # fmt: skip

_JOURNEYS = (
    sign_up, activate, sign_in, second_factor, select_account, consent, recover, account, services, devices, activity, disown, security,
    contact, sign_out, feedback, status, assets,
)  # fmt: skip


def routes(provider: Provider) -> list[BaseRoute]:
    """Every page, in the order of a participant's life; last, what is said where there is none."""
    return [route for journey in (*_JOURNEYS, faults) for route in journey.routes(provider)]

"""What participants see: one file per journey. Plain forms; JavaScript is needed for passkeys alone."""

from starlette.routing import BaseRoute

from idp.provider import Provider
from idp.web.pages import (
    account,
    activate,
    activity,
    assets,
    assisted_recovery,
    consent,
    contact,
    crowded,
    data_requests,
    devices,
    disown,
    documents,
    faults,
    feedback,
    identity,
    notices,
    own_data,
    passkey,
    phone_codes,
    preferences,
    privacy,
    recover,
    recovery_codes,
    removal,
    second_factor,
    second_method,
    security,
    select_account,
    services,
    sign_in,
    sign_out,
    sign_up,
    sign_up_steps,
    status,
)  # fmt: skip

UPLOADS = documents.UPLOADS
"""Addresses that take a file, and so a larger body."""

_JOURNEYS = (
    sign_up, sign_up_steps, documents, crowded, activate,
    sign_in, second_factor, second_method, passkey, select_account, consent, recover, assisted_recovery,
    account, services, devices, activity, disown, security, phone_codes, recovery_codes, removal, privacy, data_requests, own_data,
    sign_out, contact, preferences, identity, notices, feedback, status, assets,
)  # fmt: skip


def routes(provider: Provider) -> list[BaseRoute]:
    """Every page, in the order of a participant's life; last, what is said where there is none."""
    return [route for journey in (*_JOURNEYS, faults) for route in journey.routes(provider)]

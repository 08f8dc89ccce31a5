"""What relying parties call: plain ASGI endpoints found by path, ahead of everything else."""

from starlette.routing import BaseRoute

from idp.provider import Provider
from idp.web.protocol import (
    authorize,
    discovery,
    introspection,
    logout,
    par,
    registration,
    revocation,
    token,
    userinfo,
)
from idp.web.shell import App


def documents(provider: Provider) -> dict[str, App]:
    """Path → answer that is ready before anybody asks."""
    metadata = discovery.endpoint(provider)
    return {
        "/.well-known/openid-configuration": metadata,
        # RFC 8414 section 3.1 puts the well-known part before the issuer's path.
        f"/.well-known/oauth-authorization-server{provider.settings.issuer_path}": metadata,
        "/.well-known/oauth-authorization-server": metadata,
        "/jwks": discovery.jwks(provider),
    }


def routes(provider: Provider) -> dict[str, App]:
    """Path → endpoint."""
    begin, resume = authorize.endpoints(provider)
    doors = {
        "/authorize": begin,
        "/authorize/lanjut": resume,
        "/par": par.endpoint(provider),
        "/token": token.endpoint(provider),
        "/userinfo": userinfo.endpoint(provider),
        "/introspect": introspection.endpoint(provider),
        "/revoke": revocation.endpoint(provider),
        "/end_session": logout.endpoint(provider),
    }
    if registration.is_open(provider):
        doors[registration.PATH] = registration.endpoint(provider)
    return doors


def prefixed(provider: Provider) -> list[BaseRoute]:
    """Endpoints whose path holds a name."""
    return [registration.management(provider)] if registration.is_open(provider) else []

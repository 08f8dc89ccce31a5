"""The registry on its port. `REGISTRY_SECRET` is what the provider has to bring (IDP_REGISTRY__AUTHORIZATION)."""

import os
import sys

from examples.registry.app import registry
from examples.serve import Service, serve


def service() -> Service:
    secret = os.environ.get("REGISTRY_SECRET") or sys.exit("registry: set REGISTRY_SECRET")
    return registry(secret), int(os.environ.get("REGISTRY_PORT", "8106"))


if __name__ == "__main__":
    serve(service())

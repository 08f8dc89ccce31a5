"""gateway: pays contributions at saldo's API, in nobody's name but its own."""

import httpx2

from examples.gateway.app import gateway
from examples.registration import registration
from examples.serve import Service, serve


def service() -> Service:
    us = registration("gateway", "http://localhost:8107")
    return gateway(us, httpx2.AsyncClient(timeout=10)), us.port


if __name__ == "__main__":
    serve(service())

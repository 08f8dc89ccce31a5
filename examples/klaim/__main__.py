"""klaim, on its own port."""

import httpx2

from examples.klaim.app import klaim
from examples.registration import registration
from examples.serve import Service, serve


def service() -> Service:
    us = registration("klaim", "http://localhost:8102")
    return klaim(us, httpx2.AsyncClient(timeout=10)), us.port


if __name__ == "__main__":
    serve(service())

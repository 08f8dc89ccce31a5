"""saldo, on its own port."""

import httpx2

from examples.registration import registration
from examples.saldo.app import saldo
from examples.serve import Service, serve


def service() -> Service:
    us = registration("saldo", "http://localhost:8101")
    return saldo(us, httpx2.AsyncClient(timeout=10)), us.port


if __name__ == "__main__":
    serve(service())

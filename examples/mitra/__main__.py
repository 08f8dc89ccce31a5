"""mitra: companies and their contributions, for the people who act for them."""

import httpx2

from examples.mitra.app import mitra
from examples.registration import registration
from examples.serve import Service, serve


def service() -> Service:
    us = registration("mitra", "http://localhost:8104")
    return mitra(us, httpx2.AsyncClient(timeout=10)), us.port


if __name__ == "__main__":
    serve(service())

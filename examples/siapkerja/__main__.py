"""siapkerja: claims the benefit of those who lost their job (JKP), for another organisation."""

import httpx2

from examples.registration import registration
from examples.serve import Service, serve
from examples.siapkerja.app import siapkerja


def service() -> Service:
    us = registration("siapkerja", "http://localhost:8105")
    return siapkerja(us, httpx2.AsyncClient(timeout=10)), us.port


if __name__ == "__main__":
    serve(service())

"""jmo, on its own port."""

import httpx2

from examples.jmo.app import jmo
from examples.jmo.keychain import Keychain
from examples.registration import data_folder, registration
from examples.serve import Service, serve


def service() -> Service:
    us = registration("jmo", "http://localhost:8103")
    return jmo(us, httpx2.AsyncClient(timeout=10), Keychain(data_folder() / "jmo" / "keychain.json")), us.port


if __name__ == "__main__":
    serve(service())

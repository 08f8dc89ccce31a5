import httpx2

from examples.jmo.app import jmo
from examples.jmo.keychain import Keychain
from examples.registration import data_folder, registration
from examples.serve import serve

us = registration("jmo", "http://localhost:8103")
serve(jmo(us, httpx2.AsyncClient(timeout=10), Keychain(data_folder() / "jmo" / "keychain.json")), us)

import httpx2

from examples.klaim.app import klaim
from examples.registration import registration
from examples.serve import serve

us = registration("klaim", "http://localhost:8102")
serve(klaim(us, httpx2.AsyncClient(timeout=10)), us)

import httpx2

from examples.registration import registration
from examples.saldo.app import saldo
from examples.serve import serve

us = registration("saldo", "http://localhost:8101")
serve(saldo(us, httpx2.AsyncClient(timeout=10)), us)

"""All services of the demo in one process, as `./run` starts them; each also runs alone (`python -m examples.saldo`)."""

import sys
from importlib import import_module

from examples.serve import serve

if __name__ == "__main__":
    serve(*(import_module(f"examples.{name}.__main__").service() for name in sys.argv[1:]))

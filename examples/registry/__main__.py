"""The registry on its port. `REGISTRY_SECRET` is what the provider has to bring (IDP_REGISTRY__AUTHORIZATION)."""

import os

import uvicorn

from examples.registry.app import registry

secret = os.environ["REGISTRY_SECRET"]
port = int(os.environ.get("REGISTRY_PORT", "8106"))
uvicorn.run(registry(secret), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)

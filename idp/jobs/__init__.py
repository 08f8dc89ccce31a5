"""The back door: durable work that leaves the house or tidies it, driven by the worker."""

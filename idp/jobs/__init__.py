"""The back door: durable work that the worker does."""

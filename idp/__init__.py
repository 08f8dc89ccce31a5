"""Gerbang, an OpenID Connect provider. The floors, from the door to the ground, are drawn in docs/architecture.md."""

__version__ = "0.1.0"

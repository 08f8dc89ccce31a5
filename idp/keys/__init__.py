"""Signing keys: their states, where they are kept, and the ring that signs with them."""

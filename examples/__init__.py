"""The services around the provider, written as their teams would: nothing here imports it.

They know an issuer, a client id, a secret, and what discovery and the JWKS tell them.
"""

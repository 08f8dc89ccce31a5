"""Three relying parties, written as their teams would: nothing here imports the provider.

They know an issuer, a client id, a secret, and what discovery and the JWKS tell them.
"""

"""Accounts: who people are, and the factors with which they prove it."""

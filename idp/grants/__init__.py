"""What a person allowed a client: codes, refresh families, consents, claims, and the tokens that carry them."""

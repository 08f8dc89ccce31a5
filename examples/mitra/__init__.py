"""mitra: the employer portal. Who signs in acts for companies, and the provider says for which."""

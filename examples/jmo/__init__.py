"""jmo: a mobile-style app. A public client (RFC 8252): whatever it ships, anybody can read, so it has no secret."""

"""registry: the office that knows who is a participant. The provider asks it; nobody else may."""

"""How sure the provider is of who signed in: acr values are a total order, and higher satisfies lower."""

RUNGS = ("loa1", "loa2", "loa2v", "loa3")


def reaches(acr: object, asked: str) -> bool:
    """Whether `acr` is `asked` or stands above it. Values outside the ladder reach nothing."""
    if not isinstance(acr, str):
        return False
    prefix, _, rung = acr.rpartition(":")
    asked_prefix, _, asked_rung = asked.rpartition(":")
    return prefix == asked_prefix and rung in RUNGS and RUNGS.index(rung) >= RUNGS.index(asked_rung)

"""A birth date: a claim like others to whom it is released, but sealed where it lies, since a NIK is half made of it."""

from uuid import UUID

from idp.store.encrypted import Place, Sealer


def seal(sealer: Sealer, account_id: UUID, birthdate: str) -> bytes:
    """The sealed form of `YYYY-MM-DD`, `YYYY` or `0000-MM-DD`."""
    return sealer.seal(_place(account_id), birthdate.encode())


def unseal(sealer: Sealer, account_id: UUID, sealed: bytes | None) -> str:
    """The birth date; empty when none is known."""
    return sealer.open(_place(account_id), sealed).decode() if sealed is not None else ""


def _place(account_id: UUID) -> Place:
    return Place("accounts", "birthdate", account_id)

"""Whom the registry knows. All of them are made up."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    nik: str
    name: str
    birthdate: str  # YYYY-MM-DD
    numbers: tuple[str, ...] = ()  # participant numbers (KPJ): one for each job that began one
    category: str = "PU"  # PU: wage earner; BPU: works for herself; PMI: works abroad; JAKON: construction
    active: bool = True
    companies: tuple[dict[str, str], ...] = field(default=())  # {npp, peran}: whom they may speak for
    deceased: bool = False


ENTRIES = (
    Entry("3273011708870001", "Budi Santoso", "1987-08-17", ("17001234567", "23007654321")),
    Entry("3374064507920002", "Siti Rahayu", "1992-07-05", ("18002345678",), "BPU"),
    Entry(
        "3578095203850003", "Dewi Lestari", "1985-03-12", ("19003456789",),
        companies=({"npp": "NN013579", "peran": "petugas HR"}, {"npp": "NN024680", "peran": "petugas HR"}),
    ),
    Entry("3471046211990004", "Ratna Wulandari", "1999-11-22"),
    Entry("1271051009600005", "Slamet Wibowo", "1960-09-10", ("15004567890",), deceased=True),
    Entry("5171032802960006", "Made Suartana", "1996-02-28", ("20005678901",), "PMI"),
    Entry("7371021406780007", "Andi Pratama", "1978-06-14", ("21006789012",), "JAKON", active=False),
)  # fmt: skip

BY_NIK = {entry.nik: entry for entry in ENTRIES}

NEWCOMER = BY_NIK["5171032802960006"]
"""Known here and without an account in the demo: whom somebody can register as."""


def known_as(name: str) -> str:
    """A name as clerks compare it: capitals and points apart."""
    return " ".join(name.replace(".", " ").replace(",", " ").casefold().split())

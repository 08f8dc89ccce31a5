"""What services must keep by law when a person's account goes. Pure; named in a client's policy, told to the person."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """`law` is cited as people can look it up; `years` are counted from the end of the matter."""

    law: str
    years: int


# Labelled `tahan.<name>` in the catalogue. Periods are the house's reading of the law: counsel confirms them before they bind.
HOLDS: Mapping[str, Hold] = {
    "contributions": Hold("UU 24/2011, UU 8/1997 pasal 11", 10),
    "claims": Hold("UU 24/2011, UU 8/1997 pasal 11", 10),
    "payments": Hold("UU 8/1997 pasal 11", 10),
}

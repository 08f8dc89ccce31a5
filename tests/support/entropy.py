"""Randomness that repeats itself: what by chance were somebody's wrong code is so in every run, or in none."""

import random


class RepeatableEntropy:
    """The same values in the same order for the same `name`; whatever shares a storage shares one, or their ids were the same."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(name)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

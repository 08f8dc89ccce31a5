"""Why something did not arrive."""


class Undelivered(Exception):
    """The text goes to the log and to the operator: never an address, a code or a link.

    `final`: trying again is pointless. `blame`: the receiving side itself is in trouble, so that its breaker shall count it.
    """

    def __init__(self, reason: str, *, final: bool = False, blame: bool = True) -> None:
        super().__init__(reason)
        self.final = final
        self.blame = blame

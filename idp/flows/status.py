"""Is everything working? For people who wonder whether it is them or us: few words, no secrets, no numbers."""

from dataclasses import dataclass

from idp.accounts import notice
from idp.accounts.notice import Notice
from idp.base.errors import Unavailable
from idp.flows import channels
from idp.provider import Provider

GOOD, SLOW, DOWN = "baik", "lambat", "gangguan"
PATIENCE = 120
"""How long a message may wait for its first try before we call it slow, in seconds."""


@dataclass(frozen=True, slots=True)
class State:
    """How each part is, and what was announced."""

    parts: dict[str, str]
    incidents: list[Notice]

    @property
    def good(self) -> bool:
        return not self.incidents and all(state == GOOD for state in self.parts.values())


async def look(provider: Provider) -> State:
    """The state of sign-in, mail and SMS at this moment."""
    now = provider.clock.now()
    incidents = provider.notices.shown(now, notice.INCIDENT)
    try:
        async with provider.database.reading() as tx:
            waiting = await provider.outbox.untried(tx)
        down = await channels.out_of_order(provider)
    except Unavailable:
        return State({"masuk": DOWN, channels.MAIL: SLOW, channels.SMS: SLOW}, incidents)
    parts = {"masuk": GOOD}
    for kind in (channels.MAIL, channels.SMS):
        late = waiting.get(kind, now) < now - PATIENCE
        parts[kind] = DOWN if kind in down else SLOW if late else GOOD
    return State(parts, incidents)

"""Recovery codes are made, and shown once: what the page and the file need comes back sealed to this session."""

from idp.accounts import recovery_codes
from idp.flows import messages, owner
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import device, levels
from idp.sessions.visitor import Visitor

SHOWN = 900
"""How long the codes that were just made can be shown again, to tick a box or fetch the file, in seconds."""

_MADE = "recovery-codes"


async def make(provider: Provider, visitor: Visitor, stands: Standing) -> str:
    """Ten new codes in place of all before; the slip that holds them. The caller has made sure that nothing is `missing_to_change`."""
    codes, now = recovery_codes.new_codes(provider.entropy), provider.clock.now()
    async with provider.database.transaction() as tx:
        person = await owner.hold(provider, tx, stands)
        await recovery_codes.replace(tx, provider.material, person.id, codes, now)
        await messages.tell_everywhere(provider, tx, person, "pemulihan_dibuat")
        await device.ask_all(tx, person.id)
        await provider.audit.append(tx, owner.did("factor.added", visitor, stands, factor=levels.RECOVERY))
    bearer = stands.session.id.bytes
    return provider.slips.write(_MADE, bearer, [codes, now], now + SHOWN)


def made(provider: Provider, stands: Standing, carried: str) -> tuple[list[str], int] | None:
    """The codes of a slip, and when they were made (UNIX seconds); None if it is too old, or another session's."""
    found = provider.slips.read(_MADE, stands.session.id.bytes, carried, provider.clock.now())
    return (list(found[0]), int(found[1])) if found is not None else None

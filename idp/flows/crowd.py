"""When many register from one network at once: a proof, never a puzzle for people, and never a closed door.

Half a town may stand behind one address of a mobile network. Past a threshold a browser solves a small puzzle by itself,
about a second on a cheap phone; somebody without JavaScript names an address first and goes on from a mail that reaches
it. Either is worth one registration.
"""

import hashlib

from idp.accounts import contact
from idp.base.opaque import b64encode, digest
from idp.flows import messages
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.theme.language import Message

_START_WINDOW, _WINDOW = 20, 300
_PUZZLE, _MAILED = "sign-up-puzzle", "sign-up-mailed"
_PUZZLE_LIFETIME, _MAILED_LIFETIME = 600, 3600
HELD = 20
"""Seconds before a mailed link works: whoever has thousands of mailboxes has to wait at each."""

HARD = 10
"""How many times the threshold is the end, with or without a proof."""


async def asks_for_proof(provider: Provider, network: str) -> bool:
    """Count the beginning of a registration; whether it has to prove something."""
    limits = provider.settings.limits
    started = await provider.ephemeral.hit(f"sign-up-start:{network}", _START_WINDOW)
    if started > limits.sign_up_starts * limits.factor(network):
        return True
    allowed = limits.sign_up_per_network * limits.factor(network)
    return await provider.ephemeral.count(f"sign-up:{network}") >= allowed


async def refuses(provider: Provider, network: str, *, proven: bool) -> Message | None:
    """Count a registration that is sent; what to say when it is one too many."""
    allowed = provider.settings.limits.sign_up_per_network * (HARD if proven else 1)
    return await messages.crowded(provider, "sign-up", network, allowed)


def puzzle(provider: Provider, visitor: Visitor) -> str:
    """A puzzle for this browser: find a number that, behind this text, gives a SHA-256 with enough leading zeros."""
    expires = provider.clock.now() + _PUZZLE_LIFETIME
    drawn = b64encode(provider.entropy.bytes(12))
    return provider.slips.write(_PUZZLE, visitor.device, drawn, expires)


async def solved(provider: Provider, visitor: Visitor, asked: str, answer: str) -> bool:
    """Whether this is the answer to a puzzle of this browser; each works once."""
    now = provider.clock.now()
    if provider.slips.read(_PUZZLE, visitor.device, asked, now) is None or len(answer) > 20:
        return False
    worth = int.from_bytes(hashlib.sha256(f"{asked}.{answer}".encode()).digest(), "big")
    if worth >> (256 - provider.settings.limits.puzzle_bits):
        return False
    return await provider.ephemeral.mark(f"puzzle:{b64encode(digest(asked))}", _PUZZLE_LIFETIME)


async def mail_first(provider: Provider, visitor: Visitor, email: str) -> Message | None:
    """Send a link to go on with; what is wrong with the address, or that it was asked too often.

    Whoever has an account gets the same mail: it says nothing of accounts.
    """
    try:
        address = contact.normalise_email(email)
    except contact.NotAContact as fault:
        return Message(fault.key)
    if refused := await refuses(provider, visitor.network, proven=True):
        return refused
    now = provider.clock.now()
    value = [address, now + HELD]
    link = provider.slips.write(_MAILED, b"", value, now + _MAILED_LIFETIME)
    async with provider.database.transaction() as tx:
        if refused := await messages.too_often(provider, tx, address):
            return refused
        target = f"{provider.settings.issuer}/daftar/lanjut?token={link}"
        until = now + _MAILED_LIFETIME
        await messages.mail(provider, tx, address, "lanjut_daftar", visitor.language, tautan=target, waktu=until)
    return None


def mailed(provider: Provider, token: str) -> tuple[str, int] | None:
    """The address of a mailed link, and from when on it works (UNIX seconds); None when it is no good."""
    value = provider.slips.read(_MAILED, b"", token, provider.clock.now())
    return (str(value[0]), int(value[1])) if isinstance(value, list) else None


async def spend(provider: Provider, token: str) -> bool:
    """Use a mailed link up; False if it was used."""
    return await provider.ephemeral.mark(f"sign-up-mailed:{b64encode(digest(token))}", _MAILED_LIFETIME)

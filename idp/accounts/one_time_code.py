"""One-time codes by SMS or mail: six digits for ten minutes, for whoever asked and nobody else.

A code lies in `challenges` under its asker (a session, or a reset that is under way), so that it is of no use in another
browser, however it got there; a newer one for the same asker replaces it. Six digits are few: each code is burnt after
five wrong entries, and what is tried is also counted per account, over every code and journey (`throttle.reserve_code`).
Its reference tells people which of several messages is meant; it is no secret.
"""

from dataclasses import dataclass
from uuid import UUID

from idp.accounts import links
from idp.accounts.links import Challenge
from idp.base.opaque import SPOKEN, Entropy, Handle, choose
from idp.store.database import Tx
from idp.store.material import Material

DIGITS = 6
LIFETIME = 600
"""In seconds (NIST SP 800-63B-4 section 3.1.3.2: ten minutes at most)."""
REFERENCE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that is about to be sent. `asker` is the id of the session or reset that it will work for, `purpose` what it
    is good for there: `links.OTP` as a factor, `links.PROOF` to show that a contact is one's own.
    """

    purpose: str
    asker: UUID
    channel: str
    destination: str
    code: str
    reference: str


def draw(entropy: Entropy, purpose: str, asker: UUID, channel: str, destination: str) -> NewCode:
    """A new code."""
    code = choose(entropy, "0123456789", DIGITS)
    return NewCode(purpose, asker, channel, destination, code, new_reference(entropy))


def new_reference(entropy: Entropy) -> str:
    """Four letters that tell one message from another."""
    return choose(entropy, SPOKEN, REFERENCE_LENGTH)


async def issue(tx: Tx, material: Material, handle: Handle, made: NewCode, tries: int, now: int) -> Challenge:
    """Write a code down under the id of `handle`; the one before it for the same asker and channel stops working."""
    challenge = Challenge(
        handle.id,
        made.purpose,
        made.asker,
        made.channel,
        made.destination,
        tries,
        now,
        now + LIFETIME,
        reference=made.reference,
    )
    await links.issue(tx, material, handle, made.code, challenge)
    return challenge


async def newest(tx: Tx, purpose: str, asker: UUID, channel: str) -> Challenge | None:
    """The code that was sent last for an asker, whatever has become of it."""
    # One that was used is replaced by nothing, and stands beside those that were sent since.
    sent = [one for one in await links.newest(tx, purpose, asker) if one.channel == channel]
    return max(sent, key=lambda one: (one.created_at, one.id), default=None)


def usable(challenge: Challenge | None, now: int) -> bool:
    """Whether there is a code that may still be entered."""
    return challenge is not None and challenge.state(now) == links.LIVE and challenge.tries_left > 0


async def accept(tx: Tx, material: Material, challenge: Challenge, typed: str, now: int) -> links.Try:
    """Compare a code, and spend it when it is right. The try is taken before the code is looked at."""
    right, left = await links.try_code(tx, material, challenge.id, typed, now)
    return links.Try(right and await links.use(tx, challenge.id, now), left)

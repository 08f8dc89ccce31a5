"""A signing key and the rules of its life: next → active → retired → removed. Pure.

A relying party may hold a JWKS for its whole cache life. So a key is published at least that long (plus clock skew)
before it signs, and stays published for as long as a token it signed can live, plus that cache life.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.base.settings import Lifetimes

NEXT, ACTIVE, RETIRED = "next", "active", "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, without its private part unless it was opened (`private_jwk`)."""

    kid: str
    algorithm: str
    state: str
    public_jwk: Mapping[str, Any]
    created_at: int
    signs_from: int
    activated_at: int | None
    retired_at: int | None
    removed_at: int | None
    private_jwk: Mapping[str, Any] | None = field(default=None, repr=False)

    def published(self, now: int) -> bool:
        """Whether the JWKS shows it."""
        return self.state != RETIRED or self.removed_at is None or now < self.removed_at


def notice(lifetimes: Lifetimes) -> int:
    """Seconds that a key is published before it may sign."""
    return lifetimes.jwks_cache + lifetimes.clock_skew


def afterlife(lifetimes: Lifetimes) -> int:
    """Seconds that a retired key stays published."""
    return max(lifetimes.access_token, lifetimes.id_token) + lifetimes.jwks_cache + lifetimes.clock_skew


def due(active: SigningKey, now: int, lifetimes: Lifetimes) -> bool:
    """Whether the timetable asks to rotate `active` away."""
    return now >= (active.activated_at or active.created_at) + lifetimes.key_rotation


def ready(successor: SigningKey, now: int) -> bool:
    """Whether every cached JWKS holds `successor`, so that it may sign."""
    return now >= successor.signs_from

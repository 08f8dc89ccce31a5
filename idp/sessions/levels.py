"""The ladder of assurance: which factors make which acr, and what is missing for more. Pure.

loa1: one factor. loa2: two factors, or a passkey with user verification. loa2v: loa2 and identity level 2.
loa3: loa2v with a phishing-resistant factor. Each contains those below. `amr` values are from RFC 8176.
"""

from collections.abc import Mapping, Sequence

LEVELS = ("loa1", "loa2", "loa2v", "loa3")

PASSWORD, TOTP, RECOVERY, PASSKEY = "pwd", "otp", "rec", "passkey"
PRIMARY = (PASSWORD, PASSKEY)
"""What one signs in with; a passkey is the second factor as well, since it verifies its person by itself."""

_HARDWARE, _SYNCED = "hwk", "swk"
_SECOND = (TOTP, RECOVERY)
BESIDE_A_PASSWORD = (*_SECOND, PASSKEY)
"""What shows more than a password does."""


def with_passkey(factors: Mapping[str, int], *, synced: bool, now: int) -> dict[str, int]:
    """`factors` once a passkey was shown. Beside it stands of which kind it was, as `amr` says it (RFC 8176)."""
    others = {factor: at for factor, at in factors.items() if factor not in (_HARDWARE, _SYNCED)}
    return {**others, PASSKEY: now, _SYNCED if synced else _HARDWARE: now}


def completing(wanted: str) -> tuple[str, ...]:
    """The factors any of which, shown anew, completes a level above loa1."""
    return (PASSKEY,) if wanted == "loa3" else (PASSKEY, *_SECOND)


def level(factors: Mapping[str, int], identity_level: int) -> str:
    """The highest level that a session's factors reach; `factors` maps a factor to when it last succeeded."""
    if PASSKEY in factors:
        return "loa3" if identity_level >= 2 else "loa2"
    if PASSWORD in factors and any(second in factors for second in _SECOND):
        return "loa2v" if identity_level >= 2 else "loa2"
    return "loa1"


def amr(factors: Mapping[str, int]) -> list[str]:
    """How the person authenticated (RFC 8176)."""
    methods = [factor for factor in (PASSWORD, TOTP) if factor in factors]
    if RECOVERY in factors:
        methods.append("kba" if not methods else TOTP)
    if PASSKEY in factors:
        methods += [*(kind for kind in (_HARDWARE, _SYNCED) if kind in factors), "user"]
    if level(factors, 0) != "loa1":
        methods.append("mfa")
    return list(dict.fromkeys(methods))


def auth_time(factors: Mapping[str, int]) -> int:
    """When a factor last succeeded actively (OIDC Core section 2)."""
    return max(factors.values())


def reaches(actual: str, wanted: str) -> bool:
    """Whether a level contains another; unknown names are never reached."""
    return actual in LEVELS and wanted in LEVELS and LEVELS.index(actual) >= LEVELS.index(wanted)


def told(reached: str, wanted: Sequence[str]) -> str:
    """What a service learns that asked for `wanted`: that an identity was checked only if it asked for a level that needs it.

    So whoever asks for two factors and compares for equality gets what was asked for, whoever signs in.
    """
    if wanted and reaches(reached, "loa2v") and not any(reaches(level, "loa2v") for level in wanted):
        return "loa2"
    return reached


def reachable(enrolled: frozenset[str], identity_level: int) -> str:
    """The highest level that an account can reach with the factors it has enrolled."""
    return level(dict.fromkeys(enrolled, 0), identity_level)


OFFERED = tuple(name for name in LEVELS if reaches(level({PASSKEY: 0}, 2), name))
"""What accounts can reach with the factors that they can enrol; metadata names no other."""

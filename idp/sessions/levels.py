"""The ladder of assurance: which factors make which acr, and what is missing for more. Pure.

loa1: one factor. loa2: two factors, or a passkey with user verification. loa2v: loa2 and identity level 2.
loa3: loa2v with a phishing-resistant factor. Each contains those below. `amr` values are from RFC 8176.
"""

from collections.abc import Collection, Mapping, Sequence

LEVELS = ("loa1", "loa2", "loa2v", "loa3")

PASSWORD, TOTP, SMS, RECOVERY, PASSKEY = "pwd", "otp", "sms", "rec", "passkey"
PRIMARY = (PASSWORD, PASSKEY)
"""What one signs in with; a passkey is the second factor as well, since it verifies its person by itself."""
SECOND = (TOTP, SMS, RECOVERY)
"""What makes two factors of a password. A mailed code is not among them (NIST SP 800-63B-4 section 3.1.3.1)."""

BESIDE_A_PASSWORD = (*SECOND, PASSKEY)
"""What shows more than a password does."""
STRONG = (PASSKEY, TOTP, SMS)
"""The second factors that stay. Recovery codes are used up; they are the spare key, not the lock."""
ENROLLABLE = (PASSWORD, *BESIDE_A_PASSWORD)
"""What people can add to their accounts."""

_HARDWARE, _SYNCED = "hwk", "swk"


def with_passkey(factors: Mapping[str, int], *, synced: bool, now: int) -> dict[str, int]:
    """`factors` once a passkey was shown. Beside it stands of which kind it was, as `amr` says it (RFC 8176)."""
    others = {factor: at for factor, at in factors.items() if factor not in (_HARDWARE, _SYNCED)}
    return {**others, PASSKEY: now, _SYNCED if synced else _HARDWARE: now}


def level(factors: Collection[str], identity_level: int) -> str:
    """The highest level that the factors reach together."""
    if PASSKEY in factors:
        return "loa3" if identity_level >= 2 else "loa2"
    if PASSWORD in factors and any(second in factors for second in SECOND):
        return "loa2v" if identity_level >= 2 else "loa2"
    return "loa1"


def amr(factors: Collection[str]) -> list[str]:
    """How the person authenticated (RFC 8176): a recovery code is a one-time password too, one by SMS is both."""
    methods = [PASSWORD] if PASSWORD in factors else []
    if any(second in factors for second in SECOND):
        methods.append("otp")
    if SMS in factors:
        methods.append("sms")
    if PASSKEY in factors:
        methods += [*(kind for kind in (_HARDWARE, _SYNCED) if kind in factors), "user"]
    if level(factors, 0) != "loa1":
        methods.append("mfa")
    return methods


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


def attainable(identity_level: int, excluded: Collection[str] = ()) -> str:
    """The highest level that any account of this identity level can reach, once it has added what can be added."""
    return level([factor for factor in ENROLLABLE if factor not in excluded], identity_level)


def completing(shown: Collection[str], enrolled: Collection[str], wanted: str, identity_level: int) -> frozenset[str]:
    """The factors of which one alone, shown now, makes `wanted`: by itself, or with the password that was shown before.

    Other second factors lend it nothing: with a passkey of this morning, an app's code is still no passkey (T28).
    """
    begun = {PASSWORD} & set(shown)
    return frozenset(
        factor
        for factor in (PASSKEY, *SECOND)
        if factor in enrolled and reaches(level({*begun, factor}, identity_level), wanted)
    )


OFFERED = tuple(name for name in LEVELS if reaches(attainable(2), name))
"""What accounts can reach with the factors that they can enrol; metadata names no other."""

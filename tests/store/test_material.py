"""What derives from the index key: the same for ever, and shown to nobody."""

from uuid import UUID

from idp.accounts import lookup
from idp.grants.refresh import RefreshTokens
from idp.grants.subject import Subjects
from idp.store.material import Material

KEYS = Material({"k1": bytes(32)}, bytes(range(32)))


def test_what_lies_in_databases_is_still_found() -> None:
    """Another derivation would find nobody, give everybody another `sub`, and end every refresh token."""
    assert lookup.key(KEYS, lookup.EMAIL, "budi@contoh.go.id").hex() == "e93ccb403a115477553f455b464c2bdc"
    assert Subjects(KEYS).of(UUID(int=7), "saldo.example") == "OLbjlVVQdhgKHlqSKR9zhw4WD1NLNY78BRSAwiGMfFc"
    assert (
        RefreshTokens(KEYS).make(UUID(int=7), 3)
        == "AAAAAAAAAAAAAAAAAAAABwAAAANb1zPNWo3OmxHDvQ3Pc3d5OzHGjlzB6IaYwpsozELDyQ"
    )


def test_each_purpose_has_a_key_of_its_own() -> None:
    purposes = ("identifier", "subject", "identifier")
    first, other, again = (KEYS.mac(purpose).of("x") for purpose in purposes)
    assert first == again != other
    sealed = KEYS.cipher("slip").encrypt(bytes(12), b"value", b"")
    assert KEYS.cipher("slip").decrypt(bytes(12), sealed, b"") == b"value"


def test_no_key_is_printed() -> None:
    fresh = Material({"k1": bytes(32)}, bytes(range(32)))
    untouched = repr(fresh)
    fresh.mac("subject").of("x")
    fresh.cipher("slip")
    assert repr(fresh) == untouched == "Material()"

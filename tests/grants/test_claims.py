"""What is kept back is never released, and what is essential cannot be kept back: for every request there is."""

from typing import Any, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from idp.grants import claims
from idp.grants.consent import Consent
from idp.grants.person import Person
from idp.store.encrypted import Sealer

PERSON = Person(
    UUID(int=1), "Budi", "budi@contoh.go.id", True, "+6281234567890", True,
    {name: name for name in claims.CLAIMS if name not in ("name", "birthdate", "locale", "updated_at")},
    None, "id", 1, 0,
)  # fmt: skip
# Never asked: no birth date is known.
SEALER = cast(Sealer, None)

SCOPES = st.frozensets(st.sampled_from(["openid", *claims.SCOPE_CLAIMS, "saldo:baca"]))
NAMES = st.sampled_from(claims.CLAIMS)
WISHES = st.dictionaries(NAMES, st.sampled_from([None, {}, {"essential": True}, {"essential": False}]))
PARAMETERS = st.fixed_dictionaries({}, optional={"userinfo": WISHES, "id_token": WISHES})


@given(SCOPES, PARAMETERS, st.frozensets(NAMES))
def test_what_is_withheld_is_never_released(
    scope: frozenset[str], asked: dict[str, Any], withheld: frozenset[str]
) -> None:
    named = {name for place in asked.values() for name in place}
    told = claims.release(PERSON, scope, dict.fromkeys(named), SEALER, withheld)
    everything = claims.release(PERSON, scope, dict.fromkeys(named), SEALER)
    assert not withheld & (told.keys() - {"email_verified", "phone_number_verified"})
    assert told.items() <= everything.items()
    for claim, companion in (("email", "email_verified"), ("phone_number", "phone_number_verified")):
        assert claim not in withheld or companion not in told


@given(SCOPES, PARAMETERS)
def test_what_a_client_calls_essential_is(scope: frozenset[str], asked: dict[str, Any]) -> None:
    essential = claims.essential(scope, asked)
    for members in asked.values():
        for name, wish in members.items():
            assert name in essential or wish != {"essential": True}
    for name in essential:
        assert name in claims.names(scope) or any(name in members for members in asked.values())


@given(SCOPES, SCOPES, st.frozensets(NAMES), st.frozensets(NAMES), st.frozensets(NAMES))
def test_a_consent_covers_nothing_beyond_it(
    given_scope: frozenset[str],
    scope: frozenset[str],
    names: frozenset[str],
    withheld: frozenset[str],
    essential: frozenset[str],
) -> None:
    consent = Consent(given_scope, frozenset(), 0, withheld=withheld, purpose_version="v1")
    covered = consent.covers(scope, names, frozenset(), essential, "v1")
    assert covered == (scope <= given_scope and not names and not essential & withheld)
    assert not consent.covers(scope, names, frozenset(), essential, "v2")
    assert not consent.covers(scope, names, frozenset({"https://api.example"}), essential, "v1")

"""From scopes and the claims parameter to claims (OIDC Core sections 5.1, 5.4 and 5.5). Pure."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from idp.accounts import birthdate, nik
from idp.base.errors import InvalidRequest
from idp.clients.client import Client
from idp.grants.person import Person
from idp.store.encrypted import Sealer

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
    "kepesertaan": ("nomor_peserta", "kategori", "status_kepesertaan", "peserta"),
    "perusahaan": ("perusahaan",),
    "identitas": ("nik", "tingkat_identitas", "identitas_diverifikasi_pada", "metode"),
    "klaim:ajukan": ("kontak_diubah_pada",),
}
"""Scope → its claims. What tells how well somebody is known may also be asked for by name, with `openid` alone."""

REGISTERED = {claim: scope for scope in ("kepesertaan", "perusahaan", "klaim:ajukan") for claim in SCOPE_CLAIMS[scope]}
"""Claims that may be asked for by name only by clients registered for their scope: else that were a way around it."""

CLAIMS = tuple(dict.fromkeys(claim for claims in SCOPE_CLAIMS.values() for claim in claims))
MAX_CLAIMS_PARAMETER = 4096

# What a scope is for, so that a service which asks for the scope cannot do without; the rest of the scope is optional.
_CORE = frozenset({"openid", "name", "email", "phone_number", "address"})
# Each goes where its claim goes.
_COMPANIONS: Mapping[str, str] = {"email_verified": "email", "phone_number_verified": "phone_number"}


def parse(parameter: str | None) -> dict[str, dict[str, Any]]:
    """The claims parameter: {"userinfo": {...}, "id_token": {...}}; InvalidRequest unless it has that shape."""
    if parameter is None:
        return {}
    try:
        asked = orjson.loads(parameter) if len(parameter) <= MAX_CLAIMS_PARAMETER else None
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise InvalidRequest("claims is not a JSON object")
    wanted: dict[str, dict[str, Any]] = {}
    for place in ("userinfo", "id_token"):
        members = asked.get(place) or {}
        if not isinstance(members, dict) or any(not isinstance(value, dict | None) for value in members.values()):
            raise InvalidRequest(f"claims.{place} is not an object of objects")
        if members:
            wanted[place] = members
    return wanted


def by_name(parameter: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, None]]:
    """What a grant keeps of the parameter: the claims of ours that it names, place by place.

    All else in it was for the authorization request, and is in a caller's words, which may be somebody's NIK.
    """
    known = {place: {name: None for name in members if name in CLAIMS} for place, members in parameter.items()}
    return {place: members for place, members in known.items() if members}


def names(scope: frozenset[str]) -> list[str]:
    """The claims that scopes stand for, in the order of the specification."""
    return [claim for wanted, claims in SCOPE_CLAIMS.items() if wanted in scope for claim in claims]


def essential(scope: frozenset[str], parameter: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The claims without which the service cannot do its work (OIDC Core section 5.5.1); people may withhold the others.

    A claim asked for by name is what the parameter says, in either place; a claim of a scope is essential when it is what
    the scope is about. Scopes of ours that carry claims of the registry are essential as a whole.
    """
    named: dict[str, bool] = {}
    for members in parameter.values():
        for claim, wish in members.items():
            named[claim] = named.get(claim, False) or (isinstance(wish, dict) and wish.get("essential") is True)
    standard = frozenset(claim for wanted in ("profile", "email", "address", "phone") for claim in SCOPE_CLAIMS[wanted])
    by_scope = {claim for claim in names(scope) if claim in _CORE or claim not in standard}
    return frozenset(claim for claim in by_scope if claim not in named) | {name for name, must in named.items() if must}


def barred(client: Client, *, id_token: bool = False) -> frozenset[str]:
    """The claims that a client never gets, whatever it asks: those of scopes that it is not registered for, and the NIK
    unless its policy approves of it. In an ID token, which passes through browsers, no NIK at all.
    """
    registered = client.scopes or frozenset()
    closed = {claim for claim, scope in REGISTERED.items() if scope not in registered}
    return frozenset(closed if "nik" in client.approved_claims and not id_token else {*closed, "nik"})


def release(
    person: Person, scope: frozenset[str], asked: Mapping[str, Any], sealer: Sealer, withheld: Collection[str] = ()
) -> dict[str, Any]:
    """The claims of `person` that scopes and single requests ask for: never null, never empty, never `sub`, none `withheld`."""
    known = person.claims()
    wanted = dict.fromkeys([*names(scope), *(claim for claim in asked if claim in CLAIMS)])
    for claim in list(wanted):
        if _COMPANIONS.get(claim, claim) in withheld:
            del wanted[claim]
    if "birthdate" in wanted:
        known["birthdate"] = birthdate.unseal(sealer, person.account_id, person.birthdate_sealed)
    if "nik" in wanted:
        # As typed it is only what somebody says of themselves, and could be anybody's.
        verified = person.nik_sealed if person.identity_level >= 1 else None
        known["nik"] = nik.unseal(sealer, person.account_id, verified)
    return {claim: known[claim] for claim in wanted if known.get(claim) not in (None, "", {}, [])}


def essential_acr(asked: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], bool]:
    """The acr values that the claims parameter asks for in the ID token, and whether they are essential."""
    acr = asked.get("id_token", {}).get("acr")
    return _values(acr) or [], isinstance(acr, dict) and acr.get("essential") is True


def subjects(asked: Mapping[str, Mapping[str, Any]]) -> list[str] | None:
    """The subjects one of whom has to be here (OIDC Core section 3.1.2.2, item 4); None when the parameter names none."""
    return _values(asked.get("id_token", {}).get("sub"))


def _values(wish: Any) -> list[str] | None:
    """The values of which a claim shall have one, None when any will do (OIDC Core section 5.5.1)."""
    if not isinstance(wish, dict) or not wish.keys() & {"value", "values"}:
        return None
    values = wish.get("values", [wish.get("value")])
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []

"""What a registry confirmed, as claims: which scope brings which, to whom, and where (journeys.md section 4)."""

from typing import Any

import orjson
import pytest
from sqlalchemy import insert

from idp.accounts import nik
from idp.store.tables import memberships
from tests.protocol.stage import Party, Person, Stage

pytestmark = pytest.mark.anyio

NIK = "3273011708870001"
SCOPES = "openid kepesertaan perusahaan identitas klaim:ajukan"
EMPLOYERS = [{"npp": "NN012345", "peran": "admin"}]
EVERYTHING = {
    "nomor_peserta": ["12345678901", "12345678902"], "kategori": "PU", "status_kepesertaan": "active", "peserta": True,
    "perusahaan": EMPLOYERS, "nik": NIK, "tingkat_identitas": 1, "identitas_diverifikasi_pada": 1_700_000_000,
    "metode": "registry", "kontak_diubah_pada": 1_700_000_500,
}  # fmt: skip


async def participant(stage: Stage, **columns: Any) -> Person:
    person = await stage.person(
        identity_level=1, identity_method="registry", identity_verified_at=1_700_000_000, contact_changed_at=1_700_000_500
    )  # fmt: skip
    sealed = nik.seal(stage.provider.sealer, person.id, NIK)
    await stage.alter(person, nik_sealed=sealed, **columns)
    async with stage.provider.database.transaction() as tx:
        await tx.execute(
            insert(memberships).values(
                account_id=person.id, numbers=EVERYTHING["nomor_peserta"], category="PU", status="active",
                employers=EMPLOYERS, verified_at=1_700_000_000,
            )
        )  # fmt: skip
    return person


async def told(party: Party, stage: Stage, person: Person, scope: str, **parameters: str) -> tuple[dict[str, Any], Any]:
    """Userinfo without `sub`, and the ID token's claims."""
    tokens = await party.tokens(await stage.browser(person), scope, **parameters)
    userinfo = (await party.userinfo(tokens.access_token)).json()
    del userinfo["sub"]
    return userinfo, tokens.claims


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("kepesertaan", {"nomor_peserta", "kategori", "status_kepesertaan", "peserta"}),
        ("perusahaan", {"perusahaan"}),
        ("identitas", {"nik", "tingkat_identitas", "identitas_diverifikasi_pada", "metode"}),
        ("klaim:ajukan", {"kontak_diubah_pada"}),
        ("saldo:baca iuran:baca iuran:bayar klaim:baca", set()),
    ],
)
async def test_each_scope_brings_its_claims_to_userinfo_alone(stage: Stage, scope: str, names: set[str]) -> None:
    party = await stage.party(scope=f"openid {scope}", approved_claims=["nik"])
    userinfo, id_token = await told(party, stage, await participant(stage), f"openid {scope}")
    assert userinfo == {name: EVERYTHING[name] for name in names}
    assert not EVERYTHING.keys() & id_token.keys()


async def test_a_person_of_whom_no_registry_knows_is_no_participant(stage: Stage) -> None:
    party = await stage.party(scope=SCOPES, approved_claims=["nik"])
    userinfo, _ = await told(party, stage, await stage.person(), SCOPES)
    assert userinfo == {"peserta": False, "tingkat_identitas": 0}


async def test_a_nik_goes_to_approved_clients_and_never_into_an_id_token(stage: Stage) -> None:
    person = await participant(stage)
    claims = orjson.dumps({"userinfo": {"nik": None}, "id_token": {"nik": {"essential": True}}}).decode()
    other = await stage.party(scope=SCOPES)
    approved = await stage.party(scope=SCOPES, approved_claims=["nik"])
    for party, expected in ((other, False), (approved, True)):
        for parameters in ({}, {"claims": claims}):
            userinfo, id_token = await told(party, stage, person, "openid identitas", **parameters)
            assert ("nik" in userinfo) is expected
            assert "nik" not in id_token


async def test_a_nik_that_nobody_verified_is_not_told(stage: Stage) -> None:
    person = await participant(stage, identity_level=0)
    party = await stage.party(scope=SCOPES, approved_claims=["nik"])
    assert "nik" not in (await told(party, stage, person, "openid identitas"))[0]


async def test_claims_may_be_asked_for_by_name_by_who_is_registered_for_them(stage: Stage) -> None:
    person = await participant(stage)
    names = ("kategori", "peserta", "perusahaan", "kontak_diubah_pada", "tingkat_identitas", "metode")
    asked = orjson.dumps({place: dict.fromkeys(names) for place in ("userinfo", "id_token")}).decode()
    registered = await stage.party(scope=SCOPES)
    userinfo, id_token = await told(registered, stage, person, "openid", claims=asked)
    assert userinfo == {name: EVERYTHING[name] for name in names}
    assert {name: id_token[name] for name in names} == userinfo
    stranger = await stage.party(scope="openid profile")
    userinfo, id_token = await told(stranger, stage, person, "openid", claims=asked)
    assert userinfo == {"tingkat_identitas": 1, "metode": "registry"}
    assert not {"kategori", "peserta", "perusahaan", "kontak_diubah_pada"} & id_token.keys()


async def test_a_scope_that_is_not_registered_is_refused(stage: Stage) -> None:
    party = await stage.party(scope="openid profile")
    browser = await stage.browser(await participant(stage))
    assert (await party.answered(browser, "openid identitas"))["error"] == "invalid_scope"


async def test_a_refresh_tells_what_is_true_by_then(stage: Stage) -> None:
    person = await participant(stage)
    party = await stage.party(scope=f"{SCOPES} offline_access")
    tokens = await party.tokens(await stage.browser(person), "openid identitas offline_access")
    await stage.alter(person, identity_level=2, identity_method="branch", identity_verified_at=1_700_009_000)
    refreshed = await party.refresh(tokens.refresh_token)
    userinfo = (await party.userinfo(refreshed.access_token)).json()
    assert (userinfo["tingkat_identitas"], userinfo["metode"]) == (2, "branch")
    assert userinfo["identitas_diverifikasi_pada"] == 1_700_009_000


async def test_the_consent_page_shows_values_as_people_read_them(stage: Stage) -> None:
    person = await participant(stage)
    party = await stage.party(scope=SCOPES, first_party=False, approved_claims=["nik"])
    page = await (await stage.browser(person)).get((await party.authorization(SCOPES)).url)
    assert "3273••••••••0001" in page.text
    assert NIK not in page.html
    assert "Cocok dengan data peserta" in page.text
    assert "NN012345 (admin)" in page.text
    assert "1700000500" not in page.html
    assert "True" not in page.text


async def test_a_checked_identity_is_told_to_who_asks_for_it(stage: Stage) -> None:
    """In `acr`, too: a service that asked for two factors gets loa2, and one that needs a checked identity loa2v."""
    person, now = await stage.person(totp=True, identity_level=2), stage.clock.now()
    party, browser = await stage.party(), await stage.browser(person, {"pwd": now, "otp": now})
    prefix = stage.provider.settings.acr_prefix
    asked = {"loa2": "loa2", "loa1 loa2": "loa2", "loa2v": "loa2v", "loa3 loa2v": "loa2v", "loa2v loa2": "loa2v"}
    for wanted, acr in asked.items():
        values = " ".join(prefix + level for level in wanted.split())
        assert (await party.tokens(browser, acr_values=values)).claims["acr"] == prefix + acr
    assert (await party.tokens(browser)).claims["acr"] == f"{prefix}loa2v"


async def test_a_subject_is_the_one_of_the_resources_sector(stage: Stage) -> None:
    """A token for a sibling's API names the person as all first parties know them; a third party has its own name for them."""
    person = await participant(stage)
    api = "https://api.sektor.example/v1"
    owner = await stage.party(scope=SCOPES, resource_uris=[api])
    sibling = await stage.party(scope=SCOPES)
    third = await stage.party(scope=SCOPES, first_party=False, redirect_uris=["https://ketiga.example/cb"])
    await stage.consent(person, third, SCOPES, api)
    subjects = {}
    for name, party in (("owner", owner), ("sibling", sibling), ("third", third)):
        tokens = await party.tokens(await stage.browser(person), SCOPES, resource=api)
        access = orjson.loads(orjson.dumps(stage.provider.keyring.verify(tokens.access_token, ("at+jwt",))))
        subjects[name] = (tokens.claims["sub"], access["sub"])
    assert subjects["owner"] == subjects["sibling"]
    assert subjects["owner"][0] == subjects["owner"][1]
    assert subjects["third"][0] != subjects["owner"][0]
    assert subjects["third"][1] == subjects["owner"][1], "the API must know whom it is about, whoever calls"

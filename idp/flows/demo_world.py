"""The services and the people of dev mode, as anybody may know them: their secrets are drawn for each installation (`demo`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.accounts import proofing
from idp.accounts.membership import ACTIVE, Employer, Membership
from idp.flows.proofing_desk import Vouched
from idp.grants.scopes import ADMIN_SCOPES


@dataclass(frozen=True)
class Service:
    """A relying party: what it says of itself, and what we decided about it."""

    metadata: Mapping[str, Any]
    policy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_secret(self) -> bool:
        return self.metadata.get("token_endpoint_auth_method") != "none"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, with an authenticator app or without."""

    email: str
    name: str
    phone: str
    has_app: bool
    claims: Mapping[str, Any]
    identity: Vouched | None = None


ADMINISTRATOR = "demo-admin"

_FIRST_PARTY = {"first_party": True, "pre_authorised": True}
_CODE = ["authorization_code", "refresh_token"]

SERVICES: Mapping[str, Service] = {
    "saldo": Service(
        {
            "client_name": "Saldo JHT",
            "client_name#en": "JHT balance",
            "redirect_uris": ["http://localhost:8101/callback"],
            "post_logout_redirect_uris": ["http://localhost:8101/"],
            "backchannel_logout_uri": "http://localhost:8101/backchannel-logout",
            "backchannel_logout_session_required": True,
            "grant_types": _CODE,
            "scope": "openid profile email offline_access kepesertaan saldo:baca iuran:baca klaim:baca",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "resource_uris": ["http://localhost:8101/api"], "holds": ["contributions"]},
    ),
    "klaim": Service(
        {
            "client_name": "Klaim",
            "client_name#en": "Claims",
            "redirect_uris": ["http://localhost:8102/callback"],
            "post_logout_redirect_uris": ["http://localhost:8102/"],
            "backchannel_logout_uri": "http://localhost:8102/backchannel-logout",
            "backchannel_logout_session_required": True,
            "grant_types": _CODE,
            "scope": "openid profile email offline_access kepesertaan klaim:baca klaim:ajukan identitas",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "holds": ["claims"]},
    ),
    "jmo": Service(
        {
            "client_name": "JMO",
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            # Any port of these two (RFC 8252 section 7.3).
            "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback"],
            "post_logout_redirect_uris": ["http://localhost:8103/"],
            "grant_types": _CODE,
            "scope": "openid profile email phone offline_access kepesertaan saldo:baca",
            "id_token_signed_response_alg": "ES256",
        },
        _FIRST_PARTY,
    ),
    "mitra": Service(
        {
            "client_name": "Mitra Perusahaan",
            "client_name#en": "Employer portal",
            "redirect_uris": ["http://localhost:8104/callback"],
            "post_logout_redirect_uris": ["http://localhost:8104/"],
            "grant_types": _CODE,
            "scope": "openid profile perusahaan",
            "id_token_signed_response_alg": "ES256",
        },
        # Whoever acts for an employer does so with more than a telephone number.
        {**_FIRST_PARTY, "excluded_factors": ["sms"]},
    ),
    # Another organisation: knows people under names of its own, and never gets anything without asking them.
    "siapkerja": Service(
        {
            "client_name": "SIAPKerja",
            "redirect_uris": ["http://localhost:8105/callback"],
            "post_logout_redirect_uris": ["http://localhost:8105/"],
            "grant_types": _CODE,
            "scope": "openid profile email kepesertaan",
            "id_token_signed_response_alg": "ES256",
        },
        {
            "always_ask": True,
            "purpose": {
                "id": "Memeriksa hak Anda atas Jaminan Kehilangan Pekerjaan.",
                "en": "To check whether the benefit for lost jobs is yours.",
            },
        },
    ),
    "koperasi": Service(
        {
            "client_name": "Mitra Koperasi",
            "redirect_uris": ["http://localhost:8109/callback"],
            "post_logout_redirect_uris": ["http://localhost:8109/"],
            "grant_types": _CODE,
            "scope": "openid profile email phone address offline_access kepesertaan",
            "id_token_signed_response_alg": "ES256",
        },
        {
            "purpose": {
                "id": "Memeriksa keanggotaan koperasi Anda.",
                "en": "To check that you are a member of the cooperative.",
            }
        },
    ),
    "gateway": Service(
        {
            "client_name": "Gerbang Bayar",
            "client_name#en": "Payment gateway",
            "grant_types": ["client_credentials"],
            "scope": "iuran:bayar",
            "id_token_signed_response_alg": "ES256",
        },
    ),
    "bench": Service(
        {
            "client_name": "Bench",
            "redirect_uris": ["http://localhost:8199/callback", "http://127.0.0.1/callback"],
            "post_logout_redirect_uris": ["http://localhost:8199/"],
            "grant_types": [*_CODE, "client_credentials"],
            "scope": "openid profile email phone address offline_access kepesertaan saldo:baca iuran:baca klaim:baca klaim:ajukan",
            "id_token_signed_response_alg": "ES256",
        },
        {**_FIRST_PARTY, "resource_uris": ["http://localhost:8199/api"]},
    ),
    ADMINISTRATOR: Service(
        {
            "client_name": "Demo administrator",
            "grant_types": ["client_credentials"],
            "scope": " ".join(ADMIN_SCOPES),
            "id_token_signed_response_alg": "ES256",
        },
    ),
}

PEOPLE = (
    # A participant of whom all is known.
    Person(
        "budi@contoh.go.id",
        "Budi Santoso",
        "+6281234567890",
        has_app=True,
        identity=Vouched(
            "3273011708870001",
            "1987-08-17",
            2,
            proofing.DOCUMENT,
            Membership(("17001234567", "23007654321"), "PU", ACTIVE),
        ),
        claims={
            "given_name": "Budi",
            "family_name": "Santoso",
            "middle_name": "Wahyu",
            "nickname": "Budi",
            "preferred_username": "budi",
            "profile": "https://contoh.go.id/budi",
            "picture": "https://contoh.go.id/budi.png",
            "website": "https://contoh.go.id",
            "gender": "male",
            "birthdate": "1987-08-17",
            "zoneinfo": "Asia/Jakarta",
            "address": {
                "formatted": "Jl. Merdeka 17\nBandung 40111\nIndonesia",
                "street_address": "Jl. Merdeka 17",
                "locality": "Bandung",
                "region": "Jawa Barat",
                "postal_code": "40111",
                "country": "ID",
            },
        },
    ),
    # Nobody has checked yet who this is.
    Person("siti@contoh.go.id", "Siti Rahayu", "+6281398765432", has_app=False, claims={"given_name": "Siti"}),
    # Acts for two companies.
    Person(
        "dewi@contoh.go.id",
        "Dewi Lestari",
        "+6281311122233",
        has_app=True,
        claims={"given_name": "Dewi"},
        identity=Vouched(
            "3578095203850003",
            "1985-03-12",
            1,
            proofing.REGISTRY,
            Membership(
                ("19003456789",), "PU", ACTIVE, (Employer("NN013579", "petugas HR"), Employer("NN024680", "petugas HR"))
            ),
        ),
    ),
    # An heir, and no participant.
    Person(
        "ratna@contoh.go.id",
        "Ratna Wulandari",
        "+6281344455566",
        has_app=True,
        claims={"given_name": "Ratna"},
        identity=Vouched("3471046211990004", "1999-11-22", 2, proofing.BRANCH, None),
    ),
)

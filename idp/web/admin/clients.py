"""Relying parties: list, look at, create, replace, turn off and on, delete, and give a new secret."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from idp.clients.client import Client as Row
from idp.clients.metadata import LOCALISED
from idp.flows import officers
from idp.flows.register_client import LONGEST_OVERLAP, SECRET_OVERLAP, Registered
from idp.web.admin import cursor as cursors
from idp.web.admin.gate import AtDesk, GuardedRoute, needs
from idp.web.admin.lists import Body, Cursor, Limit, Page

ROOM = "clients"
router = APIRouter(prefix="/clients", tags=["Clients"], route_class=GuardedRoute)
ClientId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~:-]{1,128}$", description="client_id.")]

Algorithm = Literal["ES256", "RS256", "PS256", "EdDSA"]


class Metadata(Body):
    """Client metadata (RFC 7591 section 2, OpenID Connect Registration section 2); what is left out takes its default.

    Names for people may be given per language: `client_name#id`.
    """

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        json_schema_extra={
            "additionalProperties": False,
            "patternProperties": {LOCALISED.pattern: {"type": "string"}},
        },
    )

    client_name: str | None = Field(None, description="Name that people see.")
    redirect_uris: list[str] | None = Field(None, description="Compared byte by byte.")
    post_logout_redirect_uris: list[str] | None = None
    grant_types: list[Literal["authorization_code", "refresh_token", "client_credentials"]] | None = None
    response_types: list[Literal["code"]] | None = None
    token_endpoint_auth_method: (
        Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] | None
    ) = None
    token_endpoint_auth_signing_alg: Algorithm | None = None
    application_type: Literal["web", "native"] | None = None
    scope: str | None = Field(None, description="Scopes that it may ask for, space separated.")
    contacts: list[str] | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    initiate_login_uri: str | None = None
    jwks: dict[str, Any] | None = Field(None, description="Public keys (RFC 7517); instead of `jwks_uri`.")
    jwks_uri: str | None = None
    subject_type: Literal["public", "pairwise"] | None = None
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: Algorithm | None = None
    userinfo_signed_response_alg: Algorithm | None = None
    access_token_signed_response_alg: Algorithm | None = None
    default_max_age: int | None = None
    require_auth_time: bool | None = None
    require_pushed_authorization_requests: bool | None = None
    default_acr_values: list[str] | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool | None = None
    software_id: str | None = None
    software_version: str | None = None

    @model_validator(mode="after")
    def _only_known(self) -> Self:
        for name, value in (self.model_extra or {}).items():
            if not LOCALISED.fullmatch(name) or not isinstance(value, str):
                raise ValueError("holds a member that is not client metadata")
        return self


class Policy(Body):
    """What we decide about a client, as opposed to what it says about itself."""

    first_party: bool | None = Field(
        None, description="Run by the same organisation: shares the subjects of its siblings."
    )
    pre_authorised: bool | None = Field(None, description="People are told, not asked. First parties only.")
    always_ask: bool | None = Field(
        None, description="People are asked at every sign-in, whatever they allowed before."
    )
    purpose: dict[Literal["id", "en"], str] | None = Field(
        None, description="Why it wants to know what it asks, per language; shown where consent is asked."
    )
    holds: list[Literal["contributions", "claims", "payments"]] | None = Field(
        None, description="What the law makes it keep when a person deletes their account; told to the person."
    )
    require_pkce: bool | None = Field(None, description="Default true; public clients always use PKCE.")
    resource_uris: list[str] | None = Field(
        None, description="Resource indicators (RFC 8707) of the APIs that it serves."
    )
    approved_claims: list[Literal["nik"]] | None = Field(
        None, description="Claims that a contract lets it have; without it the scope `identitas` brings no NIK."
    )
    excluded_factors: list[Literal["sms", "rec"]] | None = Field(
        None, description="Factors that do not count here: codes by SMS (`sms`), recovery codes (`rec`)."
    )


class NewClient(Body):
    """A client to be made."""

    client_id: str | None = Field(None, min_length=1, max_length=128, description="Chosen for you when left out.")
    metadata: Metadata
    policy: Policy = Policy()


class ChangedClient(Body):
    """All metadata of a client, anew: what is left out is forgotten. Its policy stays unless one is given."""

    metadata: Metadata
    policy: Policy | None = None


class SecretRotation(Body):
    """How to change over."""

    overlap: int = Field(
        SECRET_OVERLAP, ge=0, le=LONGEST_OVERLAP, description="Seconds that the old secret still works."
    )


class Client(BaseModel):
    """A client. Times are UNIX seconds; secrets are kept as hashes and cannot be shown."""

    client_id: str
    name: str
    source: Literal["static", "dynamic", "admin"]
    metadata: dict[str, Any]
    policy: dict[str, Any]
    has_secret: bool
    previous_secret_expires_at: int | None = Field(description="Until when the secret before this one works.")
    created_at: int
    updated_at: int
    disabled_at: int | None


class ClientWithSecret(Client):
    """A client, and the secret that was made for it, if one was; it is shown this once."""

    client_secret: str | None


@router.get("", summary="List clients", **needs("clients:read", 400))
async def list_clients(desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> Page[Client]:
    """Clients in the order of their ids, page by page. A change on another replica shows within a second."""
    after = cursors.read(desk.provider, ROOM, cursor) or ""
    known = sorted(
        (client for client in desk.provider.clients.all() if client.client_id > after),
        key=lambda client: client.client_id,
    )
    following = cursors.seal(desk.provider, ROOM, known[limit - 1].client_id) if len(known) > limit else None
    return Page(items=[_client(client) for client in known[:limit]], next=following)


@router.post("", status_code=201, summary="Create a client", **needs("clients:write", 400))
async def create_client(desk: AtDesk, wanted: NewClient) -> ClientWithSecret:
    """Register a relying party. Admin scopes can be handed out only by who has them."""
    metadata, policy = wanted.metadata.model_dump(exclude_none=True), wanted.policy.model_dump(exclude_none=True)
    return _registered(await officers.create_client(desk.provider, desk.officer, metadata, policy, wanted.client_id))


@router.get("/{client_id}", summary="Look at a client", **needs("clients:read", 404))
async def get_client(desk: AtDesk, client_id: ClientId) -> Client:
    """One client, as the database has it now."""
    return _client(await officers.client(desk.provider, client_id))


@router.put("/{client_id}", summary="Replace a client", **needs("clients:write", 400, 404))
async def replace_client(desk: AtDesk, client_id: ClientId, wanted: ChangedClient) -> ClientWithSecret:
    """Write all metadata anew. A secret is made, and shown, when the client now needs one and had none."""
    policy = None if wanted.policy is None else wanted.policy.model_dump(exclude_none=True)
    metadata = wanted.metadata.model_dump(exclude_none=True)
    return _registered(await officers.replace_client(desk.provider, desk.officer, client_id, metadata, policy))


@router.delete("/{client_id}", status_code=204, summary="Delete a client", **needs("clients:write", 404))
async def delete_client(desk: AtDesk, client_id: ClientId) -> None:
    """Remove a client and revoke what people granted it."""
    await officers.delete_client(desk.provider, desk.officer, client_id)


@router.post("/{client_id}/secret", summary="Rotate a client's secret", **needs("clients:write", 400, 404))
async def rotate_client_secret(
    desk: AtDesk, client_id: ClientId, rotation: SecretRotation | None = None
) -> ClientWithSecret:
    """Make a new secret. The old one works on for the overlap, so that a service can change over without a gap.

    Without a body: the usual overlap.
    """
    overlap = (rotation or SecretRotation()).overlap
    return _registered(await officers.rotate_client_secret(desk.provider, desk.officer, client_id, overlap))


@router.post("/{client_id}/disable", summary="Disable a client", **needs("clients:write", 404))
async def disable_client(desk: AtDesk, client_id: ClientId) -> Client:
    """Turn a client off; its grants are revoked."""
    return _client(await officers.switch_client(desk.provider, desk.officer, client_id, enabled=False))


@router.post("/{client_id}/enable", summary="Enable a client", **needs("clients:write", 404))
async def enable_client(desk: AtDesk, client_id: ClientId) -> Client:
    """Turn a client on again. Revoked grants stay revoked."""
    return _client(await officers.switch_client(desk.provider, desk.officer, client_id, enabled=True))


def _shown(row: Row) -> dict[str, Any]:
    return {
        "client_id": row.client_id, "name": row.name, "source": row.source, "metadata": dict(row.metadata), "policy": dict(row.policy),
        "has_secret": row.secret_hash is not None, "previous_secret_expires_at": row.previous_secret_expires_at,
        "created_at": row.created_at, "updated_at": row.updated_at, "disabled_at": row.disabled_at,
    }  # fmt: skip


def _client(row: Row) -> Client:
    return Client(**_shown(row))


def _registered(made: Registered) -> ClientWithSecret:
    return ClientWithSecret(**_shown(made.client), client_secret=made.secret)

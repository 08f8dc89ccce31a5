"""What a relying party may be, whoever registers it; and what holds for it where it said nothing.

`judge` needs nobody else's word; `confirm` asks the client's own servers, so it belongs before a transaction, never into one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from idp.base.errors import InvalidClientMetadata
from idp.clients import metadata as rules
from idp.clients import policy as policies
from idp.clients.client import SELF_REGISTERED, Client
from idp.clients.outbound import OutboundFault
from idp.grants.scopes import ADMIN_SCOPES, OPEN_SCOPES, SCOPES
from idp.provider import Provider

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~:-]{1,128}")
_LOOKS_LIKE_SUB = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Checked:
    """Metadata and policy that passed every rule, ready to be written."""

    metadata: Mapping[str, Any]
    policy: Mapping[str, Any]
    source: str


async def check(provider: Provider, metadata: Mapping[str, Any], policy: Mapping[str, Any], source: str) -> Checked:
    """Judge metadata and policy by every rule; needs no transaction."""
    checked = judge(provider, metadata, policy, source)
    await confirm(provider, checked)
    return checked


def judge(provider: Provider, metadata: Mapping[str, Any], policy: Mapping[str, Any], source: str) -> Checked:
    """The rules that need nobody else's word."""
    accepted = rules.validate(metadata)
    _check_scope(accepted, source)
    decided = policies.validate(policy)
    if source == SELF_REGISTERED:
        decided.setdefault("require_pkce", provider.settings.registration.require_pkce)
    return Checked(accepted, decided, source)


async def confirm(provider: Provider, checked: Checked) -> None:
    """What others must say too: the sector's document lists every redirect URI (OpenID Connect Registration section 5)."""
    uri = checked.metadata.get("sector_identifier_uri")
    if uri is None:
        return
    try:
        answer = await provider.caller.get(str(uri))
        listed = orjson.loads(answer.body) if answer.status == 200 else None
    except (OutboundFault, ValueError):
        listed = None
    if not isinstance(listed, list):
        raise InvalidClientMetadata("sector_identifier_uri does not answer with a JSON list")
    if not set(checked.metadata.get("redirect_uris", ())) <= {item for item in listed if isinstance(item, str)}:
        raise InvalidClientMetadata("sector_identifier_uri does not list every redirect URI")


def acceptable_id(client_id: str) -> str:
    """RFC 9700 section 4.15.1: no client may pass for a person, and our `sub` has 43 characters."""
    if not _CLIENT_ID.fullmatch(client_id) or _LOOKS_LIKE_SUB.fullmatch(client_id):
        raise InvalidClientMetadata(
            "client_id is 1 to 128 letters, digits and . _ ~ : - and does not look like a subject"
        )
    return client_id


def in_effect(client: Client) -> dict[str, Any]:
    """The metadata that holds for a client: what it registered, and what we take where it said nothing.

    RFC 7591 section 3.2.1. It may be sent back as it is (RFC 7592 section 2.2); so where pairwise subjects come from
    several hosts, which a client may not ask for without a sector document, the subject type is left unsaid.
    """
    defaults: dict[str, Any] = {
        "application_type": "web",
        "client_name": client.name,
        "scope": " ".join(scope for scope in SCOPES if scope in OPEN_SCOPES),
        "access_token_signed_response_alg": client.access_token_algorithm,
        "require_auth_time": False,
    }
    if client.backchannel_logout_uri is not None:
        defaults["backchannel_logout_session_required"] = False
    hosts = {urlsplit(uri).hostname for uri in client.redirect_uris}
    if len(hosts) <= 1 or "sector_identifier_uri" in client.metadata:
        defaults["subject_type"] = "pairwise"
    return {**defaults, **client.metadata}


def _check_scope(accepted: dict[str, Any], source: str) -> None:
    """Whoever registers itself gets open scopes only (RFC 7591 section 2 lets us narrow); who knows us must spell right."""
    if "scope" not in accepted:
        return
    asked = list(dict.fromkeys(str(accepted["scope"]).split()))
    if source == SELF_REGISTERED:
        allowed = [scope for scope in asked if scope in OPEN_SCOPES]
        if not allowed:
            raise InvalidClientMetadata("none of these scopes is open to clients that register themselves")
        accepted["scope"] = " ".join(allowed)
        return
    if unknown := [scope for scope in asked if scope not in SCOPES and scope not in ADMIN_SCOPES]:
        raise InvalidClientMetadata(f"unknown scope: {unknown[0]}")
    admin = [scope for scope in asked if scope in ADMIN_SCOPES]
    if admin and set(accepted["grant_types"]) != {"client_credentials"}:
        raise InvalidClientMetadata(f"scope {admin[0]} is for machines: grant_types must be client_credentials alone")

"""Clients on the command line. What stands here can also be declared in a file for `apply`, or sent to the admin API."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from idp.clients.client import Client
from idp.clients.metadata import AUTH_METHODS, GRANT_TYPES
from idp.commands import console, verbs
from idp.commands.console import COMMAND_LINE, Format, FormatOption, YesOption, fail, moment, with_provider
from idp.flows import register_client
from idp.flows.register_client import ADMIN, LONGEST_OVERLAP, SECRET_OVERLAP, Registered
from idp.provider import Provider

ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The client's id.")]


@verbs.create.command("client")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The name that people see (client_name).")],
    redirect_uri: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    post_logout_redirect_uri: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    backchannel_logout_uri: Annotated[str | None, typer.Option(help="Where it hears of sign-outs.")] = None,
    grant_type: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(GRANT_TYPES)}; may be given several times.")
    ] = None,
    auth_method: Annotated[str, typer.Option(help=f"{', '.join(AUTH_METHODS)}.")] = "client_secret_basic",
    scope: Annotated[str | None, typer.Option(help="All that it may ask for; the open scopes when not given.")] = None,
    jwks_file: Annotated[Path | None, typer.Option(help="Its public keys, for private_key_jwt.")] = None,
    jwks_uri: Annotated[str | None, typer.Option(help="Where it publishes them.")] = None,
    id_token_alg: Annotated[str, typer.Option(help="How its ID tokens are signed.")] = "ES256",
    client_id: Annotated[str | None, typer.Option(help="An id of your own; random when not given.")] = None,
    resource: Annotated[
        list[str] | None, typer.Option(help="Resource URI of an API that it serves; several times.")
    ] = None,
    first_party: Annotated[bool, typer.Option("--first-party", help="Run by the same organisation.")] = False,
    pre_authorised: Annotated[
        bool, typer.Option("--pre-authorised", help="People are not asked; first parties only.")
    ] = False,
    approved_claim: Annotated[
        list[str] | None, typer.Option(help="A claim that a contract lets it have (nik); several times.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Register a client. Its secret is printed now and never again."""
    metadata: dict[str, Any] = {
        "client_name": name, "redirect_uris": redirect_uri or None, "post_logout_redirect_uris": post_logout_redirect_uri or None,
        "backchannel_logout_uri": backchannel_logout_uri, "token_endpoint_auth_method": auth_method, "scope": scope,
        "grant_types": grant_type or None, "jwks_uri": jwks_uri, "id_token_signed_response_alg": id_token_alg,
        "jwks": _json(jwks_file) if jwks_file else None,
    }  # fmt: skip
    policy = {
        "first_party": first_party, "pre_authorised": pre_authorised, "resource_uris": resource or None,
        "approved_claims": approved_claim or None,
    }  # fmt: skip

    async def register(provider: Provider) -> Registered:
        return await register_client.create(
            provider, metadata, by=COMMAND_LINE, source=ADMIN, policy=policy, client_id=client_id
        )

    console.show(_registered(with_provider(context, register)), form)


@verbs.get.command("client")
def get(context: typer.Context, client_id: ClientId, form: FormatOption = Format.table) -> None:
    """Show a client's metadata and policy."""

    async def read(provider: Provider) -> Client:
        async with provider.database.reading() as tx:
            return await register_client.current(tx, client_id)

    console.show(_whole(with_provider(context, read)), form)


@verbs.list_.command("clients")
@verbs.list_.command("client", hidden=True)  # every other verb has its noun in the singular
def list_clients(context: typer.Context, form: FormatOption = Format.table) -> None:
    """List clients by name."""

    async def read(provider: Provider) -> list[Client]:
        return provider.clients.all()

    console.show(
        [
            {
                "client_id": each.client_id,
                "client_name": each.name,
                "token_endpoint_auth_method": each.auth_method,
                "grant_types": sorted(each.grant_types),
                "source": each.source,
                "disabled": each.disabled_at is not None,
            }
            for each in with_provider(context, read)
        ],
        form,
    )


@verbs.update.command("client")
def update(
    context: typer.Context,
    client_id: ClientId,
    metadata: Annotated[
        Path | None,
        typer.Option(help="JSON of RFC 7591 members to set; `-` reads standard input. null takes a member away."),
    ] = None,
    rotate_secret: Annotated[bool, typer.Option("--rotate-secret", help="Give it a new secret, printed once.")] = False,
    overlap: Annotated[
        int, typer.Option(min=0, max=LONGEST_OVERLAP, help="Seconds that the old secret goes on working.")
    ] = SECRET_OVERLAP,
    form: FormatOption = Format.table,
) -> None:
    """Change a client's metadata, or its secret."""
    if (metadata is None) is not rotate_secret:
        fail("say either --metadata FILE or --rotate-secret")
    changes = {} if metadata is None else _json(metadata)

    async def change(provider: Provider) -> Registered:
        if rotate_secret:
            return await register_client.rotate_secret(provider, client_id, by=COMMAND_LINE, overlap=overlap)
        async with provider.database.reading() as tx:
            known = await register_client.current(tx, client_id)
        return await register_client.replace(provider, client_id, {**known.metadata, **changes}, by=COMMAND_LINE)

    console.show(_registered(with_provider(context, change)), form)


@verbs.delete.command("client")
def delete(context: typer.Context, client_id: ClientId, yes: YesOption = False) -> None:
    """Remove a client for good, and end everything that people granted it."""
    console.confirm(f"Remove {client_id} and all its grants?", yes=yes)

    async def remove(provider: Provider) -> None:
        await register_client.delete(provider, client_id, by=COMMAND_LINE)

    with_provider(context, remove)
    console.say(context, f"{client_id}: removed", client_id=client_id, done="removed")


@verbs.disable.command("client")
def disable(context: typer.Context, client_id: ClientId) -> None:
    """Turn a client off; everything that people granted it ends."""
    _switch(context, client_id, enabled=False)


@verbs.enable.command("client")
def enable(context: typer.Context, client_id: ClientId) -> None:
    """Turn a client on again."""
    _switch(context, client_id, enabled=True)


def _switch(context: typer.Context, client_id: str, *, enabled: bool) -> None:
    async def switch(provider: Provider) -> Client:
        return await register_client.switch(provider, client_id, enabled=enabled, by=COMMAND_LINE)

    with_provider(context, switch)
    done = "enabled" if enabled else "disabled"
    console.say(context, f"{client_id}: {done}", client_id=client_id, done=done)


def _json(path: Path) -> dict[str, Any]:
    try:
        value = orjson.loads(sys.stdin.read() if str(path) == "-" else path.read_bytes())
    except OSError as error:
        fail(f"{path}: cannot be read ({error.strerror})")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        fail(f"{path}: must be a JSON object")
    return value


def _registered(made: Registered) -> dict[str, Any]:
    shown = _whole(made.client)
    if made.secret is None:
        return shown
    return {"client_id": shown.pop("client_id"), "client_secret": made.secret, **shown}


def _whole(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        **client.metadata,
        **client.policy,
        "source": client.source,
        "created": moment(client.created_at),
        "updated": moment(client.updated_at),
        "disabled": moment(client.disabled_at),
    }

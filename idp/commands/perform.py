"""`perform`: be a relying party for one sign-in, to see what a real one would get."""

import asyncio
import base64
import hashlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import orjson
import typer

from idp.base.jose import ALGORITHMS, JoseFault, read_jwks, verify
from idp.base.opaque import SystemEntropy, same, token
from idp.commands import console
from idp.commands.console import Format, FormatOption, Trouble, err
from idp.flows.demo import FILE

app = typer.Typer(help="Be a relying party for once.", no_args_is_help=True)

PATIENCE = 600
"""Seconds that the person gets to sign in."""


@app.command("authorization-code")
def authorization_code(
    context: typer.Context,
    client: Annotated[str, typer.Option(help="Its client_id.")],
    client_secret_file: Annotated[
        Path | None,
        typer.Option(help="A file with its secret; `-` reads standard input. In dev mode demo.json knows it."),
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="Another provider than ours.")] = None,
    redirect_uri: Annotated[
        str | None,
        typer.Option(help="A registered one, at which we listen. By default any port of http://127.0.0.1/callback."),
    ] = None,
    scope: Annotated[str, typer.Option(help="What to ask for.")] = "openid profile email",
    parameter: Annotated[
        list[str] | None, typer.Option(help="More of the request, such as acr_values=… or prompt=login.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Print an address to open, wait for the answer on loopback, redeem the code with PKCE, print the tokens."""
    settings = console.settings(context)
    wanted = dict(each.partition("=")[::2] for each in parameter or [])
    secret = _secret(client_secret_file, settings.var / FILE, client)
    console.show(
        console.run(lambda: _perform(issuer or settings.issuer, client, secret, redirect_uri, scope, wanted)), form
    )


async def _perform(
    issuer: str, client_id: str, secret: str | None, redirect_uri: str | None, scope: str, wanted: dict[str, str]
) -> dict[str, Any]:
    import httpx2  # heavy, and only this verb calls anybody

    entropy = SystemEntropy()
    state, nonce, verifier = token(entropy), token(entropy), token(entropy)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    async with httpx2.AsyncClient(timeout=10) as http, _listening(redirect_uri) as (address, answered):
        try:
            metadata = (await http.get(f"{issuer}/.well-known/openid-configuration")).raise_for_status().json()
            parameters = {
                "response_type": "code", "client_id": client_id, "redirect_uri": address, "scope": scope, "state": state,
                "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256", **wanted,
            }  # fmt: skip
            err.print("Open this in a browser:", style="bold")
            typer.echo(f"{metadata['authorization_endpoint']}?{urlencode(parameters)}", err=True)
            answer = await asyncio.wait_for(answered, PATIENCE)
            if "error" in answer:
                raise Trouble(f"{answer['error']}: {answer.get('error_description', '')}")
            if not same(answer.get("state", ""), state) or answer.get("iss") != issuer:
                raise Trouble("the answer is not one to our question: state or iss differs")
            redeemed = await http.post(
                metadata["token_endpoint"],
                data={
                    "grant_type": "authorization_code", "code": answer.get("code", ""), "redirect_uri": address,
                    "code_verifier": verifier, **({} if secret else {"client_id": client_id}),
                },
                auth=httpx2.BasicAuth(quote_plus(client_id), quote_plus(secret)) if secret else httpx2.Auth(),
            )  # fmt: skip
            tokens: dict[str, Any] = redeemed.json()
            if redeemed.status_code != 200:
                raise Trouble(f"{tokens.get('error')}: {tokens.get('error_description', '')}")
            if "id_token" in tokens:
                tokens["id_token_claims"] = verify(
                    tokens["id_token"], read_jwks((await http.get(metadata["jwks_uri"])).json()), ALGORITHMS
                )
                if tokens["id_token_claims"].get("nonce") != nonce:
                    raise Trouble("the ID token answers another request: nonce differs")
            return tokens
        except TimeoutError:
            raise Trouble(f"nobody signed in within {PATIENCE // 60} minutes") from None
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            raise Trouble(f"{issuer} does not answer as a provider does ({type(error).__name__}: {error})") from None
        except JoseFault as fault:
            raise Trouble(f"the ID token does not verify: {fault}") from None


@asynccontextmanager
async def _listening(redirect_uri: str | None) -> AsyncIterator[tuple[str, "asyncio.Future[dict[str, str]]"]]:
    """(the redirect URI, what the browser brings there). RFC 8252 section 7.3: loopback, any port."""
    wanted = urlsplit(redirect_uri or "http://127.0.0.1/callback")
    host = wanted.hostname or ""
    if wanted.scheme != "http" or host not in ("127.0.0.1", "localhost", "::1"):
        raise Trouble("--redirect-uri must be http on loopback, where we can listen")
    answered: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode("latin-1").split(" ")
        target = urlsplit(line[1] if len(line) > 1 else "")
        ours = target.path == wanted.path and not answered.done()
        if ours:
            answered.set_result({name: values[0] for name, values in parse_qs(target.query).items()})
        body = b"Back to the terminal; this page may be closed.\n" if ours else b"Not here.\n"
        head = f"HTTP/1.1 {'200 OK' if ours else '404 Not Found'}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(receive, host, wanted.port or 0)
    except OSError:
        raise Trouble(f"port {wanted.port} is taken: something listens at this redirect URI already") from None
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield (
            redirect_uri
            if wanted.port and redirect_uri
            else f"http://{'[::1]' if host == '::1' else host}:{port}{wanted.path}",
            answered,
        )


def _secret(file: Path | None, demo: Path, client_id: str) -> str | None:
    try:
        if file is not None:
            return (sys.stdin.readline() if str(file) == "-" else file.read_text("utf-8")).strip()
        known = orjson.loads(demo.read_bytes())["clients"].get(client_id, {})
        return str(known["client_secret"]) if "client_secret" in known else None
    except (OSError, ValueError, KeyError):
        if file is not None:
            console.fail(f"{file}: the secret cannot be read")
        return None

"""`serve`, `work` and `healthcheck`: the programs that stay."""

import asyncio
import contextlib
import gc
import http.client
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.panel import Panel

from idp import worker
from idp.app import NotReady, open_house, open_provider
from idp.base.settings import Settings
from idp.commands import console, sockets
from idp.commands.connection import Connection
from idp.commands.console import Trouble, err, fail
from idp.commands.supervisor import supervise
from idp.flows import demo
from idp.provider import Provider
from idp.web.shell import App

GRACE = 20
"""Seconds that requests under way get after SIGTERM."""


class Server(uvicorn.Server):
    """uvicorn, told to stop by us: two of them share one loop, and signals are the program's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on (IDP_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (IDP_PORT).")] = None,
    management_port: Annotated[
        int | None, typer.Option(help="Port of health and metrics (IDP_MANAGEMENT_PORT).")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Server processes (IDP_WORKERS); more than one needs Redis.")
    ] = None,
    inherit: Annotated[str | None, typer.Option(hidden=True)] = None,
    lifeline: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve the pages and the protocol until SIGTERM or Ctrl-C."""
    chosen = console.settings(
        context, host=host, port=port, management_port=management_port, workers=workers,
        run_worker=False if inherit else None,
    )  # fmt: skip
    if inherit:
        listening = sockets.inherited(inherit)
        console.run(lambda: _serve(chosen, listening, lifeline))
        return
    try:
        writable(chosen.var)
        listening = sockets.listen(chosen)
    except Trouble as trouble:
        fail(str(trouble))
    if chosen.dev:
        banner(chosen)
    warn(chosen)
    new = chosen.dev and not (chosen.var / demo.FILE).exists()
    if new or chosen.workers > 1:
        # What the children would otherwise find out, or make, all at once.
        _apart(lambda: console.run(lambda: _prepare(chosen)))
    if chosen.workers == 1:
        console.run(lambda: _serve(chosen, listening, None))
        return
    raise typer.Exit(supervise(_environment(context, chosen), listening, chosen.workers, outbox=chosen.run_worker))


def work(
    context: typer.Context,
    lifeline: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the worker alone: mail, SMS, back-channel logout, rotation, sweeping."""
    chosen = console.settings(context)
    try:
        writable(chosen.var)
    except Trouble as trouble:
        fail(str(trouble))

    async def working() -> None:
        stop = asyncio.Event()
        _on_signals(stop)
        async with open_provider(chosen, following=True) as provider, asyncio.TaskGroup() as tasks:
            require_signing_keys(provider)
            watching = tasks.create_task(_watch(lifeline, stop))
            await worker.run(provider, stop)
            watching.cancel()

    console.run(working)


def healthcheck(context: typer.Context) -> None:
    """Ask the running server whether it is ready; exit code 0 when it is."""
    chosen = console.settings(context)
    host = "127.0.0.1" if chosen.management_host in ("0.0.0.0", "::") else chosen.management_host  # noqa: S104  # compared, not bound to
    connection = http.client.HTTPConnection(host, chosen.management_port, timeout=4)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        said = answer.read(200).decode(errors="replace")
    except OSError as error:
        fail(f"nothing answers at {host}:{chosen.management_port} ({error.strerror or type(error).__name__})")
    finally:
        connection.close()
    if answer.status != 200:
        fail(f"not ready ({answer.status}): {said}")
    console.say(context, "ready", status="ready")


def writable(folder: Path) -> None:
    """Make the data folder; Trouble says what to do when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Trouble(
            f"{folder}: cannot be made ({error.strerror}); set IDP_VAR to a folder that this user may write"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Trouble(f"{folder}: this user may not write there; chown it, or set IDP_VAR to another folder")


def require_signing_keys(provider: Provider) -> None:
    """NotReady unless there is something to sign with."""
    if not provider.keyring.algorithms:
        raise NotReady("there is no signing key; run `idp keys init`")


def banner(settings: Settings) -> None:
    """Nobody shall take a provider in dev mode for a real one."""
    err.print(
        Panel(
            "DEV MODE: demo data, test keys, every feature on. Never for real people.\n"
            f"{settings.issuer}   demo data in {settings.var / 'demo.json'}",
            style="bold white on red",
        )
    )


def warn(settings: Settings) -> None:
    """Say aloud which settings of a conformance set-up are on."""
    for on, text in (
        (
            settings.outbound.allow_private_hosts,
            "IDP_OUTBOUND__ALLOW_PRIVATE_HOSTS: outbound calls may reach private addresses",
        ),
        (
            settings.limits.raised_network is not None,
            f"IDP_LIMITS__RAISED_NETWORK: limits are 1000 times higher for {settings.limits.raised_network}",
        ),
        (
            settings.outbound.ca_file is not None,
            f"IDP_OUTBOUND__CA_FILE: outbound calls trust {settings.outbound.ca_file} too",
        ),
    ):
        if on:
            err.print(f"[bold red]TEST SETTING[/bold red] {text}", highlight=False, soft_wrap=True)


def _apart(work: Callable[[], None]) -> None:
    """Do something in a process that ends: what it takes, a migration tool and hashes of 19 MiB, is not kept by the one that stays."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except typer.Exit as ended:
            code = ended.exit_code
        except BaseException:  # noqa: BLE001  # a child ends here, whatever happens; the traceback is for whoever reads the log
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise typer.Exit(code if code > 0 else 1)


async def _prepare(settings: Settings) -> None:
    async with open_house(settings) as house:
        require_signing_keys(house.provider)


async def _serve(settings: Settings, listening: Sequence[socket.socket], lifeline: int | None) -> None:
    stop = asyncio.Event()
    _on_signals(stop)
    async with open_house(settings) as house:
        require_signing_keys(house.provider)
        # What is made by now stays; the collector need not look through it again at every full turn.
        gc.collect()
        gc.freeze()
        # The management port comes last and goes last: ready means that the public one answers.
        servers = [
            (_server(app), [bound]) for app, bound in zip((house.app, house.management), listening, strict=False)
        ]
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watch(lifeline, stop))
            running = [tasks.create_task(server.serve(sockets=bound)) for server, bound in servers]
            if settings.run_worker:
                running.append(tasks.create_task(worker.run(house.provider, stop)))
            await stop.wait()
            for server, _ in servers:
                server.should_exit = True
            await asyncio.wait(running)
            watching.cancel()


def _server(app: App) -> Server:
    config = uvicorn.Config(
        app, loop="none", http=Connection, ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False,
        server_header=False, date_header=True, backlog=sockets.BACKLOG, timeout_keep_alive=30, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    return Server(config)


def _on_signals(stop: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def _watch(lifeline: int | None, stop: asyncio.Event) -> None:
    """Stop when the supervisor is gone: then its end of the pipe is closed, and ours becomes readable."""
    if lifeline is not None:
        asyncio.get_running_loop().add_reader(lifeline, stop.set)
    await stop.wait()
    if lifeline is not None:
        asyncio.get_running_loop().remove_reader(lifeline)


def _environment(context: typer.Context, settings: Settings) -> dict[str, str]:
    """What flags said, for children, who read the environment alone."""
    given = context.obj if isinstance(context.obj, console.Flags) else console.Flags()
    said = {
        "IDP_DEV": str(settings.dev).lower(),
        "IDP_HOST": settings.host,
        "IDP_PORT": str(settings.port),
        "IDP_MANAGEMENT_PORT": str(settings.management_port),
        "IDP_WORKERS": str(settings.workers),
    }
    return {**said, "IDP_CONFIG": str(given.config)} if given.config else said

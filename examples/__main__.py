"""`./run` without a verb: the provider in dev mode, the example services, and one screen that says where to click."""

import asyncio
import ctypes
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from examples.demo_code import STEP_SECONDS, code_at
from examples.registration import NotRegistered, data_folder, demo_file
from examples.registry.people import NEWCOMER

SERVICES = {
    "saldo": (8101, "balance: asks for a second factor"),
    "klaim": (8102, "claims: a checked identity"),
    "jmo": (8103, "a mobile-style app"),
    "mitra": (8104, "employers: sign in as dewi"),
    "siapkerja": (8105, "another ministry: asks you first"),
    "registry": (8106, "who is a participant; no pages"),
    "gateway": (8107, "a bank: nobody signs in"),
}
# Who of the demo acts for companies; the others find an empty portal.
EMPLOYER = "dewi@"
READY_SECONDS = 90
STOP_SECONDS = 8
PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """One line that says what to do."""


class House:
    """The processes of the demo, started in order and stopped in the reverse order."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, name: str, *command: str, **environment: str) -> None:
        with self._log.open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *command,
                env=os.environ | environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches this process alone, which then stops the others one by one.
                start_new_session=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )

    async def answers(self, name: str, address: str) -> None:
        """Waits until `address` answers 2xx. Raises Trouble when the process dies first or takes too long."""
        async with httpx2.AsyncClient(timeout=2) as http:
            for _ in range(READY_SECONDS * 10):
                if self._running[name].returncode is not None:
                    raise Trouble(f"{name} stopped by itself: {self._last_words()}")
                try:
                    if (await http.get(address)).is_success:
                        return
                except httpx2.TransportError:
                    pass  # not listening yet
                await asyncio.sleep(0.1)
        raise Trouble(f"{name} did not answer at {address} within {READY_SECONDS} s; see {self._log}")

    async def first_to_stop(self) -> str:
        """The name of the first process that ends by itself."""
        waits = {asyncio.create_task(process.wait()): name for name, process in self._running.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return waits[done.pop()]

    async def stop(self) -> None:
        for process in reversed(self._running.values()):
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), STOP_SECONDS)
                except TimeoutError:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()

    def _last_words(self) -> str:
        lines = [line for line in self._log.read_text("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1] if lines else f"see {self._log}"


def end_with_parent() -> None:
    """Said by a child before it becomes a program: who is killed stops nobody any more, and ports would stay taken."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def port_from(variable: str, default: int) -> int:
    said = os.environ.get(variable, str(default))
    if not (said.isascii() and said.isdigit() and 0 < int(said) < 2**16):
        raise Trouble(f"{variable}={said} is no port; set it to a number from 1 to 65535")
    return int(said)


def require_free(port: int, remedy: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(f"port {port} is taken: stop what listens there{remedy}") from None


def screen(demo: dict[str, Any], now: float) -> Group:
    """Everything a newcomer needs: where to click, who to be, where the mail lies."""
    first = demo["accounts"][0]
    places = Table.grid(padding=(0, 2))
    for name, (port, what) in SERVICES.items():
        places.add_row(Text(name, "bold"), Text(f"http://localhost:{port}", "underline cyan"), what)
    places.add_row(
        Text("account", "bold"), Text(f"{demo['issuer']}/akun", "underline cyan"), "sessions, sign out of all"
    )
    places.add_row(
        Text("register", "bold"), Text(f"{demo['issuer']}/daftar", "underline cyan"), "or use the demo account:"
    )
    person = Table.grid(padding=(0, 2))
    year, month, day = NEWCOMER.birthdate.split("-")
    person.add_row(
        Text("to register", "bold"), f"{NEWCOMER.name}, NIK {NEWCOMER.nik}, born {int(day)} {int(month)} {year}"
    )
    person.add_row(Text("email", "bold"), first["email"])
    person.add_row(Text("password", "bold"), first["password"])
    left = STEP_SECONDS - int(now % STEP_SECONDS)
    if secret := first.get("totp_secret"):
        person.add_row(Text("code", "bold"), f"{code_at(secret, now)}  (the next one in {left} s)")
        person.add_row(Text("its secret", "bold"), f"{secret}  (for an authenticator app)")
    if employer := next((each for each in demo["accounts"] if each["email"].startswith(EMPLOYER)), None):
        code = code_at(employer["totp_secret"], now)
        person.add_row(Text("for mitra", "bold"), employer["email"])
        person.add_row("", f"{employer['password']}  code {code}")
    person.add_row(Text("mail, SMS", "bold"), f"{data_folder()}/outbox/")
    return Group(
        Panel("DEV MODE: demo data, test keys, every feature on. Never for real people.", style="bold white on red"),
        places,
        Text(),
        person,
        Text(),
        Text("Ctrl-C stops everything.", "dim"),
    )


async def show(demo: dict[str, Any]) -> None:
    """On a terminal the code is kept current; into a pipe the screen goes once."""
    console = Console()
    if not console.is_terminal:
        console.print(screen(demo, time.time()), soft_wrap=True)
        await asyncio.Event().wait()
    with Live(screen(demo, time.time()), console=console, auto_refresh=False) as live:
        while True:
            await asyncio.sleep(1)
            live.update(screen(demo, time.time()), refresh=True)


async def run() -> None:
    port, management = port_from("IDP_PORT", 8000), port_from("IDP_MANAGEMENT_PORT", 9000)
    log = data_folder() / "run.log"
    try:
        data_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        log.touch(mode=0o600)
    except OSError as error:
        raise Trouble(f"{log}: cannot be written ({error.strerror}); set IDP_VAR to a folder of yours") from None
    require_free(port, ", or set IDP_PORT")
    require_free(management, ", or set IDP_MANAGEMENT_PORT")
    for service_port, _ in SERVICES.values():
        require_free(service_port, "; perhaps another ./run is still running")
    log.write_bytes(b"")
    house = House(log)
    try:
        ports = {"IDP_PORT": str(port), "IDP_MANAGEMENT_PORT": str(management)}
        await house.start("the provider", "idp", "serve", "--dev", **ports, **registry_for_provider())
        # What an earlier run was told still holds, so the services need not wait; the first time there is nothing yet.
        known = registered_at(os.environ.get("IDP_ISSUER", f"http://localhost:{port}".removesuffix(":80")))
        if known:
            await start_services(house)
        await house.answers("the provider", f"http://127.0.0.1:{management}/health/ready")
        if not known:
            await start_services(house)
        for service_port, _ in SERVICES.values():
            await house.answers("the services", f"http://127.0.0.1:{service_port}/")
        showing = asyncio.create_task(show(demo_file()))
        try:
            gone = await house.first_to_stop()
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
        raise Trouble(f"{gone} stopped by itself; see {log}")
    finally:
        await house.stop()


def registered_at(issuer: str) -> bool:
    try:
        return bool(demo_file()["issuer"] == issuer)
    except (NotRegistered, ValueError, KeyError):
        return False  # the provider will write it (anew)


def registry_for_provider() -> dict[str, str]:
    """Where the provider asks who is a participant, and a secret that both are given; an operator's own registry stays."""
    os.environ.setdefault("REGISTRY_SECRET", secrets.token_urlsafe(32))
    if "IDP_REGISTRY__URL" in os.environ:
        return {}
    return {
        "IDP_REGISTRY__URL": f"http://127.0.0.1:{SERVICES['registry'][0]}/v1/cocokkan",
        "IDP_REGISTRY__AUTHORIZATION": f"Bearer {os.environ['REGISTRY_SECRET']}",
    }


async def start_services(house: House) -> None:
    await house.start("the services", "examples.services", *SERVICES)


async def until_told_to_stop() -> None:
    work = asyncio.create_task(run())

    def stop() -> None:
        # The first Ctrl-C stops everything; an impatient second must not stop the stopping, or a process is left behind.
        if not work.cancelling():
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await work
    except asyncio.CancelledError:
        Console().print("Stopped.")


def main() -> int:
    try:
        asyncio.run(until_told_to_stop())
    except (Trouble, NotRegistered) as trouble:
        print(f"run: {trouble}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())

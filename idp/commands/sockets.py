"""Listening sockets: bound before anything else is opened, so that a taken port is one line and nothing is half-started."""

import errno
import os
import socket

from idp.base.settings import Settings
from idp.commands.console import Trouble

BACKLOG = 2048


def listen(settings: Settings) -> list[socket.socket]:
    """The public socket, then the management one unless it is turned off. Raises Trouble."""
    sockets = [_bind(settings.host, settings.port, "PORT", "HOST")]
    if settings.management_port:
        try:
            sockets.append(
                _bind(settings.management_host, settings.management_port, "MANAGEMENT_PORT", "MANAGEMENT_HOST")
            )
        except Trouble:
            sockets[0].close()
            raise
    return sockets


def inherited(numbers: str) -> list[socket.socket]:
    """The sockets that the supervisor handed down, as file descriptors in its order."""
    return [socket.socket(fileno=int(number)) for number in numbers.split(",")]


def _bind(host: str, port: int, port_setting: str, host_setting: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise Trouble(f"{host} is no address of this machine; set IDP_{host_setting}") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Trouble(_reason(error, host, port, port_setting, host_setting)) from None
    listener.setblocking(False)
    return listener


def _reason(error: OSError, host: str, port: int, port_setting: str, host_setting: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is taken; stop what listens there, or set IDP_{port_setting}"
        case errno.EACCES:
            return f"port {port} is for root alone; set IDP_{port_setting} to 1024 or more, with a proxy in front"
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine; set IDP_{host_setting}"
    return f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"

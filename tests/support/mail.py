"""A real SMTP server that keeps what it receives, and can be told to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.outbox import Letter, from_mail
from tests.support.processes import PATIENCE, free_port


class MailServer:
    """An SMTP server's `handler`: accepts everything, unless `refusals` is set."""

    def __init__(self, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.refusals: list[str] = []
        """SMTP answers ("451 later") to give to the next messages instead of taking them."""
        self.received: list[Letter] = []
        self.raw: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.received.append(from_mail(Path(f"smtp-{len(self.received)}"), envelope.content))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Listen on a loopback port, in a thread of its own."""
    handler = MailServer(free_port())
    controller = Controller(handler, hostname=handler.host, port=handler.port, ready_timeout=PATIENCE)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()

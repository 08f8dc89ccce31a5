"""A small HTTP server on a loopback port that keeps what it gets: relying parties, SMS gateways, and hosts that must not be called."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """`answers` are statuses for the next requests; afterwards everything is 200. A 3xx points at `/elsewhere`.

    `documents` are bodies by path, with which a GET is answered; any other is empty."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_server() -> Iterator[HttpServer]:
    known = HttpServer()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            known.received.append(Received(self.command, self.path, headers, body))
            status = known.answers.pop(0) if known.answers else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{known.url}/elsewhere")
            document = known.documents.get(self.path, b"") if status == 200 else b""
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        do_GET = do_POST = _answer  # noqa: N815  # http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return None

    class Listener(ThreadingHTTPServer):
        request_queue_size = 128  # five: of more that come at once, one is asked to come again in a second

    server = Listener(("127.0.0.1", 0), Handler)
    known.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

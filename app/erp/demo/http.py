"""The sockets of the demo ERP: HTTP/1.1 with keep-alive, a thread per connection. Knows no routes."""

from __future__ import annotations

import select
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app.erp.demo.service import Answer, DemoErpService, HangUp, Request, failure

LARGEST_BODY = 1_000_000
IDLE_S = 120.0
CHUNK = b" " * 65_536


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, hands them to the service, sends what it says."""

    protocol_version = "HTTP/1.1"
    server_version = "LinesideDemoErp"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_S
    server: Server

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._send(failure(413, "too_large", f"A body has a length, of at most {LARGEST_BODY} bytes."))
            return
        self._serve(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """The demo ERP keeps no access log."""

    def _serve(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.service.reply(Request(method=self.command, target=self.path, headers=headers, body=body))
        if isinstance(reply, Answer):
            self._send(reply)
        else:
            self._hang_up(reply)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body) + answer.filler))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        for _ in range(answer.filler // len(CHUNK)):
            self.wfile.write(CHUNK)
        self.wfile.write(b" " * (answer.filler % len(CHUNK)))

    def _hang_up(self, how: HangUp) -> None:
        self.close_connection = True
        if how is HangUp.WHEN_THE_CLIENT_DOES:
            select.select([self.connection], [], [], IDLE_S)
        self.connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadingHTTPServer):
    """The demo ERP on loopback."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, service: DemoErpService) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service = service

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error; anything else is the service's bug and goes to stderr."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

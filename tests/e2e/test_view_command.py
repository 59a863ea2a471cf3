"""``dougagen view`` as it is typed."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from light_tables import lay_table, spoil

COMMAND = [sys.executable, "-m", "dougagen", "view"]


@contextmanager
def viewed(*words: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command, and the address that it prints."""
    run = subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert run.stdout is not None
        address = run.stdout.readline().strip()
        yield run, address
    finally:
        run.kill()
        run.communicate()


def read(address: str, path: str = "") -> bytes:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request("GET", parts.path + path)
    answer = connection.getresponse()
    assert answer.status == 200
    return answer.read()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_prints_its_address_answers_there_and_says_that_it_ends(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    out = lay_table(tmp_path / "shards")
    with viewed(out, "--port", "0") as (run, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
        about = json.loads(read(address, "about.json"))
        assert [episode["label"] for episode in about["episodes"]] == ["ep 2.mkv", "ep 10.mkv"]
        run.send_signal(number)
        out_text, err_text = run.communicate(timeout=120)
    assert run.returncode == code
    assert out_text == ""
    assert "4 drawings on the light table without background plates" in err_text
    assert "the light table is closed" in err_text
    assert "Traceback" not in err_text


def test_a_port_that_was_asked_for_and_is_taken_is_one_line(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, str(out), "--port", port], capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 2
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stderr


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert "holds no dataset" in done.stderr


def test_damage_is_said_and_stops_nothing(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards")
    spoil(out, "e" * 16, 0).unlink()
    with viewed(out, "--port", "0", "--no-browser") as (run, address):
        assert json.loads(read(address, "about.json"))["drawings"] == 1
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=120)
    assert "not in the folder" in told

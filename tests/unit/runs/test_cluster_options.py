"""What is said of a cluster, and what is said back in a line before any work begins."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dougagen.errors import ConfigError
from dougagen.runs import ExtractOptions
from dougagen.runs.cluster_config import ClusterConfig

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_word_of_ray_there_is_no_cluster_and_an_address_implies_one() -> None:
    assert ExtractOptions().cluster() is None
    assert ExtractOptions(ray=True).cluster() == ClusterConfig()
    said = ExtractOptions(ray_address="head:6379", ray_gpus=0.25, device="cuda")
    assert said.cluster() == ClusterConfig("head:6379", gpus=0.25, device="cuda")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"ray_gpus": 1.0}, "--ray-gpus is for a Ray cluster; add --ray"),
        ({"ray_cpus": 1.0}, "--ray-cpus is for a Ray cluster; add --ray"),
        ({"ray_address": "ray://head:10001"}, "run the command on a node of the cluster"),
        ({"ray_address": "head"}, "must be HOST:PORT or auto, got 'head'"),
        ({"ray_address": "http://head:6379"}, "must be HOST:PORT or auto"),
        ({"ray": True, "device": "cuda:1"}, "gives each worker its GPU; --device cuda"),
        ({"ray": True, "device": "cpu", "ray_gpus": 0.5}, "does not go with --device cpu"),
        ({"ray": True, "ray_gpus": 1.5}, "above 1 must be a whole number, got 1.5"),
        ({"ray": True, "ray_gpus": -1.0}, r"--ray-gpus must be in \[0, 1024\], got -1"),
        ({"ray": True, "ray_cpus": 0.0}, r"--ray-cpus must be in \[0.01, 1024\], got 0"),
    ],
)
def test_what_does_not_go_together_is_a_line(said: dict, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        ExtractOptions(**said).cluster()


def told(*words: str, program: str = "", folder: Path) -> tuple[int, list[str]]:
    """Exit code and lines of the real command line, ``program`` run before it."""
    begin = f"import sys; sys.argv[1:] = {list(words)!r}\n{program}\nfrom dougagen.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", begin],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


def test_without_ray_installed_a_line_says_what_to_install(tmp_path: Path, tiny) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "a.mkv", 1)
    words = ["extract", str(clip), "--out", "shards", "--ray"]
    code, lines = told(*words, program="sys.modules['ray'] = None", folder=tmp_path)
    assert (code, len(lines)) == (2, 1), lines
    assert "pip install 'dougagen[ray]'" in lines[0]
    assert not (tmp_path / "shards").exists()


def test_an_address_at_which_nobody_answers_is_a_line(tmp_path: Path, tiny) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")
    clip = tiny.write_tiny_clip(tmp_path / "a.mkv", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{free.getsockname()[1]}"
        words = ["extract", str(clip), "--out", "shards", "--ray-address", address]
        code, lines = told(*words, folder=tmp_path)
    assert (code, len(lines)) == (1, 1), lines
    assert f"'{address}': the Ray cluster cannot be reached (connection refused)" in lines[0]
    assert not (tmp_path / "shards").exists()


@pytest.mark.ray
def test_a_server_that_is_no_cluster_is_a_line_within_half_a_minute(tmp_path: Path, tiny) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "a.mkv", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        words = ["extract", str(clip), "--out", "s", "--ray-address", f"127.0.0.1:{silent.getsockname()[1]}"]
        began = time.monotonic()
        code, lines = told(*words, folder=tmp_path)
    assert (code, len(lines)) == (1, 1), lines
    assert "no Ray cluster" in lines[0]
    assert time.monotonic() - began < 60  # on a busy machine the interpreter itself takes some of it


def test_what_ray_prints_of_a_dead_node_stays_out_of_standard_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It would stand in the middle of the JSON of a report."""
    worker = pytest.importorskip("ray._private.worker", reason="needs Ray: pip install '.[ray]'")
    from dougagen.runs.ray_cluster import _silence

    said = {"pid": "raylet", "is_err": False}
    with _silence():
        worker.print_to_stdstream(said | {"lines": ["a node is dead"]}, ignore_prefix=False)
        assert capsys.readouterr().out == ""
    worker.print_to_stdstream(said | {"lines": ["another has no memory left"]}, ignore_prefix=False)
    assert "another has no memory left" in capsys.readouterr().out, "outside it prints as ever"

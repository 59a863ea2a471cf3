"""Extraction on real Ray clusters: what dies there takes nothing with it, and rows are those of this machine.

pytest -m ray tests/e2e/test_ray.py
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import ROOT, Nodes, cluster, content, size_of
from tiny_weights import write_tiny_weights
from waiting import comes, ends

from dougagen.runs import Plan, Silent, extract_all
from dougagen.runs.cluster_config import ClusterConfig
from dougagen.shards import verify_dataset

CLIPS = 9


@pytest.fixture
def short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dg-ray-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, tiny: Any) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [tiny.write_tiny_clip(folder / f"{n}.mkv", n, frames=24) for n in range(CLIPS)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "tiny")


@pytest.fixture(scope="module")
def of_this_machine(clips: list[Path], weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of a run without Ray."""
    from dougagen.runs import LoadNetworks

    out = tmp_path_factory.mktemp("local") / "shards"
    report = extract_all(clips, Plan(out), load=LoadNetworks(weights), events=Silent())
    assert not report.exit_code
    return out


def extract(*words: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command line."""
    return subprocess.run(
        [sys.executable, "-m", "dougagen", "extract", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def ledgers(out: Path) -> list[dict[str, Any]]:
    """Without the time that it took, and the names of machines."""
    found = [json.loads(path.read_text()) for path in sorted((out / "episodes").glob("*.json"))]
    for entry in found:
        for name in [name for name in entry if name.startswith("seconds") or name.endswith("_at")]:
            del entry[name]
    return found


def test_a_cluster_of_this_machine_gives_the_rows_of_a_run_without_it(
    clips: list[Path], weights: Path, tmp_path: Path
) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")
    words = (clips[0], "--models", weights, "--json")
    done = extract(*words, "--out", "ray", "--ray", folder=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["failed"], len(report["extracted"])) == (0, [], 1), done.stderr
    assert not extract(*words, "--out", "local", folder=tmp_path).returncode
    assert content(tmp_path / "ray") == content(tmp_path / "local")
    assert ledgers(tmp_path / "ray") == ledgers(tmp_path / "local")
    strange = [line for line in done.stderr.splitlines() if not line.startswith("20")]
    assert strange == []  # every line is one of ours, with its time


class KillsNodes(Silent):
    """Kills two of the nodes when all have an episode in hand."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes, self.began = nodes, 0
        self.warnings: list[str] = []

    def episode_began(self, *_: Any) -> None:
        self.began += 1
        if self.began == len(self._nodes.nodes):
            for node in self._nodes.nodes[:2]:
                node.kill()
            del self._nodes.nodes[:2]

    def warned(self, what: str) -> None:
        self.warnings.append(what)


@pytest.mark.ray
def test_two_of_three_nodes_die_and_every_row_is_there(
    clips: list[Path], tiny: Any, tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    load = tiny.Load(seconds=0.3)
    local = extract_all(clips, Plan(tmp_path / "local"), load=tiny.Load(), events=Silent())
    with cluster(short_folder) as nodes:
        for _ in range(3):
            nodes.add()
        assert comes(lambda: size_of(nodes.address) == 3, seconds=600)
        events = KillsNodes(nodes)
        report = extract_all(
            clips, Plan(tmp_path / "ray"), load=load, events=events, cluster=ClusterConfig(nodes.address)
        )
    assert events.began >= 3
    assert [str(failure.error) for failure in report.failed] == []
    assert sorted(r.source for r in report.extracted) == sorted(r.source for r in local.extracted)
    assert len([line for line in events.warnings if "it is done again" in line]) >= 2, events.warnings
    assert content(tmp_path / "ray") == content(tmp_path / "local")
    assert ledgers(tmp_path / "ray") == ledgers(tmp_path / "local")
    assert verify_dataset(tmp_path / "ray").damages == ()


@pytest.mark.ray
@pytest.mark.skipif(os.geteuid() != 0, reason="hides a folder from a node: needs root")
def test_nodes_that_cannot_work_are_left_out_with_a_line_each(
    clips: list[Path], weights: Path, of_this_machine: Path, tmp_path: Path, short_folder: Path
) -> None:
    other = tmp_path / "other" / "dougagen"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("__version__ = '0.0.1'\n")
    place, videos = tmp_path / "place", clips[0].parent
    place.mkdir()
    hidden = (place, videos)
    with cluster(short_folder) as nodes:
        nodes.add(PYTHONPATH=str(other.parent))
        for folder in hidden:
            hide = f'mount -t tmpfs none {folder} && exec "$@"'
            nodes.add(before=["unshare", "-m", "sh", "-c", hide, "sh"])
        assert comes(lambda: size_of(nodes.address) == 3, seconds=600)
        words = (*clips, "--out", place / "shards", "--models", weights, "--ray-address", nodes.address)
        none = extract(*words, folder=tmp_path)
        assert none.returncode == 2, none.stderr
        assert not (place / "shards").exists()
        good = nodes.add()
        assert comes(lambda: size_of(nodes.address) == 4, seconds=600)
        some = extract(*words, folder=tmp_path)
        good.kill()
        nodes.nodes.remove(good)
    lines = some.stderr.splitlines()
    assert some.returncode == 0, some.stderr
    for said in ("has dougagen 0.0.1", "does not see --out", f"does not see '{videos}"):
        assert len([line for line in lines if said in line and "it is left out" in line]) == 1, lines
    assert content(place / "shards") == content(of_this_machine)
    assert ledgers(place / "shards") == ledgers(of_this_machine)


@pytest.mark.ray
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_no_process_and_nothing_half(
    number: signal.Signals, clips: list[Path], weights: Path, of_this_machine: Path, tmp_path: Path
) -> None:
    words = ["extract", *map(str, clips), "--out", "shards", "--models", str(weights), "--ray"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(
        [sys.executable, "-m", "dougagen", *words], cwd=tmp_path, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert comes(lambda: list(tmp_path.glob("shards/data/.*.partial")) or run.poll() is not None, seconds=300)
    (os.killpg if number == signal.SIGINT else os.kill)(run.pid, number)  # a terminal tells the whole group
    told, _ = run.communicate(timeout=300)
    assert run.returncode == 128 + number, told
    assert "run the same command again to carry on" in told
    assert ends(lambda: processes_of_session(run.pid))
    left = [p.name for p in (tmp_path / "shards").rglob(".*") if p.is_file()]
    assert left == []
    again = extract(*words[1:], folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert content(tmp_path / "shards") == content(of_this_machine)


def processes_of_session(session: int) -> list[str]:
    """Names of those that run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        if rest.split()[3] == str(session) and rest.split()[0] not in "ZX":
            found.append(name)
    return found


@pytest.mark.ray
def test_a_run_that_is_killed_leaves_no_process(clips: list[Path], weights: Path, tmp_path: Path) -> None:
    words = ["extract", *map(str, clips), "--out", "shards", "--models", str(weights), "--ray"]
    run = subprocess.Popen(
        [sys.executable, "-m", "dougagen", *words], cwd=tmp_path, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert comes(lambda: list(tmp_path.glob("shards/data/.*.partial")) or run.poll() is not None, seconds=300)
    run.kill()
    run.wait()
    assert ends(lambda: processes_of_session(run.pid))


@pytest.mark.ray
def test_a_cluster_that_loses_its_head_is_a_line_and_nothing_is_half(
    tiny: Any, weights: Path, tmp_path: Path, short_folder: Path
) -> None:
    for number in range(2):
        tiny.write_tiny_clip(tmp_path / f"{number}.mkv", number, frames=12_000)
    words = ["extract", "0.mkv", "1.mkv", "--out", "shards", "--models", str(weights)]
    with cluster(short_folder) as nodes:
        nodes.add(cpus=2)
        assert comes(lambda: size_of(nodes.address) == 1, seconds=600)
        run = subprocess.Popen(
            [sys.executable, "-m", "dougagen", *words, "--ray-address", nodes.address], cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert comes(lambda: list(tmp_path.glob("shards/data/.*.partial")), seconds=300)
        nodes.head.kill()
        _, told = run.communicate(timeout=300)
    lines = [line for line in told.splitlines() if "error:" in line or not line.startswith("20")]
    assert (run.returncode, len(lines)) == (1, 1), told
    assert "the head of the Ray cluster does not answer any more" in lines[0]
    assert [path for path in (tmp_path / "shards").rglob("*") if path.is_file()] == []

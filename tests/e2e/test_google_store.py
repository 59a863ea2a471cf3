"""Datasets in Google's store: the same promises as in S3, by generations, against fake-gcs-server.

That server is the one that the package index offers. It knows generations, the conditions on them and uploads
in parts; it does not know who may do what. So rights and keys are tested against S3 alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from equal_drawings import pictures, put, shown
from records import entry_of
from stores import BUCKET, BreakingProxy, google_server, google_settings
from tiny_weights import write_tiny_weights

from dougagen.errors import ShardError
from dougagen.files import ABSENT, StorePath, StoreRefused, conditional, open_file, place, staged
from dougagen.files.stores import conditions
from dougagen.files.stores import store as stores_of_process
from dougagen.shards import (
    EpisodeBusy,
    leases,
    lock_episode,
    open_dataset,
    read_rows,
    recover,
    settle_repeats,
    verify_dataset,
    write_card,
    writer_of,
)  # fmt: skip
from dougagen.shards.locks import lock_path

pytestmark = pytest.mark.xdist_group("stores")
ROOT = Path(__file__).resolve().parents[2]
A, B = "a" * 16, "b" * 16
Use = Callable[[str], None]


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with google_server(tmp_path_factory.mktemp("google")) as address:
        yield address


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """This process talks to the server at an address from now on."""

    def talk_to(address: str) -> None:
        for name, value in google_settings(address).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
        from gcsfs.core import GCSFileSystem

        GCSFileSystem.clear_instance_cache()
        stores_of_process._store.cache_clear()
        conditions._tried.clear()

    yield talk_to
    stores_of_process._store.cache_clear()


@pytest.fixture
def out(google: str, go: Use, request: pytest.FixtureRequest) -> StorePath:
    go(google)
    found = place(f"gs://{BUCKET}/{abs(hash(request.node.name))}/shards")
    assert isinstance(found, StorePath)
    return found


def objects(out: StorePath) -> set[str]:
    names = (str(path.relative_to(out)) for path, _ in conditional(out).ages_below(out))
    return {name for name in names if not name.startswith(".dougagen/trials/")}


def named(out: StorePath, *episode_ids: str) -> set[str]:
    from dougagen.shards import files_of, read_ledger

    names = {f"episodes/{episode_id}.json" for episode_id in episode_ids}
    for episode_id in episode_ids:
        entry = read_ledger(out, episode_id)
        assert entry is not None
        names |= {str(file.path.relative_to(out)) for file in files_of(out, entry)}
    return names


def test_a_commit_and_its_redo_leave_what_the_ledger_names(out: StorePath, tmp_path: Path) -> None:
    for folder in (out, tmp_path / "near"):
        put(folder, A, [0, 1], "drop", plate=True)
        put(folder, B, [1, 2], "mark")
        settle_repeats(folder)
        write_card(folder)
    assert shown(out) == shown(tmp_path / "near")
    assert pictures(out) == pictures(tmp_path / "near")
    assert verify_dataset(out).ok
    assert objects(out) == named(out, A, B) | {"README.md"}
    put(out, A, [5], plate=True)
    assert objects(out) == named(out, A, B) | {"README.md"}


def test_of_two_runs_that_believe_an_episode_is_theirs_one_commits(out: StorePath) -> None:
    with writer_of(out, episode_id=A) as sleeper:
        conditional(out).remove(lock_path(out, A))  # type: ignore[arg-type]
        put(out, A, [1])
        with pytest.raises(ShardError, match="another run has committed"):
            sleeper.commit(entry_of(0, episode_id=A))
    assert verify_dataset(out).records == 1
    assert objects(out) == named(out, A)


def test_a_lease_is_held_renewed_and_taken_over(out: StorePath, monkeypatch: pytest.MonkeyPatch) -> None:
    path: Any = lock_path(out, A)
    with lock_episode(out, A) as lease:
        assert isinstance(lease, leases.Lease)
        lease._renew()
        lease.require_held()
        with pytest.raises(EpisodeBusy):
            lock_episode(out, A)
    assert objects(out) == set()
    said = json.loads(leases._text("another", 0)) | {"machine": "elsewhere"}
    conditional(out).put(path, json.dumps(said).encode())
    with pytest.raises(EpisodeBusy):
        lock_episode(out, A)
    monkeypatch.setattr(leases, "LEASE_SECONDS", -1.0)
    lock_episode(out, A).release()
    assert objects(out) == set()


def test_each_request_of_a_commit_that_breaks_once_is_asked_again(
    google: str, go: Use, out: StorePath, tmp_path: Path
) -> None:
    """Every fourth: gcsfs waits a second before it asks again."""
    faults = ("", "", "", "cut before", "", "", "", "cut after", "", "", "", "overloaded")
    with BreakingProxy(google, lambda _m, _p, number: faults[number % 12]) as proxy:  # type: ignore[return-value]
        go(proxy.address)
        for folder in (out, tmp_path / "near"):
            put(folder, A, [0, 1], "mark", plate=True)
        assert len(proxy.asked) > 12
    go(google)
    assert verify_dataset(out).ok
    assert shown(out) == shown(tmp_path / "near")
    left = objects(out) - named(out, A)
    assert all(name.startswith(".dougagen/locks/") for name in left)


_COMMIT = """
import sys
sys.path.append("tests")
import fsspec
from equal_drawings import put
from dougagen.files import place
put(place(sys.argv[1]), "a" * 16, [2, 3, 4], plate=True)
"""


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_a_commit_that_is_killed_at_its_ledger_is_whole_or_not_there(
    fault: str, google: str, out: StorePath
) -> None:
    put(out, A, [0, 1], plate=True)
    child: subprocess.Popen[bytes]
    puts = 0

    def kill(method: str, path: str, _number: int) -> Any:
        nonlocal puts
        puts += method == "POST" and "multipart" in path
        if puts < 9:  # three trials of conditions, the lock, two shards, a plate, prints; the ledger
            return ""
        child.kill()
        child.wait()
        return fault

    with BreakingProxy(google, kill) as proxy:
        env = os.environ | google_settings(proxy.address) | {"PYTHONPATH": str(ROOT)}
        child = subprocess.Popen([sys.executable, "-c", _COMMIT, str(out)], cwd=ROOT, env=env)
        child.wait()
    assert child.returncode == -signal.SIGKILL
    report = verify_dataset(out)
    assert report.ok, report.damages
    assert report.records == (2 if fault == "cut before" else 3)
    recover(out)
    assert objects(out) == named(out, A)


def test_a_large_file_goes_there_in_parts_and_is_read_as_it_was(
    google: str, go: Use, out: StorePath, tmp_path: Path
) -> None:
    data, path = np.random.default_rng(0).bytes((17 << 20) + 5), out / "large"
    (tmp_path / "large").write_bytes(data)
    conditional(out).put_file(path, tmp_path / "large")
    with staged(path) as here:
        assert here.read_bytes() == data
    with open_file(path) as file:
        file.read(10)
        conditional(out).put(path, data[:-9])
        file.seek(9 << 20)
        with pytest.raises(StoreRefused, match="it is not what it was"):
            file.read(10)
    conditional(out).remove(path)
    assert conditional(out).tag_of(path) == ABSENT


def test_a_bucket_that_is_not_there_is_a_line(google: str, go: Use, out: StorePath) -> None:
    elsewhere: Any = place("gs://nothing-here/shards")
    with pytest.raises(StoreRefused, match="there is no such bucket"):
        conditional(elsewhere)
    with pytest.raises(StoreRefused, match="there is no such bucket"):
        (elsewhere / "x.mkv").stat()
    with pytest.raises(FileNotFoundError):
        (out / "x.mkv").stat()


def test_extract_reads_from_it_and_writes_into_it_the_rows_of_a_disk(
    google: str, out: StorePath, tmp_path: Path, tiny: Any
) -> None:
    clip, near = tiny.write_tiny_clip(tmp_path / "clip.mkv", 1, frames=24), tmp_path / "near"
    conditional(out).put(place(f"gs://{BUCKET}/in/clip.mkv"), clip.read_bytes())  # type: ignore[arg-type]
    weights = write_tiny_weights(tmp_path / "weights")

    def run(*words: object) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dougagen", *map(str, words)], capture_output=True, text=True, timeout=120,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        strange = [line for line in done.stderr.splitlines() if not line.startswith("20")]
        assert strange == []
        return done.stderr

    usual = ("--device", "cpu", "--models", weights)
    assert "1 extracted" in run("extract", f"gs://{BUCKET}/in/*.mkv", "--out", out, *usual)
    run("extract", clip, "--out", near, *usual)
    (far,), (here,) = (list(read_rows(folder)) for folder in (out, near))
    others = [name for name in here.column_names if not far[name].equals(here[name])]
    assert others == [], [(far[name].to_pylist(), here[name].to_pylist()) for name in others[:2]]
    assert far.equals(here)
    assert len(open_dataset(out)) == verify_dataset(out).records == far.num_rows > 0

"""Datasets written into an object store: whole or not there, whatever breaks, against a real S3 server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from equal_drawings import pictures, put, shown
from records import entry_of
from stores import BUCKET, OPEN, READER, BreakingProxy, environment, filesystem
from tiny_weights import write_tiny_weights

from dougagen.errors import ShardError, UsageError
from dougagen.files import StorePath, conditional, place
from dougagen.shards import (
    EpisodeBusy,
    leases,
    lock_episode,
    read_ledger,
    recover,
    settle_repeats,
    verify_dataset,
    write_card,
    writer_of,
)
from dougagen.shards.locks import lock_path

pytestmark = pytest.mark.xdist_group("stores")
ROOT = Path(__file__).resolve().parents[2]
TRIALS = ".dougagen/trials/"
"""Objects of a few bytes that a killed run leaves for an hour."""
A, B, C = ("a" * 16, "b" * 16, "c" * 16)


def objects(server: str, out: StorePath) -> set[str]:
    """The names of all that lies in a dataset; SeaweedFS remembers a folder that was emptied."""
    names = (name.removeprefix(out.key).lstrip("/") for name in filesystem(server).find(out.key))
    return {name for name in names if name and not name.startswith(TRIALS)}


def named(out: StorePath, *episode_ids: str) -> set[str]:
    """The names that the ledgers of episodes give, and theirs."""
    names = {f"episodes/{episode_id}.json" for episode_id in episode_ids}
    for episode_id in episode_ids:
        entry = read_ledger(out, episode_id)
        assert entry is not None
        names |= {f"data/{shard.name}" for shard in entry.shards}
        names |= {f"backgrounds/{shard.name}" for shard in entry.backgrounds}
        names |= {f"episodes/{side.name}" for side in (entry.prints, entry.dropped) if side is not None}
    return names


def test_a_commit_leaves_what_the_ledger_names_and_nothing_else(server: str, out: StorePath) -> None:
    put(out, A, [0, 1], plate=True)
    assert verify_dataset(out).ok
    assert objects(server, out) == named(out, A)
    first = objects(server, out)
    put(out, A, [2], plate=True)
    assert objects(server, out) == named(out, A)
    assert objects(server, out) & first == {f"episodes/{A}.json"}, "no name is given twice"
    assert verify_dataset(out).records == 1


def test_repeats_are_settled_in_a_store_as_on_a_disk(server: str, out: StorePath, tmp_path: Path) -> None:
    for folder in (out, tmp_path / "near"):
        put(folder, A, [0, 1], "drop")
        put(folder, B, [1, 2], "drop", plate=True)
        put(folder, C, [2, 0], "mark")
        settle_repeats(folder)
        write_card(folder)
    assert shown(out) == shown(tmp_path / "near")
    assert pictures(out) == pictures(tmp_path / "near")
    assert verify_dataset(out).ok
    assert objects(server, out) == named(out, A, B, C) | {"README.md"}
    card = filesystem(server).cat_file(f"{out.key}/README.md").decode()
    assert "*" not in card.split("dataset_info")[0], "what is not committed yet matches no pattern"
    assert all(name in card for name in named(out, A, B, C) if name.endswith(".parquet"))


def test_an_episode_that_is_there_or_that_another_run_has_is_left_alone(out: StorePath) -> None:
    put(out, A, [0])
    with pytest.raises(ShardError, match="is in the dataset already"), writer_of(out, episode_id=A):
        pytest.fail("it must not be written")  # type: ignore[unreachable]
    with lock_episode(out, B), pytest.raises(EpisodeBusy):
        lock_episode(out, B)
    lock_episode(out, B).release()


def test_a_writer_that_is_left_without_a_commit_leaves_no_trace(server: str, out: StorePath) -> None:
    with pytest.raises(RuntimeError), writer_of(out, episode_id=A):
        raise RuntimeError
    assert objects(server, out) == set()


def test_of_two_runs_that_believe_an_episode_is_theirs_one_commits(server: str, out: StorePath) -> None:
    """The first sleeps until its lease is taken over, as a laptop does."""
    sleeper = writer_of(out, episode_id=A)
    with sleeper:
        filesystem(server).rm_file(lock_path(out, A).key)  # type: ignore[attr-defined]
        put(out, A, [1])
        with pytest.raises(ShardError, match="another run has committed"):
            sleeper.commit(entry_of(0, episode_id=A))
    assert verify_dataset(out).ok
    assert verify_dataset(out).records == 1
    assert objects(server, out) == named(out, A), "and the loser has taken its files away"


def test_a_lease_that_somebody_else_has_by_now_ends_the_commit(
    out: StorePath, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_TRUSTED_SECONDS", 0.0)
    lease = lock_episode(out, A)
    assert isinstance(lease, leases.Lease)
    filesystem(server).pipe_file(lock_path(out, A).key, b'{"token": "another"}')  # type: ignore[attr-defined]
    with pytest.raises(ShardError, match="the lock on it was lost"):
        lease.require_held()
    lease.release()
    assert filesystem(server).cat_file(lock_path(out, A).key) == b'{"token": "another"}'  # type: ignore[attr-defined]


def test_a_lease_is_taken_over_when_its_owner_is_dead_or_silent(
    out: StorePath, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = lock_path(out, A), filesystem(server)
    said = json.loads(leases._text("another", 0))

    def leave(**facts: object) -> None:
        store.pipe_file(path.key, json.dumps(said | facts).encode())  # type: ignore[attr-defined]

    leave(machine="elsewhere")
    with pytest.raises(EpisodeBusy):
        lock_episode(out, A)
    leave(began="another process of this number")
    lock_episode(out, A).release()
    assert objects(server, out) == set()
    leave(machine="elsewhere")
    monkeypatch.setattr(leases, "LEASE_SECONDS", -1.0)
    lock_episode(out, A).release()
    assert objects(server, out) == set()


def test_what_a_dead_run_left_is_removed_once_nobody_can_name_it(out: StorePath, server: str) -> None:
    put(out, A, [0])
    store, stray = filesystem(server), f"data/train-{B}-0123abcd-00000.parquet"
    foreign = "data/notes.txt"
    for name in (stray, foreign):
        store.pipe_file(f"{out.key}/{name}", b"x")
    assert recover(out) == (), "it is young, and its owner may be alive elsewhere"
    said = json.loads(leases._text("another", 0)) | {"began": "a process that is gone"}
    store.pipe_file(lock_path(out, B).key, json.dumps(said).encode())  # type: ignore[attr-defined]
    (found,) = recover(out)
    assert (found.episode_id, found.removed, found.completed) == (B, 1, False)
    assert objects(server, out) == named(out, A) | {foreign}


def test_each_request_of_a_commit_that_breaks_once_is_asked_again(
    server: str, use: Any, out: StorePath, tmp_path: Path
) -> None:
    faults = ("cut before", "cut after", "overloaded")
    with BreakingProxy(server, lambda _m, _p, number: faults[number // 2 % 3] if number % 2 else "") as proxy:
        use(proxy.address)
        for folder in (out, tmp_path / "near"):
            put(folder, A, [0, 1], "mark", plate=True)
            put(folder, A, [2, 3], "mark", plate=True)
            put(folder, B, [3, 4], "drop")
            settle_repeats(folder)
        assert len(proxy.asked) > 60
    use(server)
    assert verify_dataset(out).ok
    assert shown(out) == shown(tmp_path / "near")
    left = objects(server, out) - named(out, A, B)
    assert all(name.startswith(".dougagen/locks/") for name in left), "a lock whose removal went unheard"


_COMMIT = """
import sys
sys.path.append("tests")
from equal_drawings import put
from dougagen.files import place
put(place(sys.argv[1]), "a" * 16, [2, 3, 4], plate=True)
"""


def _killed_at(moment: int, server: str, out: StorePath, fault: str) -> tuple[int, list[str]]:
    """A commit in a process that is killed at its request of this number; its exit code, and its requests."""
    child: subprocess.Popen[bytes]

    def kill(_method: str, _path: str, number: int) -> Any:
        if number < moment:
            return ""
        child.kill()
        child.wait()
        return fault

    with BreakingProxy(server, kill) as proxy:
        words = [sys.executable, "-c", _COMMIT, str(out)]
        env = environment(proxy.address) | {"PYTHONPATH": str(ROOT)}
        child = subprocess.Popen(words, cwd=ROOT, env=env, stderr=subprocess.PIPE)
        _, said = child.communicate(timeout=120)
        assert child.returncode in (0, -signal.SIGKILL), said.decode()
        return child.returncode, proxy.asked


def _kill_and_look(moment: int, fault: str, server: str, out: StorePath) -> bool:
    """Whether the commit had come to its end; whatever the moment, the dataset is the old or the new one."""
    store = filesystem(server)
    if store.exists(out.key):
        store.rm(out.key, recursive=True)
    put(out, A, [0, 1], plate=True)
    code, asked = _killed_at(moment, server, out, fault)
    report = verify_dataset(out)
    assert report.ok, (asked, report.damages)
    assert report.records in (2, 3), asked
    assert len(shown(out)) == report.records
    recover(out)
    assert objects(server, out) == named(out, A), asked
    put(out, A, [5], plate=True)
    assert verify_dataset(out).records == 1
    assert objects(server, out) == named(out, A), asked
    return code == 0


def _ledger_put(server: str, out: StorePath) -> int:
    """Which request of the commit puts the ledger."""
    put(out, A, [0, 1], plate=True)
    _, asked = _killed_at(10**9, server, out, "")
    (number,) = (n for n, one in enumerate(asked) if one.startswith("PUT") and f"/{A}.json" in one)
    return number


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_a_commit_that_is_killed_around_its_one_moment_is_whole_or_not_there(
    fault: str, server: str, out: StorePath
) -> None:
    moment = _ledger_put(server, out)
    for number in (moment, moment + 1):
        assert not _kill_and_look(number, fault, server, out)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_a_commit_that_is_killed_at_any_request_is_whole_or_not_there(
    fault: str, server: str, out: StorePath
) -> None:
    ended = [_kill_and_look(moment, fault, server, out) for moment in range(32)]
    assert ended.count(False) > 15
    assert ended == sorted(ended)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_a_store_that_is_gone_for_good_at_any_request_leaves_the_old_or_the_new(
    fault: Any, server: str, use: Any, out: StorePath
) -> None:
    """The run lives on and says so in a line; it does not take away what may have been committed."""
    for moment in range(0, 40, 3):
        use(server)
        put(out, A, [0, 1], plate=True)
        with BreakingProxy(server, lambda _m, _p, number, at=moment: fault if number >= at else "") as proxy:
            use(proxy.address)
            try:
                put(out, A, [2, 3, 4], plate=True)
            except (ShardError, UsageError) as error:
                assert "\n" not in str(error)  # noqa: PT017 - at which moment it still succeeds is not ours
        use(server)
        report = verify_dataset(out)
        assert report.ok, (moment, report.damages)
        assert report.records in (2, 3)


def test_a_large_file_goes_there_in_parts_and_whole(
    server: str, use: Any, out: StorePath, tmp_path: Path
) -> None:
    data = np.random.default_rng(0).bytes((17 << 20) + 5)
    (tmp_path / "large").write_bytes(data)
    faults = ("cut before", "overloaded", "cut after")
    with BreakingProxy(server, lambda _m, _p, number: faults[number // 2 % 3] if number % 2 else "") as proxy:
        use(proxy.address)
        conditional(out).put_file(out / "large", tmp_path / "large")
        assert sum("partNumber" in one for one in proxy.asked) >= 3
    assert filesystem(server).cat_file(f"{out.key}/large") == data


def test_extract_writes_into_a_store_and_carries_on_there(
    server: str, out: StorePath, tmp_path: Path, tiny: Any
) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "clip.mkv", 1, frames=24)
    filesystem(server).put(str(clip), f"{BUCKET}/one/clip.mkv")
    words = ("extract", f"s3://{BUCKET}/one/", "--out", out, "--device", "cpu")
    words += ("--models", write_tiny_weights(tmp_path / "weights"))

    def run(*more: str, code: int = 0, **keys: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dougagen", *map(str, (*words, *more))],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=environment(server, **keys) | {"PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == code, done.stderr
        assert "secret" not in done.stderr + done.stdout
        return done.stderr

    assert "1 extracted" in run()
    assert verify_dataset(out).ok
    ledgers = (name for name in objects(server, out) if name.startswith("episodes/"))
    (episode_id,) = (Path(name).stem for name in ledgers if name.endswith(".json"))
    there = objects(server, out) - {".dougagen/hashes.json"}
    assert there == named(out, episode_id) | {"README.md"}
    assert "1 already there" in run()
    refused = run(code=2, **READER)
    assert refused.count("error:") == 1
    assert "cannot be the output folder (the store denies access)" in refused


def test_a_store_without_conditions_is_refused_before_anything_is_written(
    server: str, use: Any, tmp_path: Path
) -> None:
    place_there = place(f"s3://{OPEN}/shards")
    assert isinstance(place_there, StorePath)
    with BreakingProxy(server, lambda *_: "") as proxy:
        proxy.dropped = ("if-none-match", "if-match")
        use(proxy.address, FSSPEC_S3='{"anon": true}')
        fsspec.config.conf["s3"] = {"anon": True}
        try:
            with pytest.raises(UsageError, match="does not put objects under a condition"):
                conditional(place_there)
        finally:
            del fsspec.config.conf["s3"]
    assert filesystem(server).find(OPEN) == []
    with pytest.raises(UsageError, match="memory:// addresses cannot be written yet"):
        conditional(place("memory://x/y"))  # type: ignore[arg-type]

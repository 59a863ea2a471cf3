"""Rounds of runs that work on one folder of equal drawings at once, some killed; what must come of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import traceback
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from equal_drawings import put, shown

from dougagen.shards import EpisodeBusy, committed, open_dataset, recover, settle_repeats, verify_dataset

Version = tuple[str, list[int], str]
"""Episode, its drawings, its mode."""


def a_run(out: Path, versions: list[Version], pauses: list[float]) -> int:
    """A run in a process of its own: episode after episode, then the pass, as ``extract`` does it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            recover(out)
            for (episode_id, numbers, mode), pause in zip(versions, pauses, strict=True):
                time.sleep(pause)
                try:
                    put(out, episode_id, numbers, mode, source=f"{mode}:{numbers}")
                except EpisodeBusy:
                    continue
            settled = settle_repeats(out)
            assert settled.troubles == ()
            code = 0
        except Exception:  # noqa: BLE001 - the round sees the exit code, people the traceback
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def a_round(out: Path, rng: random.Random, modes: tuple[str, ...]) -> Counter[str]:
    """Some runs at once, killed or not, and the start after them; what happened."""
    (out / "episodes").mkdir(parents=True)
    (out / "data").mkdir()
    ids = [f"{rng.getrandbits(64):016x}" for _ in range(rng.randint(2, 5))]
    runs = []
    for _ in range(rng.randint(2, 4)):
        versions = [
            (rng.choice(ids), rng.sample(range(6), rng.randint(0, 4)), rng.choice(modes))
            for _ in range(rng.randint(1, 4))
        ]
        runs.append(a_run(out, versions, [rng.uniform(0, 0.02) for _ in versions]))
    seen = Counter({"runs": len(runs)})
    doomed = [pid for pid in runs if rng.random() < 0.35]
    for pid in doomed:
        time.sleep(rng.uniform(0, 0.08))
        os.kill(pid, signal.SIGKILL)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in runs]
    assert all(code in (0, -signal.SIGKILL) for code in codes), codes
    seen["killed"] = sum(code < 0 for code in codes)
    if seen["killed"]:
        recover(out)
        settle_repeats(out)
    if list((out / "episodes").glob("*.json")):
        check(out, out.with_name("alone"), seen)
    return seen


def check(out: Path, alone: Path, seen: Counter[str]) -> None:
    """As if the episodes had come one by one, in a folder of their own; one of equal drawings stays."""
    assert verify_dataset(out).damages == ()
    entries = list(committed(out))
    for entry in entries:
        mode, _, numbers = entry.source.partition(":")
        put(
            alone,
            entry.episode_id,
            [int(n) for n in numbers.strip("[]").split(",") if n],
            mode,
            source=entry.source,
        )
    settle_repeats(alone)
    assert rows(out) == rows(alone)
    assert aside(out) == aside(alone)
    marks = shown(out)
    assert all(marks.get(original) == "" for original in marks.values() if original)
    times = Counter(row["color"]["bytes"] for row in rows(out) if not row["repeats"])
    if all(entry.on_repeat != "keep" for entry in entries):
        assert set(times.values()) <= {1}
    assert not [p for p in out.rglob(".*") if p.is_file()]
    seen["episodes"], seen["drawings that stay"] = len(entries), len(marks)
    seen["marked"] = sum(map(bool, marks.values()))
    seen["dropped"] = len(aside(out))
    shutil.rmtree(alone)


def rows(out: Path) -> list[dict]:
    shards = open_dataset(out).shards
    return [row for shard in shards for row in pq.read_table(shard).to_pylist()]


def aside(out: Path) -> list[dict]:
    return [
        row
        for entry in committed(out)
        if entry.dropped is not None
        for row in pq.read_table(out / "episodes" / entry.dropped.name).to_pylist()
    ]


def many(folder: Path, count: int, *, seed: int) -> Counter[str]:
    """``count`` rounds, a third each with all episodes dropping, all marking, and mixed."""
    rng, seen = random.Random(seed), Counter[str]()
    for number in range(count):
        modes = (("drop",), ("mark",), ("keep", "mark", "drop"))[number % 3]
        seen += a_round(folder / f"round{number}" / "out", rng, modes)
        seen["rounds"] += 1
        shutil.rmtree(folder / f"round{number}")
    return seen

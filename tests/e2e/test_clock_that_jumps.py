"""A clock that leaps by years and back, in every process of a run: the same rows, and nothing waits for it.

The steady clock (``time.monotonic``) never leaps, by the system's word; that of the day does, where a laptop
wakes up or a server corrects itself. Twenty rounds with pytest -m campaign -s (five minutes).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from faults import Run, require_whole, rows_of

_LEAPS = """
import random, time
_rng, _time, _time_ns = random.Random({seed} + __import__("os").getpid()), time.time, time.time_ns
_YEAR = 31_557_600
def _leap():
    return _rng.choice((0, 1, -1, 3600, -3600, -_YEAR, 20 * _YEAR, -30 * _YEAR))
time.time = lambda: max(0.0, _time() + _leap())
time.time_ns = lambda: max(0, _time_ns() + _leap() * 10**9)
"""
"""As ``sitecustomize``, which every process of Python takes in before anything else."""
_RUN = """
import json, sys, time
from pathlib import Path
import tiny
from faults import Silent, summary
from dougagen.runs import Plan, extract_all
assert len({round(time.time(), -3) for _ in range(50)}) > 1, "the clock stands"
clips = sorted(Path(sys.argv[1]).iterdir())
report = extract_all(clips, Plan(Path(sys.argv[2])), load=tiny.Load(), events=Silent(), jobs=2, command="x")
print(json.dumps(summary(report)))
"""
_YEARS = (0, 10**9, 2 * 10**9, 4 * 10**9)
"""Seconds since 1970 that files say they were written at: 1970, 2001, 2033, 2096."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory, tiny) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for seed, second in enumerate(_YEARS):
        path = tiny.write_tiny_clip(folder / f"{seed}.mkv", seed, frames=8)
        os.utime(path, (second, second))
    return folder


@pytest.fixture(scope="module")
def steady(clips, tmp_path_factory, tiny) -> pa.Table:
    """The rows by a clock that goes as it should."""
    out = tmp_path_factory.mktemp("steady") / "out"
    assert Run(sorted(clips.iterdir()), out, load=tiny.Load()).wait() == 0
    return rows_of(out)


def run(clips: Path, out: Path, leaping: Path, seed: int) -> dict[str, list[str]]:
    """What a run with a leaping clock reports."""
    leaping.mkdir(exist_ok=True)
    (leaping / "sitecustomize.py").write_text(_LEAPS.format(seed=seed))
    tests = Path(__file__).parents[1]
    paths = [str(leaping), str(tests), str(tests.parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(clips), str(out)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def rounds(clips: Path, steady: pa.Table, tmp: Path, count: int) -> Iterator[int]:
    """A run by a leaping clock, and the same again, which finds everything done."""
    for seed in range(count):
        out = tmp / f"out{seed}"
        first = run(clips, out, tmp / "leaping", seed)
        assert sorted(first["extracted"]) == sorted(p.name for p in clips.iterdir())
        require_whole(out, steady)
        again = run(clips, out, tmp / "leaping", seed + 1000)
        assert sorted(again["there"]) == sorted(first["extracted"])
        require_whole(out, steady)
        yield seed


def test_rows_are_the_same_whatever_the_clock_says(clips, steady, tmp_path) -> None:
    assert list(rounds(clips, steady, tmp_path, 1)) == [0]


@pytest.mark.campaign
def test_twenty_rounds_of_a_clock_that_jumps(clips, steady, tmp_path) -> None:
    done = len(list(rounds(clips, steady, tmp_path, 20)))
    print(f"\na clock that jumps: {done} rounds of two runs, {steady.num_rows} rows each, all the same")

"""Eight one-minute episodes by Ray against ``--jobs 2``, on a machine with two cores.

DOUGAGEN_BENCH_EPISODES=/tmp/episodes pytest -m bench -s tests/bench/test_bench_ray.py

The folder keeps the episodes, which the studio makes once. With the weights of dougagen it takes an hour and
a half; ``DOUGAGEN_BENCH_MODELS=tiny`` reads with tiny networks, ``DOUGAGEN_BENCH_STOP=15`` so many seconds
of each episode. Both ask more of Ray: what it costs to start and to hand out work is then a larger share.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from repeated_clips import repeated
from tiny_weights import write_tiny_weights

from dougagen.footage import open_episode

pytestmark = pytest.mark.bench
EPISODES = 8


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight clips of the studio, each shown until a minute is over."""
    named = os.environ.get("DOUGAGEN_BENCH_EPISODES")
    folder = Path(named) if named else tmp_path_factory.mktemp("episodes")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(EPISODES):
        whole = folder / f"{number}.mkv"
        if whole.exists():
            continue
        clip = folder / "clips" / f"{number}.mkv"
        if not clip.exists():
            words = ["--out", clip.parent, "--clip", "reel", "--seed", number, "--name", number]
            subprocess.run([sys.executable, "-m", "dougagen", "synth", *map(str, words)], check=True)
        opened = open_episode(clip)
        frames = opened.announced_frames or 1
        repeated(clip, folder / f".{number}.mkv", max(1, round(60 * opened.frame_rate / frames)))
        (folder / f".{number}.mkv").rename(whole)
    return folder


def test_a_cluster_of_this_machine_is_nine_tenths_as_fast_as_two_jobs(episodes: Path, tmp_path: Path) -> None:
    files = [str(episodes / f"{number}.mkv") for number in range(EPISODES)]
    seconds = {}
    options = ["--stop", os.environ.get("DOUGAGEN_BENCH_STOP", "60")]
    if os.environ.get("DOUGAGEN_BENCH_MODELS") == "tiny":
        write_tiny_weights(tmp_path / "models")
        options += ["--models", str(tmp_path / "models")]
    for name, words in (("two jobs", ["--jobs", "2"]), ("Ray", ["--ray", "--jobs", "2"])):
        began = time.monotonic()
        out = str(tmp_path / name.replace(" ", "-"))
        subprocess.run(
            [sys.executable, "-m", "dougagen", "extract", *files, "--out", out, *words, *options, "--quiet"],
            check=True,
        )
        seconds[name] = time.monotonic() - began
    print("\n" + ", ".join(f"{name}: {value:.0f} s" for name, value in seconds.items()))
    assert seconds["Ray"] <= seconds["two jobs"] / 0.9

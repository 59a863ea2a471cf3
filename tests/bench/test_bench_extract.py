"""Where the time of ``extract`` goes on this machine, and that its memory does not grow with the episode.

pytest -m bench -s tests/bench/test_bench_extract.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from repeated_clips import repeated

from dougagen.config import ExtractConfig
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
from dougagen.runs.bench import bench_episode

pytestmark = pytest.mark.bench


def test_stages_alone_and_together(sample_videos: Path) -> None:
    reconstructor = NetworkReconstructor.load(None, ReconstructionConfig())
    for clip in sorted(sample_videos.glob("*.mkv")):
        report = bench_episode(
            clip, reconstructor=reconstructor, config=ExtractConfig(), device=reconstructor.device
        )
        alone = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in report.stage_seconds.items())
        print(f"\n{clip.name}, {report.height} lines: {report.frames} frames, {report.drawings} drawings")
        print(f"  {alone}")
        rate = report.frames / report.together_seconds
        print(f"  all {report.together_seconds:.2f} s, {rate:.1f} frames a s, overlap {report.overlap:.2f}")


def test_memory_does_not_grow_with_the_episode(sample_videos: Path, tmp_path: Path) -> None:
    source = sorted(sample_videos.glob("*.mkv"))[0]
    peaks = {}
    for times in (2, 12):  # about 12 and 72 s of footage
        episode = repeated(source, tmp_path / f"{times}.mkv", times)
        program = (
            "import resource, sys; sys.argv = ['dougagen', *sys.argv[1:]]\n"
            "from dougagen.cli import main\n"
            "try: main()\n"
            "except SystemExit as end: assert not end.code, end.code\n"
            "who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN\n"  # the workers and their decoders
            "print(max(resource.getrusage(each).ru_maxrss for each in who))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, "extract", str(episode), "--out", str(tmp_path / f"out{times}")],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks[times] = int(done.stdout.splitlines()[-1]) / 1024
    print(f"\npeak memory in MB by repeats of {source.name}: {peaks}")
    assert peaks[12] < 1.15 * peaks[2]

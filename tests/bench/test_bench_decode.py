"""What decoding costs at 1080p, part by part: `pytest -m bench -s tests/bench/test_bench_decode.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import pytest

from dougagen.footage import DecodeConfig, decode, open_episode
from dougagen.footage.bars import find_picture_area

REPEATS = 3


def cpu_ms(work: Callable[[], object]) -> float:
    """The least of a few runs, in milliseconds of processor time: other programs do not count."""
    least = float("inf")
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return 1000 * least


@pytest.mark.bench
def test_the_cost_of_decoding_by_its_parts(sample_videos: Path) -> None:
    cv2.setNumThreads(1)
    clip = max(sample_videos.glob("*1080p.mkv"))
    episode = open_episode(clip)
    usual, keep = DecodeConfig(), DecodeConfig(keep_bars=True)

    def run(config: DecodeConfig, *, colour: bool = False) -> int:
        with decode(episode, config=config, threads=1) as stream:
            return sum(bool(frame.rgb().size) if colour else 1 for frame in stream)

    frames = run(usual)
    whole = cpu_ms(lambda: run(keep))
    print(f"\n{clip.name}, {frames} frames")
    print(f"decode, fields looked at: {whole / frames:6.2f} ms a frame")
    colour = cpu_ms(lambda: run(keep, colour=True)) - whole
    print(f"RGB:                      {colour / frames:6.2f} ms a frame")
    print(f"open, hash, first picture:{cpu_ms(lambda: open_episode(clip)):6.1f} ms")
    print(f"bars:                     {cpu_ms(lambda: find_picture_area(episode)):6.1f} ms")
    start = Fraction(frames - 8) / episode.frame_rate
    with decode(episode, start=start, threads=1) as stream:
        began = time.process_time()
        first = next(stream)
        seconds = time.process_time() - began
    print(f"--start at frame {first.index}:    {1000 * seconds:6.1f} ms")
    assert first.index in (frames - 8, frames - 7)

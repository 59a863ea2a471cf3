"""What averaging a hold gains, in PSNR against the frames before coding, and what it costs.

pytest -m bench -s tests/bench/test_bench_best_picture.py
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.footage import decode, open_episode
from dougagen.footage.best_picture import BestPicture
from dougagen.studio.delivery.clips import write_clip
from dougagen.studio.scene import make_scene, whole_frame

pytestmark = pytest.mark.bench

Picture = NDArray[np.uint8]
HOLDS = (3, 2, 24, 3, 12)
LINES = 480
DELIVERIES: dict[str, tuple[float, dict]] = {
    "clean, x264 crf 16": (0, {"crf": 16}),
    "clean, x264 crf 22": (0, {"crf": 22}),
    "clean, x264 crf 28": (0, {"crf": 28}),
    "grain of 2 levels, x264 crf 18": (2, {"crf": 18}),
    "grain of 4 levels, x264 crf 20": (4, {"crf": 20}),
    "grain of 4 levels, x264 crf 26": (4, {"crf": 26}),
    "clean, MPEG-2 at quantiser 4": (0, {"codec": "mpeg2video", "options": {"qmin": "4", "qmax": "4"}}),
    "clean, MPEG-2 at 2.5 Mbit/s": (
        0,
        {"codec": "mpeg2video", "options": {"b": "2500k", "maxrate": "2500k", "bufsize": "1000k"}},
    ),
}


@pytest.fixture(scope="module")
def drawings() -> list[Picture]:
    """One background; on it the middle of another scene for each drawing."""
    scenes = [
        make_scene(8_000_000 + i, window=whole_frame(LINES), delivered=False).color for i in range(len(HOLDS))
    ]
    height, width = scenes[0].shape[:2]
    middle = np.s_[height // 6 :, width // 3 : 2 * width // 3]
    drawings = [scenes[0].copy() for _ in scenes]
    for drawing, scene in zip(drawings, scenes, strict=True):
        drawing[middle] = scene[middle]
    return drawings


def shown(drawings: list[Picture], grain: float) -> Iterator[Picture]:
    rng = np.random.default_rng(0)
    for drawing, held in zip(drawings, HOLDS, strict=True):
        for _ in range(held):
            noise = grain * rng.standard_normal((*drawing.shape[:2], 1), np.float32)
            yield np.clip(np.round(drawing + noise), 0, 255).astype(np.uint8)


def psnr(picture: Picture, truth: Picture) -> float:
    return float(10 * np.log10(255**2 / np.mean((picture.astype(np.float32) - truth) ** 2)))


def test_the_best_picture_is_nearer_to_the_truth(drawings: list[Picture], tmp_path: Path) -> None:
    edges = np.cumsum([0, *HOLDS]).tolist()
    print(f"\n{LINES} lines; dB over the first frame of the hold, mean over the drawings")
    print("| delivery | first frame | last frame | best picture: 2–3 frames | 12–24 frames | ms a frame |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (grain, options) in DELIVERIES.items():
        path = tmp_path / "clip.mkv"
        write_clip(path, shown(drawings, grain), **options)
        with decode(open_episode(path)) as stream:
            frames = list(stream)
        first, last, gains, spent = [], [], {False: [], True: []}, 0.0
        for (start, stop), truth in zip(pairwise(edges), drawings, strict=True):
            first.append(psnr(frames[start].rgb(), truth))
            last.append(psnr(frames[stop - 1].rgb(), truth) - first[-1])
            maker, began = BestPicture(), time.thread_time()
            maker.begin(frames[start])
            for frame in frames[start + 1 : stop]:
                maker.add(frame, False)
            image, stands_for = maker.finish()
            spent += time.thread_time() - began
            assert stands_for.index == start
            gains[stop - start > 3].append(psnr(image, truth) - first[-1])
        short, long = (float(np.mean(gains[kind])) for kind in (False, True))
        print(
            f"| {name} | {np.mean(first):.1f} | {np.mean(last):+.2f} | {short:+.2f} | {long:+.2f} "
            f"| {1000 * spent / len(frames):.1f} |"
        )
        assert min(*gains[False], *gains[True]) > -0.05, "never worse"
        assert not grain or min(short, long) > 0.01

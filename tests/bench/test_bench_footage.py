"""What finding shots and drawings costs beside the decoder, part by part, on one core at 1080p.

pytest -m bench -s tests/bench/test_bench_footage.py

Seconds of the processor, not of the clock, so that a busy machine bends the ratios little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from dougagen.domain import Frame
from dougagen.footage import HoldConfig, decode, open_episode
from dougagen.footage.changes import measured_changes
from dougagen.footage.differences import analysis_plane, block_levels, residual
from dougagen.footage.following import moves_between
from dougagen.footage.holds import collapse_holds
from dougagen.footage.layers import BorderMemory, explain
from dougagen.footage.light import in_one_light
from dougagen.footage.subtitles import text_blocks
from dougagen.footage.transitions import without_transitions

pytestmark = pytest.mark.bench

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of the fastest of three rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def exhausted(items: Iterable[object]) -> int:
    return sum(1 for _ in items)


@pytest.fixture(scope="module")
def walk(sample_videos: Path) -> Path:
    """A 1080p sample: 96 frames under a standing camera, then 30 under a pan."""
    return sample_videos / "03_walk_1080p.mkv"


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    cv2.setNumThreads(1)


def test_cost_beside_the_decoder(walk: Path) -> None:
    episode = open_episode(walk)
    frames: list[Frame] = list(decode(episode, threads=1))
    decoding = seconds(lambda: exhausted(decode(episode, threads=1))) / len(frames)
    print(f"\n{'frames':24} {'ms a frame':>10} {'of decode':>10}\n{'decode':24} {1e3 * decoding:10.2f}")
    for name, part in (("standing camera", frames[:96]), ("pan as one", frames[96:])):
        for step, work in (
            ("changes", lambda p=part: exhausted(measured_changes(p, config=HoldConfig().change))),
            ("shots and drawings", lambda p=part: exhausted(collapse_holds(p, config=HoldConfig()))),
        ):
            took = seconds(work) / len(part)
            print(f"{name + ', ' + step:38} {1e3 * took:8.2f} {took / decoding:9.0%}")


def test_cost_of_the_parts(walk: Path) -> None:
    frames = list(decode(open_episode(walk), threads=1))
    config = HoldConfig().change
    standing, panning = list(pairwise(frames[:40])), list(pairwise(frames[96:]))
    parts: dict[str, Callable[[Frame, Frame], object]] = {}

    def planes(one: Frame, other: Frame):  # type: ignore[no-untyped-def]
        return analysis_plane(other.luma), analysis_plane(one.luma)

    def changed(current, before):  # type: ignore[no-untyped-def]
        return block_levels(residual(current, before, tolerance=0.0)) > config.stirred_level

    parts["reduce two frames"] = planes
    parts["+ compare"] = lambda a, b: block_levels(residual(*planes(a, b), tolerance=0.35))
    parts["+ light"] = lambda a, b: in_one_light(*planes(a, b), config=config.light)
    parts["+ text"] = lambda a, b: text_blocks(
        *(p := planes(a, b)), block_levels(residual(*p, tolerance=0.35)), config=config.subtitles
    )
    parts["+ follow points"] = lambda a, b: moves_between(
        *(p := planes(a, b)), changed(*p), config=config.following
    )
    parts["+ layers"] = lambda a, b: explain(
        *(p := planes(a, b)),
        block_levels(residual(*p, tolerance=0.35)),
        [found.move for found in moves_between(*p, changed(*p), config=config.following)],
        tolerance=0.35,
        memory=BorderMemory(config.layers),
        config=config.layers,
        motion=config.motion,
    )
    print(f"\n{'each with the reduction':28} {'standing':>10} {'pan':>10}  ms a pair")
    for name, part in parts.items():
        costs = [
            seconds(lambda pairs=pairs, part=part: [part(*pair) for pair in pairs]) / len(pairs)
            for pairs in (standing, panning)
        ]
        print(f"{name:28} {1e3 * costs[0]:10.2f} {1e3 * costs[1]:10.2f}")


def test_memory_does_not_grow_with_the_footage() -> None:
    """How many frames are alive while an endless episode runs: bounded by what is looked at ahead."""
    alive: set[int] = set()
    most = 0

    class Watched(np.ndarray):
        def __del__(self) -> None:
            alive.discard(id(self))

    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (60, 80), np.uint8) for _ in range(3)]

    def endless() -> Iterable[Frame]:
        nonlocal most
        for index in range(3000):
            luma = pictures[index // 3 % 3].copy().view(Watched)
            alive.add(id(luma))
            most = max(most, len(alive))
            yield Frame(index, index / 24, luma)  # type: ignore[arg-type]

    changes = measured_changes(endless(), config=HoldConfig().change)
    exhausted(without_transitions(changes, config=HoldConfig().change, transitions=HoldConfig().transitions))
    exhausted(collapse_holds(endless(), config=HoldConfig()))
    print(f"\nframes alive at once: {most}")
    assert most < 110

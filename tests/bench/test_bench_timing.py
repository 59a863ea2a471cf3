"""Timing of dougagen by category, beside ffmpeg's mpdecimate at its defaults and at other people's settings.

pytest -m bench -s tests/bench/test_bench_timing.py

By environment: ``TIMING_SEEDS=1,2`` (below 5000 for development, from 9000 on for judgement),
``TIMING_LINES=540``, ``TIMING_CATEGORIES='zoom over twos,flash'``, ``TIMING_CLIPS=DIR`` (clips are shot there
once and used again), ``TIMING_REAL=DIR`` (more clips, their truth beside them), ``FFMPEG=/path/to/ffmpeg``.

Where there is an ffmpeg its own mpdecimate is asked; without one its rule is applied here: 8×8 blocks every
4 pixels of every plane, from column 8 on, against the last frame that was kept; a frame is new where one
block's sum of absolute differences is over ``hi``, or more than ``frac`` of w/16 · h/16 blocks are over
``lo``. ``test_our_mpdecimate_is_ffmpegs`` compares the two on the samples (ffmpeg n9.0.2: the same frames).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from dougagen.evaluation.clips import clips_with_truth, truth_path
from dougagen.evaluation.metrics import NOTHING_COUNTED, PrecisionRecall, timing_score
from dougagen.footage import Timesheet, open_episode, read_footage, read_truth
from dougagen.studio.clips.categories import CATEGORIES
from dougagen.studio.clips.production import shoot_clip
from dougagen.studio.clips.repertoire import REEL, plan_clip

pytestmark = pytest.mark.bench

SEEDS = [int(seed) for seed in os.environ.get("TIMING_SEEDS", "1,2").split(",")]
LINES = int(os.environ.get("TIMING_LINES", "540"))
CHOSEN = [name.strip() for name in os.environ.get("TIMING_CATEGORIES", ",".join(CATEGORIES)).split(",")]
FFMPEG = os.environ.get("FFMPEG") or shutil.which("ffmpeg")


@dataclass(frozen=True)
class Decimation:
    """mpdecimate's options."""

    hi: int = 64 * 12
    lo: int = 64 * 5
    frac: float = 0.33


DEFAULTS, LOOSE = Decimation(), Decimation(64 * 200, 64 * 50, 0.33)


# ---- mpdecimate ------------------------------------------------------------------------------------------
def kept_by_mpdecimate(clip: Path, options: Decimation) -> list[int]:
    """The frames that mpdecimate keeps: those that it takes for new."""
    return kept_by_ffmpeg(clip, options) if FFMPEG else kept_by_rule(clip, options)


def kept_by_ffmpeg(clip: Path, options: Decimation) -> list[int]:
    """As ffmpeg says it in its debug log, a line a frame."""
    mpdecimate = f"mpdecimate=hi={options.hi}:lo={options.lo}:frac={options.frac}"
    command = [
        str(FFMPEG),
        "-hide_banner",
        "-loglevel",
        "debug",
        "-i",
        str(clip),
        "-vf",
        mpdecimate,
        "-f",
        "null",
        "-",
    ]
    log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    verdicts = re.findall(r"mpdecimate.*\b(keep|drop) pts:", log)
    assert verdicts, "ffmpeg said nothing about frames"
    return [index for index, verdict in enumerate(verdicts) if verdict == "keep"]


def kept_by_rule(clip: Path, options: Decimation) -> list[int]:
    """The same without ffmpeg."""
    kept: list[int] = []
    reference: list[np.ndarray] = []
    for index, planes in enumerate(planes_of(clip)):
        if not reference or any(is_new(c, r, options) for c, r in zip(planes, reference, strict=True)):
            kept.append(index)
            reference = planes
    return kept


def planes_of(clip: Path) -> Iterator[list[np.ndarray]]:
    """The planes of each frame at 8 bits, which is what the filter takes."""
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            eight = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
            yield [
                np.frombuffer(p, np.uint8).reshape(p.height, p.line_size)[:, : p.width].copy()
                for p in eight.planes
            ]


def is_new(current: np.ndarray, reference: np.ndarray, options: Decimation) -> bool:
    height, width = current.shape
    difference = cv2.absdiff(current, reference)
    sums = cv2.boxFilter(
        difference, cv2.CV_32S, (8, 8), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    blocks = sums[0 : height - 7 : 4, 8 : width - 7 : 4]
    most = int((width // 16) * (height // 16) * options.frac)
    return bool((blocks > options.hi).any() or np.count_nonzero(blocks > options.lo) > most)


# ---- clips -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("TIMING_CLIPS")
    return Path(folder) if folder else tmp_path_factory.mktemp("clips")


def shot(name: str, seed: int, folder: Path) -> Path:
    """The clip of (name, seed), shot if it is not there yet."""
    clip = folder / f"{name.replace(' ', '_')}_{seed}_{LINES}.mkv"
    if not truth_path(clip).is_file():
        shoot_clip(plan_clip(name, seed=seed, lines=LINES), folder, file_name=clip.stem)
    return clip


def found_by_dougagen(clip: Path) -> tuple[set[int], set[int]]:
    """Frames at which drawings and shots begin, one setting for everything."""
    with read_footage(open_episode(clip)) as footage:
        sheet = Timesheet.of(footage)
    return set(sheet.starts) - {0}, set(sheet.shot_starts) - {0}


def together(scores: list[PrecisionRecall]) -> PrecisionRecall:
    """One score of several clips: their counts added."""
    return sum(scores, NOTHING_COUNTED)


def told(score: PrecisionRecall) -> str:
    return " ".join(f"{value:5.3f}" for value in (score.precision, score.recall, score.f1))


def row(name: str, clip_files: list[Path]) -> str:
    """P R F1 of dougagen, of mpdecimate's defaults, of the loose setting; drawings and frames."""
    ours, usual, loose, frames, drawings = [], [], [], 0, 0
    for clip in clip_files:
        truth = read_truth(truth_path(clip))
        starts = set(truth.starts) - {0}
        frames, drawings = frames + truth.frames, drawings + len(starts)
        ours.append(timing_score(found_by_dougagen(clip)[0], starts))
        usual.append(timing_score(set(kept_by_mpdecimate(clip, DEFAULTS)) - {0}, starts))
        loose.append(timing_score(set(kept_by_mpdecimate(clip, LOOSE)) - {0}, starts))
    scores = " | ".join(told(together(score)) for score in (ours, usual, loose))
    return f"{name:26} | {scores} | {drawings:5d} of {frames}"


HEAD = (
    f"{'category':26} | {'dougagen: P R F1':17} | {'mpdecimate':17} | {'hi=200 lo=50':17} | starts of frames"
)


# ---- the tables --------------------------------------------------------------------------------------------
def test_timing_by_category(clips: Path) -> None:
    print(f"\n{LINES} lines, seeds {SEEDS}, mpdecimate {'of ' + FFMPEG if FFMPEG else 'by its rule'}\n{HEAD}")
    for name in CHOSEN:
        print(row(name, [shot(name, seed, clips) for seed in SEEDS]), flush=True)


def test_timing_of_real_drawings() -> None:
    folder = os.environ.get("TIMING_REAL")
    if not folder:
        pytest.skip("TIMING_REAL names no folder of clips with their truth")
    print(f"\n{HEAD}")
    for clip in clips_with_truth(Path(folder)):
        print(row(clip.stem, [clip]), flush=True)


def test_cuts_on_reels(clips: Path) -> None:
    scores = []
    for seed in SEEDS:
        clip = shot(REEL, seed, clips)
        scores.append(timing_score(found_by_dougagen(clip)[1], set(read_truth(truth_path(clip)).shots) - {0}))
        print(f"\nreel {seed}, {LINES} lines: cuts P R F1 {told(scores[-1])}", end="", flush=True)
    print(f"\nall reels: {told(together(scores))}")


@pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg on this machine: set FFMPEG")
@pytest.mark.parametrize("options", [DEFAULTS, LOOSE, Decimation(64 * 30, 64 * 2, 0.02)])
def test_our_mpdecimate_is_ffmpegs(options: Decimation, sample_videos: Path) -> None:
    for clip in sorted(sample_videos.glob("*.mkv")):
        assert kept_by_rule(clip, options) == kept_by_ffmpeg(clip, options)

"""How well flags tell bad pictures from good ones, on studio scenes and clips.

pytest -m bench -s tests/bench/test_bench_flags.py

``FLAG_SEEDS=1,2`` names the clips' seeds (9000 and above for judgement), ``TIMING_LINES`` their lines,
``TIMING_CLIPS`` the folder where they are kept. Each flag is asked of the first pictures of drawings as they
are coded, and of the same pictures with what it is about.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.footage import FlagConfig, read_truth
from dougagen.footage.flags import flags_of
from dougagen.footage.picture_measures import picture_measures
from dougagen.footage.text import glyphs_in_rows
from dougagen.studio.clips.production import shoot_clip
from dougagen.studio.clips.repertoire import plan_clip
from dougagen.studio.delivery.stills import degrade
from dougagen.studio.scene import make_scene, whole_frame
from dougagen.studio.stand.lettering import burn_text

pytestmark = pytest.mark.bench

FLAGS = FlagConfig()
SEEDS = range(7_000_000, 7_000_024)
LINES = (480, 720, 1080)


def test_text_is_told_from_drawings() -> None:
    with_text, without = [], []
    for seed in SEEDS:
        scene = make_scene(seed, window=whole_frame(LINES[seed % 3]), delivered=False).color
        rng = np.random.default_rng(seed)
        without.append(glyphs_in_rows(degrade(rng, scene), config=FLAGS.measures.text))
        with_text += [
            glyphs_in_rows(degrade(rng, burn_text(rng, scene)), config=FLAGS.measures.text) for _ in range(3)
        ]
    print(f"\n{len(without)} scenes without text, {len(with_text)} with (12 % of them a logo alone)")
    for least in (3, 4, 6, 8, 10):
        found, wrong = sum(n >= least for n in with_text), sum(n >= least for n in without)
        line = f"recall {found / len(with_text):.2f}, precision {found / max(found + wrong, 1):.2f}"
        print(f"at least {least} glyphs: {line}, false alarms {wrong} of {len(without)}")
    enough = FlagConfig().text
    assert sum(n >= enough for n in without) <= 0.05 * len(without)
    assert sum(n >= enough for n in with_text) >= 0.5 * len(with_text)


# ---- on clips --------------------------------------------------------------------------------------------
Picture = NDArray[np.uint8]
Spoiler = Callable[[np.random.Generator, Picture, Picture], Picture]
CLIPS = ("twos", "double outlines", "crowd", "pan over threes", "blink", "smoke")
FLAG_SEEDS = [int(seed) for seed in os.environ.get("FLAG_SEEDS", "31").split(",")]
CLIP_LINES = int(os.environ.get("TIMING_LINES", "480"))
PER_CLIP = 12


def woven(rng: np.random.Generator, picture: Picture, other: Picture) -> Picture:
    """A picture's even rows and another's odd ones."""
    both = picture.copy()
    both[1::2] = other[1::2]
    return both


def blurred(rng: np.random.Generator, picture: Picture, other: Picture) -> Picture:
    sigma = picture.shape[0] / 1080 * float(rng.uniform(5, 9))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def dragged(rng: np.random.Generator, picture: Picture, other: Picture) -> Picture:
    length = int(picture.shape[0] / 1080 * rng.uniform(50, 90)) | 1
    kernel = np.zeros((length, length), np.float32)
    slope = float(rng.uniform(-0.3, 0.3))
    ends = [(x, round(length / 2 + slope * (x - length / 2))) for x in (0, length - 1)]
    cv2.line(kernel, *ends, 1.0, 1)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def darkened(rng: np.random.Generator, picture: Picture, other: Picture) -> Picture:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=float(rng.uniform(0.1, 0.24))), np.uint8)


def lettered(rng: np.random.Generator, picture: Picture, other: Picture) -> Picture:
    return burn_text(rng, picture, logo_alone=False)  # a station's emblem is no text


SPOILED: dict[str, Spoiler] = {
    "combed": woven,
    "text": lettered,
    "blurry": blurred,
    "motion_blur": dragged,
    "dark": darkened,
}


def drawings_of(clip: Path) -> Iterator[tuple[Picture, Picture]]:
    """The first picture of some drawings, and that of the drawing after each."""
    starts = set(read_truth(clip.with_suffix(".json")).starts)
    with av.open(str(clip)) as container:
        shown = [
            frame.to_ndarray(format="rgb24")
            for index, frame in enumerate(container.decode(video=0))
            if index in starts
        ]
    step = max(1, len(shown) // PER_CLIP)
    return ((shown[i], shown[i + 1]) for i in range(0, len(shown) - 1, step))


def flags(picture: Picture) -> set[str]:
    return set(
        flags_of(
            {measure.name: measure.value for measure in picture_measures(picture, config=FLAGS.measures)}
        )
    )


def test_flags_on_clips_with_and_without_each(tmp_path: Path) -> None:
    folder = Path(os.environ.get("TIMING_CLIPS", tmp_path))
    wrong, found = (dict.fromkeys(SPOILED, 0) for _ in range(2))
    clean, spoiled = 0, dict.fromkeys(SPOILED, 0)
    for name in CLIPS:
        for seed in FLAG_SEEDS:
            clip = folder / f"{name.replace(' ', '_')}_{seed}_{CLIP_LINES}.mkv"
            if not clip.with_suffix(".json").is_file():
                shoot_clip(plan_clip(name, seed=seed, lines=CLIP_LINES), folder, file_name=clip.stem)
            for number, (picture, other) in enumerate(drawings_of(clip)):
                rng = np.random.default_rng([seed, number, *name.encode()])  # another text on each
                clean += 1
                for flag in flags(picture) & set(SPOILED):
                    wrong[flag] += 1
                    print(f"{flag} where there is none: {clip.stem}, drawing {number}", flush=True)
                for flag, spoil in SPOILED.items():
                    if flag == "combed" and np.mean(cv2.absdiff(picture, other).max(axis=2) > 12) < 0.01:
                        continue  # two fields of all but the same picture
                    spoiled[flag] += 1
                    found[flag] += flag in flags(spoil(rng, picture, other))
    print(f"\n{clean} pictures without, seeds {FLAG_SEEDS}, {CLIP_LINES} lines")
    for flag in SPOILED:
        precision = found[flag] / max(found[flag] + wrong[flag], 1)
        recall = f"recall {found[flag] / max(spoiled[flag], 1):.3f} of {spoiled[flag]}"
        print(f"{flag:12} precision {precision:.3f} ({wrong[flag]} wrong), {recall}")
    assert clean >= 50

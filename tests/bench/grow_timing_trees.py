"""Grow the trees that judge which frames begin a drawing (``dougagen/footage/judge.py``), on studio clips.

python tests/bench/grow_timing_trees.py FOLDER [SEEDS]

For each seed (``31-36``, below 5,000) a clip of every category is shot into FOLDER. Every clip there is read
once and kept beside it as evidence, so that a run that is stopped goes on where it was; trees are grown from
all of them. What it writes, ``timing_trees.json``, is as exact as three digits; the date in
``JudgeConfig.trees`` is part of the digest of an extraction and is changed with it.

Frames in which a shot begins, and those within a flash or a dissolve, are decided elsewhere.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from boosting import Growth, grown
from numpy.typing import NDArray

from dougagen.evaluation.clips import truth_path
from dougagen.footage import open_episode, read_truth
from dougagen.footage.change import Trace
from dougagen.footage.decode import DecodeConfig, decode
from dougagen.footage.holds import HoldConfig, known_changes, threshold_at
from dougagen.footage.judge import at_first_sight, traits_in_window
from dougagen.footage.traits import WINDOW_TRAITS
from dougagen.studio.clips.categories import CATEGORIES
from dougagen.studio.clips.production import shoot_clip
from dougagen.studio.clips.repertoire import REEL, plan_clip

LINES = 480
GROWTH = Growth(trees=300, levels=5, pace=0.08, ridge=60.0, bins=40, ends=0.01, asked=0.3)
CONFIG = HoldConfig()


def shot(name: str, seed: int, folder: Path) -> Path:
    """The clip of a category and seed, shot where it does not lie there with its truth."""
    clip = folder / f"{name.replace(' ', '_')}_{seed}.mkv"
    if not truth_path(clip).is_file():
        shoot_clip(plan_clip(name, seed=seed, lines=LINES), folder, file_name=clip.stem)
    return clip


def keep_evidence(clip: Path) -> None:
    """What each frame of a clip shows, beside it: one array of ``Trace`` each, and the truth."""
    kept = clip.with_suffix(".npz")
    if kept.is_file():
        return
    frames = decode(open_episode(clip), config=DecodeConfig())
    traces = [change.trace for change in known_changes(frames, config=CONFIG)]
    starts = np.zeros(len(traces), np.bool_)
    starts[[start for start in read_truth(truth_path(clip)).starts if start < len(traces)]] = True
    columns = {name: np.array([getattr(trace, name) for trace in traces]) for name in Trace.__slots__}
    np.savez_compressed(kept, starts=starts, **columns)


def rows_of(kept: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Traits [frames, traits] and whether a drawing begins [frames], of the frames that the trees judge."""
    with np.load(kept) as columns:
        starts = columns["starts"]
        names = [name for name in Trace.__slots__ if name != "evidence"]
        values = zip(*(columns[name].tolist() for name in names), strict=True)
        traces = [
            Trace(**dict(zip(names, row, strict=True)), evidence=evidence)
            for row, evidence in zip(values, columns["evidence"], strict=True)
        ]
    judged = [i for i, trace in enumerate(traces) if i and not trace.cut and not trace.settled]
    rows = []
    for i in judged:
        first = max(i - CONFIG.frames_behind, 0)
        window, position = traces[first : i + CONFIG.frames_ahead + 1], i - first
        threshold = threshold_at(window, position, config=CONFIG)
        rows.append(traits_in_window(window, position, threshold=threshold, config=CONFIG.judge))
    return np.stack(rows), starts[judged].astype(np.float64)


def main() -> None:
    folder = Path(sys.argv[1])
    first, _, last = (sys.argv[2] if len(sys.argv) > 2 else "").partition("-")
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(int(first), int(last or first) + 1) if first else ():
        for name in (*CATEGORIES, REEL):
            keep_evidence(shot(name, seed, folder))
            print(f"{name}, seed {seed}", flush=True)
    for clip in sorted(folder.glob("*.mkv")):
        keep_evidence(clip)
    parts = [rows_of(kept) for kept in sorted(folder.glob("*.npz"))]
    traits, answers = (np.concatenate(part) for part in zip(*parts, strict=True))
    print(f"{len(parts)} clips, {len(answers)} frames, {int(answers.sum())} of which begin a drawing")
    known = at_first_sight(traits, config=CONFIG.judge)
    trees = grown(WINDOW_TRAITS, traits, answers, np.ones(len(answers)), GROWTH, known)
    path = Path(__file__).parents[2] / "dougagen" / "footage" / "timing_trees.json"
    path.write_text(json.dumps(trees, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

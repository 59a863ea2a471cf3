"""Grow the trees by which rows of shapes are read as text (``dougagen/footage/text.py``), on studio scenes.

python tests/bench/grow_text_trees.py [SCENES] [FOLDER]

SCENES training scenes of 480 lines (1200), each as it is, with two texts of the studio and a plain one over
it, and combed, which is no text; coded by JPEG or not at all. Scenes are kept in FOLDER and used again. What
it writes, ``text_trees.json``, is as exact as three digits; the date in ``TextConfig.trees`` is part of the
digest of an extraction and is changed with it.

Rows of one picture count less the more they are, so that credits do not outvote a title.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from boosting import Growth, grown
from numpy.typing import NDArray

from dougagen.footage.text import TRAITS, TextConfig, traits_of_rows
from dougagen.studio.profiles import TRAINING, Profile
from dougagen.studio.scene import make_scene, whole_frame
from dougagen.studio.stand.lettering import text_layer
from dougagen.studio.stand.typesetting import sentence

SCENES = Profile(
    "frames", whole_frames=True, book=0.2, filling=0.10, paper=0.03, text=0.0, ranges=TRAINING.ranges
)
OWN, NONE = 0.7, 0.1  # share of a row's shapes that lie on text: it is text, or none; between, nobody knows


def pictures(scenes: int, folder: Path) -> Iterator[NDArray[np.uint8]]:
    """uint8[480, 854, 3] each."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(500_000, 500_000 + scenes):
        kept = folder / f"{seed}.png"
        if not kept.is_file():
            color = make_scene(seed, window=whole_frame(480), profile=SCENES).color
            cv2.imwrite(str(kept), color[..., ::-1])
        yield np.ascontiguousarray(np.asarray(cv2.imread(str(kept)), np.uint8)[..., ::-1])


def coded(rng: np.random.Generator, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if rng.uniform() < 0.4:
        return picture
    quality = int(rng.integers(60, 96))
    _, packet = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(packet, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def combed(rng: np.random.Generator, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every other row from a frame in which all lies elsewhere."""
    both = picture.copy()
    both[1::2] = np.roll(picture, int(rng.integers(2, 14)), axis=1)[1::2]
    return both


def plainly_lettered(
    rng: np.random.Generator, picture: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A line or two in strokes of one width, with an edge or without, as old subtitles have them."""
    letters = np.zeros(picture.shape[:2], np.uint8)
    size, lines = float(rng.uniform(0.6, 1.4)), int(rng.integers(1, 3))
    x, y = int(rng.integers(10, 300)), int(rng.integers(40, 400))
    for line in range(lines):
        words = sentence(rng, "latin", int(rng.integers(5, 30)))
        at = (x, y + round(34 * size * line))
        cv2.putText(
            letters, words, at, int(rng.integers(0, 5)), size, 255, 2 if size > 0.8 else 1, cv2.LINE_AA
        )
    written = picture.astype(np.float32)
    if rng.uniform() < 0.5:
        around = np.asarray(cv2.dilate(letters, np.ones((5, 5), np.uint8)), np.float32)[..., np.newaxis] / 255
        written = written * (1 - around)
    share = letters.astype(np.float32)[..., np.newaxis] / 255
    fill = np.array([(255, 255, 255), (255, 240, 60), (230, 230, 230)][int(rng.integers(3))], np.float32)
    written = written * (1 - share) + fill * share
    return np.round(written).astype(np.uint8), letters > 60


def rows_with_answers(
    scenes: int, folder: Path
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Traits [rows, traits], whether each is text [rows], and of which picture it is [rows]."""
    config = TextConfig()
    traits, answers, of = [], [], []
    for number, scene in enumerate(pictures(scenes, folder)):
        rng = np.random.default_rng([number, 77])
        height, width = scene.shape[:2]
        layers = [text_layer(rng, height=height, width=width, logo_alone=False) for _ in range(2)]
        shown: list[tuple[NDArray[np.uint8], NDArray[np.bool_] | None]] = [
            (scene, None),
            (combed(rng, scene), None),
            *((layer.over(scene), layer.alpha > 60) for layer in layers),
            plainly_lettered(rng, scene),
        ]
        for copy, (picture, written) in enumerate(shown):
            for row, column, seen in traits_of_rows(coded(rng, picture), config=config):
                boxes = row.box[:, [1, 0, 3, 2]] if column else row.box
                share = 0.0 if written is None else share_on(written, boxes)
                if NONE < share <= OWN:
                    continue
                traits.append(seen)
                answers.append(share > OWN)
                of.append(len(shown) * number + copy)
    return np.stack(traits), np.array(answers, np.float64), np.array(of)


def share_on(written: NDArray[np.bool_], boxes: NDArray[np.float64]) -> float:
    """Share of the boxes in which text covers a part."""
    parts = boxes.astype(int)
    return float(np.mean([written[y : y + h, x : x + w].mean() > 0.15 for x, y, w, h in parts]))


def weights(answers: NDArray[np.float64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    rows = np.bincount(of, answers)
    return np.where(answers > 0, 1 / np.sqrt(np.maximum(rows[of], 1)), 1.0)


def main() -> None:
    scenes = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "text_scenes")
    cv2.setNumThreads(1)
    traits, answers, of = rows_with_answers(scenes, folder)
    print(f"{len(answers)} rows, {int(answers.sum())} of text")
    trees = grown(TRAITS, traits, answers, weights(answers, of), Growth())
    path = Path(__file__).parents[2] / "dougagen" / "footage" / "text_trees.json"
    path.write_text(json.dumps(trees, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

"""One trained network against every drawing of the proof."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.colorizer import Colorizer
from dougagen.colorization.hints import Hints
from dougagen.colorization.metrics import ColorFlicker, FeatureMeasures, frechet, psnr, ssim
from dougagen.colorization.proof.judged import Judged, JudgedShot, hints_of

HINTED, BARE = "28 hints", "no hints"
PER_DRAWING = ("psnr", "ssim", "feature_distance")


def measure(
    colorizer: Colorizer,
    drawings: Sequence[Judged],
    shots: Sequence[JudgedShot],
    features: FeatureMeasures,
) -> dict[str, Any]:
    """Figures, JSON-ready: ``drawings`` by name and hints, ``frechet`` by group and hints, ``flicker``."""
    figures: dict[str, Any] = {}
    clouds: dict[tuple[str, str], tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]] = {}
    for drawing in drawings:
        rows, columns = drawing.box()
        truth = drawing.truth[rows, columns]
        of_drawing: dict[str, Any] = {"group": drawing.group}
        for told, hints in ((HINTED, drawing.hints()), (BARE, None)):
            painted = colorizer.open_shot().paint(drawing.art, hints=hints)[rows, columns]
            of_drawing[told] = {
                "psnr": psnr(painted, truth),
                "ssim": ssim(painted, truth),
                "feature_distance": features.distance(painted, truth),
            }
            found, wanted = clouds.setdefault((drawing.group, told), ([], []))
            found.append(features.places(painted))
            wanted.append(features.places(truth))
        figures[drawing.name] = of_drawing
    distances = {
        f"{group}, {told}": frechet(np.concatenate(found), np.concatenate(wanted))
        for (group, told), (found, wanted) in clouds.items()
    }
    return {"drawings": figures, "frechet_lite0": distances, "flicker": flicker(colorizer, shots)}


def flicker(colorizer: Colorizer, shots: Sequence[JudgedShot]) -> dict[str, Any]:
    """How much the colour of the same paint changes from drawing to drawing, with the drawing before in mind
    and without it; somebody has put 28 hints on the first drawing of each shot."""
    told: dict[str, Any] = {}
    for name, keeps in (("with", True), ("without", False)):
        total = ColorFlicker()
        for shot in shots:
            painter = colorizer.open_shot()
            painted = []
            for number, (art, truth) in enumerate(zip(shot.arts, shot.truths, strict=True)):
                hints: Hints | None = None if number else hints_of(truth)
                painted.append(painter.paint(art, hints=hints, keeps_in_mind=keeps))
            for pair in zip(pairwise(painted), pairwise(shot.truths), pairwise(shot.inside), strict=True):
                total += ColorFlicker.of(*pair)
        told[name] = total.levels
        told["pixels"] = total.pixels
    return told

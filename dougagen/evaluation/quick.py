"""A small fixed evaluation that a training can afford every few minutes.

Heavy rooms are imported when it runs: ``dougagen.evaluation`` alone stays light.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dougagen.domain import SCORED_CLASSES, Reconstructor, Triplet
from dougagen.evaluation.metrics import NOTHING_COUNTED, CelConfusion

if TYPE_CHECKING:
    from dougagen.evaluation.triplets import TripletScore

_WEIGHTS = ("cel.safetensors", "douga.safetensors")
_DRAWINGS_A_FOLDER = 2
"""Of real drawings: the first and the middle one, over six backgrounds each."""
_PIXELS_KEPT = 64_000_000
"""Scenes are drawn once and kept up to so many pixels, about 5 bytes each; more are drawn again."""


def quick_scores(
    models: Path | None,
    *,
    scenes: int,
    lines: int,
    real: Path | None = None,
    partner: Path | None = None,
    device: str = "auto",
) -> dict[str, float]:
    """Score the weights in a folder on the first held-out scenes, and on a few real drawings.

    The same scenes every time, so that a curve over a training means something. Eight scenes at 480 lines
    take about as long as eight forward passes; drawing them costs once in a process.

    Args:
        models: folder with ``cel.safetensors`` and ``douga.safetensors``; None means the shipped weights.
        scenes: how many held-out scenes, from seed 1,000,000 on.
        lines: their height.
        real: folder of folders of real drawings; two of each are laid over six backgrounds.
        partner: folder that lends the network that ``models`` lacks: a training makes only one of the pair.
        device: as in ``ReconstructionConfig``.

    Returns:
        One name and figure each, always the same names in the same order: ``cel_accuracy``, ``cel_iou``,
        ``cel_boundary_f``, ``douga_accuracy``, ``mean_iou``, ``line_f1``, ``iou_flat_area`` … for each of the
        eight scored classes, and with ``real`` also ``real_cel_iou``, ``real_boundary_f`` and
        ``real_line_f1`` over all its folders. A class that occurs nowhere is NaN.

    Raises WeightsError, DeviceError, UsageError.
    """
    from dougagen.evaluation.triplets import score_triplets
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

    with _pair(models, partner) as folder:
        reconstructor = NetworkReconstructor.load(folder, ReconstructionConfig(device=device))
    figures = flat_figures(score_triplets(_scenes(scenes, lines), reconstructor, extractors={}))
    return figures | ({} if real is None else _real_figures(real, reconstructor))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickScores:
    """What a training asks of its weights, in a process of its own: ``quick_scores`` of a file."""

    scenes: int = 12
    lines: int = 480
    """A quarter of a second a scene on one core."""
    real: Path | None = None
    cel: Path | None = None
    """The cel network that a douga network learns with; None: that of ``partner``."""
    partner: Path | None = None
    """Folder that lends the other network of the pair."""
    device: str = "auto"

    def __call__(self, weights: Path) -> dict[str, float]:
        """Name → figure for a weights file that lies in a folder of its own."""
        if self.cel is not None:
            shutil.copyfile(self.cel, weights.parent / _WEIGHTS[0])
        return quick_scores(
            weights.parent,
            scenes=self.scenes,
            lines=self.lines,
            real=self.real,
            partner=self.partner,
            device=self.device,
        )


def flat_figures(score: TripletScore) -> dict[str, float]:
    """The figures of ``quick_scores`` from a score: one line of a training log, one entry of a header."""
    iou = score.douga.iou()
    return {
        "cel_accuracy": score.cel.accuracy,
        "cel_iou": score.cel.iou,
        "cel_boundary_f": score.boundary.f1,
        "douga_accuracy": score.douga.accuracy,
        "mean_iou": score.douga.mean_iou,
        "line_f1": score.lines.merged.f1,
        **{f"iou_{c.name.lower()}": float(iou[c]) for c in SCORED_CLASSES},
    }


def _real_figures(folder: Path, reconstructor: Reconstructor) -> dict[str, float]:
    from dougagen.evaluation.real_drawings import drawing_folders, read_drawings, score_real_drawings
    from dougagen.evaluation.suite import held_out_backgrounds

    cel, boundary, lines = CelConfusion.empty(), NOTHING_COUNTED, NOTHING_COUNTED
    for group in drawing_folders(folder):
        drawings = read_drawings(group)
        few = drawings[:: max(1, -(-len(drawings) // _DRAWINGS_A_FOLDER))]
        score = score_real_drawings(few, held_out_backgrounds(), reconstructor, extractors={})
        cel, boundary, lines = cel + score.cel, boundary + score.boundary, lines + score.lines
    return {"real_cel_iou": cel.iou, "real_boundary_f": boundary.f1, "real_line_f1": lines.f1}


def _scenes(count: int, lines: int) -> Iterator[tuple[str, Triplet]]:
    from dougagen.evaluation.suite import held_out_scenes

    if count * lines * lines * 16 // 9 <= _PIXELS_KEPT:
        return iter(_kept_scenes(count, lines))
    return held_out_scenes(count, lines=lines)


@lru_cache(maxsize=1)
def _kept_scenes(count: int, lines: int) -> tuple[tuple[str, Triplet], ...]:
    from dougagen.evaluation.suite import held_out_scenes

    return tuple(held_out_scenes(count, lines=lines))


@contextmanager
def _pair(models: Path | None, partner: Path | None) -> Iterator[Path | None]:
    """A folder with both networks: ``models`` itself, or a copy of it with the partner's file beside."""
    if models is None or partner is None or all((models / name).is_file() for name in _WEIGHTS):
        yield models
        return
    with TemporaryDirectory(prefix="dougagen-pair-") as folder:
        for name in _WEIGHTS:
            for source in (models / name, partner / name):
                if source.is_file():
                    shutil.copyfile(source, Path(folder) / name)
                    break
        yield Path(folder)

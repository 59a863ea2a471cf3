"""From each frame to the next: how much changed that neither noise, light nor moving layers explain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.differences import AnalysisPlane, analysis_plane, block_levels, residual
from dougagen.footage.layers import BorderMemory, explain
from dougagen.footage.light import relit
from dougagen.footage.motion import Displacement, candidate_displacements, lasting
from dougagen.footage.shots import is_cut

_MEMORY = 3  # frames; a layer that moves on twos or threes is found again within so many


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeConfig:
    """What counts as a change. Levels are 8-bit luma levels, [0, 255]."""

    tolerance: float = 0.35  # share of the local contrast, [0, 1], that coding noise may take up
    still_level: float = (
        5.0  # levels: the worst block of a new drawing where the picture stands still or moves as one
    )
    layers_level: float = 16.0  # levels: the block at `strips_share` from the worst, where layers move apart
    strips_share: float = 0.002  # share of the blocks; the strips that layers uncover are fewer
    usual_contrast: float = 100.0  # levels: edges of an ordinary shot; darker shots change by less
    least_level: float = 1.5  # levels: the smallest change that is told from noise however dark the shot
    noise_share: float = 0.01  # share of the blocks; the block so far from the worst measures the noise …
    noise_factor: float = 4.0  # … and the worst must exceed it so many times …
    most_noise: float = 15.0  # levels: … up to here, above which a change of the whole picture is no noise
    most_strip_noise: float = 3.0  # levels: the same where layers move apart, for what is wider than strips
    widespread: float = 0.005  # share of changed blocks above which light and layers are looked for
    changed_level: float = 4.0  # levels above which a block counts as changed
    blank_spread: float = 1.5  # levels, standard deviation; a picture with less shows nothing


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a frame shows that the frame before it did not."""

    frame: Frame
    strength: float
    """Unexplained change over the level usual for a new drawing: about 1 divides held from new, [0, ∞)."""
    least: float
    """Strength that the frame's own noise reaches; a new drawing lies above it."""
    cut: bool
    """Another shot begins."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """A frame, the one before it, and what standing still leaves of it."""

    frame: Frame
    current: AnalysisPlane
    before: AnalysisPlane
    still: NDArray[np.float32]
    candidates: tuple[Displacement, ...]


@dataclass(slots=True)
class _Seen:
    """What the frames before have shown of the layers."""

    displacements: deque[tuple[Displacement, ...]] = field(default_factory=lambda: deque(maxlen=_MEMORY))
    borders: BorderMemory = field(default_factory=BorderMemory)


def measured_changes(frames: Iterable[Frame], *, config: ChangeConfig) -> Iterator[Change]:
    """One change for each frame, one frame late; the first frame is a cut.

    A displacement is believed when it goes on in the next frame or was believed in the last few.
    """
    seen = _Seen()
    before: AnalysisPlane | None = None
    waiting: _Pair | None = None
    for frame in frames:
        current = analysis_plane(frame.luma)
        if before is None:
            yield Change(frame, np.inf, 0.0, cut=True)
        else:
            pair = _compared(frame, current, before, config)
            if waiting is not None:
                yield _judged(waiting, seen, pair.candidates, config)
            waiting = pair
        before = current
    if waiting is not None:
        yield _judged(waiting, seen, (), config)


def _compared(frame: Frame, current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig) -> _Pair:
    still = block_levels(residual(current, before, tolerance=config.tolerance))
    share = float(np.mean(still > config.changed_level))
    if share > config.widespread:
        before = relit(before, like=current)
        still = block_levels(residual(current, before, tolerance=config.tolerance))
        share = float(np.mean(still > config.changed_level))
    candidates = tuple(candidate_displacements(current, before)) if share > config.widespread else ()
    return _Pair(frame, current, before, still, candidates)


def _judged(
    pair: _Pair,
    seen: _Seen,
    following: tuple[Displacement, ...],
    config: ChangeConfig,
) -> Change:
    levels, wide, borders = pair.still, pair.still, np.zeros(pair.still.shape, np.bool_)
    displacements: tuple[Displacement, ...] = ()
    if pair.candidates:
        nearby = [displacement for earlier in seen.displacements for displacement in earlier]
        candidates = lasting(pair.candidates, (*nearby, *following))
        explained = explain(
            pair.current,
            pair.before,
            pair.still,
            candidates,
            tolerance=config.tolerance,
            memory=seen.borders,
        )
        levels, wide, borders = explained.levels, explained.wide, explained.borders
        displacements = explained.displacements
    seen.displacements.append(displacements)
    strength, least = _strength(levels, wide, borders, _edge_contrast(pair.current), config)
    if float(pair.before.luma.std()) < config.blank_spread:
        strength = 0.0  # what fades in from black was there before; a cut from black is still a cut
    cut = is_cut(pair.current, pair.before, levels)
    if cut:
        seen.borders = BorderMemory()
    return Change(pair.frame, strength, least, cut)


def _strength(
    levels: NDArray[np.float32],
    wide: NDArray[np.float32],
    borders: NDArray[np.bool_],
    contrast: float,
    config: ChangeConfig,
) -> tuple[float, float]:
    """How strongly the blocks speak for a new drawing, and how strongly their noise alone does.

    Within a layer the worst block decides. At the borders of layers that move against each other strips come
    into sight that no layer explains, so that the block at ``strips_share`` from the worst decides there.
    """
    share = min(1.0, contrast / config.usual_contrast)
    ranked = np.sort(levels, axis=None)[::-1]
    noise = config.noise_factor * float(ranked[int(config.noise_share * ranked.size)])
    noise = min(noise, config.most_strip_noise if borders.any() else config.most_noise)
    verdicts = []
    for part, rank, usual in (
        (wide[~borders], 0, config.still_level),
        (levels[borders], max(2, int(config.strips_share * levels.size)), config.layers_level),
    ):
        if part.size > rank:
            usual = max(usual * share, config.least_level)
            worst = float(np.partition(part, part.size - 1 - rank)[part.size - 1 - rank])
            verdicts.append((worst / usual, noise / usual))
    told = [verdict for verdict in verdicts if verdict[0] > verdict[1]]
    return max(told or verdicts, default=(0.0, 0.0))


def _edge_contrast(plane: AnalysisPlane) -> float:
    """The contrast of the strongest hundredth of the pixels, in levels."""
    counts = cv2.calcHist([plane.contrast], [0], None, [256], [0, 256]).ravel()
    return float(np.searchsorted(np.cumsum(counts), 0.99 * plane.contrast.size))

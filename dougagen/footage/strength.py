"""How strongly what nothing explains speaks for a new drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.layers import Explained


def strength_of(
    explained: Explained, current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig
) -> tuple[float, float]:
    """How strongly the blocks speak for a new drawing, and how strongly their noise alone does.

    Within a layer the worst block decides. At the borders of layers that move against each other strips come
    into sight that no layer explains, so that the block at ``strips_share`` from the worst decides there, or
    the worst of what is wider than such strips: a mouth near the rim of its cel.
    """
    levels, borders = explained.levels, explained.borders
    if not levels.any():
        return 0.0, 0.0
    rank = int(config.noise_share * levels.size)
    noise = config.noise_factor * ranked(levels.ravel(), rank)
    noise = min(noise, config.most_strip_noise if borders.any() else config.most_noise)
    verdicts = []
    within = _without_specks(np.where(borders, np.float32(0), explained.wide), levels, config)
    beside = _without_specks(np.where(borders, explained.wide, np.float32(0)), levels, config)
    for part, rank, level in (
        (within[~borders], 0, config.still_level),
        (beside[borders], 0, config.border_level),
        (levels[borders], max(2, int(config.strips_share * levels.size)), config.layers_level),
    ):
        if part.size > rank:
            usual = _usual(level, current, before, config)
            verdicts.append((ranked(part, rank) / usual, noise / usual))
    told = [verdict for verdict in verdicts if verdict[0] > verdict[1]]
    return max(told or verdicts, default=(0.0, 0.0))


def strength_at_edges(
    bare: NDArray[np.float32], current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig
) -> tuple[float, float]:
    """The same for what changed by less than an edge may by noise, where the picture stands.

    A line that is drawn part of a pixel beside itself changes what had an edge before. Coding does so too,
    but all over the picture: ``bare``, the levels of the plain difference, is quiet beside a drawing.
    """
    usual = _usual(config.edge_level, current, before, config)
    noise = config.edge_noise * ranked(bare.ravel(), int(config.noise_share * bare.size))
    return float(_without_specks(bare, bare, config).max()) / usual, noise / usual


def strength_of_what_stands(
    bare: NDArray[np.float32],
    stands: NDArray[np.bool_],
    current: AnalysisPlane,
    before: AnalysisPlane,
    config: ChangeConfig,
) -> tuple[float, float] | None:
    """The same for a cel that stands before layers which move; None where too little surely stands.

    ``bare`` as above. A cel that is redrawn by parts of a pixel changes some of it everywhere, gaps through
    which the layers behind are seen only little; noise, or a layer so slow that it seems to stand, changes
    most of it.
    """
    if np.count_nonzero(stands) < config.least_standing:
        return None
    usual = _usual(config.standing_level, current, before, config)
    inside = bare[stands]
    noise = config.standing_noise * ranked(inside, int(config.standing_quiet * inside.size))
    return ranked(inside, int(config.standing_share * inside.size)) / usual, noise / usual


def _usual(level: float, current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig) -> float:
    """``level``, which is an ordinary shot's, for this one: darker shots change by less."""
    share = min(1.0, max(current.strong_contrast, before.strong_contrast) / config.usual_contrast)
    return max(level * share, config.least_level)


def _without_specks(
    wide: NDArray[np.float32], levels: NDArray[np.float32], config: ChangeConfig
) -> NDArray[np.float32]:
    """``wide`` without the worst blocks that stand alone in ``levels``: faults of coding, dots of dust."""
    left = wide
    for _ in range(config.most_specks):
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        here = np.s_[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        worst = float(left[row, column])
        if (
            worst <= config.least_level
            or np.count_nonzero(levels[here] >= config.speck_share * worst) >= config.speck_blocks
        ):
            break
        left = left.copy() if left is wide else left
        left[here] = 0
    return left


def ranked(levels: NDArray[np.float32], rank: int) -> float:
    """The level with ``rank`` others above it."""
    if rank == 0:
        return float(levels.max())
    return float(np.partition(levels, levels.size - 1 - rank)[levels.size - 1 - rank])


def strength_of_levels(
    levels: NDArray[np.float32], current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig
) -> tuple[float, float]:
    """The strength and least strength of a ``Change`` that leaves ``levels``, float32[rows, columns]."""
    explained = Explained(levels, (), np.zeros(levels.shape, np.bool_), levels)
    return strength_of(explained, current, before, config)

"""Whether a frame shows a new drawing: trees grown on the studio's truth weigh all that speaks for it.

How much is left of a frame once its layers have moved does not say by itself whether it was drawn anew: a cel
of few edges that slides leaves as much as an arm that is redrawn. What tells them apart is spread over the
frames around: whether the same is left every time or every second time, whether a move that nobody believed
explains it and goes on, how loud the shot is. So a frame is judged with its neighbours, by trees that have
seen hundreds of clips whose timing is known (``tests/bench/grow_timing_trees.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Trace
from dougagen.footage.traits import (
    COLUMN,
    COLUMNS_BESIDE,
    COLUMNS_BESIDE_REPEATS,
    COLUMNS_STANDING_OUT,
    FAR_STEPS,
    STEPS,
    STEPS_OVER_REPEATS,
    WINDOW_TRAITS,
)
from dougagen.footage.trees import trees


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig:
    """How frames are judged by what their neighbours show."""

    trees: str = "2026-11-30"  # which trees; others judge otherwise
    # logarithm of the odds above which a drawing begins; one too many costs less than one that is lost
    sure: float = -0.2
    long_ago: int = 24  # frames; farther from a cut is as far as any
    nearby: int = 12  # frames behind and ahead that say how busy the shot is here
    trust: float = 2.0  # logarithm of the odds that an e-fold of the threshold speaks for …
    most_margin: float = 2.0  # … up to so many of them
    strong: float = 1.0  # strength of a new drawing in an ordinary shot
    least: float = 0.02  # strength below which nothing differs …
    most: float = 50.0  # … and above which all does
    elsewhere: float = -6.0  # what stands for a frame of another shot
    unrivalled: float = -4.0  # logarithm of the strength of neighbours where there are none


def odds_of_drawing(traits: NDArray[np.float64], *, config: JudgeConfig) -> NDArray[np.float64]:
    """The logarithm of the odds that frames with ``traits``, float64[frames, traits], begin drawings."""
    return at_first_sight(traits, config=config) + trees("timing_trees").odds(traits)


def at_first_sight(traits: NDArray[np.float64], *, config: JudgeConfig) -> NDArray[np.float64]:
    """The same by the threshold alone: what trees have seldom seen is judged so."""
    margin = traits[:, WINDOW_TRAITS.index("margin")]
    return np.asarray(config.trust * np.clip(margin, -config.most_margin, config.most_margin))


def traits_in_window(
    window: Sequence[Trace], position: int, *, threshold: float, config: JudgeConfig
) -> NDArray[np.float64]:
    """What speaks for and against a drawing at ``position``, with the frames of its shot around it.

    ``threshold``: the strength that divides held from new in this shot.
    """
    begin, stop = _shot_around(window, position)
    shot, here = window[begin:stop], position - begin
    evidence = np.stack([trace.evidence for trace in shot]).astype(np.float64)  # [frames, traits]
    last = np.log(np.array([min(trace.strength, config.most) for trace in shot]) + config.least)
    own = window[position]
    return np.array(
        [
            *evidence[here],
            last[here],
            np.log(own.least + config.least),
            own.strength > max(threshold, own.least),
            last[here] - np.log(max(threshold, own.least + config.least)),
            np.log(threshold),
            min(position - begin + 1, config.long_ago),
            min(stop - position, config.nearby + 1),
            own.blank,
            *_beside(evidence[:, COLUMNS_BESIDE], here, STEPS, config).ravel(),
            *_beside(last[:, np.newaxis], here, FAR_STEPS, config).ravel(),
            *_beside_repeats(evidence, here, config).ravel(),
            *_stands_out(evidence, here, config).ravel(),
            *_of_shot(evidence, last, here, config),
        ],
        np.float64,
    )


def _shot_around(window: Sequence[Trace], position: int) -> tuple[int, int]:
    """The frames of the shot; its first, which is beside a frame of another one, says nothing of it."""
    first = next((i for i in range(position, -1, -1) if window[i].cut), -1)
    stop = next((i for i in range(position + 1, len(window)) if window[i].cut), len(window))
    return min(first + 1, position), stop


def _beside(
    values: NDArray[np.float64], here: int, steps: Sequence[int], config: JudgeConfig
) -> NDArray[np.float64]:
    """float64[values, steps] of float64[frames, values]: what frames so many steps off have."""
    known = np.full((values.shape[1], len(steps)), config.elsewhere)
    for column, step in enumerate(steps):
        if 0 <= here + step < len(values):
            known[:, column] = values[here + step]
    return known


def _beside_repeats(evidence: NDArray[np.float64], here: int, config: JudgeConfig) -> NDArray[np.float64]:
    """float64[values, steps]: what the frames have that are not just the frame before again.

    A re-encode or a pulldown repeats frames, and a drawing stands for two or three of them.
    """
    others = np.flatnonzero((evidence[:, COLUMN["repeats"]] < 1) | (np.arange(len(evidence)) == here))
    values = evidence[others][:, COLUMNS_BESIDE_REPEATS]
    return _beside(values, int(np.searchsorted(others, here)), STEPS_OVER_REPEATS, config)


def _stands_out(evidence: NDArray[np.float64], here: int, config: JudgeConfig) -> NDArray[np.float64]:
    """float64[3, values]: by how much a frame exceeds the greater of its neighbours, and the quieter quarter
    and half of the frames nearby that do not just repeat."""
    values = evidence[:, COLUMNS_STANDING_OUT]
    near = np.arange(max(here - config.nearby, 0), min(here + config.nearby + 1, len(values)))
    others = near[(near != here) & (evidence[near, COLUMN["repeats"]] < 1)]
    beside = [i for i in (here - 1, here + 1) if 0 <= i < len(values)]
    found = np.full((3, values.shape[1]), config.elsewhere)
    if beside:
        found[0] = values[beside].max(axis=0)
    if len(others):
        found[1:] = np.quantile(values[others], (0.25, 0.5), axis=0)
    return np.asarray(values[here] - found)


def _of_shot(
    evidence: NDArray[np.float64], last: NDArray[np.float64], here: int, config: JudgeConfig
) -> list[float]:
    """How busy and how loud the shot is, and how far this frame stands out of it."""
    strong = last > np.log(config.strong + config.least)
    near = slice(max(here - config.nearby, 0), here + config.nearby + 1)
    neighbours = [float(last[i]) for i in (here - 1, here + 1) if 0 <= i < len(last)]
    away = [
        min(int(found[0]) + 1 if found.size else config.long_ago, config.nearby + 1)
        for found in (np.flatnonzero(strong[:here][::-1]), np.flatnonzero(strong[here + 1 :]))
    ]
    moves, left, again = (evidence[:, COLUMN[name]] for name in ("moves", "left_002", "again"))
    return [
        *away,
        float(strong[near].mean()),
        float(strong.mean()),
        float((moves[near] > 0).mean()),
        *np.quantile(left, (0.25, 0.5)),
        *np.quantile(last, (0.25, 0.5)),
        float(last[here]) - max(neighbours, default=config.unrivalled),
        float(again[near].mean()),
    ]

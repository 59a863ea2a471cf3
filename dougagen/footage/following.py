"""Points of the picture are followed from one frame to the next, and say which layers moved and how.

Points are followed at half the analysis plane's size (Lucas and Kanade, 1981, on a pyramid), which costs half
a millisecond for a few hundred of them, wherever they went. The similarity that most points follow is taken,
then again among those that are left. Where a picture has no points to follow, its tiles are correlated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.correlation import CorrelationConfig, correlated_shifts
from dougagen.footage.differences import AnalysisPlane
from dougagen.footage.motion import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingConfig:
    """Which points are followed, and which moves they follow."""

    tile: int = 10  # px of the small plane; one point to a tile
    most_points: int = 260
    edge: int = 8  # levels of contrast that a point needs at least …
    tell_a_turn: int = 36  # points; where so few have it in a dark shot less contrast is enough …
    usual_contrast: float = 100.0  # … by how its strong contrast is to an ordinary shot's, levels …
    faintest: float = 0.25  # … down to this share of it
    window: int = 13  # px of the small plane that are followed around a point; wider ones see two layers
    pyramid: int = 3  # halvings; a point is found again some 40 px of the small plane away
    # least eigenvalue of a point's gradients, as OpenCV scales it; below it slides along an edge
    weak: float = 2e-3
    lost: float = 12.0  # levels, mean difference over the window, above which a point was not found again
    follows: float = 0.4  # px of the small plane that a point may lie off the move that it follows …
    fits: float = 0.2  # px; … and off the one that is fitted
    least_points: int = 6  # points that a move needs …
    least_share: float = 0.04  # … and share of all that were followed
    most_moves: int = 4
    pairs: int = 64  # pairs of points tried as similarities
    most_scaling: float = 0.12  # from one frame to the next; more is a cut into the picture
    # share of the way to a corner; points nearer to each other tell no zoom from a shift …
    spread: float = 0.12
    # … unless it leaves so small a share of what a shift leaves them: chance takes off a twentieth
    told_near: float = 0.6
    stands: float = 0.04  # px of the small plane; points that stand are found again so near
    # px of the small plane by which a similarity must differ from a shift at the rim to be one
    bends: float = 0.05
    # share of a turn or a zoom in one direction of the picture that must show in the other too
    both_ways: float = 0.4
    gain: float = 1.25  # times as many points must follow a similarity as follow a shift
    most_elsewhere: int = 100
    unfollowed: float = 0.3  # share of the points that follow no move, above which tiles are correlated too
    # share of the points; where fewer can be followed at all, correlated shifts are believed
    followable: float = 0.4
    correlation: CorrelationConfig = field(default_factory=CorrelationConfig)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A move that points follow."""

    move: Move
    share: float
    """Share of the picture's points that follow it."""
    of_changed: float
    """Share of the points in changed blocks that follow it; those that were lost count among them."""
    told: Move
    """The same without a scale or a turn that only layers which pass each other make it have."""


def moves_between(
    current: AnalysisPlane, before: AnalysisPlane, changed: NDArray[np.bool_], *, config: FollowingConfig
) -> list[Candidate]:
    """The moves that points follow, and how many.

    ``changed``: bool[rows, columns] of blocks; points elsewhere are sampled, so that a camera is told from
    a cel. Most points first; at most four moves, standing still among them.
    """
    points = _followed(current.small, before.small, changed, config=config)
    few = points.sought < config.followable * points.textured
    share = max(before.strong_contrast / config.usual_contrast, config.faintest)
    if share < 1.0 and len(points.start) < config.tell_a_turn:
        points = _followed(current.small, before.small, changed, share=share, config=config)
    moves: list[Candidate] = []
    bend, total = 1 + 0j, points.weight.sum()
    while points.weight.sum() > config.least_share * total and len(moves) < config.most_moves:
        factor, shift = _followed_by_most(points, bend=bend if moves else None, config=config)
        follows = points.off(factor, shift) <= config.follows
        if np.count_nonzero(follows) < config.least_points:
            break
        share = float(points.weight[follows].sum() / total)
        of_changed = float(np.count_nonzero(follows & points.changed)) / max(points.sought, 1)
        told = _told(points.kept(follows), factor, shift, config=config)
        moves.append(Candidate(_doubled(factor, shift), share, of_changed, told))
        # Only a camera zooms or turns, and then all layers do: what moves on its own is pulled along.
        bend = factor if len(moves) == 1 else bend
        points = points.kept(~follows)
    if few or points.weight.sum() > config.unfollowed * total:
        alone = 1.0 if few else 0.0
        moves += [
            Candidate(shift, 0.0, alone, shift)
            for shift in correlated_shifts(current, before, changed, config=config.correlation)
        ]
    return moves


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points that were followed, as complex numbers x + iy from the middle of the small plane."""

    start: NDArray[np.complex128]
    end: NDArray[np.complex128]
    weight: NDArray[np.float64]
    """1 for a point of changed blocks; one elsewhere stands for more that were not followed."""
    changed: NDArray[np.bool_]
    """Whether it lies in changed blocks."""
    sought: int
    """How many of changed blocks could be followed, found again or not."""
    textured: int
    """How many there were; along a straight edge none can be followed."""
    reach: float
    """Pixels from the middle to a corner."""

    def off(self, factor: complex, shift: complex) -> NDArray[np.float64]:
        """How far each point lies from where a similarity would bring it, px."""
        return np.abs(factor * self.start + shift - self.end)

    def kept(self, which: NDArray[np.bool_]) -> _Points:
        """Some of the points."""
        return _Points(
            self.start[which],
            self.end[which],
            self.weight[which],
            self.changed[which],
            self.sought,
            self.textured,
            self.reach,
        )


def _followed(
    current: AnalysisPlane,
    before: AnalysisPlane,
    changed: NDArray[np.bool_],
    *,
    share: float = 1.0,
    config: FollowingConfig,
) -> _Points:
    """The strongest pixel of each 10×10 tile of the small plane, where it was and where it is found now.

    ``share``: of the contrast of an ordinary shot, [0, 1], that is enough.
    """
    height, width = before.luma.shape
    rows, columns = height // config.tile, width // config.tile
    middle = complex(width - 1, height - 1) / 2
    if min(rows, columns) < 3:
        return _no_points(abs(middle))
    near = cv2.resize(changed.astype(np.uint8) * 255, (columns, rows), interpolation=cv2.INTER_AREA)
    near = cv2.dilate(near, np.ones((3, 3), np.uint8)).ravel() > 0
    square = before.contrast[: rows * config.tile, : columns * config.tile].reshape(
        rows, config.tile, columns, config.tile
    )
    tiles = square.transpose(0, 2, 1, 3).reshape(rows * columns, -1)  # [tiles, 100]
    best = tiles.argmax(axis=1)
    textured = tiles[np.arange(len(tiles)), best] >= config.edge * share
    chosen, weights = [], []
    for which, most in ((near, config.most_points), (~near, config.most_elsewhere)):
        where = np.flatnonzero(textured & which)
        sample = where[:: len(where) // most + 1]
        chosen.append(sample)
        weights.append(np.full(len(sample), len(where) / max(len(sample), 1)))
    at, weight = np.concatenate(chosen), np.concatenate(weights)
    if not len(at):
        return _no_points(abs(middle))
    x, y = (
        at % columns * config.tile + best[at] % config.tile,
        at // columns * config.tile + best[at] // config.tile,
    )
    points = np.stack([x, y], axis=1).astype(np.float32)[:, np.newaxis]
    found, status, error = cv2.calcOpticalFlowPyrLK(
        before.luma,
        current.luma,
        points,
        cast("NDArray[np.float32]", None),
        winSize=(config.window, config.window),
        maxLevel=config.pyramid,
        minEigThreshold=config.weak * share**2,
    )
    good = (status.ravel() == 1) & (error.ravel() < config.lost)
    start, end = (p[good, 0].astype(np.float64) @ np.array([1, 1j]) - middle for p in (points, found))
    in_changed = np.arange(len(at)) < len(chosen[0])
    sought = int(np.count_nonzero((status.ravel() == 1) & in_changed))
    return _Points(start, end, weight[good], in_changed[good], sought, len(chosen[0]), abs(middle))


def _no_points(reach: float) -> _Points:
    nowhere = np.zeros(0, np.complex128)
    return _Points(nowhere, nowhere, np.zeros(0), np.zeros(0, np.bool_), 0, 1, reach)


def _followed_by_most(
    points: _Points, *, bend: complex | None, config: FollowingConfig
) -> tuple[complex, complex]:
    """The similarity ``end = factor·start + shift`` that most points follow.

    ``bend`` is its factor where that is known. Otherwise a shift is taken where that does as well.
    """
    z, w, weight = points.start, points.end, points.weight
    factor = 1 + 0j if bend is None else bend
    moved = w - factor * z
    nearby = np.abs(moved[:, np.newaxis] - moved) <= config.follows
    most = nearby[int((nearby @ weight).argmax())]
    shift = complex(np.average(moved[most], weights=weight[most]))
    if bend is not None:
        return _fitted_shift(points, factor, shift, config=config)
    best, votes = (factor, shift), float(weight[most].sum())
    one, other = np.random.default_rng(0).integers(0, len(z), (2, config.pairs))
    apart = np.abs(z[one] - z[other]) > 0.15 * points.reach
    one, other = one[apart], other[apart]
    factors = (w[one] - w[other]) / (z[one] - z[other])
    shifts = w[one] - factors * z[one]
    follows = np.abs(factors[:, np.newaxis] * z + shifts[:, np.newaxis] - w) <= config.follows
    follows &= (np.abs(factors - 1) <= config.most_scaling)[:, np.newaxis]
    supports = follows @ weight
    if len(supports) and supports.max() > config.gain * votes:
        pick = int(supports.argmax())
        best = complex(factors[pick]), complex(shifts[pick])
    return _fitted(points, best, config=config)


def _fitted_shift(
    points: _Points, factor: complex, shift: complex, *, config: FollowingConfig
) -> tuple[complex, complex]:
    """The mean shift of the points that surely follow it; none where most of them did not move at all.

    Points at the rim of a cel that stands are pulled along by what moves beside it: the mean of all is a
    slow layer that nobody drew.
    """
    for tolerance in (config.follows, config.fits):
        kept = points.kept(points.off(factor, shift) <= tolerance)
        if len(kept.start) < config.least_points:
            break
        if float(np.median(np.abs(kept.end - kept.start))) < config.stands:
            return 1 + 0j, 0j
        shift = complex(np.average(kept.end - factor * kept.start, weights=kept.weight))
    return factor, shift


def _fitted(
    points: _Points, best: tuple[complex, complex], *, config: FollowingConfig
) -> tuple[complex, complex]:
    """Least squares over the points that follow ``best``, thrice; a shift where it bends little.

    A slow zoom looks like a shift to those of its points that lie near its middle; each round takes in more.
    Where most of them did not move at all, nothing does, whatever a head that nods adds to the mean.
    """
    factor, shift = best
    for tolerance in (config.follows, config.follows, config.fits):
        kept = points.kept(points.off(factor, shift) <= tolerance)
        if len(kept.start) < config.least_points:
            return factor, shift
        if float(np.median(np.abs(kept.end - kept.start))) < config.stands:
            return 1 + 0j, 0j
        weight = kept.weight
        here, there = (complex(np.average(at, weights=weight)) for at in (kept.start, kept.end))
        around = kept.start - here
        spread = float(np.average(np.abs(around), weights=weight))
        if len(around) >= 3 * config.least_points:
            moved = kept.end - there
            bent = complex((weight * np.conj(around) * moved).sum() / (weight * np.abs(around) ** 2).sum())
            left, shifted = (np.average(np.abs(moved - by * around), weights=weight) for by in (bent, 1.0))
            if spread > config.spread * points.reach or left < config.told_near * shifted:
                factor = bent
        if abs(factor - 1) * points.reach < config.bends:
            factor = 1 + 0j
        shift = there - factor * here
    return factor, shift


def _told(points: _Points, factor: complex, shift: complex, *, config: FollowingConfig) -> Move:
    """The move of ``points``, scale and turn only where both directions of the picture show them.

    A turn moves what lies right of the middle down as much as it moves what lies below it to the left. Layers
    that pass each other sideways only do the second: they look like a turn to a similarity, which explains
    them well and is no move of a camera.
    """
    if factor == 1:
        return _doubled(factor, shift)
    start, end, weight = points.start, points.end, points.weight
    here, there = (np.average(at, weights=weight) for at in (start, end))
    x, y = (part * weight for part in ((start - here).real, (start - here).imag))
    across, down = (start - here).real, (start - here).imag
    square = np.array([[x @ across, x @ down], [y @ across, y @ down]])
    if np.linalg.det(square) <= 1e-6 * float(np.trace(square)) ** 2:
        return _doubled(factor, shift)  # they lie on a line
    xx, xy = np.linalg.solve(square, np.array([x @ (end - there).real, y @ (end - there).real]))
    yx, yy = np.linalg.solve(square, np.array([x @ (end - there).imag, y @ (end - there).imag]))
    scale = factor.real if _agree(xx - 1, yy - 1, share=config.both_ways) else 1.0
    turn = factor.imag if _agree(yx, -xy, share=config.both_ways) else 0.0
    if (scale, turn) == (factor.real, factor.imag):
        return _doubled(factor, shift)
    told = complex(scale, turn)
    left = end - told * start
    return _doubled(told, complex(float(np.median(left.real)), float(np.median(left.imag))))


def _agree(one: float, other: float, *, share: float) -> bool:
    return one * other > 0 and min(abs(one), abs(other)) >= share * max(abs(one), abs(other))


def _doubled(factor: complex, shift: complex) -> Move:
    """A move of the small plane on the analysis plane, which is twice as wide."""
    return Move(2 * shift.real, 2 * shift.imag, factor.real, factor.imag)

"""From each frame to the next: how much changed that neither noise, light nor moving layers explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.differences import AnalysisPlane, analysis_plane, block_levels, residual
from dougagen.footage.following import Candidate, moves_between
from dougagen.footage.hold import NOTHING_MOVED, Camera, FrameFacts
from dougagen.footage.layers import BorderMemory, Explained, explain
from dougagen.footage.light import in_one_light, is_blank
from dougagen.footage.motion import STANDING, Move, moves_at_all
from dougagen.footage.shots import is_cut
from dougagen.footage.subtitles import text_blocks

_WHOLE_PICTURE = 0.5  # share of the points; a move that so many follow is the camera's
_TEXTURED = 6.0  # levels, mean contrast of a block that shows whether it moved
_STIRRED = 0.3  # share of those blocks; a camera that moves stirs more
_PULLED = 0.35  # share of the points that changed and do not stand; a layer that moves alone has as many
_STEADY = 1.1  # px of the analysis plane by which a layer's move may change from one frame to the next …
_HURRY = 0.1  # … and share of it; a camera speeds up and slows down softly
_SAME_PICTURE = 2  # levels; no pixel of a frame that repeats the one before differs by more
_DARK = 60  # levels; a picture of one colour that is brighter is a flash, a darker one the end of a fade


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
    widespread: float = 0.001  # share of changed blocks above which light and layers are looked for
    changed_level: float = 2.5  # levels above which a block counts as changed
    stirred_level: float = 1.5  # levels of plain difference; points of blocks above it are followed


@dataclass(frozen=True, slots=True)
class Trace:
    """What is remembered of a frame once its picture is let go."""

    strength: float
    least: float
    cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a frame shows that the frame before it did not."""

    frame: Frame
    plane: AnalysisPlane
    strength: float
    """Unexplained change over the level usual for a new drawing: about 1 divides held from new, [0, ∞)."""
    least: float
    """Strength that the frame's own noise reaches; a new drawing lies above it."""
    cut: bool
    """Another shot begins."""
    facts: FrameFacts = NOTHING_MOVED
    """What moved or changed its light."""
    blank: bool = False
    """The frame shows nothing."""
    forgets: bool = False
    """A cut after which nothing is remembered of the frames before it: the search goes on as one that begins
    with this frame would (``seams``)."""

    @property
    def trace(self) -> Trace:
        """What a decision about a frame nearby needs of it."""
        return Trace(self.strength, self.least, self.cut)


@dataclass(slots=True, eq=False)
class _Pair:
    """A frame, the one it is compared with, and what standing still leaves of it."""

    frame: Frame
    plane: AnalysisPlane
    current: AnalysisPlane
    """``plane`` in the light in which it is compared."""
    before: AnalysisPlane
    relit: bool
    still: NDArray[np.float32]
    stirred: NDArray[np.bool_] | None = None
    """bool[rows, columns]: blocks that are not quite what they were; None where there is no need to ask."""
    _candidates: tuple[Candidate, ...] | None = None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The moves that points follow, looked for when first asked for."""
        if self._candidates is None:
            found = () if self.stirred is None else moves_between(self.current, self.before, self.stirred)
            self._candidates = tuple(found)
        return self._candidates

    def mostly_stands(self) -> bool:
        """Whether most of what has contrast did not stir, so that no camera moved."""
        if self.stirred is None:
            return True
        textured = block_levels(self.before.contrast) > _TEXTURED
        return float(np.mean(self.stirred[textured])) < _STIRRED if textured.any() else False


@dataclass(slots=True)
class _Seen:
    """What the frames before have shown of the layers."""

    moves: tuple[Move, ...] = ()
    """Those of the frame before. A layer is pulled along on ones: what moves on twos or threes is redrawn."""
    borders: BorderMemory = field(default_factory=BorderMemory)


def measured_changes(frames: Iterable[Frame], *, config: ChangeConfig) -> Iterator[Change]:
    """One change for each frame, one frame late; the first frame is a cut.

    A move is believed when it goes on in the next frame or was believed in the last few. A blank frame shows
    nothing: what comes after it is compared with what was there before it, so that neither a flash nor
    a fade to black and back begins a drawing.
    """
    seen = _Seen()
    before: AnalysisPlane | None = None
    waiting: _Pair | Change | None = None
    for frame in frames:
        plane = analysis_plane(frame.luma)
        now: _Pair | Change
        blank = is_blank(plane)
        if before is None:
            now = Change(frame, plane, np.inf, 0.0, cut=True)
        elif blank:
            now = Change(frame, plane, 0.0, 0.0, cut=False, facts=_blank_facts(plane), blank=True)
        else:
            now = _compared(frame, plane, before, config)
        if waiting is not None:
            yield _judged(waiting, seen, now, config)
        waiting = now
        if before is None or not blank or is_blank(before):
            before = plane
    if waiting is not None:
        yield _judged(waiting, seen, None, config)


def compare(change: Change, before: AnalysisPlane, *, config: ChangeConfig) -> Change:
    """The frame of ``change`` against another frame than the one before it."""
    return _judged(_compared(change.frame, change.plane, before, config), _Seen(), None, config)


def _blank_facts(plane: AnalysisPlane) -> FrameFacts:
    bright = float(plane.small.luma.mean()) > _DARK
    return FrameFacts(relit=True, in_flash=bright)


def _compared(frame: Frame, plane: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig) -> _Pair:
    if cv2.norm(plane.luma, before.luma, cv2.NORM_INF) <= _SAME_PICTURE:
        rows, columns = -(-plane.luma.shape[0] // 4), -(-plane.luma.shape[1] // 4)
        return _Pair(frame, plane, plane, before, False, np.zeros((rows, columns), np.float32))
    current, relit = plane, False
    still = block_levels(residual(current, before, tolerance=config.tolerance))
    if float(np.mean(still > config.changed_level)) > config.widespread:
        lit = in_one_light(current, before)
        if lit.relit:
            current, before, relit = lit.current, lit.before, True
            still = block_levels(residual(current, before, tolerance=config.tolerance))
    stirred: NDArray[np.bool_] | None = None
    if float(still.max()) > config.least_level:
        # A soft background moves by less than noise is allowed to be: contrast excuses nothing here.
        stirred = block_levels(residual(current, before, tolerance=0.0)) > config.stirred_level
        if float(np.mean(stirred)) <= config.widespread:
            stirred = None
    return _Pair(frame, plane, current, before, relit, still, stirred)


def _judged(
    pair: _Pair | Change, seen: _Seen, following: _Pair | Change | None, config: ChangeConfig
) -> Change:
    if isinstance(pair, Change):
        return pair
    nowhere = np.zeros(pair.still.shape, np.bool_)
    explained = Explained(pair.still, (), nowhere, pair.still)
    after = following if isinstance(following, _Pair) and following.stirred is not None else None
    # Between held frames of a standing camera no layer moves: what came is drawn.
    drawn = not seen.moves and after is None and pair.mostly_stands()
    if not drawn and pair.candidates:
        known = [*seen.moves]
        known += [other.move for other in after.candidates] if after is not None else []
        candidates = _lasting(pair.candidates, known, pair.current.luma.shape)
        explained = explain(
            pair.current,
            pair.before,
            pair.still,
            candidates,
            tolerance=config.tolerance,
            memory=seen.borders,
        )
    seen.moves = (STANDING, *explained.moves) if explained.moves else ()
    cut = is_cut(pair.current, pair.before, explained.levels)
    text = text_blocks(pair.current, pair.before, explained.wide)
    if text.any():
        explained = explained.without(text)
    strength, least = _strength(explained, pair.current, pair.before, config)
    if cut:
        seen.borders = BorderMemory()
    forgets = cut and not seen.moves
    return Change(pair.frame, pair.plane, strength, least, cut, _facts(pair, explained), forgets=forgets)


def _facts(pair: _Pair, explained: Explained) -> FrameFacts:
    moves = explained.moves
    camera: Camera = "still"
    if len(moves) > 1 or explained.borders.any():
        camera = "layers"
    elif moves:
        camera = "pan" if moves[0].is_shift else "zoom"
    shape = pair.plane.luma.shape
    factor = pair.frame.luma.shape[0] / shape[0]
    motion = max((move.farthest(shape) for move in moves), default=0.0) * factor
    return FrameFacts(camera, motion, relit=pair.relit)


def _lasting(candidates: Sequence[Candidate], known: Sequence[Move], shape: tuple[int, int]) -> list[Move]:
    """The moves that most points follow, and those that go on in a frame nearby.

    Between two drawings of a cel some points follow a move too; those are few, and it does not go on. A
    camera that shakes never goes on, but takes the whole picture along. An arm that swings on ones goes on,
    yet it is a small part of what changed; a cel that is pulled past a standing background is most of it.
    """
    if not candidates:
        return []
    stands = max(candidates, key=lambda one: one.share)
    needed = 0.0
    if not moves_at_all(stands.move, shape):
        needed = _PULLED * (1 - stands.of_changed)
    going_on = _going_on([one.move for one in candidates], known, shape)
    return [
        one.move
        for one in candidates
        if moves_at_all(one.move, shape)
        and (one.share >= _WHOLE_PICTURE or (one.of_changed >= needed and one.move in going_on))
    ]


def _going_on(moves: Sequence[Move], known: Sequence[Move], shape: tuple[int, int]) -> set[Move]:
    """The moves that continue one of a frame nearby.

    Only the nearest does: a head that nods before a standing or panning background does not go on because the
    background does.
    """
    found = set()
    for other in known:
        nearest = min(moves, key=lambda move: move.off(other, shape))
        if nearest.off(other, shape) <= _STEADY + _HURRY * nearest.farthest(shape):
            found.add(nearest)
    return found


def _strength(
    explained: Explained, current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig
) -> tuple[float, float]:
    """How strongly the blocks speak for a new drawing, and how strongly their noise alone does.

    Within a layer the worst block decides. At the borders of layers that move against each other strips come
    into sight that no layer explains, so that the block at ``strips_share`` from the worst decides there.
    """
    levels, borders = explained.levels, explained.borders
    if not levels.any():
        return 0.0, 0.0
    contrast = max(current.strong_contrast, before.strong_contrast)
    share = min(1.0, contrast / config.usual_contrast)
    rank = int(config.noise_share * levels.size)
    noise = config.noise_factor * _ranked(levels.ravel(), rank)
    noise = min(noise, config.most_strip_noise if borders.any() else config.most_noise)
    verdicts = []
    for part, rank, usual in (
        (explained.wide[~borders], 0, config.still_level),
        (levels[borders], max(2, int(config.strips_share * levels.size)), config.layers_level),
    ):
        if part.size > rank:
            usual = max(usual * share, config.least_level)
            verdicts.append((_ranked(part, rank) / usual, noise / usual))
    told = [verdict for verdict in verdicts if verdict[0] > verdict[1]]
    return max(told or verdicts, default=(0.0, 0.0))


def _ranked(levels: NDArray[np.float32], rank: int) -> float:
    """The level with ``rank`` others above it."""
    if rank == 0:
        return float(levels.max())
    return float(np.partition(levels, levels.size - 1 - rank)[levels.size - 1 - rank])

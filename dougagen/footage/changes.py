"""From each frame to the next: how much changed that neither noise, light nor moving layers explain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.correlation import correlated_shifts
from dougagen.footage.differences import AnalysisPlane, analysis_plane, block_levels, residual
from dougagen.footage.following import Candidate, moves_between
from dougagen.footage.hold import NOTHING_MOVED, Camera, FrameFacts, Step
from dougagen.footage.layer_votes import voted_shifts
from dougagen.footage.layers import BorderMemory, Explained, explain
from dougagen.footage.light import in_one_light, is_blank
from dougagen.footage.motion import STANDING, Move, moves_at_all, residual_after
from dougagen.footage.shots import is_cut
from dougagen.footage.subtitles import text_blocks
from dougagen.footage.weather import without_weather, without_weather_under


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
    rains: bool = False
    """Rain, snow or sparkles were taken off."""
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
    config: ChangeConfig
    stirred: NDArray[np.bool_] | None = None
    """bool[rows, columns]: blocks that are not quite what they were; None where there is no need to ask."""
    _candidates: tuple[Candidate, ...] | None = None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The moves that points follow, looked for when first asked for."""
        if self._candidates is None:
            found = (
                ()
                if self.stirred is None
                else moves_between(self.current, self.before, self.stirred, config=self.config.following)
            )
            self._candidates = tuple(found)
        return self._candidates

    @property
    def followed(self) -> tuple[Move, ...]:
        """The moves of the candidates, if anybody asked for them."""
        return tuple(one.move for one in self._candidates or ())

    def told(self, move: Move) -> Move:
        """``move`` as it is told to tracks."""
        return next((one.told for one in self._candidates or () if one.move is move), move)

    @property
    def shifts(self) -> tuple[Move, ...]:
        """Those of them that points follow without scale or turn, beside standing still."""
        shape = self.current.luma.shape
        return tuple(
            one.move
            for one in self._candidates or ()
            if one.share > 0
            and one.move.is_shift
            and moves_at_all(one.move, shape, config=self.config.motion)
        )

    def layers_among(self, moves: Sequence[Move]) -> int:
        """How many of ``moves`` so many points follow that they are layers, and no arms that swing."""
        return sum(
            one.share >= self.config.moves.layer and one.move in moves for one in self._candidates or ()
        )

    def stirs_widely(self) -> bool:
        """Whether so much stirred that it could be a background behind a cel that stands."""
        return self.stirred is not None and float(np.mean(self.stirred)) > self.config.moves.widely

    def stirs_little(self) -> bool:
        """Whether so little stirred that only a cel can have moved."""
        return self.stirred is not None and float(np.mean(self.stirred)) < self.config.moves.little

    def mostly_stands(self) -> bool:
        """Whether most of what has contrast did not stir, so that no camera moved."""
        if self.stirred is None:
            return True
        textured = block_levels(self.before.contrast) > self.config.moves.textured
        return float(np.mean(self.stirred[textured])) < self.config.moves.stirred if textured.any() else False


@dataclass(slots=True)
class _Seen:
    """What the frames before have shown of the layers."""

    config: ChangeConfig
    moves: tuple[Move, ...] = ()
    """Those of the frame before. A layer is pulled along on ones: what moves on twos or threes is redrawn."""
    repeats: int = 0
    """Frames since then that only repeat the one before, as a pulldown or a re-encode leaves them."""
    borders: BorderMemory = field(init=False)

    left_over: tuple[Move, ...] = ()
    """The shifts of what the layers of this frame left unexplained …"""
    left_over_before: tuple[Move, ...] = ()
    """… and those of the frame before."""
    earlier: AnalysisPlane | None = None
    """The frame two before, where it is of the same shot."""
    weather: deque[bool] = field(init=False)
    """Whether it rained in the last frames."""
    votes: deque[tuple[Move, ...]] = field(init=False)
    """The shifts that points followed in the last frames."""
    followed: tuple[Move, ...] = ()
    """What points followed in it, believed or not."""
    last: _Pair | None = None
    """The last frame that did not only repeat the one before."""

    @property
    def rains(self) -> bool:
        """Whether it has been raining for a while."""
        fell, known = sum(self.weather), self.config.weather
        return fell >= max(known.seen, known.shown * len(self.weather))

    def __post_init__(self) -> None:
        self.borders = BorderMemory(self.config.layers)
        self.votes = deque(maxlen=self.config.moves.voters)
        self.weather = deque(maxlen=self.config.moves.voters)

    def forget(self) -> None:
        """Another shot begins. Where no layer moves with the cut, nothing is left of the one before."""
        self.borders = BorderMemory(self.config.layers)
        self.votes.clear()
        self.weather.clear()
        self.left_over = self.left_over_before = ()
        if not self.moves:
            self.followed, self.last, self.repeats = (), None, 0

    def remember(self, moves: tuple[Move, ...], pair: _Pair) -> None:
        """The moves of one more frame; those of a frame that is repeated are kept for the one after it."""
        if pair.stirred is None and self.repeats < self.config.moves.most_repeats:
            self.repeats += 1
        else:
            self.moves, self.repeats = (STANDING, *moves) if moves else (), 0
            self.followed, self.last = pair.followed, pair
            believed = [move for move in moves if move.is_shift]
            self.votes.append((*pair.shifts, *self.left_over, *believed))
            self.left_over_before, self.left_over = self.left_over, ()


def measured_changes(frames: Iterable[Frame], *, config: ChangeConfig) -> Iterator[Change]:
    """One change for each frame, a few frames late; the first frame is a cut.

    A move is believed when it goes on in the next frame or was believed in the last few. A blank frame shows
    nothing: what comes after it is compared with what was there before it, so that neither a flash nor
    a fade to black and back begins a drawing.
    """
    seen = _Seen(config)
    before: AnalysisPlane | None = None
    waiting: deque[_Pair | Change] = deque()

    def judged() -> Change:
        now, following = waiting.popleft(), list(waiting)
        change = _judged(now, seen, following, config)
        seen.earlier = now.before if isinstance(now, _Pair) and not change.cut else None
        return change

    for frame in frames:
        plane = analysis_plane(frame.luma, lines=config.analysis_lines)
        blank = is_blank(plane, config=config.light)
        if before is None:
            waiting.append(Change(frame, plane, np.inf, 0.0, cut=True))
        elif blank:
            facts = _blank_facts(plane, config=config)
            waiting.append(Change(frame, plane, 0.0, 0.0, cut=False, facts=facts, blank=True))
        else:
            waiting.append(_compared(frame, plane, before, config))
        if len(waiting) > config.moves.most_repeats + 1:
            yield judged()
        if before is None or not blank or is_blank(before, config=config.light):
            before = plane
    while waiting:
        yield judged()


def compare(change: Change, before: AnalysisPlane, *, config: ChangeConfig) -> Change:
    """The frame of ``change`` against another frame than the one before it."""
    return _judged(_compared(change.frame, change.plane, before, config), _Seen(config), (), config)


def strength_of_levels(
    levels: NDArray[np.float32], current: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig
) -> tuple[float, float]:
    """The strength and least strength of a ``Change`` that leaves ``levels``, float32[rows, columns]."""
    explained = Explained(levels, (), np.zeros(levels.shape, np.bool_), levels)
    return _strength(explained, current, before, config)


def _blank_facts(plane: AnalysisPlane, *, config: ChangeConfig) -> FrameFacts:
    bright = float(plane.small.luma.mean()) > config.dark
    return FrameFacts(relit=True, in_flash=bright)


def _compared(frame: Frame, plane: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig) -> _Pair:
    if cv2.norm(plane.luma, before.luma, cv2.NORM_INF) <= config.same_picture:
        rows, columns = -(-plane.luma.shape[0] // 4), -(-plane.luma.shape[1] // 4)
        return _Pair(frame, plane, plane, before, False, np.zeros((rows, columns), np.float32), config)
    current, relit = plane, False
    still = block_levels(residual(current, before, tolerance=config.tolerance))
    if float(np.mean(still > config.changed_level)) > config.widespread:
        lit = in_one_light(current, before, config=config.light)
        if lit.relit:
            current, before, relit = lit.current, lit.before, True
            still = block_levels(residual(current, before, tolerance=config.tolerance))
    stirred: NDArray[np.bool_] | None = None
    if float(still.max()) > config.least_level:
        # A soft background moves by less than noise is allowed to be: contrast excuses nothing here.
        stirred = block_levels(residual(current, before, tolerance=0.0)) > config.stirred_level
        if float(np.mean(stirred)) <= config.widespread:
            stirred = None
    return _Pair(frame, plane, current, before, relit, still, config, stirred)


def _judged(
    pair: _Pair | Change, seen: _Seen, following: Sequence[_Pair | Change], config: ChangeConfig
) -> Change:
    if isinstance(pair, Change):
        return pair
    nowhere = np.zeros(pair.still.shape, np.bool_)
    explained = Explained(pair.still, (), nowhere, pair.still)
    later = following[0] if following else None
    after = later if isinstance(later, _Pair) and later.stirred is not None else None
    # Between held frames of a standing camera no layer moves: what came is drawn.
    stands = pair.mostly_stands() and not pair.stirs_widely()
    drawn = not seen.moves and after is None and stands
    fair = _in_weather(pair, seen, later, config, stands=drawn)
    if fair is not None:
        explained = fair
    beyond = None if fair is not None or pair.stirs_little() else _over_repeats(following)
    evenly = _even_pace(pair, seen, beyond, config) if seen.repeats and beyond is not None else []
    if fair is None and (evenly or not drawn) and pair.candidates:
        known, least = _known(seen, after, config=config)
        alone = config.slides_alone if pair.stirs_little() else 0.0
        candidates = _lasting(
            pair.candidates, known, pair.current.luma.shape, least=least, alone=alone, config=config
        )
        candidates += [move for move in evenly if move not in candidates]
        layers = pair.layers_among(candidates)
        if layers > 1:  # several layers: what one frame says of them is blurred, a few say it well
            candidates += voted_shifts(
                [*seen.votes, pair.shifts, after.shifts if after is not None else ()],
                known=candidates,
                config=config.votes,
            )
        borders = copy(seen.borders)
        explained = _explained(pair, candidates, borders, config)
        further = _left_over(pair, after, explained.levels, seen, config=config) if layers else []
        if further:
            borders = copy(seen.borders)
            explained = _explained(pair, [*candidates, *further], borders, config)
        seen.borders = borders
    seen.remember(explained.moves, pair)
    seen.weather.append(fair is not None)
    cut = is_cut(pair.current, pair.before, explained.levels, config=config.cuts)
    text = text_blocks(pair.current, pair.before, explained.wide, config=config.subtitles)
    if text.any():
        explained = explained.without(text)
    strength, least = _strength(explained, pair.current, pair.before, config)
    if fair is not None:
        share = config.still_level / config.weather_level
        strength, least = share * strength, share * least
    if cut:
        seen.forget()
    forgets = cut and not seen.moves
    facts = _facts(pair, explained, config=config)
    return Change(
        pair.frame, pair.plane, strength, least, cut, facts, rains=fair is not None, forgets=forgets
    )


def _known(seen: _Seen, after: _Pair | None, *, config: ChangeConfig) -> tuple[list[Move], float]:
    """The moves of frames nearby, and the share of the points that one which goes on from them must have.

    Over frames that repeat a move is remembered only where the next frame cannot say: a cel that is redrawn
    on twos repeats its frames too, but no cel has so many points.
    """
    following = [one.move for one in after.candidates] if after is not None else []
    if not seen.repeats:
        return [*seen.moves, *following], 0.0
    return (following, 0.0) if following else ([*seen.moves, *seen.followed], config.moves.background)


def _over_repeats(following: Sequence[_Pair | Change]) -> _Pair | None:
    """The next frame that is another than the one before it, behind one or two that only repeat it."""
    for number, later in enumerate(following):
        if not isinstance(later, _Pair):
            return None
        if later.stirred is not None:
            return later if number else None
    return None


def _even_pace(pair: _Pair, seen: _Seen, beyond: _Pair, config: ChangeConfig) -> list[Move]:
    """Moves that go on as evenly as no limb does over frames that repeat, from the last move to the next one.

    A background that a re-encode doubled moves in every second frame. What is redrawn there has another pace.
    """
    shape = pair.current.luma.shape
    earlier = [other.move for other in seen.last.candidates] if seen.last is not None else []
    return [
        one.move
        for one in pair.candidates
        if one.share >= config.moves.layer
        and moves_at_all(one.move, shape, config=config.motion)
        and _goes_on_evenly(one.move, earlier, shape, config=config)
        and _goes_on_evenly(one.move, [other.move for other in beyond.candidates], shape, config=config)
    ]


def _in_weather(
    pair: _Pair, seen: _Seen, following: _Pair | Change | None, config: ChangeConfig, *, stands: bool
) -> Explained | None:
    """What rain does not explain of the levels; None where none falls. ``stands``: no camera moved."""
    # At the ends of a shot the frame on the other side stands for the one that is missing.
    later = None if following is None else following.plane
    earlier, later = seen.earlier or later, later or seen.earlier
    if earlier is None or later is None or pair.relit or pair.stirred is None:
        return None
    if not earlier.luma.shape == later.luma.shape == pair.plane.luma.shape == pair.before.luma.shape:
        return None
    planes = (earlier, pair.before, pair.plane, later)
    goes_on = seen.rains
    standing = without_weather(
        planes, pair.still, tolerance=config.tolerance, goes_on=goes_on, config=config.weather
    )
    if standing is None and stands:
        return None
    shape = pair.plane.luma.shape
    # Points between drops are found again beside where they were.
    moving = [one for one in pair.candidates if one.move.farthest(shape) >= config.moves.stands_in_rain]
    moved = max((one.share for one in moving), default=0.0) > config.moves.moves_in_rain
    found: list[tuple[NDArray[np.float32], tuple[Move, ...]]] = []
    if standing is not None and (goes_on or not moved):
        found.append((standing, ()))
    after = following if isinstance(following, _Pair) and following.stirred is not None else None
    later_moves = after.followed if after is not None else ()
    for one in moving[: config.moves.most_cameras] if moved else ():
        move = Move(one.move.dx, one.move.dy)
        if one.share < config.moves.layer or one.move.off(move, shape) >= config.moves.stands_in_rain:
            continue
        camera = (
            _nearby(move, seen.followed, shape, config),
            move,
            _nearby(move, later_moves, shape, config),
        )
        fair = without_weather_under(
            camera,
            planes,
            tolerance=config.tolerance,
            motion=config.motion,
            goes_on=goes_on,
            config=config.weather,
        )
        if fair is not None:
            found.append((fair, (move,)))
    if not found:
        return None
    levels, moves = min(found, key=lambda one: float(one[0].mean()))
    return Explained(levels, moves, np.zeros(levels.shape, np.bool_), levels)


def _nearby(move: Move, known: Sequence[Move], shape: tuple[int, int], config: ChangeConfig) -> Move:
    """The one of ``known`` that ``move`` goes on from, or itself."""
    nearest = min(known, key=lambda other: other.off(move, shape), default=move)
    allowed = config.moves.steady + config.moves.hurry * move.farthest(shape)
    return nearest if nearest.is_shift and nearest.off(move, shape) <= allowed else move


def _explained(
    pair: _Pair, candidates: Sequence[Move], borders: BorderMemory, config: ChangeConfig
) -> Explained:
    return explain(
        pair.current,
        pair.before,
        pair.still,
        candidates,
        tolerance=config.tolerance,
        memory=borders,
        config=config.layers,
        motion=config.motion,
    )


def _left_over(
    pair: _Pair, after: _Pair | None, levels: NDArray[np.float32], seen: _Seen, *, config: ChangeConfig
) -> list[Move]:
    """Shifts of a layer without points to follow, such as a book out of focus, in what other layers leave.

    One is believed if it goes on in a frame nearby and explains most of what is left: an arm does not.
    """
    left = levels > config.moves.unexplained
    if float(np.mean(left)) < config.moves.left_share:
        return []
    shape = pair.current.luma.shape
    found = [
        m
        for m in correlated_shifts(pair.current, pair.before, left, config=config.following.correlation)
        if moves_at_all(m, shape, config=config.motion)
    ]
    known = list(seen.left_over_before)
    if after is not None and after.stirred is not None:
        near = cv2.dilate(left.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.bool_)
        known += correlated_shifts(
            after.current, after.before, near & after.stirred, config=config.following.correlation
        )
    seen.left_over = tuple(found)
    chosen = []
    for move in _going_on(found, known, shape, config=config) if found and known else ():
        moved = residual_after(
            pair.current, pair.before, move, tolerance=config.tolerance, config=config.motion
        )
        if float(np.mean(moved[left] <= 0.5 * levels[left])) >= config.moves.most_of_it:
            chosen.append(move)
    return sorted(chosen, key=lambda move: (move.dx, move.dy))


def _facts(pair: _Pair, explained: Explained, *, config: ChangeConfig) -> FrameFacts:
    moves = explained.moves
    camera: Camera = "still"
    if len(moves) > 1 or explained.borders.any():
        camera = "layers"
    elif moves:
        camera = "pan" if moves[0].is_shift else "zoom"
    shape = pair.plane.luma.shape
    factor = pair.frame.luma.shape[0] / shape[0]
    motion = max((move.farthest(shape) for move in moves), default=0.0) * factor
    steps = _steps(pair, explained, factor, config=config)
    return FrameFacts(
        camera,
        motion,
        pair.relit,
        steps=steps,
        guesses=() if steps else _guesses(pair, factor, config=config),
    )


def _steps(pair: _Pair, explained: Explained, factor: float, *, config: ChangeConfig) -> tuple[Step, ...]:
    """The moves that were believed, each with how far it spreads; moves that hardly differ are one."""
    if not explained.shares:
        return tuple(Step(pair.told(move).enlarged(factor)) for move in explained.moves[:1])
    shape = pair.plane.luma.shape
    shares: dict[Move, float] = {}
    told = (pair.told(move) for move in explained.moves)
    for move, share in zip((STANDING, *told), explained.shares, strict=True):
        same = next((known for known in shares if known.off(move, shape) < config.moves.one_layer), None)
        if same is not None and shares[same] < share:
            shares[move] = shares.pop(same) + share
        elif share > 0:
            shares[same or move] = shares.get(same or move, 0.0) + share
    return tuple(Step(move.enlarged(factor), min(share, 1.0)) for move, share in shares.items())


def _guesses(pair: _Pair, factor: float, *, config: ChangeConfig) -> tuple[Step, ...]:
    """What points followed where no move was believed; nobody looks for points anew."""
    shape = pair.plane.luma.shape
    if not any(moves_at_all(move, shape, config=config.motion) for move in pair.followed):
        return ()
    return tuple(Step(one.told.enlarged(factor), one.share) for one in pair.candidates)


def _lasting(
    candidates: Sequence[Candidate],
    known: Sequence[Move],
    shape: tuple[int, int],
    *,
    least: float = 0.0,
    alone: float = 0.0,
    config: ChangeConfig,
) -> list[Move]:
    """The moves that most points follow, and those that go on in a frame nearby.

    Between two drawings of a cel some points follow a move too; those are few, and it does not go on. A
    camera that shakes never goes on, but takes the whole picture along. An arm that swings on ones goes on,
    yet it is a small part of what changed; a cel that is pulled past a standing background is most of it.
    ``least``: share of the points that must follow a move that goes on. ``alone``: share of the points that
    changed which it must have by itself, unless it goes on as evenly as no limb does.
    """
    if not candidates:
        return []
    stands = max(candidates, key=lambda one: one.share)
    needed = 0.0
    if not moves_at_all(stands.move, shape, config=config.motion):
        needed = config.moves.pulled * (1 - stands.of_changed)
    going_on = _going_on([one.move for one in candidates], known, shape, config=config)
    moving = [
        one
        for one in candidates
        if moves_at_all(one.move, shape, config=config.motion) and one.move in going_on
    ]
    # Layers share what changed among them; arms do too, but each is a small part of the picture.
    together = sum(one.of_changed for one in moving if one.share >= config.moves.layer)
    return [
        one.move
        for one in candidates
        if moves_at_all(one.move, shape, config=config.motion)
        and (
            one.share >= config.moves.whole_picture
            or (
                one in moving
                and one.share >= least
                and (one.of_changed >= alone or _goes_on_evenly(one.move, known, shape, config=config))
                and (one.of_changed >= needed or (one.share >= config.moves.layer and together >= needed))
            )
        )
    ]


def _goes_on_evenly(
    move: Move, known: Sequence[Move], shape: tuple[int, int], *, config: ChangeConfig
) -> bool:
    return any(move.off(other, shape) <= config.moves.evenly for other in known)


def _going_on(
    moves: Sequence[Move], known: Sequence[Move], shape: tuple[int, int], *, config: ChangeConfig
) -> set[Move]:
    """The moves that continue one of a frame nearby.

    Only the nearest does: a head that nods before a standing or panning background does not go on because the
    background does.
    """
    found = set()
    for other in known:
        nearest = min(moves, key=lambda move: move.off(other, shape))
        if nearest.off(other, shape) <= config.moves.steady + config.moves.hurry * nearest.farthest(shape):
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
    within = _without_specks(np.where(borders, np.float32(0), explained.wide), levels, config)
    for part, rank, usual in (
        (within[~borders], 0, config.still_level),
        (levels[borders], max(2, int(config.strips_share * levels.size)), config.layers_level),
    ):
        if part.size > rank:
            usual = max(usual * share, config.least_level)
            verdicts.append((_ranked(part, rank) / usual, noise / usual))
    told = [verdict for verdict in verdicts if verdict[0] > verdict[1]]
    return max(told or verdicts, default=(0.0, 0.0))


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


def _ranked(levels: NDArray[np.float32], rank: int) -> float:
    """The level with ``rank`` others above it."""
    if rank == 0:
        return float(levels.max())
    return float(np.partition(levels, levels.size - 1 - rank)[levels.size - 1 - rank])

"""Shots joined to a clip: cuts and dissolves, film, subtitles; frame by frame with its truth.

Which drawing begins when is decided here, while the pictures are made: at a cut, and at a frame
where the actors show other pixels than before. A drawing that nobody could tell from the one before it
(see ``LEAST_CHANGE``) is never put under the camera: the one before stays, in the picture and in the truth.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Triplet
from dougagen.errors import ConfigError
from dougagen.studio.clips.camera import Point, View, gate_weave
from dougagen.studio.clips.film import Grain
from dougagen.studio.clips.light import Light
from dougagen.studio.clips.shot import Shot, Stand, State
from dougagen.studio.clips.subtitles import Subtitle, SubtitleStyle, laid

LEAST_CHANGE = 2e-4
"""Share of the picture that a new drawing changes at least (104 pixels at 540 lines); a mouth changes ten
times as much (measured)."""
SEEN = 12
"""8-bit levels by which a place changes that counts for it."""
_EYE = 180
"""Lines at which pictures are compared: lone pixels along an edge that moved by a fraction are not seen."""


@dataclass(frozen=True, slots=True)
class Take:
    """One shot of a clip, before it is made."""

    frames: int
    make: Callable[[], Shot]
    dissolve: int = 0
    """Frames over which it dissolves out of the shot before; 0 = cut. Both shots hold their drawings."""


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """A clip before it is filmed."""

    name: str
    seed: int
    height: int
    width: int
    takes: tuple[Take, ...]
    frame_rate: Fraction = Fraction(24000, 1001)
    """Pictures a second that are filmed; fields a second where they are delivered as fields."""
    grain: float = 0.0
    """σ of the film grain in 8-bit levels."""
    weave: float = 0.0
    """σ of the gate weave in pixels."""
    subtitles: tuple[Subtitle, ...] = ()

    def __post_init__(self) -> None:
        for index, (take, following) in enumerate(itertools.pairwise(self.takes)):
            if take.dissolve + following.dissolve >= take.frames:
                what = f"shot {index} of {take.frames} frames dissolves all the time"
                raise ConfigError(what, where=self.name, remedy="make it longer")

    @property
    def frames(self) -> int:
        return sum(take.frames - take.dissolve for take in self.takes)


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the studio knows of one filmed picture beside its pixels."""

    shot: int
    """0-based, in the clip; in a dissolve the shot that weighs at least half."""
    state: State
    """The drawings of each actor's tracks."""
    drawings: tuple[int | None, ...]
    """The drawing of each actor in its shot: equal numbers are equal pixels."""
    begins_drawing: bool
    begins_shot: bool
    changed: float
    """Share of the frame that the new drawing changed; 1 at a cut, 0 in a hold."""
    view: View
    light: Light
    dissolving: float
    """Weight of the other shot in a dissolve."""
    places: tuple[Point, ...]
    """Where each sliding layer lies."""
    track_names: tuple[tuple[str, ...], ...]
    """The tracks of each actor."""

    def moves_from(self, before: FrameFacts) -> bool:
        """Whether camera or a sliding layer moved since ``before``, in the same shot."""
        same = self.shot == before.shot
        return same and (self.view != before.view or self.places != before.places)


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One frame of a clip before delivery, with its truth."""

    color: NDArray[np.uint8]
    """uint8[H, W, 3] with light, film and subtitles."""
    facts: FrameFacts
    truth: Callable[[], Triplet] = field(repr=False)

    @property
    def triplet(self) -> Triplet:
        """The frame with its cel mask and douga; made when asked for. In a dissolve those of its shot."""
        return self.truth()


@dataclass(slots=True, eq=False)
class _Running:
    """A shot on the stand while the clip runs over it."""

    index: int
    stand: Stand
    start: int
    """Clip frame of its first frame, be it ever so faint."""
    first: int
    """Own frame whose drawings it shows while it dissolves in."""
    last: int
    """Own frame whose drawings it holds to the end."""
    wanted: State | None = None
    shown: State = ()
    ids: tuple[int | None, ...] = ()

    def advance(self, frame: int, weave: Point) -> float:
        """Put what the sheet says for clip frame ``frame`` under the camera; the share that it changed."""
        own = frame - self.start
        wanted = self.stand.wanted(min(max(own, self.first), self.last))
        if wanted == self.wanted:
            return 0.0
        ids = self.stand.drawing_ids(wanted)
        changed = 1.0
        if self.wanted is not None:
            changed = 0.0 if ids == self.ids else self._difference(own, wanted, weave)
            if changed < LEAST_CHANGE:
                self.wanted = wanted
                return 0.0
        self.wanted, self.shown, self.ids = wanted, wanted, ids
        return changed

    def _difference(self, own: int, wanted: State, weave: Point) -> float:
        before = self.stand.picture(own, self.shown, weave=weave)
        after = self.stand.picture(own, wanted, weave=weave)
        return changed_share(before, after)

    def picture(self, frame: int, weave: Point) -> NDArray[np.uint8]:
        return self.stand.picture(frame - self.start, self.shown, weave=weave)


def changed_share(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """Share of the picture that differs by ``SEEN`` levels or more in a channel, to the eye."""
    height, width = before.shape[:2]
    factor = max(height // _EYE, 1)
    if factor > 1:
        size = (width // factor, height // factor)
        before, after = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (before, after))
    difference = cv2.absdiff(before, after).max(axis=2)
    return float(cv2.countNonZero((difference >= SEEN).view(np.uint8))) / difference.size


def film(plan: ClipPlan) -> Iterator[ClipFrame]:
    """The frames of a clip in order; at most two shots are in memory at a time."""
    rng = np.random.default_rng([plan.seed, 0xF11])
    weave = gate_weave(rng, plan.frames, size=plan.weave) if plan.weave else ((0.0, 0.0),) * plan.frames
    grain = Grain(rng, height=plan.height, width=plan.width, sigma=plan.grain)
    style = SubtitleStyle.random(np.random.default_rng([plan.seed, 0x7E87]))
    subtitles = laid(plan.subtitles, style, height=plan.height, width=plan.width)
    running: list[_Running] = []
    current = -1
    for frame, entering, weight in _schedule(plan.takes):
        if entering is not None:
            running.append(_entered(plan.takes, entering, frame))
        running = [run for run in running if frame < run.start + run.stand.shot.frames]
        changes = [run.advance(frame, weave[frame]) for run in running]
        place = len(running) - 1 if weight >= 0.5 else 0
        main, changed = running[place], changes[place]
        begins_shot = main.index != current
        current = main.index
        color = main.picture(frame, weave[frame])
        if len(running) == 2:
            other = running[1 - place].picture(frame, weave[frame])
            share = weight if place == 1 else 1 - weight
            color = np.asarray(cv2.addWeighted(color, share, other, 1 - share, 0), np.uint8)
        yield _frame(
            main, frame, weave[frame], subtitles(grain(color), frame),
            changed=1.0 if begins_shot else changed, begins_shot=begins_shot, weight=weight,
        )  # fmt: skip


def _frame(
    run: _Running, frame: int, weave: Point, color: NDArray[np.uint8], *,
    changed: float, begins_shot: bool, weight: float,
) -> ClipFrame:  # fmt: skip
    own, state, stand = frame - run.start, run.shown, run.stand
    facts = FrameFacts(
        shot=run.index,
        state=state,
        drawings=run.ids,
        begins_drawing=changed > 0,
        begins_shot=begins_shot,
        changed=changed,
        view=stand.shot.views[own],
        light=stand.shot.lights[own],
        dissolving=min(weight, 1 - weight),
        places=stand.places(own),
        track_names=tuple(tuple(t.name for t in actor.tracks) for actor in stand.shot.actors),
    )
    return ClipFrame(color, facts, lambda: stand.triplet(own, state, color, weave=weave))


def _schedule(takes: Sequence[Take]) -> Iterator[tuple[int, int | None, float]]:
    """(clip frame, the take that enters there or None, weight of the newest take)."""
    frame = 0
    for index, take in enumerate(takes):
        following = takes[index + 1].dissolve if index + 1 < len(takes) else 0
        for own in range(take.frames - following):
            weight = (own + 1) / (take.dissolve + 1) if own < take.dissolve else 1.0
            yield frame, index if own == 0 else None, weight
            frame += 1


def _entered(takes: Sequence[Take], index: int, frame: int) -> _Running:
    take = takes[index]
    following = takes[index + 1].dissolve if index + 1 < len(takes) else 0
    return _Running(index, Stand(take.make()), frame, take.dissolve, max(take.frames - following - 1, 0))

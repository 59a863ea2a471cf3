"""FRAMES → DRAWINGS: frames that show one drawing become one exposure.

How a timesheet is read off the screen:

1. **What differs** (``differences``). A frame's luma is reduced to 480 to 540 lines and compared with the
   frame before, block of 4×4 by block: a mouth changes 0.2 % of the picture, which no mean over the frame
   shows. The local contrast that both share is taken off, because coding noise sits at edges.
2. **What the light explains** (``light``). A fade or an exposure change is one gain and offset for all
   tones; the pictures are compared in the light of the one that shows less. Light that glows (``glow``)
   changes paints and their surroundings, but leaves no edge where there was none. A blank frame shows
   nothing: what follows is compared with what was there before it.
3. **What movement explains** (``following``, ``correlation``, ``motion``, ``layers``). Points are followed
   to the frame before; the few similarities that they obey are the camera and the layers. A move is
   believed if it takes the whole picture along, or if it goes on in the next frame or came from the one
   before and is most of what changed: an arm that swings on ones is not pulled past the background. For
   each block the move that leaves least counts. Where layers part, strips come into sight that no move
   explains; they are excused if their levels exist nearby.
4. **What text explains** (``subtitles``): lines of glyphs that come, go or change.
5. **What is left** (``changes``) is the strength of a frame, 1 about where held and new drawings part.
6. **What passes before the lens** (``passers``): what differs crosses the picture, and behind it the
   picture is there again. Only what was seen in two frames can begin a drawing meanwhile.
7. **Cuts, flashes, fades, dissolves** (``shots``, ``transitions``), with a second and a half of frames
   ahead: they begin no drawing but the first of a shot.
8. **Where the line is drawn** (here). What noise and motion leave lies between 0.5 and 54 levels from shot
   to shot: the dividing line goes into the gap that the shot's own frames leave, among the last
   48 and the next 12.
9. **The verdict** (``evidence``, ``judge``). On which side of that line a frame lies is one witness of many.
   What is left under each move, believed or not, whether the same is left again, how the frames around look:
   trees that were grown on the studio's truth weigh all of it.
10. **What comes back** (``returns``): an exposure that shows a drawing of its shot again is added to it.

Where camera and layers lie in each frame (``tracks``) is noted on the way and changes no drawing.

Every frame is in exactly one exposure. Memory is bounded: some 90 frames, 40 more while something passes,
and the pictures of 16 drawings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dougagen.domain import Drawing, Episode, Frame, FrameSpan, TurnedMove
from dougagen.footage.change import Change, Trace
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.changes import measured_changes
from dougagen.footage.hold import (
    FirstFrame,
    FrameFacts,
    Hold,
    HoldFacts,
    PictureMaker,
    PictureOfHold,
)
from dougagen.footage.judge import JudgeConfig, odds_of_drawing, traits_in_window
from dougagen.footage.passers import without_passers
from dougagen.footage.passing import PasserConfig
from dougagen.footage.returns import with_returns
from dougagen.footage.seams import Seams
from dougagen.footage.tracks import TrackConfig, with_tracks
from dougagen.footage.transitions import TransitionConfig, without_transitions

__all__ = [
    "DrawingStream",
    "FirstFrame",
    "Hold",
    "HoldConfig",
    "HoldFacts",
    "PictureOfHold",
    "collapse_holds",
    "find_drawings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldConfig:
    """When a frame shows another drawing than the frame before it."""

    change: ChangeConfig = field(default_factory=ChangeConfig)
    passers: PasserConfig = field(default_factory=PasserConfig)
    transitions: TransitionConfig = field(default_factory=TransitionConfig)
    tracks: TrackConfig = field(default_factory=TrackConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)
    frames_ahead: int = 12  # frames looked at before a decision; so many decoded frames are in memory
    same_drawing: float = 1.0  # strength up to which an exposure shows a drawing that was there before; the
    # same drawing coded anew leaves up to 1.5 (95 of 100 below 1.0), the nearest other one 5.7 on five clips
    # levels, worst cell; a mouth moves the mean of its cell by more, coding by less
    cells_alike: float = 4.0
    drawings_kept: int = 16  # drawings of a shot that may come back; so many pictures are in memory
    frames_behind: int = 48  # frames of the same shot that a decision remembers
    lowest_threshold: float = 0.5  # strength; no shot is so quiet that less begins a drawing …
    highest_threshold: float = 4.0  # … and none so noisy that more does not
    quiet_share: float = 0.25  # share of the frames of any shot that are held, ones apart; what they leave …
    over_quiet: float = 1.8  # … is exceeded so many times by a new drawing …
    loudest_quiet: float = 2.0  # … unless it is stronger than this: then even they are new drawings
    habit: float = 0.15  # what a threshold e times off the usual one costs, in units of log margin
    enough_margin: float = 1.0  # log strength; a wider gap between held and new is no better
    open_margin: float = 0.6  # log strength; the same where no frame lies on the other side


def shot_threshold(strengths: Sequence[float], *, config: HoldConfig) -> float:
    """The strength that divides the held frames of a shot from the new drawings among them.

    What noise and motion leave unexplained lies between 0.5 and 54 levels from shot to shot (measured), so
    the dividing line goes where the shot's own frames leave a gap, near the usual one where they do not say.
    """
    thresholds = np.geomspace(config.lowest_threshold, config.highest_threshold, 49)
    known = np.log(np.maximum(np.asarray(strengths, np.float64), 0.02))[:, np.newaxis]
    above = known - np.log(thresholds)  # [frames, thresholds]; negative where the frame lies below
    margins = [np.where(side > 0, side, np.inf).min(axis=0, initial=np.inf) for side in (above, -above)]
    margins = [
        np.where(np.isinf(m), config.open_margin, np.minimum(m, config.enough_margin)) for m in margins
    ]
    quiet = sorted(strengths)[int(config.quiet_share * len(strengths))] if strengths else 0.0
    if quiet < config.loudest_quiet:
        margins.append(np.where(thresholds < config.over_quiet * quiet, 0.0, np.inf))
    merit = np.minimum.reduce(margins) - config.habit * np.abs(np.log(thresholds))
    return float(thresholds[int(merit.argmax())])


def begins_drawing(window: Sequence[Trace], position: int, *, config: HoldConfig) -> bool:
    """Whether the frame at ``position`` shows a new drawing, by the frames of its shot around it."""
    change = window[position]
    if change.cut:
        return True
    threshold = threshold_at(window, position, config=config)
    if change.settled:
        return change.strength > max(threshold, change.least)
    traits = traits_in_window(window, position, threshold=threshold, config=config.judge)
    return float(odds_of_drawing(traits[np.newaxis], config=config.judge)[0]) > config.judge.sure


def threshold_at(window: Sequence[Trace], position: int, *, config: HoldConfig) -> float:
    """The strength that divides held from new around ``position``; the highest where any shot would agree."""
    change = window[position]
    if not config.lowest_threshold < change.strength <= config.highest_threshold:
        return (
            config.highest_threshold if change.strength > config.lowest_threshold else config.lowest_threshold
        )
    first = max((i for i in range(position) if window[i].cut), default=-1) + 1
    last = min((i for i in range(position, len(window)) if window[i].cut), default=len(window))
    return shot_threshold([other.strength for other in window[first:last]], config=config)


def collapse_holds(
    frames: Iterable[Frame],
    *,
    config: HoldConfig,
    picture: PictureMaker | None = None,
    seams: Seams | None = None,
) -> Iterator[Hold]:
    """Join frames that show one drawing; every frame is in exactly one hold, and holds come in order.

    ``picture`` makes what sees all frames of a hold and gives its picture; without one there are no pictures.
    ``seams`` is told of every cut, and may end the search there.
    """
    running: _Running | None = None
    shot, maker = -1, picture() if picture else None
    for change, begins in _decided(known_changes(frames, config=config), config):
        if begins or running is None:
            if running is not None:
                yield running.ended(change.frame.index)
            if seams is not None and seams.ends_at(change):
                return
            shot += change.cut
            running = _Running(shot, change, maker)
        else:
            running.add(change)
    if running is not None:
        yield running.ended(running.last + 1)


def known_changes(frames: Iterable[Frame], *, config: HoldConfig) -> Iterator[Change]:
    """One change for each frame, with all that is known of it before it is judged; tens of frames late."""
    changes = measured_changes(frames, config=config.change)
    changes = without_passers(changes, passers=config.passers, config=config.change)
    changes = without_transitions(changes, transitions=config.transitions, config=config.change)
    return with_tracks(changes, config=config.tracks)


class _Running:
    """The hold that the newest decided frame belongs to."""

    def __init__(self, shot: int, change: Change, picture: PictureOfHold | None) -> None:
        first = change.frame
        self._shot, self._first, self._picture = shot, first, picture
        self.last = first.index
        self._facts = [FrameFacts()]
        self._layer_moves: list[TurnedMove] = [*change.facts.layer_moves]
        self._moved = False
        if picture is not None:
            picture.begin(first)

    def add(self, change: Change) -> None:
        """Another frame of it."""
        self.last = change.frame.index
        self._facts.append(change.facts)
        self._layer_moves += change.facts.layer_moves
        self._moved |= change.facts.moved
        if self._picture is not None:
            self._picture.add(change.frame, self._moved)

    def ended(self, stop: int) -> Hold:
        """The hold, once its last frame is known."""
        image, frame = (None, self._first) if self._picture is None else self._picture.finish()
        span = FrameSpan(self._first.index, stop)
        facts = HoldFacts.of(self._facts)
        return Hold(self._shot, span, frame, facts, image, tuple(self._layer_moves))


def _decided(changes: Iterable[Change], config: HoldConfig) -> Iterator[tuple[Change, bool]]:
    """Each change with its verdict, ``frames_ahead`` frames late."""
    behind: deque[Trace] = deque(maxlen=config.frames_behind)
    ahead: deque[Change] = deque()

    def verdict() -> tuple[Change, bool]:
        window = [*behind, *(change.trace for change in ahead)]
        begins = begins_drawing(window, len(behind), config=config)
        change = ahead.popleft()
        behind.append(change.trace)
        return change, begins

    for change in changes:
        ahead.append(change)
        if len(ahead) > config.frames_ahead:
            yield verdict()
    while ahead:
        yield verdict()


_USUAL = HoldConfig()


def find_drawings(
    episode: Episode,
    frames: Iterable[Frame],
    *,
    config: HoldConfig = _USUAL,
    picture: PictureMaker = FirstFrame,
    seams: Seams | None = None,
) -> DrawingStream:
    """The drawings of an episode, in order, some frames after each has left the screen."""
    return DrawingStream(episode, frames, config=config, picture=picture, seams=seams)


class DrawingStream(Iterator[Drawing]):
    """Iterates over drawings; the counts are right once it has ended, and so far before that."""

    shots_found: int
    drawings_found: int
    frames_in_exposures: int

    def __init__(
        self,
        episode: Episode,
        frames: Iterable[Frame],
        *,
        config: HoldConfig,
        picture: PictureMaker = FirstFrame,
        seams: Seams | None = None,
    ) -> None:
        self.shots_found = self.drawings_found = self.frames_in_exposures = 0
        self._episode = episode
        self._drawings = self._run(frames, config, picture, seams)

    def __next__(self) -> Drawing:
        return next(self._drawings)

    def _run(
        self, frames: Iterable[Frame], config: HoldConfig, picture: PictureMaker, seams: Seams | None
    ) -> Generator[Drawing, None, None]:
        holds = self._counted(collapse_holds(frames, config=config, picture=picture, seams=seams))
        drawings = with_returns(
            holds,
            same=config.same_drawing,
            kept=config.drawings_kept,
            cells_alike=config.cells_alike,
            config=config.change,
        )
        for drawing_index, drawing in enumerate(drawings):
            hold = drawing.hold
            assert hold.image is not None, "a picture was asked for"
            self.drawings_found += 1
            self.frames_in_exposures += sum(map(len, drawing.exposures))
            yield Drawing(
                episode_id=self._episode.episode_id,
                shot_index=hold.shot_index,
                exposures=tuple(drawing.exposures),
                image=hold.image,
                drawing_index=drawing_index,
                frame_index=hold.frame.index,
                time=hold.frame.time,
                flags=("damaged",) if hold.frame.damaged else (),
                measures=hold.facts.measures(),
                layer_moves=tuple(drawing.layer_moves),
            )

    def _counted(self, holds: Iterable[Hold]) -> Iterator[Hold]:
        for hold in holds:
            self.shots_found = hold.shot_index + 1
            yield hold

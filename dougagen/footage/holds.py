"""FRAMES → DRAWINGS: frames that show one drawing become one exposure."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dougagen.domain import Drawing, Episode, Frame, FrameSpan
from dougagen.footage.changes import Change, ChangeConfig, measured_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldConfig:
    """When a frame shows another drawing than the frame before it."""

    change: ChangeConfig = field(default_factory=ChangeConfig)
    frames_ahead: int = 12  # frames looked at before a decision; so many decoded frames are in memory
    frames_behind: int = 48  # frames of the same shot that a decision remembers
    lowest_threshold: float = 0.5  # strength; no shot is so quiet that less begins a drawing …
    highest_threshold: float = 4.0  # … and none so noisy that more does not
    habit: float = 0.15  # what a threshold e times off the usual one costs, in units of log margin
    enough_margin: float = 1.0  # log strength; a wider gap between held and new is no better
    open_margin: float = 0.6  # log strength; the same where no frame lies on the other side


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """One exposure and the frame that stands for it."""

    shot_index: int
    span: FrameSpan
    frame: Frame


def shot_threshold(strengths: Sequence[float], *, config: HoldConfig) -> float:
    """The strength that divides the held frames of a shot from the new drawings among them.

    What noise and motion leave unexplained lies between 0.5 and 54 levels from shot to shot (DESIGN 7), so
    the dividing line goes where the shot's own frames leave a gap, near the usual one where they do not say.
    """
    thresholds = np.geomspace(config.lowest_threshold, config.highest_threshold, 49)
    known = np.log(np.maximum(np.asarray(strengths, np.float64), 0.02))[:, np.newaxis]
    above = known - np.log(thresholds)  # [frames, thresholds]; negative where the frame lies below
    margins = [np.where(side > 0, side, np.inf).min(axis=0, initial=np.inf) for side in (above, -above)]
    margins = [
        np.where(np.isinf(m), config.open_margin, np.minimum(m, config.enough_margin)) for m in margins
    ]
    merit = np.minimum(*margins) - config.habit * np.abs(np.log(thresholds))
    return float(thresholds[int(merit.argmax())])


def begins_drawing(window: Sequence[Change], position: int, *, config: HoldConfig) -> bool:
    """Whether the frame at ``position`` shows a new drawing, by the frames of its shot around it."""
    change = window[position]
    if change.cut:
        return True
    first = max((i for i in range(position) if window[i].cut), default=-1) + 1
    last = min((i for i in range(position, len(window)) if window[i].cut), default=len(window))
    threshold = shot_threshold([other.strength for other in window[first:last]], config=config)
    return change.strength > max(threshold, change.least)


def collapse_holds(frames: Iterable[Frame], *, config: HoldConfig) -> Iterator[Hold]:
    """Join frames that show one drawing; every frame is in exactly one hold, and holds come in order."""
    shot, first, stop = -1, None, 0
    for change, begins in _decided(measured_changes(frames, config=config.change), config):
        if begins:
            if first is not None:
                yield Hold(shot, FrameSpan(first.index, change.frame.index), first)
            first = change.frame
            shot += change.cut
        stop = change.frame.index + 1
    if first is not None:
        yield Hold(shot, FrameSpan(first.index, stop), first)


def _decided(changes: Iterable[Change], config: HoldConfig) -> Iterator[tuple[Change, bool]]:
    """Each change with its verdict, ``frames_ahead`` frames late."""
    behind: deque[Change] = deque(maxlen=config.frames_behind)
    ahead: deque[Change] = deque()

    def verdict() -> tuple[Change, bool]:
        begins = begins_drawing([*behind, *ahead], len(behind), config=config)
        change = ahead.popleft()
        behind.append(change)
        return change, begins

    for change in changes:
        ahead.append(change)
        if len(ahead) > config.frames_ahead:
            yield verdict()
    while ahead:
        yield verdict()


_USUAL = HoldConfig()


def find_drawings(episode: Episode, frames: Iterable[Frame], *, config: HoldConfig = _USUAL) -> DrawingStream:
    """The drawings of an episode, in order, some frames after each has left the screen."""
    return DrawingStream(episode, frames, config=config)


class DrawingStream(Iterator[Drawing]):
    """Iterates over drawings; the counts are right once it has ended, and so far before that."""

    shots_found: int
    drawings_found: int
    frames_in_exposures: int

    def __init__(self, episode: Episode, frames: Iterable[Frame], *, config: HoldConfig) -> None:
        self.shots_found = self.drawings_found = self.frames_in_exposures = 0
        self._episode = episode
        self._drawings = self._run(frames, config)

    def __next__(self) -> Drawing:
        return next(self._drawings)

    def _run(self, frames: Iterable[Frame], config: HoldConfig) -> Generator[Drawing, None, None]:
        for hold in collapse_holds(frames, config=config):
            drawing = Drawing(
                episode_id=self._episode.episode_id,
                shot_index=hold.shot_index,
                exposures=(hold.span,),
                image=hold.frame.rgb(),
                drawing_index=self.drawings_found,
                frame_index=hold.frame.index,
                time=hold.frame.time,
            )
            self.shots_found = hold.shot_index + 1
            self.drawings_found += 1
            self.frames_in_exposures += len(hold.span)
            yield drawing

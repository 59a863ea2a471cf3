"""The moves of a shot as people and other programs are told: what is worth telling, and in which words.

What a layer does is told by where the middle of the picture went. If all layers move as one it is the camera
that moves, to the other side; otherwise each layer is named and moves as it does on the screen.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import FrameSpan, TurnedMove

_LINES = 480.0  # of the picture for which the pixels below are meant
_LEAST_WAY = 2.5  # px from where a layer was; what comes of grain and gate weave stays below
_LEAST_ZOOM = 0.008  # of 1
_LEAST_TURN = 0.006  # radians
_LEAST_APART = 2.0  # px by which a layer moves against the background
_LEAST_FRAMES = 6  # in which a layer is seen
_STEP = 0.3  # px a frame, with which a layer is on its way
_PAUSE = 4  # frames in which it may stand and be said to be on its way
_SHAKEN = 3  # times that a layer turns round on its way if it shakes
_STRAYS = 0.15  # share of the longer way that the shorter one must have to be told


@dataclass(frozen=True, slots=True, eq=False)
class LayerTrack:
    """Where one layer lies over the frames of a shot."""

    layer: int
    start: int
    """The first frame."""
    place: NDArray[np.complex128]
    """complex128[frames]: where the picture's middle point of the first frame lies now, px, x + iy."""
    scale: NDArray[np.float64]
    """float64[frames]."""
    turn: NDArray[np.float64]
    """float64[frames]: radians, clockwise."""
    unit: float
    """Pixels of this picture for one of a picture of 480 lines."""

    @classmethod
    def of(cls, moves: Sequence[TurnedMove], picture: tuple[int, int]) -> LayerTrack:
        """``moves`` of one layer, in order; ``picture``: its height and width in px."""
        height, width = picture
        corner = -complex(width - 1, height - 1) / 2
        scale = np.array([move.scale for move in moves])
        turn = np.unwrap([move.turn for move in moves])
        off = np.array([complex(move.x, move.y) for move in moves])
        place = off - (scale * np.exp(1j * turn) - 1) * corner
        return cls(moves[0].layer, moves[0].frame_index, place, scale, turn, height / _LINES)

    def part(self, start: int, stop: int) -> LayerTrack:
        """Its frames from ``start`` to ``stop``, both counted from its first."""
        some = slice(start, stop)
        return LayerTrack(
            self.layer, self.start + start, self.place[some], self.scale[some], self.turn[some], self.unit
        )

    @property
    def moves(self) -> bool:
        """Whether it moves by more than noise can make it."""
        way = float(np.abs(self.place - self.place[0]).max()) > _LEAST_WAY * self.unit
        return way or self.bends

    @property
    def bends(self) -> bool:
        """Whether it zooms or turns by more than noise can make it."""
        zoom = float(np.abs(self.scale - self.scale[0]).max()) > _LEAST_ZOOM
        return zoom or float(np.abs(self.turn - self.turn[0]).max()) > _LEAST_TURN

    def shifted(self, frame: int) -> TurnedMove:
        """Where it lies in a frame of the episode, as a shift alone."""
        place = self.place[frame - self.start]
        return TurnedMove(self.layer, frame, float(place.real), float(place.imag), 1.0)

    def apart_from(self, other: LayerTrack) -> float:
        """Pixels by which it has moved against ``other`` at most, since it was first seen."""
        first = max(self.start, other.start)
        last = min(self.start + len(self.place), other.start + len(other.place))
        if last <= first:
            return 0.0
        here, there = (track.place[first - track.start : last - track.start] for track in (self, other))
        against = here - there
        return float(np.abs(against - against[0]).max())

    def stretches(self) -> list[LayerTrack]:
        """The parts in which it is on its way, from where it starts to where it stops."""
        steps = np.abs(np.diff(self.place)) / self.unit + np.abs(np.diff(self.scale)) / _LEAST_ZOOM
        steps += np.abs(np.diff(self.turn)) / _LEAST_TURN
        way = np.flatnonzero(steps > _STEP)
        if not len(way):
            return []
        parts = np.split(way, np.flatnonzero(np.diff(way) > _PAUSE) + 1)
        found = [self.part(int(part[0]), int(part[-1]) + 2) for part in parts]
        return [track for track in found if track.moves]

    def words(self, *, as_camera: bool) -> str:
        """``pans 312 px right, zoom 1.00→1.20``; ``stands`` where it does not move."""
        told = [word for word in (self._way(as_camera), self._zoom(), self._turned(as_camera)) if word]
        if not told:
            return "stands"
        return (
            ", ".join(told).replace("zoom ", "zooms ", 1) if told[0].startswith("zoom") else ", ".join(told)
        )

    def _way(self, as_camera: bool) -> str:
        place = (self.place[0] - self.place) if as_camera else (self.place - self.place[0])
        farthest = place[int(np.abs(place).argmax())]
        if abs(farthest) <= _LEAST_WAY * self.unit:
            return ""
        if (
            self._turns_round(place) >= _SHAKEN
            and abs(place[-1]) < 0.5 * float(np.abs(np.diff(place)).sum()) / 2
        ):
            return f"shakes by up to {abs(farthest):.0f} px"
        verb = "pans" if as_camera else "slides"
        back = abs(place[-1]) < 0.2 * abs(farthest)
        return f"{verb} {_direction(farthest if back else place[-1])}{' and back' if back else ''}"

    def _turns_round(self, place: NDArray[np.complex128]) -> int:
        """How often it goes on the other way, in steps that can be seen."""
        steps = np.diff(place)
        steps = steps[np.abs(steps) > _STEP * self.unit]
        return int(np.count_nonzero((steps[1:] * steps[:-1].conj()).real < 0))

    def _zoom(self) -> str:
        first, last = float(self.scale[0]), float(self.scale[-1])
        farthest = float(self.scale[int(np.abs(self.scale - first).argmax())])
        if abs(farthest - first) <= _LEAST_ZOOM:
            return ""
        told = [first, farthest, last] if abs(last - first) < 0.5 * abs(farthest - first) else [first, last]
        return "zoom " + "→".join(f"{scale:.2f}" for scale in told)

    def _turned(self, as_camera: bool) -> str:
        turn = self.turn[0] - self.turn if as_camera else self.turn - self.turn[0]
        farthest = float(turn[int(np.abs(turn).argmax())])
        if abs(farthest) <= _LEAST_TURN:
            return ""
        return (
            f"turns {abs(np.degrees(farthest)):.1f}° {'clockwise' if farthest > 0 else 'counter-clockwise'}"
        )


def _direction(way: complex) -> str:
    """``312 px right, 40 px up``."""
    sides = [(way.real, "right", "left"), (way.imag, "down", "up")]
    longest = max(abs(way.real), abs(way.imag))
    told = [(abs(n), more if n > 0 else less) for n, more, less in sides if abs(n) > _STRAYS * longest]
    return ", ".join(f"{length:.0f} px {side}" for length, side in told)


def tracks_of(moves: Iterable[TurnedMove], picture: tuple[int, int]) -> list[LayerTrack]:
    """The tracks of a shot's layers, by number; ``picture``: height and width in px."""
    by_layer = sorted(moves, key=lambda move: (move.layer, move.frame_index))
    return [
        LayerTrack.of(list(of_one), picture)
        for _, of_one in itertools.groupby(by_layer, key=lambda move: move.layer)
    ]


def worth_telling(
    moves: Iterable[TurnedMove], span: FrameSpan, picture: tuple[int, int]
) -> tuple[TurnedMove, ...]:
    """The moves of a shot's layers without those that noise can make; nothing where none moves, or where the
    track of the background was lost, be it for some frames only.

    The background has one for every frame of the shot, by frame and layer; another layer from where it is
    first told from it.
    """
    known = sorted(moves, key=lambda move: (move.frame_index, move.layer))
    known = [move for move in known if move.frame_index in span]
    first = next((move.frame_index for move in known if move.layer == 0), None)
    if first is None or not any(move.frame_index == span.stop - 1 for move in known):
        return ()
    if sum(move.layer == 0 for move in known) != span.stop - first:
        return ()  # lost and found again: nobody knows how far it went meanwhile
    known = [TurnedMove(0, frame, 0.0, 0.0, 1.0) for frame in range(span.start, first)] + known
    background, *others = tracks_of(known, picture)
    apart = _LEAST_APART * background.unit
    kept = {
        track.layer
        for track in others
        if len(track.place) >= _LEAST_FRAMES and track.apart_from(background) > apart
    }
    if not kept and not background.moves:
        return ()
    straight = {track.layer: track for track in (background, *others) if not track.bends}
    return tuple(
        straight[move.layer].shifted(move.frame_index) if move.layer in straight else move
        for move in known
        if move.layer == 0 or move.layer in kept
    )


def in_words(moves: Iterable[TurnedMove], picture: tuple[int, int]) -> str:
    """``camera pans 312 px right, zoom 1.00→1.20``; ``background slides 90 px left; layer 1 stands``."""
    tracks = tracks_of(moves, picture)
    return "; ".join(f"{name_of(track.layer, len(tracks))} {_told(track, len(tracks))}" for track in tracks)


def instructions(
    moves: Iterable[TurnedMove], picture: tuple[int, int]
) -> dict[str, list[tuple[FrameSpan, str]]]:
    """For a timesheet: the layers that move, and from which frame to which each does what."""
    tracks = tracks_of(moves, picture)
    told = {
        name_of(track.layer, len(tracks)): [
            (FrameSpan(part.start, part.start + len(part.place)), _told(part, len(tracks)))
            for part in track.stretches()
        ]
        for track in tracks
    }
    return {name: parts for name, parts in told.items() if parts}


def name_of(layer: int, layers: int) -> str:
    """What people call a layer where so many are told apart."""
    if layer:
        return f"layer {layer}"
    return "background" if layers > 1 else "camera"


def _told(track: LayerTrack, layers: int) -> str:
    return track.words(as_camera=layers == 1)

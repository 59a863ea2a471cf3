"""A shot before it is filmed: painted layers, actors on timesheets, a camera path and the light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.studio.cel.cel import Cel, stacked
from dougagen.studio.cel.douga_truth import cel_mask_of, douga_of
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.clips.camera import Matrix, Point, View, seen_by, to_screen
from dougagen.studio.clips.exposure_sheet import Track
from dougagen.studio.clips.light import Light, lit
from dougagen.studio.clips.plates import (
    Canvas,
    Plate,
    Seen,
    cel_on_screen,
    drawing_plate,
    laid_over,
    on_screen,
    same_drawing,
    seen_of,
)
from dougagen.studio.design.subject import Pose, Subject

SIZE_LIMIT = 1.6
"""Canvas pixels for a frame's pixel at most: a closer camera enlarges, as it does in a studio."""
Column = tuple[int, ...]
"""What one actor shows: the number of the drawing in each of its tracks."""
State = tuple[Column | None, ...]
"""What all actors show; None = not on screen."""


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A cel layer: a subject whose tracks (body, mouth, lids …) keep their own time."""

    name: str
    subject: Subject
    placement: Matrix
    """float64[2, 3]: from the subject's coordinates to the world."""
    pose: Pose
    """What no track changes."""
    tracks: tuple[Track, ...]
    slides: tuple[Point, ...] = ()
    """Where the cel lies at each frame, in world pixels from its place; empty = it stays."""
    depth: float = 1.0

    def column(self, frame: int) -> Column | None:
        """The drawing of every track at ``frame``; None where a track is empty."""
        numbers = tuple(track.numbers[frame] for track in self.tracks)
        return None if None in numbers else tuple(n for n in numbers if n is not None)

    def posed(self, column: Column) -> Pose:
        """The pose that a column of drawings gives."""
        pose = self.pose
        for track, number in zip(self.tracks, column, strict=True):
            pose = replace(pose, **track.drawings[number])
        return pose


@dataclass(frozen=True, slots=True, eq=False)
class Scenery:
    """A painted layer, behind the actors or (a book) in front of them."""

    name: str
    plate: Plate
    depth: float = 1.0
    slides: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """All that a shot needs; nothing here depends on codec or clip."""

    height: int
    width: int
    backdrops: tuple[Scenery, ...]
    """From the back to the front; the first is opaque."""
    actors: tuple[Actor, ...]
    """From the back to the front; empty in a shot without a cel."""
    views: tuple[View, ...]
    """One a frame: how long the shot is."""
    lights: tuple[Light, ...]
    books: tuple[Scenery, ...] = ()

    @property
    def frames(self) -> int:
        return len(self.views)


def slide_at(slides: Sequence[Point], frame: int) -> Point:
    """Where a layer lies at ``frame``."""
    return slides[frame] if slides else (0.0, 0.0)


def premultiplied(book: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A book's straight alpha multiplied in: uint8[H, W, 4]."""
    alpha = np.ascontiguousarray(book[..., 3])
    color = cv2.multiply(np.ascontiguousarray(book[..., :3]), cv2.merge([alpha] * 3), scale=1 / 255)
    return np.dstack([color, alpha])


def canvas_for(
    views: Sequence[View], *, height: int, width: int, depth: float = 1.0, slides: Sequence[Point] = ()
) -> Canvas:
    """The canvas on which a layer must be painted for these views."""
    maps = [
        to_screen(view, height=height, width=width, depth=depth, slide=slide_at(slides, i))
        for i, view in enumerate(views)
    ]
    nearest = max(1 + (view.zoom - 1) * depth for view in views)
    seen = seen_by(maps, height=height, width=width)
    return Canvas.over(seen, scale=float(np.clip(nearest, 1.0, SIZE_LIMIT)))


@dataclass(slots=True, eq=False)
class _Easel:
    """An actor's drawings, each made once, when it is first wanted."""

    actor: Actor
    canvas: Canvas
    lines: int
    plates: dict[Column, tuple[int, Plate]] = field(default_factory=dict)

    def plate(self, column: Column) -> tuple[int, Plate]:
        """The drawing's number (equal pixels, equal number) and its plate."""
        if column not in self.plates:
            plate = drawing_plate(self.canvas, self._drawn(self.actor.posed(column)))
            known = next((k for k in self.plates.values() if same_drawing(k[1], plate)), None)
            self.plates[column] = known or (len(self.plates), plate)
        return self.plates[column]

    def _drawn(self, pose: Pose) -> Cel:
        sheet = CelSheet(
            height=self.canvas.height, width=self.canvas.width, lines=round(self.lines * self.canvas.scale)
        )
        sheet.placement = self.canvas.placed(self.actor.placement)
        self.actor.subject.draw(sheet, pose)
        return sheet.developed()


@dataclass(slots=True, eq=False)
class Stand:
    """The camera stand with one shot on it. Keeps what it saw last: most frames of a hold are the same."""

    shot: Shot
    _easels: list[_Easel] = field(init=False)
    _layers: dict[tuple, Seen] = field(init=False, default_factory=dict)
    _stacks: dict[tuple, NDArray[np.uint8]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        shot = self.shot
        size = {"height": shot.height, "width": shot.width}
        self._easels = [
            _Easel(a, canvas_for(shot.views, depth=a.depth, slides=a.slides, **size), shot.height)
            for a in shot.actors
        ]

    def wanted(self, frame: int) -> State:
        """What the sheets say for ``frame``."""
        return tuple(actor.column(frame) for actor in self.shot.actors)

    def drawing_ids(self, state: State) -> tuple[int | None, ...]:
        """The drawing that each actor shows: the same number is the same pixels."""
        return tuple(
            None if column is None else easel.plate(column)[0]
            for easel, column in zip(self._easels, state, strict=True)
        )

    def places(self, frame: int) -> tuple[Point, ...]:
        """Where every layer that slides lies at ``frame``."""
        layers: tuple[Actor | Scenery, ...] = (*self.shot.backdrops, *self.shot.actors, *self.shot.books)
        return tuple(layer.slides[frame] for layer in layers if layer.slides)

    def picture(self, frame: int, state: State, *, weave: Point = (0.0, 0.0)) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: what the camera sees at ``frame`` when the actors show ``state``."""
        return lit(self._stack(frame, state, weave), self.shot.lights[frame])

    def triplet(
        self, frame: int, state: State, color: NDArray[np.uint8], *, weave: Point = (0.0, 0.0)
    ) -> Triplet:
        """``color`` with the truth of ``state`` as the camera sees it at ``frame``."""
        height, width = self.shot.height, self.shot.width
        cels = [
            cel_on_screen(
                easel.plate(column)[1],
                self._map(frame, easel.actor.depth, easel.actor.slides, weave),
                height=height,
                width=width,
            )
            for easel, column in zip(self._easels, state, strict=True)
            if column is not None
        ]
        if not cels:
            nothing = np.zeros((height, width), np.uint8)
            return Triplet(color, CelMask(nothing.view(np.bool_)), Douga(nothing))
        cel = stacked(cels) if len(cels) > 1 else cels[0]
        cover = self._book_cover(frame, weave)
        return Triplet(color, CelMask(cel_mask_of(cel, cover)), Douga(douga_of(cel, cover, lines=height)))

    def _book_cover(self, frame: int, weave: Point) -> NDArray[np.uint8] | None:
        cover: NDArray[np.uint8] | None = None
        for book in self.shot.books:
            at = self._map(frame, book.depth, book.slides, weave)
            seen = on_screen(book.plate, at, height=self.shot.height, width=self.shot.width)
            one = cv2.extractChannel(seen, 3)
            cover = one if cover is None else 255 - cv2.multiply(255 - cover, 255 - one, scale=1 / 255)
        return None if cover is None else np.ascontiguousarray(cover)

    def _map(self, frame: int, depth: float, slides: Sequence[Point], weave: Point) -> Matrix:
        shot = self.shot
        return to_screen(
            shot.views[frame],
            height=shot.height,
            width=shot.width,
            depth=depth,
            slide=slide_at(slides, frame),
            weave=weave,
        )

    def _stack(self, frame: int, state: State, weave: Point) -> NDArray[np.uint8]:
        """The layers over each other, in plain light."""
        layers: list[tuple[int, Plate, Matrix]] = []
        for place, backdrop in enumerate(self.shot.backdrops):
            layers.append((place, backdrop.plate, self._map(frame, backdrop.depth, backdrop.slides, weave)))
        for place, (easel, column) in enumerate(zip(self._easels, state, strict=True)):
            if column is not None:
                actor = easel.actor
                at = self._map(frame, actor.depth, actor.slides, weave)
                layers.append((100 + place, easel.plate(column)[1], at))
        for place, book in enumerate(self.shot.books):
            layers.append((1000 + place, book.plate, self._map(frame, book.depth, book.slides, weave)))
        key = tuple((place, id(plate), at.tobytes()) for place, plate, at in layers)
        if key not in self._stacks:
            picture = self._seen(*layers[0]).picture.copy()
            for layer in layers[1:]:
                laid_over(picture, self._seen(*layer))
            _keep(self._stacks, key, picture, most=3)
        return self._stacks[key]

    def _seen(self, place: int, plate: Plate, at: Matrix) -> Seen:
        key = (place, id(plate), at.tobytes())
        if key not in self._layers:
            seen = seen_of(plate, at, height=self.shot.height, width=self.shot.width)
            _keep(self._layers, key, seen, most=12)
        return self._layers[key]


def _keep(cache: dict, key: tuple, picture: object, *, most: int) -> None:
    """Remember ``picture`` and forget the oldest."""
    while len(cache) >= most:
        del cache[next(iter(cache))]
    cache[key] = picture

"""One line of a storyboard, and how it becomes a shot: who acts, in what time, camera and light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dougagen.studio.clips.acting import (
    Acting,
    Framing,
    burst,
    held_body,
    opening_pose,
    stood,
    tracks_for,
)
from dougagen.studio.clips.artists import TRAINING_ARTISTS, Artists
from dougagen.studio.clips.camera import Point, View
from dougagen.studio.clips.camera_work import CameraWork, Slides, slides_for, views_for
from dougagen.studio.clips.exposure_sheet import Rate, Track, blinking
from dougagen.studio.clips.lens import VeilWork, passer_by, veil_over
from dougagen.studio.clips.light_work import LightWork, lights_for
from dougagen.studio.clips.plates import Plate
from dougagen.studio.clips.shot import Actor, Scenery, Shot, canvas_for, premultiplied
from dougagen.studio.clips.wall import hung


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """One line of the storyboard. The same plan and size give the same pixels."""

    seed: int
    frames: int
    action: Acting = "moves"
    rate: Rate = "threes"
    camera: CameraWork = "still"
    light: LightWork = "plain"
    speed: float | None = None
    """Pixels a frame at 1080 lines that the camera, background or cel moves at most; by chance if None."""
    framing: Framing | None = None
    """How much of the subject is in the picture; by chance if None."""
    size: float | None = None
    """Pixels of one unit of the subject as a share of the lines, instead of ``framing``."""
    subject: str = "character"
    """``character``, ``creature``, ``machine``, ``prop``, ``phenomenon`` or ``abstract``."""
    cast: int = 1
    """How many are in the shot; only the last one acts, the others hold."""
    book: bool = False
    """A painted layer in front of the cels."""
    layers: int = 1
    """Painted layers behind the cels; with more than one they move at different speeds in a pan."""
    dissolve: int = 0
    """Frames of the dissolve that begins the shot; 0 = cut."""
    place: int | None = None
    """Seed of the painted layers where another shot plays in the same place; its own if None."""
    per_field: bool = False
    """``frames`` counts fields: a drawing stays for two of them where it would for one frame."""
    artists: Artists = TRAINING_ARTISTS
    """Who draws and paints."""
    veil: VeilWork = "none"
    """Smoke that drifts or rain that falls over everything."""
    passes: bool = False
    """Something passes before the lens and hides the whole picture for some frames."""
    frames_on_wall: bool = False
    """Pictures hang in the background, in frames of thin parallel lines."""
    crowd: bool = False
    """All of the cast act: the last as ``action`` says, the others blink, each in their own time."""

    @property
    def place_seed(self) -> int:
        """The seed of the painted layers."""
        return self.seed if self.place is None else self.place

    def make(self, *, height: int, width: int) -> Shot:
        """Draw everything that the shot needs, but the cels: those are drawn when the camera needs them."""
        rng = np.random.default_rng([self.seed, 0xC11B])
        per_pixel = height / 1080
        speed = self.speed if self.speed is not None else float(rng.uniform(3.0, 11.0))
        views = views_for(
            rng, self.camera, frames=self.frames, speed=speed * per_pixel, height=height, width=width
        )
        slides = slides_for(rng, self.camera, frames=self.frames, speed=speed * per_pixel)
        lights = lights_for(rng, self.light, frames=self.frames)
        place = np.random.default_rng([self.place_seed, 0xBAC6])
        backdrops = self._backdrops(place, views, slides.backdrop, height, width)
        actors = () if self.action == "no cel" else self._cast(rng, views, slides, height, width)
        books = self._books(place, views, slides.backdrop, height, width)
        books += self._before_the_lens(height, width)
        return Shot(height, width, backdrops, actors, views, lights, books)

    # ---- painted layers ------------------------------------------------------------------------------
    def _backdrops(
        self,
        rng: np.random.Generator,
        views: Sequence[View],
        slides: tuple[Point, ...],
        height: int,
        width: int,
    ) -> tuple[Scenery, ...]:
        depths = np.linspace(0.3, 0.85, self.layers) if self.layers > 1 else np.ones(1)
        layers = []
        for index, depth in enumerate(float(d) for d in depths):
            slides_here = _at_depth(slides, depth)
            canvas = canvas_for(views, height=height, width=width, depth=depth, slides=slides_here)
            if index == 0:
                picture = self.artists.background(rng, height=canvas.height, width=canvas.width)
                if self.frames_on_wall:
                    picture = hung(np.random.default_rng([self.place_seed, 0x3A11]), picture, lines=height)
            else:
                picture = premultiplied(self.artists.book(rng, height=canvas.height, width=canvas.width))
            layers.append(Scenery(f"background {index}", Plate(canvas, picture), depth, slides_here))
        return tuple(layers)

    def _books(
        self,
        rng: np.random.Generator,
        views: Sequence[View],
        slides: tuple[Point, ...],
        height: int,
        width: int,
    ) -> tuple[Scenery, ...]:
        if not self.book:
            return ()
        depth = 1.0 if self.layers == 1 else 1.35
        slides = _at_depth(slides, depth) if self.camera == "layers pan" else ()
        canvas = canvas_for(views, height=height, width=width, depth=depth, slides=slides)
        picture = premultiplied(self.artists.book(rng, height=canvas.height, width=canvas.width))
        return (Scenery("book", Plate(canvas, picture), depth, slides),)

    def _before_the_lens(self, height: int, width: int) -> tuple[Scenery, ...]:
        """What drifts, falls or passes before everything else; it stays where it is when the camera moves."""
        rng = np.random.default_rng([self.seed, 0x1E45])
        layers: list[Scenery] = []
        size = {"frames": self.frames, "height": height, "width": width}
        if self.veil != "none":
            layers.append(veil_over(rng, self.veil, **size))
        if self.passes:
            layers.append(passer_by(rng, self.artists.background, **size))
        return tuple(layers)

    # ---- cels ----------------------------------------------------------------------------------------
    def _cast(
        self, rng: np.random.Generator, views: Sequence[View], slides: Slides, height: int, width: int
    ) -> tuple[Actor, ...]:
        middle = views[self.frames // 2]
        framing = self.framing or str(
            rng.choice(["close-up", "bust", "medium", "long", "whole"], p=[0.22, 0.36, 0.2, 0.07, 0.15])
        )
        if self.action in ("walks", "runs"):
            framing = "whole"
        actors = []
        for index in range(self.cast):
            acts = index == self.cast - 1
            blinks = self.crowd and not acts
            kind = self.subject if acts else "character"
            subject = self.artists.subject(kind, rng)
            x = width * ((index + 1) / (self.cast + 1) + float(rng.uniform(-0.06, 0.06)))
            at = stood(rng, subject, framing, size=self.size, height=height, place=x)
            at[:, 2] += (middle.x, middle.y)
            pose = opening_pose(rng, self.action if acts else "moves", heading=slides.heading)
            tracks = self._tracks(rng) if acts else (held_body(self.frames),)
            if blinks:
                tracks += (blinking(rng, frames=self.frames, pause=(6, 30)),)
            actors.append(Actor(f"{kind} {index}", subject, at, pose, tracks, slides.cel if acts else ()))
        if self.action == "bursts":
            actors.append(burst(rng, self.frames, middle, height=height, width=width))
        return tuple(actors)

    def _tracks(self, rng: np.random.Generator) -> tuple[Track, ...]:
        if not self.per_field:
            return tracks_for(rng, self.action, rate=self.rate, frames=self.frames)
        tracks = tracks_for(rng, self.action, rate=self.rate, frames=-(-self.frames // 2))
        return tuple(
            replace(t, numbers=tuple(n for n in t.numbers for _ in range(2))[: self.frames]) for t in tracks
        )


def _at_depth(slides: tuple[Point, ...], depth: float) -> tuple[Point, ...]:
    """How far a layer goes that lies nearer or farther than the cel."""
    return slides if depth == 1.0 else tuple((x * depth, y * depth) for x, y in slides)


def reseeded(
    plans: Sequence[ShotPlan], seed: int, *, artists: Artists = TRAINING_ARTISTS
) -> tuple[ShotPlan, ...]:
    """The plans with seeds of their own, all from ``seed``, and who draws them."""
    return tuple(replace(plan, seed=64 * seed + index, artists=artists) for index, plan in enumerate(plans))

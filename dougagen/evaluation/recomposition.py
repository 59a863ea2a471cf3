"""Proof by recomposition: plate + cel + placement + sheet, composed again, against the episode's own frames.

It needs no truth. Each shot is read by the flow of ``extract``; a second decode follows it a shot behind, so
that no frame is kept: what waits in memory is a window of drawings and the plates of a shot, the cels of the
shot lie in a temporary file.

Where the background lies is known for every drawing, in the frame that its picture shows. Under a held
drawing the camera may go on; nothing in the dataset says where it is then. So two figures are given: over the
frames that pictures show, which a moving camera does not spoil, and over every frame of every exposure. Only
shots whose camera stands in all their drawings are judged by the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Douga, Frame, FrameSpan, Placement, Plate, Reconstructor
from dougagen.evaluation.cel_store import Cels, KeptDrawing
from dougagen.evaluation.flicker import Flicker, NeighbourFlicker
from dougagen.evaluation.plate_view import Difference, seen_in
from dougagen.footage import FootageConfig, FrameStream, decode, open_episode, read_footage
from dougagen.pipeline import reconstruct_shots

LEAST_PSNR = 36.0
"""dB that every frame of a shot whose camera stands must reach together."""
LEAST_FROM_PLATE = 0.2
"""Share of the pixels that the plate must speak for: an all-cel mask would recompose perfectly."""
_LOOK_AT = 3  # frames that are named for a shot
_STANDS = 0.5  # px between the places of a shot's drawings on its plate
_ONE_SIZE = 2e-3  # between their scales


@dataclass(frozen=True, slots=True)
class Recomposed:
    """Frames that were composed again; adds up."""

    frames: int = 0
    cel: Difference = field(default_factory=Difference)
    """Inside the masks: the drawing's picture against the frame."""
    plate: Difference = field(default_factory=Difference)
    """Outside every mask, from the plate alone."""
    unknown: int = 0
    """Pixels of which neither cel nor plate says anything."""

    def __add__(self, other: Recomposed) -> Recomposed:
        return Recomposed(
            self.frames + other.frames,
            self.cel + other.cel,
            self.plate + other.plate,
            self.unknown + other.unknown,
        )

    @property
    def pixels(self) -> int:
        """All of them, those of which nothing is known included."""
        return self.cel.pixels + self.plate.pixels + self.unknown

    @property
    def psnr(self) -> float | None:
        """dB over all pixels scored, cel and plate; None where there are none."""
        return (self.cel + self.plate).psnr

    def share(self, pixels: int) -> float:
        """Of all pixels, [0, 1]."""
        return pixels / self.pixels if self.pixels else 0.0

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; shares are of all pixels of these frames."""
        return {
            "frames": self.frames,
            "psnr": self.psnr,
            "plate_psnr": self.plate.psnr,
            "cel_share": self.share(self.cel.pixels),
            "plate_share": self.share(self.plate.pixels),
            "unknown_share": self.share(self.unknown),
            "scored_share": self.share(self.cel.pixels + self.plate.pixels),
        }


@dataclass(frozen=True, slots=True)
class ShotRecomposition:
    """One shot, composed again."""

    shot_index: int
    span: FrameSpan
    """From its first frame to its last."""
    drawings: int
    placed: int
    """Drawings of which it is known where they lie on a plate."""
    camera_stands: bool | None
    """Over the drawings; None where most of them are placed nowhere, so that nobody knows."""
    pictures: Recomposed
    """The frame that each drawing's picture shows."""
    every_frame: Recomposed
    """All frames of all exposures, at the place of their drawing."""
    look_at: tuple[tuple[int, float], ...]
    """Frame and PSNR in dB of those that were met worst, the worst first."""
    flicker: Flicker = field(default_factory=Flicker)
    """Between neighbouring drawings."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why a person should look at it; empty where all is well."""
        found = []
        psnr = self.every_frame.psnr
        if self.camera_stands and psnr is not None and psnr < LEAST_PSNR:
            held = self.pictures.psnr is not None and self.pictures.psnr >= LEAST_PSNR
            found.append("changes within exposures" if held else f"below {LEAST_PSNR:.0f} dB")
        if not self.placed:
            found.append("no plate")
        elif 2 * self.placed < self.drawings:
            found.append(f"{self.placed} of {self.drawings} drawings on a plate")
        elif self.every_frame.share(self.every_frame.plate.pixels) < LEAST_FROM_PLATE:
            found.append("little from the plate")
        return tuple(found)

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "shot_index": self.shot_index,
            "start": self.span.start,
            "stop": self.span.stop,
            "drawings": self.drawings,
            "placed": self.placed,
            "camera_stands": self.camera_stands,
            "pictures": self.pictures.to_json(),
            "every_frame": self.every_frame.to_json(),
            "flicker": self.flicker.to_json(),
            "look_at": [{"frame": frame, "psnr": psnr} for frame, psnr in self.look_at],
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True, eq=False)
class ShotPictures:
    """What a person is shown of a shot; but for the plates, pictures are of one size."""

    episode: str
    score: ShotRecomposition
    plates: Sequence[Plate]
    cels: Sequence[tuple[NDArray[np.uint8], NDArray[np.bool_]]]
    """Of up to three drawings, uint8[H, W, 3] with their masks, bool[H, W]."""
    douga: Douga
    """Of the second of them, or of the only one."""
    composed: NDArray[np.uint8]
    """uint8[H, W, 3]: its frame from plate and cel …"""
    covered: NDArray[np.bool_]
    """… and where one of the two says something, bool[H, W]."""


@dataclass(frozen=True, slots=True)
class Recomposition:
    """An episode, composed again."""

    name: str
    shots: tuple[ShotRecomposition, ...]

    @property
    def pictures(self) -> Recomposed:
        """Of all shots."""
        return sum((shot.pictures for shot in self.shots), Recomposed())

    @property
    def every_frame(self) -> Recomposed:
        """Of all shots."""
        return sum((shot.every_frame for shot in self.shots), Recomposed())

    @property
    def still(self) -> Recomposed:
        """Every frame of the shots whose camera stands."""
        return sum((shot.every_frame for shot in self.shots if shot.camera_stands), Recomposed())

    @property
    def flicker(self) -> Flicker:
        """Of all shots."""
        return sum((shot.flicker for shot in self.shots), Flicker())

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "name": self.name,
            "flicker": self.flicker.to_json(),
            "pictures": self.pictures.to_json(),
            "every_frame": self.every_frame.to_json(),
            "still": self.still.to_json(),
            "shots": [shot.to_json() for shot in self.shots],
        }


class _Walk:
    """The frames of the second decode, up to where the first has come."""

    def __init__(self, frames: FrameStream) -> None:
        self._frames = frames
        self._beyond: Frame | None = None

    def before(self, stop: int) -> Iterator[Frame]:
        """The frames that have not been handed out, up to index ``stop``."""
        frame = self._beyond or next(self._frames, None)
        while frame is not None and frame.index < stop:
            yield frame
            frame = next(self._frames, None)
        self._beyond = frame


def recompose(
    path: Path,
    reconstructor: Reconstructor,
    *,
    config: FootageConfig | None = None,
    on_shot: Callable[[ShotRecomposition], None] = lambda _: None,
    watch: Callable[[ShotPictures], None] | None = None,
) -> Recomposition:
    """Read an episode as ``extract`` would, compose its frames again and compare.

    ``watch`` is shown the pictures of every shot, as a sheet wants them.

    Raises EpisodeError, and what the reconstructor raises.
    """
    config, episode = config or FootageConfig(), open_episode(path)
    shots, plates = list[ShotRecomposition](), list[Plate]()
    with (
        read_footage(episode, config=config) as footage,
        decode(episode, config=config.decoding) as frames,
        Cels() as cels,
    ):
        walk = _Walk(frames)
        read = reconstruct_shots(footage, reconstructor, on_plate=plates.append)
        for index, shot in groupby(read, key=lambda one: one[0].shot_index):
            pairs = NeighbourFlicker()
            drawn = [
                cels.keep(drawing, result, with_douga=watch is not None)
                for drawing, result in pairs.watching(shot)
            ]
            shots.append(replace(_recomposed(index, drawn, plates, cels, walk), flicker=pairs.total))
            on_shot(shots[-1])
            if watch is not None:
                watch(_pictures_of(path.name, shots[-1], drawn, plates, cels))
            plates.clear()
            cels.clear()
    return Recomposition(path.name, tuple(shots))


def _recomposed(
    index: int, drawn: Sequence[KeptDrawing], plates: Sequence[Plate], cels: Cels, walk: _Walk
) -> ShotRecomposition:
    placed = {at.frame_index: (plate, at) for plate in plates for at in plate.placements}
    on_plate = sum(one.frame_index in placed for one in drawn)
    sheet = sorted(
        ((span, one) for one in drawn for span in one.exposures), key=lambda exposure: exposure[0].start
    )
    span = FrameSpan(sheet[0][0].start, max(exposure.stop for exposure, _ in sheet))
    pictures, every_frame, look_at = Recomposed(), Recomposed(), list[tuple[int, float]]()
    frames = walk.before(span.stop)
    frame = next(frames, None)
    for exposure, one in sheet:
        stack = _Stack.of(*cels[one.entry], placed.get(one.frame_index))
        while frame is not None and frame.index < exposure.stop:
            if frame.index in exposure:
                score = stack.against(frame.rgb())
                every_frame += score
                if frame.index == one.frame_index:
                    pictures += score
                look_at = _worst(look_at, frame.index, score.psnr)
            frame = next(frames, None)
    return ShotRecomposition(
        index,
        span,
        len(drawn),
        on_plate,
        _stands(plates) if 2 * on_plate >= len(drawn) else None,
        pictures,
        every_frame,
        tuple(look_at),
    )


def _pictures_of(
    episode: str,
    score: ShotRecomposition,
    drawn: Sequence[KeptDrawing],
    plates: Sequence[Plate],
    cels: Cels,
) -> ShotPictures:
    """The first, the middle and the last drawing of a shot, or those that there are."""
    chosen = [drawn[i] for i in sorted({0, len(drawn) // 2, len(drawn) - 1})]
    middle = chosen[len(chosen) // 2]
    placed = {at.frame_index: (plate, at) for plate in plates for at in plate.placements}
    stack = _Stack.of(*cels[middle.entry], placed.get(middle.frame_index))
    return ShotPictures(
        episode=episode,
        score=score,
        plates=tuple(plates),
        cels=tuple(cels[one.entry] for one in chosen),
        douga=cels.douga(middle),
        composed=np.where(stack.mask[..., None], stack.cel, stack.plate),
        covered=stack.mask | stack.from_plate,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Stack:
    """What an exposure shows by the dataset's word."""

    cel: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    plate: NDArray[np.uint8]
    from_plate: NDArray[np.bool_]
    """bool[H, W]: known on the plate, and no cel."""

    @classmethod
    def of(
        cls, cel: NDArray[np.uint8], mask: NDArray[np.bool_], placed: tuple[Plate, Placement] | None
    ) -> Self:
        height, width = mask.shape
        if placed is None:
            return cls(cel, mask, cel, np.zeros_like(mask))
        plate, known = seen_in(*placed, height=height, width=width)
        return cls(cel, mask, plate, known & ~mask)

    def against(self, frame: NDArray[np.uint8]) -> Recomposed:
        cel = Difference.of(frame, self.cel, self.mask)
        plate = Difference.of(frame, self.plate, self.from_plate)
        return Recomposed(1, cel, plate, self.mask.size - cel.pixels - plate.pixels)


def _worst(found: list[tuple[int, float]], frame: int, psnr: float | None) -> list[tuple[int, float]]:
    if psnr is None:
        return found
    return sorted([*found, (frame, psnr)], key=lambda one: one[1])[:_LOOK_AT]


def _stands(plates: Sequence[Plate]) -> bool | None:
    """Whether all drawings lie at one place; several plates are several places."""
    if not plates:
        return None
    at = np.array([(p.x, p.y, p.scale) for p in plates[0].placements])
    spread = np.ptp(at, axis=0)
    return len(plates) == 1 and bool(spread[:2].max() < _STANDS and spread[2] < _ONE_SIZE)

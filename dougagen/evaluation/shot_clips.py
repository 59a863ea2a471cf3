"""What the shot adds, on studio clips whose pictures are known: each is read a drawing alone, and as shots.

Both readings use the same networks, so that every difference is the shot's. Clips are those of a folder, with
``CLIP.truth/`` beside them as ``synth --clip`` writes it, or held-out clips that are shot for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Drawing, Plate, Reconstruction, Reconstructor
from dougagen.errors import EpisodeError, UsageError
from dougagen.evaluation.flicker import Flicker, NeighbourFlicker
from dougagen.evaluation.metrics import CelConfusion, Confusion
from dougagen.evaluation.plate_view import Difference, seen_in
from dougagen.evaluation.real_drawings import is_png_of_a_frame
from dougagen.files import read_file, refused_as
from dougagen.footage import open_episode, read_footage
from dougagen.pipeline import reconstruct_in_batches, reconstruct_shots
from dougagen.studio import (
    CLIP_CATEGORIES,
    HELD_OUT_SEEDS,
    PlannedClip,
    backgrounds_of,
    plan_held_out_clip,
    shoot_clip,
)

CLIP_LINES = 480
"""Height of the held-out clips."""
_LARGEST_PICTURE = 64 << 20  # bytes of a PNG of the truth
_FILLS = np.array([DougaClass.FLAT_AREA, DougaClass.SHADING_FILL, DougaClass.HIGHLIGHT_FILL], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class ReadingScore:
    """One way to read drawings, against the truth; adds up."""

    drawings: int
    cel: CelConfusion
    douga: Confusion
    fills: Confusion
    """int64[3, 3]: base, shade, highlight, over pixels that are cel and no line in both."""
    flicker: Flicker

    @classmethod
    def empty(cls) -> ReadingScore:
        """The zero of ``+``."""
        fills = Confusion(np.zeros((len(_FILLS), len(_FILLS)), np.int64))
        return cls(0, CelConfusion.empty(), Confusion.empty(), fills, Flicker())

    @classmethod
    def of(cls, read: Reconstruction, cel: NDArray[np.bool_], classes: NDArray[np.uint8]) -> ReadingScore:
        """One drawing; of flicker it says nothing."""
        found = read.cel_mask.pixels
        both = cel & found & np.isin(classes, _FILLS) & np.isin(read.douga.classes, _FILLS)
        rows, columns = (np.searchsorted(_FILLS, plane[both]) for plane in (classes, read.douga.classes))
        counts = np.bincount(rows * len(_FILLS) + columns, minlength=len(_FILLS) ** 2)
        return cls(
            1,
            CelConfusion.of(found, cel),
            Confusion.of(read.douga.classes, classes),
            Confusion(counts.reshape(len(_FILLS), len(_FILLS)).astype(np.int64)),
            Flicker(),
        )

    def __add__(self, other: ReadingScore) -> ReadingScore:
        return ReadingScore(
            self.drawings + other.drawings,
            self.cel + other.cel,
            self.douga + other.douga,
            self.fills + other.fills,
            self.flicker + other.flicker,
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "drawings": self.drawings,
            "cel_iou": self.cel.iou,
            "mean_iou": self.douga.mean_iou,
            "fills_accuracy": self.fills.accuracy,
            "fills_confusion": self.fills.counts.tolist(),
            "flicker": self.flicker.to_json(),
        }


@dataclass(frozen=True, slots=True)
class PlateScore:
    """Background plates against backgrounds that were filmed without actors; adds up."""

    plates: int = 0
    difference: Difference = field(default_factory=Difference)
    """Over the known pixels under every drawing that was laid: cel taken for background costs here."""
    difference_shown: Difference = field(default_factory=Difference)
    """Over those of them that the drawings truly show."""
    area: int = 0
    """Pixels of the plates."""
    known: int = 0
    """Of these, the ones that the plates know."""
    shown: int = 0
    """Of these, the ones that the drawings truly show: off the true cel at least once."""

    def __add__(self, other: PlateScore) -> PlateScore:
        return PlateScore(
            self.plates + other.plates,
            self.difference + other.difference,
            self.difference_shown + other.difference_shown,
            self.area + other.area,
            self.known + other.known,
            self.shown + other.shown,
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names; None where there is no plate."""
        return {
            "plates": self.plates,
            "psnr": self.difference.psnr,
            "psnr_shown": self.difference_shown.psnr,
            "known_fraction": self.known / self.area if self.area else None,
            "shown_fraction": self.shown / self.area if self.area else None,
        }


@dataclass(frozen=True, slots=True, eq=False)
class ShotScore:
    """The clips of a category, or one clip: what the shot adds."""

    name: str
    alone: ReadingScore
    together: ReadingScore
    plates: PlateScore

    @property
    def cel_errors_left(self) -> float | None:
        """(1 − IoU) together against alone; None where there was none."""
        return _ratio(1 - self.together.cel.iou, 1 - self.alone.cel.iou)

    @property
    def fill_errors_left(self) -> float | None:
        """(1 − accuracy of fills) together against alone; None where there was none."""
        return _ratio(1 - self.together.fills.accuracy, 1 - self.alone.fills.accuracy)

    def __add__(self, other: ShotScore) -> ShotScore:
        return ShotScore(
            self.name,
            self.alone + other.alone,
            self.together + other.together,
            self.plates + other.plates,
        )

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "name": self.name,
            "alone": self.alone.to_json(),
            "together": self.together.to_json(),
            "cel_errors_left": self.cel_errors_left,
            "fill_errors_left": self.fill_errors_left,
            "plates": self.plates.to_json(),
        }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def require_categories(names: Iterable[str]) -> tuple[str, ...]:
    """The categories of ``names``, each once; all of them where none is named. Raises UsageError."""
    chosen = tuple(dict.fromkeys(names)) or CLIP_CATEGORIES
    if strange := [name for name in chosen if name not in CLIP_CATEGORIES]:
        what = f"there is no category named {strange[0]!r}"
        raise UsageError(what, remedy=f"there are {', '.join(CLIP_CATEGORIES)}")
    return chosen


def score_held_out_clips(
    count: int,
    reconstructor: Reconstructor,
    *,
    categories: Sequence[str] = (),
    lines: int = CLIP_LINES,
    on_clip: Callable[[str], None] = lambda _: None,
) -> Iterator[ShotScore]:
    """Shoot ``count`` held-out clips of each category and read them both ways; a score a category.

    A category's seeds are the same whichever others are asked for. Raises UsageError, EpisodeError.
    """
    for category in require_categories(categories):
        scores = []
        for n in range(count):
            seed = HELD_OUT_SEEDS[CLIP_CATEGORIES.index(category) + n * len(CLIP_CATEGORIES)]
            on_clip(f"held-out clip: {category}, seed {seed}, {lines} lines")
            planned = plan_held_out_clip(category, seed=seed, lines=lines)
            scores.append(score_planned_clip(planned, reconstructor))
        first, *others = scores
        yield sum(others, first)


def score_planned_clip(planned: PlannedClip, reconstructor: Reconstructor) -> ShotScore:
    """Shoot a clip into a temporary folder and read it both ways; its backgrounds are known too.

    Plates are scored where a filmed picture is a frame of the file: not in telecined or interlaced video.
    """
    with TemporaryDirectory(prefix="dougagen-clip-") as folder:
        clip = shoot_clip(planned, Path(folder), file_name="clip", pictures="frames")
        filmed = planned.delivery.scan == "progressive"
        score = score_shots_of(clip, reconstructor, backgrounds=backgrounds_of(planned) if filmed else None)
    return ShotScore(planned.plan.name, score.alone, score.together, score.plates)


def truth_folder(clip: Path) -> Path:
    """Where the true pictures of a clip lie: ``pan.truth`` beside ``pan.mkv``."""
    return clip.with_suffix(".truth")


def score_shots_of(
    clip: Path,
    reconstructor: Reconstructor,
    *,
    backgrounds: Iterable[NDArray[np.uint8]] | None = None,
) -> ShotScore:
    """Read a clip whose true pictures lie beside it, a drawing alone and as shots.

    The clip is decoded for each reading, so that its pictures are never held together. Drawings whose frame
    has no truth are read and not scored. ``backgrounds``: every frame without its actors, uint8[H, W, 3].
    Raises UsageError, EpisodeError.
    """
    truth = _Truth(truth_folder(clip))
    plates = list[Plate]()
    readings: list[ReadingScore] = []
    for read in (
        reconstruct_in_batches,
        lambda drawings, by: reconstruct_shots(drawings, by, on_plate=plates.append),
    ):
        with read_footage(open_episode(clip)) as footage:
            readings.append(_score(read(footage, reconstructor), truth))
    if not readings[0].drawings:
        raise UsageError(
            "has no true picture of a drawing",
            where=clip,
            remedy="synth --clip NAME --pictures --every-frame writes them",
        )
    of_plates = PlateScore() if backgrounds is None else score_plates(plates, backgrounds, truth.cel)
    alone, together = readings
    return ShotScore(clip.name, alone, together, of_plates)


def _score(read: Iterable[tuple[Drawing, Reconstruction]], truth: _Truth) -> ReadingScore:
    score, pairs = ReadingScore.empty(), NeighbourFlicker()
    for drawing, result in pairs.watching(read):
        cel, classes = truth.cel(drawing.frame_index), truth.douga(drawing.frame_index)
        if cel is None or classes is None:
            continue
        if not cel.shape == classes.shape == drawing.image.shape[:2]:
            raise EpisodeError(
                f"frame {drawing.frame_index} is of another size than its true picture",
                where=truth.folder,
                remedy="make the clip again",
            )
        score += ReadingScore.of(result, cel, classes)
    return replace(score, flicker=pairs.total)


class _Truth:
    """The true pictures of a clip, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def cel(self, frame: int) -> NDArray[np.bool_] | None:
        """bool[H, W]; None where the truth leaves this frame out."""
        plane = self._plane(frame, "cel_mask")
        return None if plane is None else plane > 0

    def douga(self, frame: int) -> NDArray[np.uint8] | None:
        """uint8[H, W] of classes."""
        return self._plane(frame, "douga")

    def _plane(self, frame: int, what: str) -> NDArray[np.uint8] | None:
        path = self.folder / f"{frame:06d}_{what}.png"
        if not path.is_file():
            return None
        with refused_as(UsageError, path, what="cannot be read"):
            data = read_file(path, most=_LARGEST_PICTURE) if is_png_of_a_frame(path) else b""
        plane = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
        if plane is None:
            raise UsageError("is no picture", where=path, remedy="make the clip again")
        return plane.astype(np.uint8, copy=False)


def score_plates(
    plates: Sequence[Plate],
    backgrounds: Iterable[NDArray[np.uint8]],
    cel: Callable[[int], NDArray[np.bool_] | None],
) -> PlateScore:
    """Plates against all frames of a clip without its actors; ``cel`` is the true mask of a frame."""
    placed = {at.frame_index: (plate, at) for plate in plates for at in plate.placements}
    shown = {plate.background_id: _truly_shown(plate, cel) for plate in plates}
    known, really, last = Difference(), Difference(), max(placed, default=-1)
    for index, background in zip(range(last + 1), backgrounds, strict=False):
        if index not in placed:
            continue
        plate, at = placed[index]
        height, width = background.shape[:2]
        picture, is_known = seen_in(plate, at, height=height, width=width)
        _, is_shown = seen_in(
            replace(plate, known=shown[plate.background_id]), at, height=height, width=width
        )
        known += Difference.of(picture, background, is_known)
        really += Difference.of(picture, background, is_known & is_shown)
    return PlateScore(
        len(plates),
        known,
        really,
        sum(plate.known.size for plate in plates),
        sum(int(plate.known.sum()) for plate in plates),
        sum(int(pixels.sum()) for pixels in shown.values()),
    )


def _truly_shown(plate: Plate, cel: Callable[[int], NDArray[np.bool_] | None]) -> NDArray[np.bool_]:
    """bool[H, W] of the plate: where one of its drawings has no cel by the truth."""
    rows, columns = plate.known.shape
    shown = np.zeros((rows, columns), np.uint8)
    for at in plate.placements:
        mask = cel(at.frame_index)
        if mask is not None:
            move = np.array([[at.scale, 0, at.x], [0, at.scale, at.y]], np.float64)
            free = (~mask).view(np.uint8)
            shown |= cv2.warpAffine(free, move, (columns, rows), flags=cv2.INTER_NEAREST).astype(np.uint8)
    return shown > 0

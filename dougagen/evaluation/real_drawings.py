"""Score a reconstructor on animators' own drawings, cut out and laid over backgrounds.

A folder holds ``NN_cut.png`` (the painted drawing, RGBA with straight alpha) and ``NN_sketch.png`` (its
pencil lines on white). They are read where they lie, never copied. Such drawings have no douga classes,
so what can be measured is the cel mask and where lines are, over the whole composited frame: a line found
in the background costs precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, DougaClass, Reconstruction, Reconstructor, Triplet
from dougagen.domain.arrays import require_array
from dougagen.errors import UsageError
from dougagen.evaluation.boundaries import boundary_score
from dougagen.evaluation.classical import CLASSICAL, LineExtractor
from dougagen.evaluation.metrics import (
    NOTHING_COUNTED,
    CelConfusion,
    Confusion,
    PrecisionRecall,
    line_pixels,
    line_score,
)
from dougagen.evaluation.reconstructor import douga_within, reconstruct_each
from dougagen.evaluation.triplets import TripletScore, Watcher, added, unwatched
from dougagen.studio import encode_still

EncodeStill = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""uint8[H, W, 3] RGB -> the same picture as a video delivers it, of the same size."""

CEL_ALPHA = 128
"""8-bit alpha from which a pixel belongs to the cel: 0.5 (dougagen/README.md#words)."""
PENCIL_LEVEL = 200
"""8-bit level of the darkest channel below which a sketch's pixel is a line."""
FEWEST_BACKGROUNDS = 6
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_PICTURE = 8192 * 4320
"""Pixels: 8K."""


@dataclass(frozen=True, slots=True, eq=False)
class RealDrawing:
    """One drawing of an animator."""

    name: str
    """``coat/00``."""
    paint: NDArray[np.uint8]
    """uint8[H, W, 3] RGB, not multiplied by alpha."""
    alpha: NDArray[np.uint8]
    """uint8[H, W]."""
    lines: NDArray[np.bool_]
    """bool[H, W]: the artist's pencil."""

    def __post_init__(self) -> None:
        size = self.alpha.shape
        for name, dtype, shape in (
            ("paint", np.uint8, (*size, 3)),
            ("alpha", np.uint8, size),
            ("lines", np.bool_, size),
        ):
            require_array(f"RealDrawing.{name}", getattr(self, name), dtype, shape)

    @property
    def cel_mask(self) -> NDArray[np.bool_]:
        """bool[H, W]."""
        mask: NDArray[np.bool_] = self.alpha >= CEL_ALPHA
        return mask

    def over(self, background: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the drawing over a uint8[h, w, 3] picture, which is resized to fit."""
        height, width = self.alpha.shape
        smaller = background.shape[0] >= height and background.shape[1] >= width
        fitted = cv2.resize(
            background, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        )
        weight = self.alpha[..., None].astype(np.float32) / 255  # [H, W] -> [H, W, 1]
        mixed: NDArray[np.uint8] = np.rint(weight * self.paint + (1 - weight) * fitted).astype(np.uint8)
        return mixed


@dataclass(frozen=True, slots=True)
class RealScore:
    """Cel and lines over all composited frames of one folder."""

    name: str
    drawings: int
    frames: int
    cel: CelConfusion
    boundary: PrecisionRecall
    """Of the cel mask; see ``boundaries``."""
    lines: PrecisionRecall
    lines_within: PrecisionRecall
    """Where the networks were told the true cel; empty where nobody told them."""
    classical: Mapping[str, PrecisionRecall]
    """Line extractors without a network on the same frames."""
    classical_in_cel: Mapping[str, PrecisionRecall]
    """The same, told the true cel mask: what they find in the background does not cost."""

    def to_json(self) -> dict[str, object]:
        """Unrounded figures under stable names."""
        return {
            "name": self.name,
            "drawings": self.drawings,
            "frames": self.frames,
            "cel": self.cel.to_json(),
            "boundary": self.boundary.to_json(),
            "lines": self.lines.to_json(),
            "lines_within_the_true_cel": self.lines_within.to_json(),
            "classical": {name: score.to_json() for name, score in self.classical.items()},
            "classical_in_cel": {name: score.to_json() for name, score in self.classical_in_cel.items()},
        }


def drawing_folders(folder: Path) -> list[Path]:
    """Every folder at or below ``folder`` that holds drawings, by name. Raises UsageError where none does."""
    if not folder.is_dir():
        raise UsageError("there is no such folder", where=folder, remedy="name a folder of NN_cut.png files")
    groups = sorted({path.parent for path in folder.rglob("*_cut.png")})
    if not groups:
        raise UsageError(
            "holds no drawing", where=folder, remedy="a drawing is NN_cut.png with NN_sketch.png"
        )
    return groups


def read_drawings(folder: Path) -> list[RealDrawing]:
    """Every drawing of a folder, by name. Raises UsageError where a file is missing or cannot be read."""
    cuts = sorted(folder.glob("*_cut.png"))
    if not cuts:
        raise UsageError(
            "holds no drawing", where=folder, remedy="a drawing is NN_cut.png with NN_sketch.png"
        )
    return [_read_drawing(cut) for cut in cuts]


def score_real_drawings(
    drawings: Sequence[RealDrawing],
    backgrounds: Iterable[NDArray[np.uint8]],
    reconstructor: Reconstructor,
    *,
    encode: EncodeStill = encode_still,
    name: str = "",
    background_count: int = FEWEST_BACKGROUNDS,
    batch_size: int = 4,
    extractors: Mapping[str, LineExtractor] = CLASSICAL,
    watch: Watcher = unwatched,
    told_the_cel: bool = False,
) -> RealScore:
    """Lay every drawing over each of the first ``background_count`` pictures, encode, read and compare.

    ``encode`` is H.264 at crf 23 by default. ``backgrounds`` yields uint8[h, w, 3] RGB pictures that no
    model was trained on. With ``told_the_cel`` lines are also scored where the true mask stands in place of
    the cel network's. ``watch`` is shown every frame as ``shown_as_triplet``, scored without classes.
    Raises UsageError where there are too few backgrounds.
    """
    laid_over = list(islice(backgrounds, background_count))
    if len(laid_over) < max(background_count, FEWEST_BACKGROUNDS):
        raise UsageError(
            f"{len(laid_over)} backgrounds are too few to score drawings on", remedy="give at least 6"
        )
    frames = _composited(drawings, laid_over, encode)
    cel, boundary = CelConfusion.empty(), NOTHING_COUNTED
    lines = within = NOTHING_COUNTED
    classical: dict[str, PrecisionRecall] = {}
    in_cel: dict[str, PrecisionRecall] = {}
    for i, (drawing, frame, read) in enumerate(
        reconstruct_each(frames, reconstructor, batch_size=batch_size)
    ):
        cel += CelConfusion.of(read.cel_mask.pixels, drawing.cel_mask)
        boundary += boundary_score(read.cel_mask.pixels, drawing.cel_mask)
        lines += line_score(line_pixels(read.douga.classes), drawing.lines)
        told = douga_within(frame, drawing.cel_mask, reconstructor) if told_the_cel else None
        if told is not None:
            within += line_score(line_pixels(told), drawing.lines)
        found = {label: extract(frame) for label, extract in extractors.items()}
        visible = drawing.alpha > 0  # an edge lies half a pixel outside of alpha 0.5 as often as inside
        classical = added(classical, {n: line_score(f, drawing.lines) for n, f in found.items()})
        in_cel = added(in_cel, {n: line_score(f & visible, drawing.lines) for n, f in found.items()})
        if watch is not unwatched:
            truth = shown_as_triplet(drawing, frame, read)
            alone = replace(TripletScore.of(truth, read, {}), douga=Confusion.empty())
            watch(f"{drawing.name} over background {i % len(laid_over) + 1}", truth, read, alone)
    count = len(drawings) * len(laid_over)
    return RealScore(name, len(drawings), count, cel, boundary, lines, within, classical, in_cel)


def shown_as_triplet(drawing: RealDrawing, frame: NDArray[np.uint8], read: Reconstruction) -> Triplet:
    """A composited frame with its truth, for a picture sheet: pencil lines are visible lines.

    Of fills the artist's files say nothing: on the cel, where there is no line, what was found stands as
    truth. Off the cel nothing is true.
    """
    found = read.douga.classes
    unknown = drawing.cel_mask & ~line_pixels(found)
    classes = np.where(unknown, found, np.uint8(DougaClass.FLAT_AREA))
    classes[drawing.lines] = DougaClass.VISIBLE_LINE
    return Triplet(frame, CelMask(drawing.cel_mask), Douga(classes))


def _composited(
    drawings: Sequence[RealDrawing], backgrounds: Sequence[NDArray[np.uint8]], encode: EncodeStill
) -> Iterator[tuple[RealDrawing, NDArray[np.uint8]]]:
    for drawing in drawings:
        for background in backgrounds:
            frame = encode(drawing.over(background))
            yield drawing, require_array("an encoded frame", frame, np.uint8, drawing.paint.shape)


def is_png_of_a_frame(path: Path) -> bool:
    """By its header: OpenCV takes the memory that a file announces, 15 GB in all for 20,000×20,000 pixels.

    Raises UsageError where that is more than a frame has.
    """
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(24)
    if len(head) < 24 or not head.startswith(_PNG):
        return False
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if width * height > _LARGEST_PICTURE:
        raise UsageError(
            f"announces {width}×{height} pixels, more than {_LARGEST_PICTURE:,}",
            where=path,
            remedy="drawings and true pictures have the size of a video frame",
        )
    return True


def _read_drawing(cut: Path) -> RealDrawing:
    name = cut.name.removesuffix("_cut.png")
    beside = cut.with_name(f"{name}_sketch.png")
    painted = cv2.imread(str(cut), cv2.IMREAD_UNCHANGED) if is_png_of_a_frame(cut) else None
    sketch = cv2.imread(str(beside), cv2.IMREAD_COLOR) if is_png_of_a_frame(beside) else None
    if painted is None or painted.ndim != 3 or painted.shape[2] != 4 or painted.dtype != np.uint8:
        raise UsageError("is not an 8-bit RGBA picture", where=cut)
    if sketch is None or sketch.shape[:2] != painted.shape[:2]:
        raise UsageError("has no sketch of its size beside it", where=cut, remedy=f"add {name}_sketch.png")
    return RealDrawing(
        f"{cut.parent.name}/{name}",
        np.ascontiguousarray(painted[..., 2::-1]),  # BGRA -> RGB
        np.ascontiguousarray(painted[..., 3]),
        sketch.min(axis=2) < PENCIL_LEVEL,
    )

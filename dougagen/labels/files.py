"""An artist's files → records. A label is three pictures of one size in one folder: ``<stem>_color.png`` (or
``.jpg``), ``<stem>_douga.png`` and ``<stem>_cel_mask.png``.

Transparent paper is what a drawing program saves below a layer: a douga is read over white, a cel mask over
black, and that is told. A color with transparent pixels is no picture of a film, and refused.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen import __version__
from dougagen.domain import CelMask, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.errors import LabelError, quoted
from dougagen.labels.agreement import OFF_MASK_SHARE, agreed
from dougagen.labels.palette_reader import read_cel_mask, read_douga, reading_options
from dougagen.labels.picture_files import read_rgb

PARTS = ("color", "douga", "cel_mask")
_SUFFIXES = (".png", ".jpg", ".jpeg")
_OTHER_SUFFIXES = (".psd", ".clip", ".kra", ".xcf", ".bmp", ".tif", ".tiff", ".tga", ".webp", ".gif", ".ora")
"""What drawing programs save; looked at only to say that a missing part was saved as something else."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label that can be imported."""

    stem: str
    record: Record
    notes: tuple[str, ...] = ()
    """A line each for what was read in a way that the artist may not have meant."""


@dataclass(frozen=True, slots=True)
class LabelProblem:
    """A label that was not imported."""

    stem: str
    reason: str
    """One line: what, where, the remedy."""


@dataclass(frozen=True, slots=True)
class LabelImport:
    """What became of a folder: every stem is a label or a problem."""

    labels: tuple[Label, ...]
    problems: tuple[LabelProblem, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the labels, in their order."""
        return tuple(label.record for label in self.labels)


def import_labels(folder: Path) -> LabelImport:
    """Read every label of a folder, good ones as records of origin ARTIST.

    Holds all pictures in memory (10 MB a 1080p label); ``read_labels`` yields them one by one. Raises
    LabelError where the folder itself cannot be read.
    """
    read = list(read_labels(folder))
    return LabelImport(
        tuple(item for item in read if isinstance(item, Label)),
        tuple(item for item in read if isinstance(item, LabelProblem)),
    )


def read_labels(folder: Path) -> Iterator[Label | LabelProblem]:
    """The labels of a folder in order of their stems; a bad one is a problem and does not stop the others.

    Two labels of one picture contradict each other: the second is a problem. Raises LabelError for a folder
    that cannot be read or holds no picture at all: it was hardly meant.
    """
    seen: dict[str, str] = {}  # episode_id -> stem
    found = _label_files(folder)
    if not found:
        raise LabelError("holds no label", where=folder, remedy=_where_labels_are(folder))
    for stem, files in sorted(found.items()):
        if not stem:
            yield from (_stray(path) for path in files.values())
            continue
        try:
            label = _read_label(folder, stem, files)
        except LabelError as error:
            yield LabelProblem(stem, str(error))
            continue
        first = seen.setdefault(label.record.provenance.episode_id, stem)
        if first != stem:
            what = f"shows the same picture as the label {quoted(first)}"
            yield LabelProblem(stem, str(LabelError(what, where=files["color"], remedy="keep one of them")))
            continue
        yield label


def _stray(path: Path) -> LabelProblem:
    remedy = "name one file each <stem>_color, <stem>_douga and <stem>_cel_mask"
    return LabelProblem(path.name, str(LabelError("is not part of a label", where=path, remedy=remedy)))


def _label_files(folder: Path) -> dict[str, dict[str, Path]]:
    """Stem -> part -> path; under the empty stem, by name, the pictures that are no part of a label.

    Two files for one part leave both under the empty stem: which of them is meant, nobody can tell.
    """
    try:
        seen = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise LabelError(
            f"cannot be read ({error.strerror})", where=folder, remedy="name a folder"
        ) from error
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(path for path in seen if path.suffix.lower() in _SUFFIXES):
        part = next((part for part in PARTS if path.stem.endswith(f"_{part}")), "")
        stem = path.stem.removesuffix(f"_{part}") if part else ""
        key = part if stem else path.name
        found.setdefault(stem, {}).setdefault(key, path)
        if found[stem][key] != path:
            found.setdefault("", {})[path.name] = path
    return found


def _where_labels_are(folder: Path) -> str:
    """A folder too high is the common mistake."""
    below = sorted(path.parent for path in folder.glob(f"*/*_{PARTS[0]}.*"))
    if below:
        return f"name {quoted(below[0])}"
    return f"a label is {', '.join(f'STEM_{part}.png' for part in PARTS)}, as dougagen label export writes it"


def _read_label(folder: Path, stem: str, files: Mapping[str, Path]) -> Label:
    _require_parts(folder, stem, files)
    color = read_rgb(files["color"])
    if color.shape[2] == 4 and int(color[..., 3].min()) < 255:
        raise LabelError("has transparent pixels", where=files["color"], remedy="flatten it")
    size = color.shape[:2]
    parts = {part: _read_part(files[part], size) for part in ("douga", "cel_mask")}
    try:
        douga = read_douga(parts["douga"])
    except LabelError as error:
        raise LabelError(error.what, where=files["douga"], remedy="draw with the palette") from error
    try:
        cel_mask = CelMask(read_cel_mask(parts["cel_mask"]))
    except LabelError as error:
        remedy = "paint cel white, the rest black"
        raise LabelError(error.what, where=files["cel_mask"], remedy=remedy) from error
    try:
        douga, cel_mask, notes = agreed(douga, cel_mask)
    except LabelError as error:
        remedy = "see that the two belong together, cel white, the rest black"
        raise LabelError(error.what, where=files["douga"], remedy=remedy) from error
    triplet = Triplet(np.ascontiguousarray(color[..., :3]), cel_mask, douga)
    told = (*_transparent(parts), *notes)
    return Label(stem, Record.of(triplet, _provenance(triplet, files["color"].name)), told)


def _require_parts(folder: Path, stem: str, files: Mapping[str, Path]) -> None:
    missing = [part for part in PARTS if part not in files]
    if not missing:
        return
    names = " and ".join(quoted(f"{stem}_{part}.png") for part in missing)
    others = [f"{stem}_{part}{suffix}" for part in missing for suffix in _OTHER_SUFFIXES]
    there = next((name for name in others if (folder / name).exists()), None)
    remedy = "" if there is None else f"save {quoted(there)} as PNG"
    raise LabelError(f"the label {quoted(stem)} lacks {names}", where=folder, remedy=remedy)


def _transparent(parts: Mapping[str, NDArray[np.uint8]]) -> Iterator[str]:
    """A line for each part with transparent pixels: which paper was put below."""
    for part, paper in (("douga", "white"), ("cel_mask", "black")):
        picture = parts[part]
        if picture.shape[2] == 4 and int(picture[..., 3].min()) < 255:
            yield f"its {part} is transparent and was read over {paper}"


def _read_part(path: Path, size: tuple[int, ...]) -> NDArray[np.uint8]:
    """A lossless picture of the color's size. JPEG smears thin lines over blocks of 16 pixels."""
    picture = read_rgb(path, kinds=("png",))
    if picture.shape[:2] != size:
        (height, width), (wanted_height, wanted_width) = picture.shape[:2], size
        what = f"is {width}×{height}, its color is {wanted_width}×{wanted_height}"
        raise LabelError(what, where=path, remedy="save it in the size of its color")
    return picture


def _provenance(triplet: Triplet, source: str) -> Provenance:
    """An artist's record is named by the picture that was drawn after: a corrected label replaces the first.

    What was drawn is in the digest, so that a label imported twice is known as the same.
    """
    drawn = (triplet.cel_mask.pixels, triplet.douga.classes)
    return Provenance(
        episode_id=_digest([f"{triplet.width}x{triplet.height}".encode(), triplet.color.tobytes()])[:16],
        source=os.fsencode(source).decode("utf-8", "backslashreplace"),  # Parquet's text is UTF-8
        shot_index=0,
        drawing_index=0,
        frame_index=0,
        time=0.0,
        exposures=(FrameSpan(0, 1),),
        picture_area=PictureArea(0, 0, triplet.width, triplet.height),
        origin=Origin.ARTIST,
        models="",
        dougagen_version=__version__,
        config_digest=_digest([_options(), *(np.ascontiguousarray(array).tobytes() for array in drawn)]),
    )


def _options() -> bytes:
    """Everything that changes how a label is read."""
    return repr(reading_options() | {"off_mask_share": OFF_MASK_SHARE}).encode()


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()

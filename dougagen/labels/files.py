"""Labels as files that a drawing program opens, and back.

A label is three pictures of one size in one folder: ``<stem>_color.png`` (or ``.jpg``), ``<stem>_douga.png``
and ``<stem>_cel_mask.png``. Exported, the douga is a palette PNG in the colours of DESIGN section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen import __version__
from dougagen.domain import CelMask, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.errors import LabelError, quoted
from dougagen.labels.palette_reader import read_cel_mask, read_douga, reading_options
from dougagen.labels.picture_files import read_rgb
from dougagen.shards.codec import encode_cel_mask, encode_color, encode_douga

PARTS = ("color", "douga", "cel_mask")
_SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class LabelProblem:
    """A label that was not imported."""

    stem: str
    reason: str
    """One line: what, where, the remedy."""


@dataclass(frozen=True, slots=True)
class LabelImport:
    """What became of a folder: every stem is a record or a problem."""

    records: tuple[Record, ...]
    problems: tuple[LabelProblem, ...]


def export_label(triplet: Triplet, folder: Path, stem: str) -> tuple[Path, Path, Path]:
    """Write color, douga and cel mask for a drawing program; return their paths, in that order.

    Files of the same name are replaced. Raises LabelError where one cannot be written.
    """
    if not stem or Path(stem).name != stem:
        raise LabelError(f"a label's stem must be a plain file name, got {stem!r}")
    contents = {
        "color": encode_color(triplet.color),
        "douga": encode_douga(triplet.douga),
        "cel_mask": encode_cel_mask(triplet.cel_mask),
    }
    paths = []
    for part in PARTS:
        path = folder / f"{stem}_{part}.png"
        try:
            path.write_bytes(contents[part])
        except OSError as error:
            raise LabelError(f"cannot be written ({error.strerror})", where=path) from error
        paths.append(path)
    return paths[0], paths[1], paths[2]


def import_labels(folder: Path) -> LabelImport:
    """Read every label of a folder, good ones as records of origin ARTIST.

    Holds all pictures in memory (10 MB a 1080p label); ``read_labels`` yields them one by one. Raises
    LabelError where the folder itself cannot be read.
    """
    read = list(read_labels(folder))
    return LabelImport(
        tuple(item for item in read if isinstance(item, Record)),
        tuple(item for item in read if isinstance(item, LabelProblem)),
    )


def read_labels(folder: Path) -> Iterator[Record | LabelProblem]:
    """The labels of a folder in order of their stems; a bad one is a problem and does not stop the others."""
    for stem, files in sorted(_label_files(folder).items()):
        if not stem:
            yield from (_stray(path) for path in files.values())
            continue
        try:
            yield _read_label(folder, stem, files)
        except LabelError as error:
            yield LabelProblem(stem, str(error))


def _stray(path: Path) -> LabelProblem:
    remedy = "name one file each <stem>_color, <stem>_douga and <stem>_cel_mask"
    return LabelProblem(path.name, str(LabelError("is no part of a label", where=path, remedy=remedy)))


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


def _read_label(folder: Path, stem: str, files: Mapping[str, Path]) -> Record:
    missing = [part for part in PARTS if part not in files]
    if missing:
        names = " and ".join(quoted(f"{stem}_{part}.png") for part in missing)
        raise LabelError(f"the label {quoted(stem)} lacks {names}", where=folder)
    color = read_rgb(files["color"])
    if color.shape[2] == 4 and int(color[..., 3].min()) < 255:
        raise LabelError("has transparent pixels", where=files["color"], remedy="flatten it")
    size = color.shape[:2]
    douga = _read_part(files["douga"], size)
    mask = _read_part(files["cel_mask"], size)
    try:
        classes = read_douga(douga)
    except LabelError as error:
        raise LabelError(error.what, where=files["douga"], remedy="draw with the palette") from error
    try:
        cel_mask = CelMask(read_cel_mask(mask))
    except LabelError as error:
        raise LabelError(
            error.what, where=files["cel_mask"], remedy="paint cel white, the rest black"
        ) from error
    triplet = Triplet(np.ascontiguousarray(color[..., :3]), cel_mask, classes)
    return Record.of(triplet, _provenance(triplet, files["color"].name))


def _read_part(path: Path, size: tuple[int, ...]) -> NDArray[np.uint8]:
    """A lossless picture of the color's size. JPEG smears thin lines over blocks of 16 pixels."""
    picture = read_rgb(path, kinds=("png",))
    if picture.shape[:2] != size:
        (height, width), (wanted_height, wanted_width) = picture.shape[:2], size
        raise LabelError(f"is {width}×{height}, its color is {wanted_width}×{wanted_height}", where=path)
    return picture


def _provenance(triplet: Triplet, source: str) -> Provenance:
    """An artist's record is named by its pixels: the same label imported twice is the same record."""
    pixels = hashlib.sha256(f"{triplet.width}x{triplet.height}".encode())
    for array in (triplet.color, triplet.cel_mask.pixels, triplet.douga.classes):
        pixels.update(np.ascontiguousarray(array).tobytes())
    return Provenance(
        episode_id=pixels.hexdigest()[:16],
        source=source,
        shot_index=0,
        drawing_index=0,
        frame_index=0,
        time=0.0,
        exposures=(FrameSpan(0, 1),),
        picture_area=PictureArea(0, 0, triplet.width, triplet.height),
        origin=Origin.ARTIST,
        models="",
        dougagen_version=__version__,
        config_digest=_config_digest(),
    )


def _config_digest() -> str:
    """SHA-256 over everything that changes how a label is read."""
    return hashlib.sha256(repr(reading_options()).encode()).hexdigest()

"""RECORDS → FILES that a drawing program opens, with the palette beside them and a page for the artist.

The douga is a palette PNG in the colours of ``PALETTE``. What is there is somebody's work by now: it is
left as it is unless the caller says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dougagen.choices import OnExisting
from dougagen.domain import Record, Triplet
from dougagen.errors import LabelError
from dougagen.files import refused_as, write_file
from dougagen.labels.artist_guide import guide_files
from dougagen.labels.files import PARTS
from dougagen.shards.codec import encode_cel_mask, encode_color, encode_douga


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of the drawings."""

    written: int
    kept: int
    """Labels that were there already, whole, and were left as they are."""


def export_records(
    records: Iterable[Record], folder: Path, *, on_existing: OnExisting = "skip"
) -> ExportReport:
    """Write color, predicted douga and cel mask of each record, and the artist's page with the palette.

    A label of which all three files are there stays as it is; ``on_existing="redo"`` replaces it. Raises
    LabelError where the folder cannot be written, or for ``"error"`` at a label that is there; ShardError
    where the records cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabelError(f"cannot be made ({error.strerror})", where=folder) from error
    written = kept = 0
    for record in records:
        stem = stem_of(record.record_id)
        if on_existing != "redo" and all(path.exists() for path in label_paths(folder, stem)):
            if on_existing == "error":
                raise LabelError("the label is there already", where=folder / stem, remedy="skip or redo it")
            kept += 1
            continue
        export_label(record.triplet, folder, stem)
        written += 1
    for name, content in guide_files().items():
        _write(folder / name, content)
    return ExportReport(written, kept)


def export_label(triplet: Triplet, folder: Path, stem: str) -> tuple[Path, Path, Path]:
    """Write color, douga and cel mask for a drawing program; return their paths, in that order.

    Files of the same name are replaced, each at once. Raises LabelError where one cannot be written.
    """
    paths = label_paths(folder, stem)
    contents = (encode_color(triplet.color), encode_douga(triplet.douga), encode_cel_mask(triplet.cel_mask))
    for path, content in zip(paths, contents, strict=True):
        _write(path, content)
    return paths


def stem_of(record_id: str) -> str:
    """``<episode_id>/<frame_index>`` as the beginning of file names."""
    return record_id.replace("/", "_")


def label_paths(folder: Path, stem: str) -> tuple[Path, Path, Path]:
    """Where color, douga and cel mask of a label lie. Raises LabelError for a stem that is no file name."""
    if not stem or not stem.isprintable() or Path(stem).name != stem or stem.startswith("."):
        raise LabelError(f"a label's stem must be a plain file name, got {stem!r}")
    color, douga, cel_mask = (folder / f"{stem}_{part}.png" for part in PARTS)
    return color, douga, cel_mask


def _write(path: Path, content: bytes) -> None:
    """The file is there whole or not at all: half a PNG would pass for a label that is done."""
    with refused_as(LabelError, path, what="cannot be written"):
        write_file(path, content, below=path.parent)

"""RECORD ⇄ ROW: one record as the columns of dougagen/README.md#dataset, its three pictures coded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import cv2
import numpy as np

from dougagen.choices import ColorCodec
from dougagen.domain import (
    CLASS_COUNT,
    CelMask,
    Douga,
    FrameSpan,
    LayerMove,
    Measure,
    Origin,
    PictureArea,
    Provenance,
    Record,
    Triplet,
)
from dougagen.errors import DomainError, ShardError
from dougagen.shards import codec
from dougagen.shards.color_codecs import color_size, decode_color, encode_color
from dougagen.shards.scaling import at_lines, moves_at

_COPIED = (
    "episode_id",
    "source",
    "shot_index",
    "drawing_index",
    "frame_index",
    "time",
    "held_frames",
    "cel_confidence",
    "douga_confidence",
    "models",
    "dougagen_version",
    "config_digest",
    "pixel_format",
    "color_matrix",
    "color_range",
    "sample_aspect_ratio",
    "fingerprint",
    "repeats",
)
"""Columns that have the name and the value of a property of ``Provenance``."""
_MOVE_BYTES = 24
_OF_MOVE = tuple(one.name for one in fields(LayerMove))
"""What a row holds of a move, which may know more (``TurnedMove``)."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRecord:
    """A record ready to be written: every column, its pictures coded."""

    row: Mapping[str, Any] = field(repr=False)
    """Column → value, complete, in the order of the schema."""
    size: int
    """Bytes that the row takes in a shard, nearly: its pictures and a little for the rest."""

    @property
    def record_id(self) -> str:
        return str(self.row["record_id"])

    @property
    def episode_id(self) -> str:
        return str(self.row["episode_id"])


def _picture(data: bytes, record_id: str, column: str, ending: str) -> dict[str, Any]:
    name = record_id.replace("/", "_")
    return {"bytes": data, "path": f"{name}_{column}.{ending}"}


def _class_fractions(douga: Douga) -> list[float]:
    # OpenCV counts 8-bit values several times faster than numpy.bincount, which widens to int64 first.
    counts = cv2.calcHist([douga.classes], [0], None, [CLASS_COUNT], [0, CLASS_COUNT])
    return [float(n) / douga.classes.size for n in np.asarray(counts).ravel()]


def encode_record(
    record: Record, *, color_codec: ColorCodec = "png", lines: int | None = None
) -> EncodedRecord:
    """Code the three pictures and lay out the row. 60 to 95 ms of one core at 1080p, by the grain.

    Pictures of more than ``lines`` lines are scaled to so many, and moves of layers with them;
    ``picture_area`` stays as it was, in pixels of the frame. Raises UsageError where the library of
    ``color_codec`` is not installed.
    """
    triplet, provenance = record.triplet, record.provenance
    moves = provenance.layer_moves
    if lines is not None:
        triplet = at_lines(triplet, lines)
        sizes = [(shown.height, shown.width) for shown in (record.triplet, triplet)]
        moves = moves_at(moves, *sizes)
    area = provenance.picture_area
    pictures = {
        "color": (encode_color(triplet.color, color_codec), color_codec),
        "cel_mask": (codec.encode_cel_mask(triplet.cel_mask), "png"),
        "douga": (codec.encode_douga(triplet.douga), "png"),
    }
    row: dict[str, Any] = {name: getattr(provenance, name) for name in _COPIED}
    row |= {name: _picture(data, record.record_id, name, end) for name, (data, end) in pictures.items()}
    row |= {
        "record_id": record.record_id,
        "exposures": [{"start": span.start, "stop": span.stop} for span in provenance.exposures],
        "width": triplet.width,
        "height": triplet.height,
        "picture_area": {"x": area.x, "y": area.y, "width": area.width, "height": area.height},
        "cel_fraction": cv2.countNonZero(triplet.cel_mask.pixels.view(np.uint8))
        / triplet.cel_mask.pixels.size,
        "class_fractions": _class_fractions(triplet.douga),
        "flags": list(provenance.flags),
        "measures": [measure._asdict() for measure in provenance.measures],
        "origin": str(provenance.origin),
        "layer_moves": [{name: getattr(move, name) for name in _OF_MOVE} for move in moves] or None,
    }
    return encoded_row(row)


def encoded_row(row: Mapping[str, Any]) -> EncodedRecord:
    """A complete row, its pictures coded, with the bytes that it takes."""
    size = sum(len(row[name]["bytes"]) for name in ("color", "cel_mask", "douga")) + 1024
    return EncodedRecord(row, size + _MOVE_BYTES * len(row["layer_moves"] or ()))


def decode_row(row: Mapping[str, Any]) -> Record:
    """The record of a row as Arrow hands it out. Raises ShardError: what does not fit, with the row's id."""
    name = row.get("record_id")
    try:
        record = Record(str(name), _decoded_triplet(row), _provenance(row))
        _require_agreement(row, record)
    except DomainError as error:
        raise ShardError(f"record {str(name)!r}: {error}") from error
    except ShardError as error:
        raise ShardError(f"record {str(name)!r}: {error.what}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ShardError(f"record {str(name)!r}: a column is empty or malformed ({error!r})") from error
    return record


def _decoded_triplet(row: Mapping[str, Any]) -> Triplet:
    data = {column: row[column]["bytes"] for column in ("color", "cel_mask", "douga")}
    for column, coded in data.items():
        width, height = color_size(coded) if column == "color" else codec.png_size(coded)
        if (width, height) != (row["width"], row["height"]):
            raise ShardError(f"{column} is {width}×{height}, the row says {row['width']}×{row['height']}")
    color = decode_color(data["color"])
    cel_mask: CelMask = codec.decode_cel_mask(data["cel_mask"])
    return Triplet(color, cel_mask, codec.decode_douga(data["douga"]))


def _provenance(row: Mapping[str, Any]) -> Provenance:
    area = row["picture_area"]
    values = {name: row[name] for name in _COPIED if name != "held_frames"}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise ShardError(f"column {missing[0]} is empty")
    return Provenance(
        **values,
        exposures=tuple(FrameSpan(span["start"], span["stop"]) for span in row["exposures"]),
        picture_area=PictureArea(area["x"], area["y"], area["width"], area["height"]),
        origin=Origin(row["origin"]),
        flags=tuple(row["flags"]),
        measures=tuple(Measure(measure["name"], measure["value"]) for measure in row["measures"]),
        layer_moves=tuple(LayerMove(**move) for move in row["layer_moves"] or ()),
    )


def _require_agreement(row: Mapping[str, Any], record: Record) -> None:
    held = record.provenance.held_frames
    if row["held_frames"] != held:
        raise ShardError(f"held_frames is {row['held_frames']}, the exposures hold {held}")
    if len(row["class_fractions"]) != CLASS_COUNT:
        raise ShardError(f"class_fractions must hold {CLASS_COUNT} values, got {len(row['class_fractions'])}")

"""The columns of the two tables and what other tools are told about them (dougagen/README.md#dataset).

Columns are added, never renamed: ``SCHEMA_VERSION`` counts the additions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dougagen.shards.ledger import SCHEMA_VERSION

IMAGE_COLUMNS = ("color", "cel_mask", "douga")
PLATE_IMAGE_COLUMNS = ("image", "known")

# The Hugging Face reader decodes exactly this: ``bytes`` before ``path``, nullable, ``binary``.
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("record_id", pa.string()),
    ("episode_id", pa.string()),
    ("source", pa.string()),
    ("shot_index", pa.int32()),
    ("drawing_index", pa.int32()),
    ("frame_index", pa.int64()),
    ("time", pa.float64()),
    ("exposures", pa.list_(pa.struct([("start", pa.int64()), ("stop", pa.int64())]))),
    ("held_frames", pa.int32()),
    ("width", pa.int32()),
    ("height", pa.int32()),
    (
        "picture_area",
        pa.struct([("x", pa.int32()), ("y", pa.int32()), ("width", pa.int32()), ("height", pa.int32())]),
    ),
    ("color", _IMAGE),
    ("cel_mask", _IMAGE),
    ("douga", _IMAGE),
    ("cel_fraction", pa.float32()),
    ("class_fractions", pa.list_(pa.float32())),
    ("cel_confidence", pa.float32()),
    ("douga_confidence", pa.float32()),
    ("flags", pa.list_(pa.string())),
    ("origin", pa.string()),
    ("models", pa.string()),
    ("dougagen_version", pa.string()),
    ("config_digest", pa.string()),
    ("pixel_format", pa.string()),
    ("color_matrix", pa.string()),
    ("color_range", pa.string()),
    ("sample_aspect_ratio", pa.string()),
    ("measures", pa.list_(pa.struct([("name", pa.string()), ("value", pa.float64())]))),
    ("fingerprint", pa.uint64()),
    ("repeats", pa.string()),
    (
        "layer_moves",
        pa.list_(
            pa.struct(
                [
                    ("layer", pa.int32()),
                    ("frame_index", pa.int64()),
                    ("x", pa.float32()),
                    ("y", pa.float32()),
                    ("scale", pa.float32()),
                ]
            )
        ),
    ),
)

_PLATE_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("background_id", pa.string()),
    ("episode_id", pa.string()),
    ("shot_index", pa.int32()),
    ("image", _IMAGE),
    ("known", _IMAGE),
    ("seen_fraction", pa.float32()),
    (
        "placements",
        pa.list_(
            pa.struct(
                [
                    ("frame_index", pa.int64()),
                    ("x", pa.float32()),
                    ("y", pa.float32()),
                    ("scale", pa.float32()),
                ]
            )
        ),
    ),
)

_VALUE_NAMES = {pa.float32(): "float32", pa.float64(): "float64"}  # pyarrow says float and double


def value_name(arrow_type: pa.DataType) -> str:
    """The Hugging Face name of a scalar type: ``float32`` where Arrow prints ``float``."""
    return _VALUE_NAMES.get(arrow_type, str(arrow_type))


def hugging_face_feature(arrow_type: pa.DataType) -> Any:
    """The feature as the ``huggingface`` metadata spells it, in the form that datasets 3 and 4 both read.

    A list of structs is written ``[{…}]``: ``Sequence`` of a struct means a struct of lists to them.
    """
    if arrow_type == _IMAGE:
        return {"_type": "Image"}
    if pa.types.is_list(arrow_type):
        inner = hugging_face_feature(arrow_type.value_type)
        if pa.types.is_struct(arrow_type.value_type):
            return [inner]
        return {"feature": inner, "_type": "Sequence"}
    if pa.types.is_struct(arrow_type):
        return {member.name: hugging_face_feature(member.type) for member in arrow_type}
    return {"dtype": value_name(arrow_type), "_type": "Value"}


def _features(fields: tuple[tuple[str, pa.DataType], ...]) -> dict[str, Any]:
    """Column → feature, in the order of the columns."""
    return {name: hugging_face_feature(arrow_type) for name, arrow_type in fields}


def _schema(fields: tuple[tuple[str, pa.DataType], ...]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, arrow_type, nullable=True) for name, arrow_type in fields],
        metadata={
            "huggingface": json.dumps({"info": {"features": _features(fields)}}),
            "dougagen_schema_version": str(SCHEMA_VERSION),
        },
    )


SCHEMA = _schema(_FIELDS)
COLUMNS: tuple[str, ...] = tuple(name for name, _ in _FIELDS)
ADDED_IN: dict[str, int] = {"measures": 2, "fingerprint": 2, "repeats": 2, "layer_moves": 3}
"""Column → schema version that added it. Shards of an older version are read as if it held nothing: null
where a column may be null, else an empty list, an empty text, 0."""
NULLABLE = frozenset({"layer_moves"})
"""Columns whose cells may be null: nothing is known. All others are always filled."""
ROW_COLUMNS: tuple[str, ...] = tuple(name for name in COLUMNS if name not in IMAGE_COLUMNS)
"""Every column without pixels: what statistics and selection read."""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One of the two tables: what its shards look like."""

    schema: pa.Schema
    images: tuple[str, ...]
    """The columns that hold pictures."""
    added_in: Mapping[str, int] = field(default_factory=dict)
    """As ``ADDED_IN``; columns that are not named have been there as long as the table."""
    nullable: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.schema.names)

    @property
    def without_images(self) -> tuple[str, ...]:
        """Every column without pixels."""
        return tuple(name for name in self.columns if name not in self.images)

    def features(self) -> dict[str, Any]:
        """Column → its Hugging Face feature, in the order of the columns."""
        return {column.name: hugging_face_feature(column.type) for column in self.schema}

    def is_image_leaf(self, path: str) -> bool:
        """Whether a leaf holds the coded bytes of a picture."""
        return path in {f"{name}.bytes" for name in self.images}


RECORD_TABLE = TableSchema(SCHEMA, IMAGE_COLUMNS, ADDED_IN, NULLABLE)
"""``data/``: a row a drawing."""
PLATE_TABLE = TableSchema(_schema(_PLATE_FIELDS), PLATE_IMAGE_COLUMNS)
"""``backgrounds/``: a row a plate. Since schema version 3."""


def leaf_paths(arrow_schema: pa.Schema = SCHEMA) -> tuple[str, ...]:
    """The Parquet paths of the leaves, ``exposures.list.element.start``, as writer options want them."""

    def leaves(path: str, arrow_type: pa.DataType) -> list[str]:
        if pa.types.is_list(arrow_type):
            return leaves(f"{path}.list.element", arrow_type.value_type)
        if pa.types.is_struct(arrow_type):
            return [leaf for member in arrow_type for leaf in leaves(f"{path}.{member.name}", member.type)]
        return [path]

    return tuple(leaf for field in arrow_schema for leaf in leaves(field.name, field.type))

"""What the light table knows of a drawing: a row without its pictures as plain JSON.

A row is a stranger's word. What would make the page compute nonsense is said in ``damage`` instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

COLUMNS = (
    "record_id",
    "episode_id",
    "source",
    "shot_index",
    "drawing_index",
    "frame_index",
    "time",
    "exposures",
    "width",
    "height",
    "cel_fraction",
    "class_fractions",
    "cel_confidence",
    "douga_confidence",
    "flags",
    "origin",
    "repeats",
)
"""All that is read of a row."""
_MOST_EXPOSURES = 4096
_MOST_FLAGS = 64
_LONGEST_TEXT = 1000
_LARGEST = 2**53  # whole numbers above it are not exact in a browser


def facts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one row; it may lack nothing of ``COLUMNS``, and may hold anything."""
    spans = [(_whole(span["start"]), _whole(span["stop"])) for span in row["exposures"][:_MOST_EXPOSURES]]
    damage = _damage(row, spans)
    return {
        "id": _text(row["record_id"]),
        "episode": _text(row["episode_id"]),
        "source": _text(row["source"]),
        "shot": _whole(row["shot_index"]),
        "drawing": _whole(row["drawing_index"]),
        "frame": _whole(row["frame_index"]),
        "time": round(_number(row["time"]), 3),
        "spans": [] if damage else spans,
        "width": _whole(row["width"]),
        "height": _whole(row["height"]),
        "cel": round(_number(row["cel_fraction"]), 4),
        "lines": round(sum(_number(share) for share in row["class_fractions"][1:5]), 4),
        "celSure": round(_number(row["cel_confidence"]), 4),
        "dougaSure": round(_number(row["douga_confidence"]), 4),
        "flags": [_text(flag) for flag in row["flags"][:_MOST_FLAGS]],
        "origin": _text(row["origin"]),
        "repeats": _text(row["repeats"]),
    } | ({"damage": damage} if damage else {})


def _damage(row: Mapping[str, Any], spans: list[tuple[int, int]]) -> str:
    if not spans:
        return "it has no exposure"
    if len(row["exposures"]) > _MOST_EXPOSURES:
        return f"it has more than {_MOST_EXPOSURES} exposures"
    if min(row["width"], row["height"]) < 1:
        return f"it is {row['width']}×{row['height']} pixels large"
    before = 0
    for start, stop in spans:
        if not before <= start < stop:
            return "its exposures are not in order"
        before = stop
    return ""


def _text(value: object) -> str:
    return str(value)[:_LONGEST_TEXT]


def _whole(value: int) -> int:
    return max(-_LARGEST, min(_LARGEST, int(value)))


def _number(value: float) -> float:
    """JSON has no word for what is not finite."""
    return float(value) if math.isfinite(value) else 0.0

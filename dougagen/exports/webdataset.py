"""WebDataset: tar files whose samples are ``color.png``, ``cel_mask.png``, ``douga.png`` and ``json``.

The decoders of the library (``pil``, ``rgb``, ``torchrgb`` …) turn every picture into RGB, and a palette into
its colours: the classes would be gone. So ``douga.png`` is a grey picture whose value *is* the class, which
comes out of each of them in every channel: as it is, or divided by 255. It looks black to the eye.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from dougagen.domain import Record
from dougagen.domain.png import encode_png
from dougagen.exports.config import ExportConfig
from dougagen.exports.facts import facts_of
from dougagen.exports.formats import PackedFormat
from dougagen.shards import codec


class WebDataset(PackedFormat):
    """The samples of a record."""

    def __init__(self, config: ExportConfig) -> None:
        config.refuse("pairs", because="pairs are for --to folders")

    def members(self, record: Record) -> Iterable[tuple[str, bytes]]:
        """In the order of the keys."""
        triplet = record.triplet
        yield "cel_mask.png", codec.encode_cel_mask(triplet.cel_mask)
        yield "color.png", codec.encode_color(triplet.color)
        yield "douga.png", encode_png(np.ascontiguousarray(triplet.douga.classes))
        yield "json", _json(facts_of(record))


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode("utf-8", "backslashreplace")

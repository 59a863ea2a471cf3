"""Folders of pictures: what Hugging Face's ImageFolder opens, or pairs side by side as pix2pix wants them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Record
from dougagen.exports.config import PICTURES, ExportConfig
from dougagen.exports.facts import facts_of
from dougagen.exports.formats import Facts, RecordFormat
from dougagen.exports.place import Place
from dougagen.shards import codec

INDEX = "metadata.jsonl"
"""The name that ImageFolder looks for."""


class Folders(RecordFormat):
    """``color/``, ``cel_mask/`` and ``douga/`` with a line each in ``metadata.jsonl``; or pairs with one."""

    def __init__(self, config: ExportConfig) -> None:
        config.refuse("shard_megabytes", because="files lie in folders")
        self._pair = config.pair() if config.pairs else None

    def write_record(self, record: Record, name: str, place: Place) -> Facts:
        """Three pictures, or one of two."""
        triplet = record.triplet
        if self._pair is not None:
            seen = {
                "color": triplet.color,
                "cel_mask": triplet.cel_mask.picture(),
                "douga": triplet.douga.picture(),
            }
            pair: NDArray[np.uint8] = np.hstack([seen[picture] for picture in self._pair])
            place.write(f"{name}.png", codec.encode_color(pair))
            return {"file_name": f"{name}.png", **facts_of(record)}
        place.write(f"color/{name}.png", codec.encode_color(triplet.color))
        place.write(f"cel_mask/{name}.png", codec.encode_cel_mask(triplet.cel_mask))
        place.write(f"douga/{name}.png", codec.encode_douga(triplet.douga))
        files = {f"{picture}_file_name": f"{picture}/{name}.png" for picture in PICTURES}
        return {**files, **facts_of(record)}

    def finish(self, facts: Iterator[Facts], place: Place) -> None:
        """The index, a line a drawing."""
        with place.new(INDEX) as file:
            for line in facts:
                file.write(json_line(line))


def json_line(facts: Facts | dict[str, Any]) -> bytes:
    """One line of JSON; what is no text in it stays escaped."""
    return (json.dumps(facts, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")

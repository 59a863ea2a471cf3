"""COCO: ``images/``, ``instances.json`` with masks as run lengths, and the douga as palette PNG beside them.

Categories 1 to 9 have the numbers of the classes in the palette PNG; class 0 is "flat area" on the cel and
nothing off it, and 0 is the background to most readers of COCO: so it is category 10, on the cel alone, and
the cel itself is category 11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Record, Triplet
from dougagen.exports.config import ExportConfig
from dougagen.exports.facts import facts_of
from dougagen.exports.formats import Facts, RecordFormat
from dougagen.exports.place import Place
from dougagen.shards import codec

FLAT, CEL = 10, 11
CATEGORIES: tuple[dict[str, Any], ...] = (
    *({"id": int(c), "name": c.label, "supercategory": "douga"} for c in DougaClass if c),
    {"id": FLAT, "name": DougaClass.FLAT_AREA.label, "supercategory": "douga"},
    {"id": CEL, "name": "cel", "supercategory": "cel"},
)
_CRUMB = 16
"""Pixels: parts of the cel below it are one crowd, not figures."""
_CHUNK, _MORE, _SIGN, _FIRST = 5, 0x20, 0x10, 48


class Coco(RecordFormat):
    """An annotation for each class of a picture, and for each part of the cel that hangs together."""

    def __init__(self, config: ExportConfig) -> None:
        for option in ("pairs", "shard_megabytes"):
            config.refuse(option, because="an export as COCO has files of its own")

    def write_record(self, record: Record, name: str, place: Place) -> Facts:
        """The pictures; their annotations go to the end."""
        triplet, file_name = record.triplet, f"{name}.png"
        place.write(f"images/{file_name}", codec.encode_color(triplet.color))
        place.write(f"douga/{file_name}", codec.encode_douga(triplet.douga))
        facts = facts_of(record)
        image = {
            "file_name": file_name,
            "width": triplet.width,
            "height": triplet.height,
            "dougagen": {
                column: value for column, value in facts.items() if column not in ("width", "height")
            },
        }
        return {"image": image, "annotations": list(_annotations(triplet))}

    def finish(self, facts: Iterator[Facts], place: Place) -> None:
        """``instances.json``; annotations first, so that only the images are in memory."""
        images: list[dict[str, Any]] = []
        number = 0
        with place.new("instances.json") as file:
            head = {"info": {"description": "dougagen export"}, "licenses": [], "categories": CATEGORIES}
            file.write(json.dumps(head).encode("ascii").removesuffix(b"}") + b',\n"annotations": [')
            for image_number, one in enumerate(facts, 1):
                images.append({"id": image_number, **one["image"]})
                for annotation in one["annotations"]:
                    plain = {"id": number + 1, "image_id": image_number, **annotation}
                    file.write((b",\n" if number else b"\n") + json.dumps(plain).encode("ascii"))
                    number += 1
            file.write(b'],\n"images": [')
            for at, image in enumerate(images):
                file.write((b",\n" if at else b"\n") + json.dumps(image).encode("ascii"))
            file.write(b"]}\n")


def _annotations(triplet: Triplet) -> Iterator[dict[str, Any]]:
    cel, classes = triplet.cel_mask.pixels, triplet.douga.classes
    for one in DougaClass:
        mask = (classes == one) & cel if one is DougaClass.FLAT_AREA else classes == one
        if mask.any():
            yield _annotation(mask, int(one) or FLAT)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cel.view(np.uint8), connectivity=8)
    sizes = stats[:, cv2.CC_STAT_AREA]
    whole = [label for label in range(1, count) if sizes[label] >= _CRUMB]
    for label in whole:
        yield _annotation(labels == label, CEL)
    crumbs = cel & ~np.isin(labels, whole)
    if crumbs.any():
        yield _annotation(crumbs, CEL, crowd=True)


def _annotation(mask: NDArray[np.bool_], category: int, *, crowd: bool = False) -> dict[str, Any]:
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return {
        "category_id": category,
        "segmentation": {"size": [int(side) for side in mask.shape], "counts": run_lengths(mask)},
        "area": int(np.count_nonzero(mask)),
        "bbox": [int(x), int(y), int(width), int(height)],
        "iscrowd": int(crowd),
    }


def run_lengths(mask: NDArray[np.bool_]) -> str:
    """bool[H, W] as the compressed run lengths of pycocotools: down the columns, the first run off the mask,
    from the third on as the difference to the run before the last, in groups of five bits from 48 on."""
    column_wise = mask.ravel(order="F")
    edges = np.flatnonzero(column_wise[1:] != column_wise[:-1]) + 1
    runs = np.diff(np.concatenate([[0], edges, [column_wise.size]])).tolist()
    if column_wise[0]:
        runs.insert(0, 0)
    return "".join(_packed(run - runs[at - 2] if at > 2 else run) for at, run in enumerate(runs))


def _packed(number: int) -> str:
    letters = ""
    while True:
        bits = number & 0x1F
        number >>= _CHUNK
        more = number != (-1 if bits & _SIGN else 0)
        letters += chr(_FIRST + (bits | _MORE if more else bits))
        if not more:
            return letters

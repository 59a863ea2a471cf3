"""Which drawings a page shows, and their pictures made small.

A hundred thousand drawings do not fit a page, and reading one costs the row group around it. So whole row
groups are chosen: some for the least sure drawing in them, the rest evenly over the dataset.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import PALETTE, Record
from dougagen.errors import ShardError
from dougagen.report.episodes import episode_labels, sources_of
from dougagen.shards import Dataset, RowGroup

THUMBNAIL_WIDTH = 320  # px; of 1080 lines a hairline is still half a pixel there
SHEET_BYTES = 11_000_000
"""What the pictures of a page may take, coded as text."""
MOST_DRAWINGS = 600
_UNSURE_SHARE = 0.4
_WEBP = [cv2.IMWRITE_WEBP_QUALITY, 68]


@dataclass(frozen=True, slots=True)
class Card:
    """One drawing of the sheet: facts and pictures as ``data:`` URIs."""

    facts: dict[str, Any]
    color: str
    cel_mask: str
    douga: str

    @property
    def size(self) -> int:
        """Characters that its pictures take on the page."""
        return len(self.color) + len(self.cel_mask) + len(self.douga)


def contact_sheet(
    dataset: Dataset,
    *,
    most: int = MOST_DRAWINGS,
    budget: int = SHEET_BYTES,
    on_damage: Callable[[ShardError], object] = lambda _: None,
) -> Iterator[Card]:
    """Cards in the dataset's order, at most ``most`` and ``budget`` characters; damage is passed over."""
    used = shown = 0
    labels = episode_labels(sources_of(dataset))
    for group, rows in _chosen_groups(dataset, most):
        try:
            for record in dataset.records_of(group, rows=rows):
                card = card_of(record, label=labels.get(record.provenance.episode_id, ""))
                used += card.size
                if used > budget or shown >= most:
                    return
                shown += 1
                yield card
        except ShardError as error:
            on_damage(error)


def card_of(record: Record, *, label: str = "") -> Card:
    """The card of one record; ``label`` is what its episode is called, its source where that is empty."""
    triplet, provenance = record.triplet, record.provenance
    fractions = triplet.douga.class_fractions()
    facts = {
        "id": record.record_id,
        "episode": label or provenance.source,
        "episodeId": provenance.episode_id,
        "shot": provenance.shot_index,
        "frame": provenance.frame_index,
        "time": round(provenance.time, 2),
        "held": provenance.held_frames,
        "exposures": [[span.start, span.stop] for span in provenance.exposures],
        "size": f"{triplet.width}×{triplet.height}",
        "cel": round(triplet.cel_mask.fraction, 4),
        "celSure": round(provenance.cel_confidence, 4),
        "dougaSure": round(provenance.douga_confidence, 4),
        "lines": round(sum(fractions[1:5]), 4),
        "flags": list(provenance.flags),
        "origin": str(provenance.origin),
    }
    mask = triplet.cel_mask.pixels.view(np.uint8) * np.uint8(255)
    return Card(
        facts,
        _uri(".webp", _small(triplet.color)[..., ::-1], _WEBP),
        _uri(".png", _small(mask), [cv2.IMWRITE_PNG_COMPRESSION, 9]),
        _uri(".webp", _small(PALETTE[triplet.douga.classes])[..., ::-1], _WEBP),
    )


def _chosen_groups(dataset: Dataset, most: int) -> Iterator[tuple[RowGroup, set[int]]]:
    """Row groups in the dataset's order, each with the rows of it that are shown."""
    groups = [group for group in dataset.row_groups() if group.rows]
    total = sum(group.rows for group in groups)
    if total <= most:
        yield from ((group, set(range(group.rows))) for group in groups)
        return
    sureness = _sureness(dataset, groups)
    ends = np.cumsum([group.rows for group in groups])
    unsure = np.argsort(sureness, kind="stable")[: int(_UNSURE_SHARE * most)]
    # a few rows of each group that is read at all: half as many groups, twice as many drawings
    even = np.linspace(0, total - 1, most - len(unsure)).astype(np.int64)
    wanted = np.unique(np.concatenate([unsure, even]))
    of_group = np.searchsorted(ends, wanted, side="right")
    for place in np.unique(of_group):
        first = int(ends[place]) - groups[place].rows
        yield groups[place], {int(row) - first for row in wanted[of_group == place]}


def _sureness(dataset: Dataset, groups: list[RowGroup]) -> NDArray[np.float64]:
    """The smaller confidence of every row, in the order of ``groups``; damaged shards count as sure."""
    counts = {group.shard: 0 for group in groups}
    for group in groups:
        counts[group.shard] += group.rows
    found = {shard: np.ones(count) for shard, count in counts.items()}
    for shard, table in dataset.tables(("cel_confidence", "douga_confidence")):
        both = np.minimum(table["cel_confidence"].to_numpy(), table["douga_confidence"].to_numpy())
        if shard in found and len(both) == counts[shard]:
            found[shard] = both.astype(np.float64)
    return np.concatenate(list(found.values()))


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    if width <= THUMBNAIL_WIDTH:
        return picture
    size = (THUMBNAIL_WIDTH, max(1, round(height * THUMBNAIL_WIDTH / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _uri(suffix: str, picture: NDArray[np.uint8], options: list[int]) -> str:
    coded, data = cv2.imencode(suffix, np.ascontiguousarray(picture), options)
    if not coded:
        raise ShardError(f"OpenCV could not code a picture of shape {picture.shape} as {suffix}")
    return f"data:image/{suffix[1:]};base64,{base64.b64encode(data.tobytes()).decode('ascii')}"

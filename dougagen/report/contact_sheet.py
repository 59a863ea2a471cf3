"""Which drawings a page carries, and how large.

A hundred thousand drawings do not fit a page. So stretches of shots are chosen, since a shot is to be played:
some for the least sure drawing in them, the rest evenly over the dataset. Their pictures are as large as fits
the page's budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import PALETTE, Record
from dougagen.errors import ShardError
from dougagen.report.plate_sheet import carried_plates, data_uri
from dougagen.shards import Dataset, RowGroup, codec
from dougagen.view import PlateShelf, coded_small, facts_of

SHEET_BYTES = 16_000_000
"""What the pictures of a page may take, coded as text: such a page still goes by mail."""
MOST_DRAWINGS = 600
WIDTHS = (1920, 1280, 960, 640, 480, 320)
"""Pixels; the largest of them that fits is taken. Of 1080 lines a hairline is still half a pixel at 320."""
_UNSURE_SHARE = 0.4
_STRETCHES = 25  # at least so many of a full page: a stretch has 24 drawings at most
_TRIED = 6  # drawings that are coded in every width to see which fits


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

    def to_json(self) -> dict[str, Any]:
        """As the front end takes it."""
        return self.facts | {"pictures": {"color": self.color, "mask": self.cel_mask, "douga": self.douga}}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The drawings of a page."""

    cards: tuple[Card, ...]
    """In the dataset's order."""
    width: int
    """Pixels; no picture is wider."""
    widest: int
    """Pixels of the widest of them in the dataset."""
    shelves: Mapping[str, Mapping[int, list[dict[str, Any]]]] = field(default_factory=dict)
    """Episode → shot → its background plates, as the front end takes them."""
    plates_left_out: int = 0
    """Plates of these shots for which there was no room."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Drawings of one shot that follow each other in one shard."""

    shard: Path
    start: int
    stop: int
    sureness: float
    """The smallest confidence in it."""


def contact_sheet(
    dataset: Dataset,
    *,
    most: int = MOST_DRAWINGS,
    budget: int = SHEET_BYTES,
    on_damage: Callable[[ShardError], object] = lambda _: None,
) -> Sheet:
    """At most ``most`` drawings in at most ``budget`` characters; damage is passed over and told of."""
    chosen = list(_chosen_rows(dataset, most))
    width = _width_for(dataset, chosen, budget)
    cards: list[Card] = []
    used = widest = 0
    for record in _records(dataset, chosen, on_damage):
        card = card_of(record, width=width)
        used += card.size
        if used > budget or len(cards) >= most:
            break
        cards.append(card)
        widest = max(widest, record.triplet.width)
    shown = [card.facts for card in cards]
    room = budget - sum(card.size for card in cards)
    shelf = PlateShelf(dataset)
    shelves, left_out = carried_plates(shelf, shown, width=width, room=room, on_damage=on_damage)
    return Sheet(tuple(cards), width, widest, shelves, left_out)


def card_of(record: Record, *, width: int) -> Card:
    """The card of one record, its pictures at most ``width`` pixels wide."""
    triplet = record.triplet
    mask = triplet.cel_mask.pixels.view(np.uint8) * np.uint8(255)
    shown = PALETTE[triplet.douga.classes]
    fits = triplet.width <= width
    douga = codec.encode_douga(triplet.douga) if fits else coded_small(shown, width=width)
    return Card(
        facts_of(_row_of(record)),
        data_uri(coded_small(triplet.color, width=width)),
        data_uri(codec.encode_cel_mask(triplet.cel_mask) if fits else coded_small(mask, width=width)),
        data_uri(douga),
    )


def _row_of(record: Record) -> Mapping[str, Any]:
    """The columns that the light table knows."""
    triplet, provenance = record.triplet, record.provenance
    names = (
        "episode_id", "source", "shot_index", "drawing_index", "frame_index", "time", "cel_confidence",
        "douga_confidence", "flags", "origin", "repeats",
    )  # fmt: skip
    return {name: getattr(provenance, name) for name in names} | {
        "record_id": record.record_id,
        "exposures": [{"start": span.start, "stop": span.stop} for span in provenance.exposures],
        "width": triplet.width,
        "height": triplet.height,
        "cel_fraction": triplet.cel_mask.fraction,
        "class_fractions": triplet.douga.class_fractions(),
    }


def _width_for(dataset: Dataset, chosen: list[tuple[RowGroup, set[int]]], budget: int) -> int:
    """The largest width in which the chosen drawings fit, by a few of them."""
    count = sum(len(rows) for _, rows in chosen)
    groups = [chosen[int(place)] for place in np.unique(np.linspace(0, len(chosen) - 1, _TRIED).astype(int))]
    tried = list(_records(dataset, [(group, {min(rows)}) for group, rows in groups if rows], lambda _: None))
    for width in WIDTHS[:-1]:
        sizes = [card_of(record, width=width).size for record in tried]
        if sizes and 1.1 * count * sum(sizes) / len(sizes) <= budget:
            return width
    return WIDTHS[-1]


def _records(
    dataset: Dataset, chosen: list[tuple[RowGroup, set[int]]], on_damage: Callable[[ShardError], object]
) -> Iterator[Record]:
    for group, rows in chosen:
        left = sorted(rows)
        while left:
            try:
                for record in dataset.records_of(group, rows=set(left)):
                    left.pop(0)
                    yield record
                break
            except ShardError as error:
                on_damage(error)
                left.pop(0)  # that one; those after it are shown


def _chosen_rows(dataset: Dataset, most: int) -> Iterator[tuple[RowGroup, set[int]]]:
    """Row groups in the dataset's order, each with the rows of it that are shown."""
    groups = [group for group in dataset.row_groups() if group.rows]
    if sum(group.rows for group in groups) <= most:
        yield from ((group, set(range(group.rows))) for group in groups)
        return
    wanted: dict[Path, set[int]] = {}
    for stretch in _chosen_stretches(list(_stretches(dataset, longest=max(1, most // _STRETCHES))), most):
        wanted.setdefault(stretch.shard, set()).update(range(stretch.start, stretch.stop))
    first: dict[Path, int] = {}
    for group in groups:
        start = first.get(group.shard, 0)
        first[group.shard] = start + group.rows
        rows = {row - start for row in wanted.get(group.shard, ()) if start <= row < start + group.rows}
        if rows:
            yield group, rows


def _stretches(dataset: Dataset, *, longest: int) -> Iterator[_Stretch]:
    """All drawings, by shots; a shot of more than ``longest`` is several stretches."""
    columns = ("episode_id", "shot_index", "cel_confidence", "douga_confidence")
    for shard, table in dataset.tables(columns):
        if not table.num_rows:
            continue
        episodes = table["episode_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        shots = table["shot_index"].to_numpy()
        sure = np.minimum(table["cel_confidence"].to_numpy(), table["douga_confidence"].to_numpy())
        cuts = np.flatnonzero((np.diff(episodes) != 0) | (np.diff(shots) != 0)) + 1
        edges = [0, *cuts.tolist(), table.num_rows]
        for begin, end in pairwise(edges):
            for start in range(begin, end, longest):
                stop = min(start + longest, end)
                yield _Stretch(shard, start, stop, _least(sure[start:stop]))


def _least(sure: NDArray[np.float32]) -> float:
    return float(np.nan_to_num(sure, nan=1.0).min())


def _chosen_stretches(stretches: list[_Stretch], most: int) -> Iterator[_Stretch]:
    """The least sure, then others evenly, as long as there is room."""
    order = sorted(range(len(stretches)), key=lambda place: stretches[place].sureness)
    room = most
    left = set(order)
    for place in order:
        length = stretches[place].stop - stretches[place].start
        if room - length < (1 - _UNSURE_SHARE) * most:
            break
        room -= length
        left.discard(place)
        yield stretches[place]
    others = sorted(left)
    mean = sum(stretches[place].stop - stretches[place].start for place in others) / max(1, len(others))
    for place in np.unique(np.linspace(0, len(others) - 1, max(1, int(room / max(mean, 1)))).astype(int)):
        stretch = stretches[others[int(place)]]
        room -= stretch.stop - stretch.start
        if room < 0:
            return
        yield stretch

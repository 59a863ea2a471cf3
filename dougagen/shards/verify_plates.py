"""Are the plates of an episode what they say, and of frames that the episode shows?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dougagen.domain import Provenance
from dougagen.errors import ShardError
from dougagen.shards.ledger import LedgerEntry, ShardFacts
from dougagen.shards.plate_rows import decode_plate
from dougagen.shards.reader import raw_rows, require_schema
from dougagen.shards.schema import PLATE_TABLE


@dataclass(slots=True)
class Shown:
    """Which frames each shot shows, by the timesheet of the ledger and by the rows."""

    _spans: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    _sorted: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: LedgerEntry) -> Shown:
        """By the timesheet alone, which also has the drawings that became no record."""
        shown = cls()
        for shot, _, span in entry.exposures():
            shown._put(shot, span.start, span.stop)
        return shown

    def add(self, provenance: Provenance) -> None:
        """What a row says of itself: ledgers of older versions have no timesheet."""
        shot, frame = provenance.shot_index, provenance.frame_index
        self._put(shot, frame, frame + 1)
        for span in provenance.exposures:
            self._put(shot, span.start, span.stop)

    def _put(self, shot: int, start: int, stop: int) -> None:
        self._spans.setdefault(shot, set()).add((start, stop))
        self._sorted.pop(shot, None)

    def has(self, shot: int, frame: int) -> bool:
        """Whether the frame is one of the shot's."""
        if shot not in self._sorted:
            self._sorted[shot] = _joined(sorted(self._spans.get(shot, ())))
        spans = self._sorted[shot]
        at = bisect_right(spans, frame, key=lambda span: span[0]) - 1
        return at >= 0 and frame < spans[at][1]


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap made one, so that the last that begins before a frame tells of it."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


@dataclass(slots=True)
class PlatesChecked:
    """What was found in one shard of plates."""

    plates: int = 0
    wrong: list[str] = field(default_factory=list)


def check_plates(
    path: Path, entry: LedgerEntry, facts: ShardFacts, shown: Shown | None, seen: set[str]
) -> PlatesChecked:
    """Decode and compare every plate. ``shown`` is None where rows are damaged, and frames may be theirs;
    ``seen`` are the ids so far. Raises OSError."""
    found = PlatesChecked()
    try:
        require_schema(path, PLATE_TABLE)
        for row in raw_rows(path, PLATE_TABLE):
            found.plates += 1
            found.wrong += _wrong_in(entry, row, shown, seen)
    except ShardError as error:
        found.wrong.append(error.what)
        return found
    if found.plates != facts.rows:
        found.wrong.append(f"holds {found.plates} rows, the ledger says {facts.rows}")
    return found


def _wrong_in(entry: LedgerEntry, row: dict[str, Any], shown: Shown | None, seen: set[str]) -> Iterator[str]:
    try:
        plate = decode_plate(row)
    except ShardError as error:
        yield error.what
        return
    name = plate.background_id
    if plate.episode_id != entry.episode_id:
        yield f"plate {name!r} is of episode {plate.episode_id!r}"
    if plate.image[~plate.known].any():
        yield f"plate {name!r} shows something where nothing is known"
    if name in seen:
        yield f"plate {name!r} is there twice"
    seen.add(name)
    strange = [
        p.frame_index for p in plate.placements if shown and not shown.has(plate.shot_index, p.frame_index)
    ]
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        yield f"plate {name!r} places frame {strange[0]}{more}, which its shot does not show"

"""Rows of a shot → what a format gets of it, read drawing by drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from dougagen.domain import FrameSpan, Plate, Record, require_disjoint
from dougagen.errors import DomainError, ShardError
from dougagen.exports.formats import ExportedShot, ShotLine
from dougagen.shards import Dataset, SelectedRow, read_selected
from dougagen.shards.ledger import REPAIR

_RATES = tuple(Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (60, 1)))
"""Frames a second that episodes have, the commonest first."""


class LostDrawing(ShardError):  # noqa: N818 - a drawing, whose error it carries
    """A drawing of a shot that cannot be read."""

    def __init__(self, error: ShardError, row: SelectedRow) -> None:
        super().__init__(error.what, where=error.where, remedy=error.remedy)
        self.row = row


def shot_of(
    dataset: Dataset,
    name: str,
    rows: tuple[SelectedRow, ...],
    *,
    frame_rate: Fraction | None,
    scaled: Callable[[Record], Record],
    written: Callable[[int], object],
    plates: Callable[[SelectedRow], Iterator[Plate]],
) -> ExportedShot:
    """The shot called ``name`` of ``rows``, which are in order; ``written`` gets drawings as they are done,
    ``plates`` gives the backgrounds of the shot that a row is of.

    ``frame_rate`` None: what fits the drawings' times. Raises LostDrawing, now and while it is read.
    """
    lines = tuple(_line(number, row) for number, row in enumerate(rows, 1))

    def read() -> Iterator[tuple[ShotLine, Record]]:
        for line, (row, record) in zip(lines, read_selected(dataset, rows), strict=True):
            if isinstance(record, ShardError):
                raise LostDrawing(record, row)
            yield line, scaled(record)
            written(line.number)

    first = rows[0]
    return ExportedShot(
        name=name,
        episode_id=first.episode_id,
        source=first.source,
        shot_index=first.shot_index,
        frame_rate=frame_rate or _frame_rate_of(rows),
        lines=lines,
        read=read,
        read_plates=lambda: plates(first),
    )


def _line(number: int, row: SelectedRow) -> ShotLine:
    """Raises LostDrawing where the exposures are none."""
    try:
        spans = require_disjoint("exposures", (FrameSpan(start, stop) for start, stop in row.exposures))
    except DomainError as error:
        what = f"record {row.record_id!r}: {error}"
        raise LostDrawing(ShardError(what, where=row.group.shard, remedy=REPAIR), row) from error
    return ShotLine(number, row.record_id, row.drawing_index, row.frame_index, spans)


def _frame_rate_of(rows: tuple[SelectedRow, ...]) -> Fraction:
    """Frames a second by the drawings' times, where no ledger says: the usual rate that is nearest."""
    late = max(rows, key=lambda row: row.frame_index)
    if late.frame_index <= 0 or not 0 < late.time < math.inf:
        return _RATES[0]
    return min(_RATES, key=lambda rate: abs(math.log(late.frame_index / late.time / float(rate))))

"""THE FLOW of an export: rows that the filter takes → units → records, scaled → a format → pieces in place.

Which units there are, their names, order and parts follow from the dataset and the options alone, so an
export that was killed skips what its journal has and goes on, and comes out as one in one piece.
"""

from __future__ import annotations

import hashlib
import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from dougagen import __version__
from dougagen.domain import FrameSpan, Record, require_disjoint
from dougagen.errors import (
    ConfigError,
    DomainError,
    DougagenError,
    ExportError,
    ShardError,
    UsageError,
    quoted,
)
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import ExportedShot, Format, PackedFormat, ShotFormat, ShotLine, format_of
from dougagen.exports.journal import PartJournal, begin, require_place, tidy
from dougagen.exports.report import ExportReport
from dougagen.exports.streams import LooseStream, TarStream, folder_of_part
from dougagen.exports.units import Unit, named_once, record_units, shot_units
from dougagen.files import Refusal
from dougagen.shards import (
    Dataset,
    Filter,
    Lock,
    SelectedRow,
    at_lines,
    open_dataset,
    parse_filter,
    read_selected,
    select_rows,
    shares_of,
)
from dougagen.shards.durable import cannot_write
from dougagen.shards.ledger import REPAIR
from dougagen.shards.locks import lock_path

_RATES = tuple(Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (60, 1)))
"""Frames a second that episodes have, the commonest first."""
Moved = Callable[[int, int], object]
Told = Callable[[str], object]


def export(
    dataset: Path | str,
    out: Path | str,
    *,
    on_progress: Moved = lambda _done, _total: None,
    on_damage: Told = lambda _line: None,
    **options: Any,
) -> ExportReport:
    """Write the drawings of ``dataset`` in another format into the folder ``out``; ``options`` are those of
    ``ExportConfig``: ``export("shards/", "there/", to="webdataset", lines=540)``.

    What is in ``out`` of the same export stays, so one that was ended early carries on. A damaged record or
    shard is told to ``on_damage``, passed over, and listed in the report. ``on_progress`` gets drawings.
    Raises UsageError where it cannot be carried out as given, ShardError where there is no dataset,
    ExportError where it cannot be written.
    """
    dataset, out = Path(dataset), Path(out)
    config = ExportConfig(**options)
    form, where = format_of(config), parse_filter(config.where) if config.where else None
    require_place(out, dataset)
    told = _Told(on_damage)
    opened = open_dataset(dataset, on_damage=lambda error: told(str(error)))
    plan = _plan(_Source(opened, where, config, form))
    try:
        with _locked(out):
            begin(out, _header(config, plan))
            tidy(out)
            return _Export(plan, out, told, on_progress).run()
    except OSError as error:
        raise _refused(out, error) from error


def _refused(out: Path, error: OSError) -> ExportError:
    line = cannot_write(error.path if isinstance(error, Refusal) else out, error)
    again = "then run the same command again, it carries on"
    return ExportError(
        line.what, where=line.where, remedy=f"{line.remedy}, {again}" if line.remedy else again
    )


@dataclass(slots=True)
class _Told:
    """Lines of damage, each once."""

    on_damage: Told
    lines: dict[str, None] = field(default_factory=dict)

    def __call__(self, line: str) -> None:
        if line not in self.lines:
            self.lines[line] = None
            self.on_damage(line)


@dataclass(frozen=True, slots=True)
class _Source:
    """What is exported, and as what."""

    dataset: Dataset
    where: Filter | None
    config: ExportConfig
    form: Format

    def units(self) -> Iterator[Unit]:
        """In order, the same each time."""
        rows = select_rows(self.dataset, self.where)
        shares, by = shares_of(self.config.split), self.config.split_by
        if _is_of_shots(self.form):
            return named_once(shot_units(rows, shares, by=by))
        return named_once(record_units(rows, shares, by=by))


def _is_of_shots(form: Format) -> bool:
    return isinstance(form, ShotFormat)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done, counted before anything is written."""

    source: _Source
    drawings: dict[str, int]
    """Part → drawings, in the order of the parts."""
    digest: str
    """Over everything that decides which units there are, in which order, and what is in them."""


def _plan(source: _Source) -> _Plan:
    """Count and digest the units. Raises ConfigError where there are none."""
    drawings = dict.fromkeys(shares_of(source.config.split), 0)
    digest = hashlib.sha256()
    for entry in source.dataset.ledger:
        for shard in entry.shards:
            digest.update(f"{shard.name} {shard.sha256}\n".encode())
    for unit in source.units():
        drawings[unit.part] += len(unit.rows)
        for row in unit.rows:
            words = (unit.part, unit.name, row.group.shard.name, row.group.index, row.row, row.record_id)
            digest.update(f"{words}\n".encode("utf-8", "backslashreplace"))
    if not any(drawings.values()):
        where = source.dataset.root
        if source.where is None:
            raise ExportError(
                "there is no drawing to export", where=where, remedy="run dougagen verify on it"
            )
        raise ConfigError(
            f"no drawing matches {source.where.text!r}", where=where, remedy="give a wider filter"
        )
    return _Plan(source, drawings, digest.hexdigest())


def _header(config: ExportConfig, plan: _Plan) -> dict[str, Any]:
    return {
        "export": config.to,
        "dougagen_version": __version__,
        "dataset": plan.digest,
        "drawings": plan.drawings,
        "options": config.facts(),
    }


def _locked(out: Path) -> Lock:
    lock = Lock.take(lock_path(out, "export"))
    if lock is None:
        raise UsageError("another run is writing this export", where=out, remedy="wait for it to end")
    return lock


@dataclass(slots=True)
class _Export:
    """One run over the units that are not behind us."""

    plan: _Plan
    out: Path
    told: _Told
    on_progress: Moved
    streams: dict[str, LooseStream | TarStream] = field(default_factory=dict)
    done: int = 0
    """Drawings behind us."""

    def run(self) -> ExportReport:
        form, config = self.plan.source.form, self.plan.source.config
        with ExitStack() as stack:
            journals: dict[str, PartJournal] = {}
            for part, drawings in self.plan.drawings.items():
                if not drawings:
                    continue
                folder = folder_of_part(self.out, part, packed=isinstance(form, PackedFormat))
                journal = stack.enter_context(PartJournal(self.out, part, folder).open())
                journals[part] = journal
                if isinstance(form, PackedFormat):
                    self.streams[part] = TarStream(form, journal, config.shard_megabytes * 1_000_000)
                else:
                    self.streams[part] = LooseStream(form, journal)
                stack.callback(self.streams[part].close)
            behind = {part: journal.drawings for part, journal in journals.items()}
            for journal in journals.values():
                for line in journal.damaged:
                    self.told(line)
            self._tell(0)
            units = self._not_done({part: journal.units for part, journal in journals.items()})
            (self._shots if _is_of_shots(form) else self._records)(units)
            for stream in self.streams.values():
                stream.end()
            tidy(self.out)
            return ExportReport(
                to=config.to,
                out=self.out,
                drawings={
                    part: journals[part].drawings if n else 0 for part, n in self.plan.drawings.items()
                },
                empty_parts=tuple(part for part, n in self.plan.drawings.items() if not n),
                carried_on=sum(behind.values()),
                files=sum(journal.files for journal in journals.values()),
                bytes=sum(journal.size for journal in journals.values()),
                damaged=tuple(self.told.lines),
            )

    def _not_done(self, behind: dict[str, int]) -> Iterator[Unit]:
        for unit in self.plan.source.units():
            if behind[unit.part] > 0:
                behind[unit.part] -= 1
                self.done += len(unit.rows)
            else:
                yield unit

    def _pass_over(self, unit: Unit, *lines: str) -> None:
        for line in lines:
            self.told(line)
        self.streams[unit.part].pass_over(lines)
        self._moved(unit)

    def _put(
        self, unit: Unit, what: Record | ExportedShot, drawings: int, lost: tuple[str, ...] = ()
    ) -> None:
        """Into its stream; what has no form in the format is named and passed over."""
        try:
            self.streams[unit.part].put(unit.name, what, drawings, lost)
        except _LostDrawing:
            raise
        except DougagenError as error:
            self._pass_over(unit, *lost, f"{quoted(unit.rows[0].record_id)}: {error}")
        else:
            self._moved(unit)

    def _moved(self, unit: Unit) -> None:
        self.done += len(unit.rows)
        self._tell(0)

    def _tell(self, of_unit: int) -> None:
        """So many drawings of the unit at hand are behind us, too."""
        self.on_progress(self.done + of_unit, sum(self.plan.drawings.values()))

    def _records(self, units: Iterator[Unit]) -> None:
        """All records in one stream, so that a row group is read once."""
        waiting: deque[Unit] = deque()

        def wanted() -> Iterator[SelectedRow]:
            for unit in units:
                waiting.append(unit)
                if not unit.damage:
                    yield unit.rows[0]

        for row, record in read_selected(self.plan.source.dataset, wanted()):
            while waiting[0].damage:
                self._pass_over(waiting[0], waiting.popleft().damage)
            unit = waiting.popleft()
            assert unit.rows[0] is row
            if isinstance(record, ShardError):
                self._pass_over(unit, str(record))
            else:
                self._put(unit, self._scaled(record), 1)
        while waiting:
            self._pass_over(waiting[0], waiting.popleft().damage)

    def _scaled(self, record: Record) -> Record:
        lines = self.plan.source.config.lines
        return replace(record, triplet=at_lines(record.triplet, lines)) if lines else record

    def _shots(self, units: Iterator[Unit]) -> None:
        """A shot is written again without a drawing that turns out to be damaged."""
        rates = {entry.episode_id: entry.frame_rate for entry in self.plan.source.dataset.ledger}
        for unit in units:
            rows, lost = unit.rows, [unit.damage] if unit.damage else []
            while rows and not unit.damage:
                try:
                    rate = rates.get(rows[0].episode_id) or _frame_rate_of(rows)
                    self._put(unit, self._shot(unit.name, rows, rate), len(rows), tuple(lost))
                    break
                except _LostDrawing as damage:
                    lost.append(str(damage))
                    self.told(lost[-1])
                    rows = tuple(row for row in rows if row is not damage.row)
            else:
                self._pass_over(unit, *lost)

    def _shot(self, name: str, rows: tuple[SelectedRow, ...], frame_rate: Fraction) -> ExportedShot:
        lines = tuple(_line(number, row) for number, row in enumerate(rows, 1))

        def read() -> Iterator[tuple[ShotLine, Record]]:
            for line, (row, record) in zip(lines, read_selected(self.plan.source.dataset, rows), strict=True):
                if isinstance(record, ShardError):
                    raise _LostDrawing(record, row)
                yield line, self._scaled(record)
                self._tell(line.number)

        first = rows[0]
        return ExportedShot(
            name=name,
            episode_id=first.episode_id,
            source=first.source,
            shot_index=first.shot_index,
            frame_rate=frame_rate,
            lines=lines,
            read=read,
        )


class _LostDrawing(ShardError):  # noqa: N818 - a drawing, whose error it carries
    """A drawing of a shot that cannot be read."""

    def __init__(self, error: ShardError, row: SelectedRow) -> None:
        super().__init__(error.what, where=error.where, remedy=error.remedy)
        self.row = row


def _line(number: int, row: SelectedRow) -> ShotLine:
    """Raises _LostDrawing where the exposures are none."""
    try:
        spans = require_disjoint("exposures", (FrameSpan(start, stop) for start, stop in row.exposures))
    except DomainError as error:
        what = f"record {row.record_id!r}: {error}"
        raise _LostDrawing(ShardError(what, where=row.group.shard, remedy=REPAIR), row) from error
    return ShotLine(number, row.record_id, row.drawing_index, row.frame_index, spans)


def _frame_rate_of(rows: tuple[SelectedRow, ...]) -> Fraction:
    """Frames a second by the drawings' times, where no ledger says: the usual rate that is nearest."""
    late = max(rows, key=lambda row: row.frame_index)
    if late.frame_index <= 0 or not late.time > 0:
        return _RATES[0]
    return min(_RATES, key=lambda rate: abs(math.log(late.frame_index / late.time / float(rate))))

"""THE FLOW of an export: rows that the filter takes → units → records, scaled → a format → pieces in place.

Which units there are, their names, order and parts follow from the dataset and the options alone, so an
export that was killed skips what its journal has and goes on, and comes out as one in one piece.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from dougagen.domain import Record
from dougagen.errors import DougagenError, ExportError, ShardError, UsageError, quoted
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import ExportedShot, Laid, LayeredFormat, PackedFormat, format_of
from dougagen.exports.journal import PartJournal, begin, require_place, tidy
from dougagen.exports.plan import Plan, Source, plan_of
from dougagen.exports.plates import PlateReader
from dougagen.exports.report import ExportReport
from dougagen.exports.shots import LostDrawing, shot_of
from dougagen.exports.streams import LooseStream, TarStream, folder_of_part
from dougagen.exports.units import Unit
from dougagen.files import Refusal, place
from dougagen.shards import Lock, SelectedRow, at_lines, open_dataset, parse_filter, read_selected
from dougagen.shards.durable import cannot_write
from dougagen.shards.locks import lock_path

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
    dataset, out = place(dataset), Path(out)
    config = ExportConfig(**options)
    form, where = format_of(config), parse_filter(config.where) if config.where else None
    require_place(out, dataset)
    told = _Told(on_damage)
    opened = open_dataset(dataset, on_damage=lambda error: told(str(error)))
    plan = plan_of(Source(opened, where, config, form))
    try:
        with _locked(out):
            begin(out, plan.header())
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


def _locked(out: Path) -> Lock:
    lock = Lock.take(lock_path(out, "export"))
    if lock is None:
        raise UsageError("another run is writing this export", where=out, remedy="wait for it to end")
    return lock


@dataclass(slots=True)
class _Export:
    """One run over the units that are not behind us."""

    plan: Plan
    out: Path
    told: _Told
    on_progress: Moved
    journals: dict[str, PartJournal] = field(default_factory=dict)
    streams: dict[str, LooseStream | TarStream] = field(default_factory=dict)
    done: int = 0
    """Drawings behind us."""

    def run(self) -> ExportReport:
        """Write what is left to do, then the indices."""
        with ExitStack() as stack:
            for part, drawings in self.plan.drawings.items():
                if drawings:
                    self._open(part, stack)
            carried_on = sum(journal.drawings for journal in self.journals.values())
            for journal in self.journals.values():
                for line in journal.damaged:
                    self.told(line)
            self._tell(0)
            (self._shots if self.plan.source.is_of_shots else self._records)(self._not_done())
            for stream in self.streams.values():
                stream.end()
            tidy(self.out)
            return self._report(carried_on)

    def _open(self, part: str, stack: ExitStack) -> None:
        """What there is of a part, and where more of it goes."""
        form, config = self.plan.source.form, self.plan.source.config
        folder = folder_of_part(self.out, part, packed=isinstance(form, PackedFormat))
        journal = stack.enter_context(PartJournal(self.out, part, folder).open())
        if isinstance(form, PackedFormat):
            stream: LooseStream | TarStream = TarStream(form, journal, config.shard_megabytes * 1_000_000)
        else:
            stream = LooseStream(form, journal)
        stack.callback(stream.close)
        self.journals[part], self.streams[part] = journal, stream

    def _report(self, carried_on: int) -> ExportReport:
        journals = self.journals.values()
        return ExportReport(
            to=self.plan.source.config.to,
            out=self.out,
            drawings={
                part: self.journals[part].drawings if n else 0 for part, n in self.plan.drawings.items()
            },
            empty_parts=tuple(part for part, n in self.plan.drawings.items() if not n),
            carried_on=carried_on,
            files=sum(journal.files for journal in journals),
            bytes=sum(journal.size for journal in journals),
            damaged=tuple(self.told.lines),
        )

    def _not_done(self) -> Iterator[Unit]:
        behind = {part: journal.units for part, journal in self.journals.items()}
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

    def _put(self, unit: Unit, what: Record | Laid | ExportedShot, drawings: int, lost: list[str]) -> None:
        """Into its stream; what has no form in the format is named and passed over. ``lost`` may grow while
        it is written."""
        try:
            self.streams[unit.part].put(unit.name, what, drawings, lost)
        except LostDrawing:
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
        self.on_progress(self.done + of_unit, self.plan.total)

    def _records(self, units: Iterator[Unit]) -> None:
        """All records in one stream, so that a row group is read once."""
        waiting: deque[Unit] = deque()

        def wanted() -> Iterator[SelectedRow]:
            for unit in units:
                waiting.append(unit)
                if not unit.damage:
                    yield unit.rows[0]

        plates = self._plates() if isinstance(self.plan.source.form, LayeredFormat) else None
        for row, record in read_selected(self.plan.source.dataset, wanted()):
            while waiting[0].damage:
                self._pass_over(waiting[0], waiting.popleft().damage)
            unit = waiting.popleft()
            assert unit.rows[0] is row
            if isinstance(record, ShardError):
                self._pass_over(unit, str(record))
            else:
                self._put_record(unit, self._scaled(record), plates)
        while waiting:
            self._pass_over(waiting[0], waiting.popleft().damage)

    def _put_record(self, unit: Unit, record: Record, plates: PlateReader | None) -> None:
        """A damaged plate is named, and its drawings stand without."""
        lost: list[str] = []
        what: Record | Laid = record
        if plates is not None:
            what = Laid(record, plates.behind(unit.rows[0], record.triplet, self._losing(lost)))
        self._put(unit, what, 1, lost)

    def _plates(self) -> PlateReader:
        return PlateReader(self.plan.source.dataset, self.plan.source.config.lines)

    def _losing(self, lost: list[str]) -> Told:
        """Tells what is lost, and notes it with the unit at hand."""

        def lose(line: str) -> None:
            lost.append(line)
            self.told(line)

        return lose

    def _scaled(self, record: Record) -> Record:
        lines = self.plan.source.config.lines
        return replace(record, triplet=at_lines(record.triplet, lines)) if lines else record

    def _shots(self, units: Iterator[Unit]) -> None:
        """A shot is written again without a drawing that turns out to be damaged."""
        dataset = self.plan.source.dataset
        rates = {entry.episode_id: entry.frame_rate for entry in dataset.ledger}
        plates = self._plates()
        for unit in units:
            rows, lost = unit.rows, [unit.damage] if unit.damage else []
            of_shot = partial(plates.of_shot, lost=self._losing(lost))
            while rows and not unit.damage:
                try:
                    rate = rates.get(rows[0].episode_id)
                    shot = shot_of(
                        dataset,
                        unit.name,
                        rows,
                        frame_rate=rate,
                        scaled=self._scaled,
                        written=self._tell,
                        plates=of_shot,
                    )
                    self._put(unit, shot, len(rows), lost)
                    break
                except LostDrawing as damage:
                    lost.append(str(damage))
                    self.told(lost[-1])
                    rows = tuple(row for row in rows if row is not damage.row)
            else:
                self._pass_over(unit, *lost)

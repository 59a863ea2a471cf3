"""Labels and datasets: drawings out of shards for an artist, an artist's drawings into shards."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from dougagen import __version__
from dougagen.choices import OnExisting
from dougagen.domain import ExtractReport, Record
from dougagen.labels.export import ExportReport, export_records
from dougagen.labels.files import LabelProblem, read_labels
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record, read_ledger, read_records, renew_card


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a folder of labels."""

    written: int
    """New in the dataset."""
    replaced: int
    """Another label of the same picture made way for it."""
    unchanged: int
    """There already, pixel by pixel."""
    notes: tuple[LabelProblem, ...]
    """What was read in a way that the artist may not have meant; these labels are in the dataset."""
    problems: tuple[LabelProblem, ...]
    """These are not."""

    @property
    def records(self) -> int:
        """Labels of the folder that are in the dataset now."""
        return self.written + self.replaced + self.unchanged


def export_labels(
    dataset: Path, folder: Path, *, limit: int = 20, on_existing: OnExisting = "skip"
) -> ExportReport:
    """Write the first ``limit`` records of a dataset for a drawing program.

    Raises ShardError, LabelError.
    """
    return export_records(islice(read_records(dataset), limit), folder, on_existing=on_existing)


def import_into(folder: Path, out: Path) -> ImportReport:
    """Read every label of ``folder`` into the dataset ``out``; a bad one is a problem, the others go on.

    Each label is an episode of its own, so that it is in the dataset whole or not at all. Raises LabelError
    where the folder cannot be read, ShardError where the dataset cannot be written.
    """
    counts = {"written": 0, "replaced": 0, "unchanged": 0}
    notes, problems = [], []
    for item in read_labels(folder):
        if isinstance(item, LabelProblem):
            problems.append(item)
            continue
        known = item.record.provenance
        there = read_ledger(out, known.episode_id)
        if there is not None and there.config_digest == known.config_digest:
            counts["unchanged"] += 1
        else:
            _commit(item.record, out)
            counts["written" if there is None else "replaced"] += 1
        notes += [LabelProblem(item.stem, note) for note in item.notes]
    if sum(counts.values()):
        renew_card(out)
    return ImportReport(**counts, notes=tuple(notes), problems=tuple(problems))


def _commit(record: Record, out: Path) -> None:
    """One label is an episode of one drawing, named by its picture."""
    known = record.provenance
    report = ExtractReport(
        episode_id=known.episode_id,
        source=known.source,
        frames_decoded=1,
        frames_in_exposures=1,
        frames_skipped={},
        drawings=1,
        records=1,
        drawings_rejected={},
        shots=1,
    )
    entry = LedgerEntry.of(
        report,
        config_digest=known.config_digest,
        models=known.models,
        dougagen_version=__version__,
        width=record.triplet.width,
        height=record.triplet.height,
        frame_rate=Fraction(1),
    )
    with EpisodeWriter(
        out, episode_id=known.episode_id, on_existing="redo", digest=known.config_digest
    ) as writer:
        writer.write(encode_record(record))
        writer.commit(entry)

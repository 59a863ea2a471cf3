"""Labels and datasets: drawings out of shards for an artist, an artist's drawings into shards."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from dougagen import __version__
from dougagen.domain import ExtractReport, Record
from dougagen.errors import LabelError
from dougagen.labels.files import LabelProblem, export_label, read_labels
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record, read_ledger, read_records, write_card


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a folder of labels."""

    records: int
    """Written now, or there already with the same pixels."""
    problems: tuple[LabelProblem, ...]


def export_labels(dataset: Path, folder: Path, *, limit: int) -> int:
    """Write the first ``limit`` records of a dataset for a paint program; returns how many there were.

    Raises ShardError, LabelError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabelError(f"cannot be made ({error.strerror})", where=folder) from error
    count = 0
    for record in islice(read_records(dataset), limit):
        export_label(record.triplet, folder, record.record_id.replace("/", "_"))
        count += 1
    return count


def import_into(folder: Path, out: Path) -> ImportReport:
    """Read every label of ``folder`` into the dataset ``out``; a bad one is a problem, the others go on.

    Raises LabelError where the folder cannot be read, ShardError where the dataset cannot be written.
    """
    records, problems = 0, []
    for item in read_labels(folder):
        if isinstance(item, LabelProblem):
            problems.append(item)
            continue
        records += 1
        if read_ledger(out, item.provenance.episode_id) is None:
            _commit(item, out)
    if records:
        write_card(out)
    return ImportReport(records, tuple(problems))


def _commit(record: Record, out: Path) -> None:
    """One label is an episode of one drawing, named by its pixels."""
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
    with EpisodeWriter(out, episode_id=known.episode_id) as writer:
        writer.write(encode_record(record))
        writer.commit(entry)

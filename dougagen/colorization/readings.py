"""A dataset as networks read it: the same pictures under the same ids, with the masks and douga they find.

The proof needs it: one network learns from lines that are true, another from those that ``extract`` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

from dougagen.domain import Reconstructor, Record, Triplet
from dougagen.shards import EpisodeWriter, committed_ids, encode_record, open_dataset, renew_card

_TOGETHER = 8


def read_again(
    source: Path,
    out: Path,
    reconstructor: Reconstructor,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write into ``out`` every record of ``source`` with the networks' reading in the place of its own.

    Episodes that are there already stay, so that a run that was stopped goes on. Returns how many records
    were read. Raises ShardError.
    """
    dataset, done = open_dataset(source), set(committed_ids(out)) if out.exists() else set()
    entries = {entry.episode_id: entry for entry in dataset.ledger}
    count = 0
    for episode_id, records in groupby(dataset, key=lambda record: record.provenance.episode_id):
        if episode_id in done:
            continue
        with EpisodeWriter(out, episode_id=episode_id) as writer:
            for record in _read(records, reconstructor):
                writer.write(encode_record(record))
                count += 1
                on_progress(count)
            writer.commit(replace(entries[episode_id], models=reconstructor.models))
    if count:
        renew_card(out)
    return count


def _read(records: Iterator[Record], reconstructor: Reconstructor) -> Iterator[Record]:
    for _, of_a_size in groupby(records, key=lambda record: record.triplet.color.shape):
        while batch := list(islice(of_a_size, _TOGETHER)):
            found = reconstructor.reconstruct([record.triplet.color for record in batch])
            for record, read in zip(batch, found, strict=True):
                triplet = Triplet(record.triplet.color, read.cel_mask, read.douga)
                told = replace(
                    record.provenance,
                    models=reconstructor.models,
                    cel_confidence=read.cel_confidence,
                    douga_confidence=read.douga_confidence,
                )
                yield Record.of(triplet, told)

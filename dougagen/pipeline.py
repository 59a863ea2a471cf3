"""THE FLOW of ``extract``: one episode becomes rows of the dataset. Knows the networks only as a Protocol.

Four stages overlap, each in threads of its own behind a bounded queue: decode, holds, networks, image
coding; this thread writes. Memory does not grow with the episode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen import __version__
from dougagen.config import ExtractConfig
from dougagen.domain import (
    Drawing,
    Episode,
    ExtractReport,
    Origin,
    PictureArea,
    Provenance,
    Reconstruction,
    Record,
    Triplet,
)
from dougagen.footage import read_footage
from dougagen.shards import EncodedRecord, EpisodeWriter, LedgerEntry, encode_record
from dougagen.streams import Counted, MappedInOrder, Prefetch, StageClock

CODING_THREADS = 2


class Reconstructor(Protocol):
    """What the flow asks of the networks."""

    @property
    def batch_size(self) -> int:
        """How many pictures ``reconstruct`` likes to be given."""
        ...

    @property
    def models(self) -> str:
        """Names and hashes of the weights, as they stand in every row."""
        ...

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        """Cel mask and douga of each uint8[H, W, 3] picture; all of one size."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an episode has come."""

    frames: int
    """Frames that have passed the holds."""
    frames_expected: int | None
    """What the container announces; None where it does not say."""
    records: int


def extract_episode(
    episode: Episode,
    out: Path,
    *,
    reconstructor: Reconstructor,
    config: ExtractConfig,
    digest: str,
    on_existing: Literal["refuse", "redo"] = "refuse",
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> ExtractReport:
    """Decode, collapse holds, reconstruct, code and write one episode; commit it with its ledger.

    Raises EpisodeError, ShardError; then nothing of the episode is in the dataset.
    """
    began, clock = time.perf_counter(), StageClock()
    batch = reconstructor.batch_size
    with ExitStack() as flow:
        writer = flow.enter_context(
            EpisodeWriter(out, episode_id=episode.episode_id, on_existing=on_existing)
        )
        footage = flow.enter_context(
            read_footage(episode, config=config.footage, start=config.start, stop=config.stop, clock=clock)
        )
        kept = Prefetch(islice(footage, config.max_drawings), depth=2 * batch, name="holds")
        drawings = Counted(clock.timed("waiting", flow.enter_context(kept)))
        reconstructed = reconstruct_in_batches(drawings, reconstructor)
        triplets = Prefetch(clock.timed("networks", reconstructed), depth=2 * batch, name="networks")
        records = to_records(flow.enter_context(triplets), episode, reconstructor.models, digest)
        coding = MappedInOrder(
            clock.timing("image coding", encode_record), records, workers=CODING_THREADS, name="coding"
        )
        written = _Written()
        for row in flow.enter_context(coding):
            with clock.stage("writing"):
                writer.write(row)
            written.count(row)
            on_progress(Progress(footage.frames_decoded, episode.announced_frames, written.records))
        skipped = footage.frames_decoded - written.held_frames
        report = ExtractReport(
            episode_id=episode.episode_id,
            source=episode.path.name,
            frames_decoded=footage.frames_decoded,
            frames_in_exposures=written.held_frames,
            frames_skipped={"beyond --max-drawings": skipped} if skipped else {},
            drawings=drawings.count,
            records=written.records,
            drawings_rejected={},
            shots=footage.shots_found,
            flags=("truncated",) if footage.truncated else (),
            packets_damaged=footage.packets_damaged,
            seconds=clock.seconds() | {"total": time.perf_counter() - began},
        )
        entry = writer.commit(
            LedgerEntry.of(
                report,
                config_digest=digest,
                models=reconstructor.models,
                dougagen_version=__version__,
                width=episode.width,
                height=episode.height,
                frame_rate=episode.frame_rate,
            )
        )
    return replace(report, shards=tuple(shard.name for shard in entry.shards))


def reconstruct_in_batches(
    drawings: Iterable[Drawing], reconstructor: Reconstructor
) -> Iterator[tuple[Drawing, Reconstruction]]:
    """Every drawing with what the networks read in it. Batches fill in order, never by clock."""
    iterator = iter(drawings)
    while batch := list(islice(iterator, reconstructor.batch_size)):
        yield from zip(batch, reconstructor.reconstruct([d.image for d in batch]), strict=True)


def to_records(
    read: Iterable[tuple[Drawing, Reconstruction]], episode: Episode, models: str, digest: str
) -> Iterator[Record]:
    """One record a drawing, with all that is known of where it comes from."""
    for drawing, result in read:
        height, width, _ = drawing.image.shape
        no_cel = () if result.cel_mask.pixels.any() else ("no_cel",)
        provenance = Provenance(
            episode_id=episode.episode_id,
            source=episode.path.name,
            shot_index=drawing.shot_index,
            drawing_index=drawing.drawing_index,
            frame_index=drawing.frame_index,
            time=float(drawing.time),
            exposures=drawing.exposures,
            picture_area=PictureArea(0, 0, width, height),
            origin=Origin.EPISODE,
            models=models,
            dougagen_version=__version__,
            config_digest=digest,
            cel_confidence=result.cel_confidence,
            douga_confidence=result.douga_confidence,
            flags=drawing.flags + no_cel,
            pixel_format=episode.pixel_format,
            color_matrix=episode.color_matrix,
            color_range=episode.color_range,
            sample_aspect_ratio=episode.sample_aspect_words,
        )
        yield Record.of(Triplet(drawing.image, result.cel_mask, result.douga), provenance)


class _Written:
    """What has reached the shards."""

    def __init__(self) -> None:
        self.records = 0
        self.held_frames = 0

    def count(self, row: EncodedRecord) -> None:
        self.records += 1
        self.held_frames += int(row.row["held_frames"])

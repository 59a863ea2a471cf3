"""THE FLOW of ``extract``: one episode becomes rows of the dataset. Knows the networks only as a Protocol.

Four stages overlap behind bounded queues: decode, holds, networks, image coding; this thread writes. Memory
does not grow with the episode. ``runs`` has the first two in a process of their own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

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
from dougagen.footage import Sieve, read_footage
from dougagen.shards import EpisodeWriter, LedgerEntry, Lock, PrintsTaken, encode_record
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


class DrawingSource(Protocol):
    """What the flow asks of the footage: drawings, and counts that are right once they have ended."""

    @property
    def frames_decoded(self) -> int: ...

    @property
    def frames_skipped(self) -> Mapping[str, int]: ...

    @property
    def picture_area(self) -> PictureArea: ...

    @property
    def shots_found(self) -> int: ...

    @property
    def packets_damaged(self) -> int: ...

    @property
    def truncated(self) -> bool: ...

    def __iter__(self) -> Iterator[Drawing]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...


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
    lock: Lock | None = None,
    read: Callable[..., DrawingSource] = read_footage,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> ExtractReport:
    """Decode, collapse holds, reconstruct, code and write one episode; commit it with its ledger.

    ``lock`` is the episode's, where the caller holds it already; ``read`` has the form of ``read_footage``.
    What other episodes show too is settled afterwards, over all of them (``shards.settle_repeats``). Raises
    EpisodeError, ShardError; then nothing of the episode is in the dataset.
    """
    began, clock = time.perf_counter(), StageClock()
    batch = reconstructor.batch_size
    with ExitStack() as flow:
        writer = flow.enter_context(
            EpisodeWriter(
                out, episode_id=episode.episode_id, on_existing=on_existing, digest=digest, lock=lock
            )
        )
        footage = flow.enter_context(
            read(
                episode,
                config=config.footage,
                start=config.start,
                stop=config.stop,
                decode_on=config.decode_on,
                clock=clock,
            )
        )
        kept = Prefetch(islice(footage, config.max_drawings), depth=2 * batch, name="holds")
        drawings = Counted(clock.timed("waiting", flow.enter_context(kept)))
        prints = PrintsTaken()
        sieve = Sieve(config.reject)
        reconstructed = reconstruct_in_batches(sieve.drawings(prints.of(drawings)), reconstructor)
        triplets = Prefetch(clock.timed("networks", reconstructed), depth=2 * batch, name="networks")
        records = to_records(
            flow.enter_context(triplets), episode, reconstructor.models, digest, area=footage.picture_area
        )
        coding = MappedInOrder(
            clock.timing("image coding", encode_record),
            sieve.records(records),
            workers=CODING_THREADS,
            name="coding",
        )
        written: list[int] = []
        for row in flow.enter_context(coding):
            with clock.stage("writing"):
                writer.write(row)
            written.append(row.row["frame_index"])
            on_progress(Progress(footage.frames_decoded, episode.announced_frames, len(written)))
        seen, skipped = footage.frames_decoded, dict(footage.frames_skipped)  # once: the threads may go on
        decoded = seen + sum(skipped.values())
        if config.max_drawings is not None and seen > sieve.frames:
            skipped["beyond --max-drawings"] = seen - sieve.frames
        report = ExtractReport(
            episode_id=episode.episode_id,
            source=stored_name(episode.path),
            frames_decoded=decoded,
            frames_in_exposures=sieve.frames,
            frames_skipped=skipped,
            drawings=drawings.count,
            records=len(written),
            drawings_rejected={reason: len(which) for reason, which in sieve.rejected.items()},
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
                timesheet=sieve.timesheet(),
                rejected=sieve.rejected,
                on_repeat=config.repeats,
            ),
            prints=prints.table(written),
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
    read: Iterable[tuple[Drawing, Reconstruction]],
    episode: Episode,
    models: str,
    digest: str,
    *,
    area: PictureArea | None = None,
) -> Iterator[Record]:
    """One record a drawing, with all that is known of where it comes from.

    ``area`` is where the pictures lie in the decoded frame; None: they are the frame.
    """
    for drawing, result in read:
        height, width, _ = drawing.image.shape
        no_cel = () if result.cel_mask.pixels.any() else ("no_cel",)
        provenance = Provenance(
            episode_id=episode.episode_id,
            source=stored_name(episode.path),
            shot_index=drawing.shot_index,
            drawing_index=drawing.drawing_index,
            frame_index=drawing.frame_index,
            time=float(drawing.time),
            exposures=drawing.exposures,
            picture_area=area or PictureArea(0, 0, width, height),
            origin=Origin.EPISODE,
            models=models,
            dougagen_version=__version__,
            config_digest=digest,
            cel_confidence=result.cel_confidence,
            douga_confidence=result.douga_confidence,
            flags=drawing.flags + no_cel + result.flags,
            measures=drawing.measures,
            fingerprint=drawing.fingerprint,
            repeats=drawing.repeats,
            pixel_format=episode.pixel_format,
            color_matrix=episode.color_matrix,
            color_range=episode.color_range,
            sample_aspect_ratio=episode.sample_aspect_words,
        )
        yield Record.of(Triplet(drawing.image, result.cel_mask, result.douga), provenance)


def stored_name(path: Path) -> str:
    """A file's name as it stands in rows and ledger: as it is, but for bytes that are no UTF-8.

    Parquet's text is UTF-8. Linux takes any bytes for a name, and Python hands those out as lone surrogates;
    they are stored as ``\\xe9``.
    """
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")

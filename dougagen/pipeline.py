"""THE FLOW of ``extract``: one episode becomes rows of the dataset. Knows the networks only as a Protocol.

Four stages overlap behind bounded queues: decode, holds, networks, image coding; this thread writes. Memory
does not grow with the episode. ``runs`` has the first two in a process of their own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, TypeVar

from dougagen import __version__
from dougagen.config import ExtractConfig
from dougagen.domain import (
    Drawing,
    Episode,
    ExtractReport,
    FootageCounts,
    Origin,
    PictureArea,
    Plate,
    Provenance,
    ReadsShots,
    Reconstruction,
    Reconstructor,
    Record,
    TellsHowFar,
    Triplet,
)
from dougagen.footage import Sieve, read_footage
from dougagen.processes.headway import Beat, Headway, Progress
from dougagen.processes.streams import MappedInOrder, Prefetch, StageClock
from dougagen.shards import LedgerEntry, Lock, PrintsTaken, encode_record, plate_at_lines, writer_of

CODING_THREADS = 2
_WAITING_BYTES = 512 << 20
"""Of pictures between two stages: sixteen of 4K have room, of 8K five."""

_BEAT_SECONDS = 0.5
"""Between two words on how far it is."""

StagesRun = Literal["overlapping", "in turn"]
"""Whether the stages of a flow work at the same time, as they do for ``extract``, or one after the other."""

T = TypeVar("T")
R = TypeVar("R")


class DrawingSource(Protocol):
    """What the flow asks of the footage: drawings, and counts that are right once they have ended."""

    @property
    def picture_area(self) -> PictureArea: ...

    @property
    def counts(self) -> FootageCounts: ...

    def __iter__(self) -> Iterator[Drawing]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Stages(ExitStack):
    """How the stages of a flow run: each in threads of its own, ahead of the next, or all in turn in the
    reader's thread, so that each can be timed alone."""

    def __init__(self, kind: StagesRun) -> None:
        super().__init__()
        self._overlap = kind == "overlapping"

    def ahead(self, items: Iterator[T], *, depth: int, name: str) -> Iterator[T]:
        """``items``, made up to ``depth`` ahead of whoever reads them."""
        return self.enter_context(Prefetch(items, depth=depth, name=name)) if self._overlap else items

    def mapped(
        self, function: Callable[[T], R], items: Iterator[T], *, name: str, behind: Iterator[object]
    ) -> Iterator[R]:
        """``function`` of every item, in order. ``behind`` is the stage that they come from: while it makes
        the next one, what is done is handed out."""
        if not self._overlap:
            return map(function, items)
        dry = (lambda: behind.is_dry) if isinstance(behind, Prefetch) else (lambda: False)
        return self.enter_context(
            MappedInOrder(function, items, workers=CODING_THREADS, name=name, is_dry=dry)
        )


def extract_episode(
    episode: Episode,
    out: Path,
    *,
    reconstructor: Reconstructor,
    config: ExtractConfig,
    digest: str,
    options: Mapping[str, str] | None = None,
    on_existing: Literal["error", "redo"] = "error",
    lock: Lock | None = None,
    read: Callable[..., DrawingSource] = read_footage,
    stages: StagesRun = "overlapping",
    on_progress: Callable[[Progress], None] | None = None,
) -> ExtractReport:
    """Decode, collapse holds, reconstruct, code and write one episode; commit it with its ledger.

    ``options`` is what ``digest`` sums up, in words, for the ledger. ``lock`` is the episode's, where the
    caller holds it already; ``read`` has the form of ``read_footage``; ``stages`` changes no row, only when
    each works. What other episodes show too is settled afterwards, over all of them
    (``shards.settle_repeats``).
    Raises EpisodeError, ShardError; then nothing of the episode is in the dataset.
    """
    clock, sieve, depth = StageClock(), Sieve(config.reject), _depth(episode, reconstructor.batch_size)
    began, written = time.perf_counter(), list[int]()
    with Stages(stages) as flow:
        writer = flow.enter_context(
            writer_of(out, episode_id=episode.episode_id, on_existing=on_existing, digest=digest, lock=lock)
        )
        footage = flow.enter_context(read(episode, **config.reading, clock=clock))
        prints = PrintsTaken()
        headway = Headway(
            expected=config.frames_expected(episode),
            decoded=lambda: footage.counts.frames_decoded,
            busy=lambda: clock.seconds().get("networks", 0.0),
        )
        if on_progress is not None:
            flow.enter_context(Beat(lambda: on_progress(headway.now()), seconds=_BEAT_SECONDS))

        found = flow.ahead(islice(footage, config.max_drawings), depth=depth, name="holds")
        drawings = headway.finding(prints.of(clock.timed("waiting", found)))
        reconstructed = reconstruct_shots(
            sieve.drawings(drawings),
            reconstructor,
            on_plate=lambda plate: writer.write_plate(
                stored_plate(plate, config.lines, height=footage.picture_area.height)
            ),
            how_far=headway.within,
        )
        read_ones = headway.reading(clock.timed("networks", reconstructed))
        triplets = flow.ahead(read_ones, depth=depth, name="networks")
        records = to_records(triplets, episode, reconstructor.models, digest, area=footage.picture_area)
        encode = partial(encode_record, color_codec=config.color_codec, lines=config.lines)
        coded = clock.timing("image coding", encode)
        for row in flow.mapped(coded, sieve.records(records), name="coding", behind=triplets):
            with clock.stage("writing"):
                writer.write(row)
            written.append(row.row["frame_index"])
            headway.wrote(row.row["drawing_index"])
        headway.ended()

        seconds = clock.seconds() | {"total": time.perf_counter() - began}
        report = report_of(episode, footage.counts, sieve, config, records=len(written), seconds=seconds)
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
                options=options or {},
            ),
            prints=prints.table(written),
        )
    return replace(report, shards=tuple(shard.name for shard in entry.shards))


def report_of(
    episode: Episode,
    counts: FootageCounts,
    sieve: Sieve,
    config: ExtractConfig,
    *,
    records: int,
    seconds: Mapping[str, float],
) -> ExtractReport:
    """What became of every frame and every drawing, once the last row is written.

    Raises DomainError where the counts do not add up.
    """
    skipped = dict(counts.frames_skipped)
    if config.max_drawings is not None and counts.frames_decoded > sieve.frames:
        skipped["beyond --max-drawings"] = counts.frames_decoded - sieve.frames
    return ExtractReport(
        episode_id=episode.episode_id,
        source=stored_name(episode.path),
        frames_decoded=counts.frames_decoded + sum(counts.frames_skipped.values()),
        frames_in_exposures=sieve.frames,
        frames_skipped=skipped,
        drawings=counts.drawings_found,
        records=records,
        drawings_rejected={reason: len(which) for reason, which in sieve.rejected.items()},
        shots=counts.shots_found,
        flags=("truncated",) if counts.truncated else (),
        packets_damaged=counts.packets_damaged,
        seconds=seconds,
    )


def _depth(episode: Episode, batch: int) -> int:
    """Pictures that wait between two stages: two batches if there is room for them, at least two pictures."""
    return min(2 * batch, max(2, _WAITING_BYTES // (3 * episode.width * episode.height)))


def reconstruct_in_batches(
    drawings: Iterable[Drawing], reconstructor: Reconstructor
) -> Iterator[tuple[Drawing, Reconstruction]]:
    """Every drawing with what the networks read in it. Batches fill in order, never by clock."""
    iterator = iter(drawings)
    while batch := list(islice(iterator, reconstructor.batch_size)):
        yield from zip(batch, reconstructor.reconstruct([d.image for d in batch]), strict=True)


def reconstruct_shots(
    drawings: Iterable[Drawing],
    reconstructor: Reconstructor,
    *,
    on_plate: Callable[[Plate], None] = lambda _: None,
    how_far: Callable[[float], object] = lambda _: None,
) -> Iterator[tuple[Drawing, Reconstruction]]:
    """Every drawing with what is read in it, the drawings of a shot together where the reconstructor can.

    A shot is read in windows, whose size depends on that of its pictures alone; ``on_plate`` is given its
    background when its last drawing has been read, and ``how_far`` the share of a window that is read.
    """
    if not (isinstance(reconstructor, ReadsShots) and reconstructor.reads_shots):
        yield from reconstruct_in_batches(drawings, reconstructor)
        return
    for _, shot in groupby(drawings, key=lambda drawing: drawing.shot_index):
        reader = reconstructor.open_shot()
        if isinstance(reader, TellsHowFar):
            reader.tell(how_far)
        for (height, width), alike in groupby(shot, key=lambda drawing: drawing.image.shape[:2]):
            size = reconstructor.window_of(height, width)
            while window := list(islice(alike, size)):
                yield from zip(window, reader.read(window), strict=True)
        for plate in reader.plates():
            on_plate(plate)


def stored_plate(plate: Plate, lines: int | None, *, height: int) -> Plate:
    """A plate at the size at which pictures of ``height`` are stored."""
    return plate if lines is None else plate_at_lines(plate, lines, height=height)


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
            layer_moves=result.layer_moves,
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

"""One episode over several decoders: read in parts at the same time, joined to what one decoder would give.

A part begins where the file is likely cut, and goes on until the first seam at or behind the beginning of the
next (``footage.seams``). What comes from the first part is certain up to that seam. Where the next part has
the seam too, what follows it there is certain as well, and so on to the end. Where it has not, another
decoder begins at the seam and goes on to the next: nothing is ever guessed, only read twice.

A shot that spans whole parts is read to its end by each of them. Parts are begun only a few ahead of the one
whose turn it is, so that this costs no more time than one decoder would take, and memory stays bounded.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Self

from dougagen.domain import Drawing, Episode, FootageCounts
from dougagen.processes.streams import StageClock
from dougagen.runs.decoder import DecoderProcess, FarFootage
from dougagen.runs.words import Opened, Seam

FRAMES_APART = 600
"""Between borders. A part reads some 75 frames beyond its end, which its search looks ahead."""
_FRAMES_APART_UNSEEN = 1500
"""The same where no pictures are asked for, whose parts wait in little memory."""
_WAITING_BYTES = 1 << 30
"""Of pictures that wait for their turn, of all parts together."""
_WAITING_UNSEEN = 1 << 16
"""Drawings without pictures that wait in a part."""
_POLL_SECONDS = 0.1


def read_in_parts(
    first: DecoderProcess,
    opened: Opened,
    another: Callable[[], DecoderProcess],
    *,
    decoders: int,
    max_drawings: int | None = None,
    frames_apart: int | None = None,
) -> Callable[..., FarFootage | PartedFootage]:
    """What reads the footage of ``opened`` with ``decoders`` processes, in the form of ``read_footage``.

    ``first`` has opened the file, ``another`` makes one more decoder of it. An episode that cannot be parted,
    or only some drawings of it, or all but some chapters, is read by ``first`` alone.
    """

    def read(episode: Episode, *, clock: StageClock, pictures: bool = True, **options: Any) -> Any:
        alone = partial(
            first.footage, episode, clock=clock, pictures=pictures, max_drawings=max_drawings, **options
        )
        if decoders < 2 or max_drawings is not None or options["config"].decoding.skip_chapters:
            return alone()
        apart = frames_apart or (FRAMES_APART if pictures else _FRAMES_APART_UNSEEN)
        stretch = {"start": options.get("start"), "stop": options.get("stop")}
        borders = first.borders(apart=apart, readers=decoders, **stretch).of_parts
        if not borders:
            return alone()
        return PartedFootage(
            first,
            opened,
            another,
            borders=borders,
            decoders=decoders,
            clock=clock,
            pictures=pictures,
            options=options,
        )

    return read


@dataclass(frozen=True, slots=True)
class _End:
    """A part has ended; ``seam``: where another has to go on."""

    seam: Seam | None
    counts: FootageCounts


@dataclass(frozen=True, slots=True)
class _Found:
    """A drawing of a part; ``at_seam``: a seam, or the beginning of the part, is its first frame."""

    drawing: Drawing
    at_seam: bool

    @property
    def start(self) -> int:
        return self.drawing.exposures[0].start


class _Part:
    """A stretch of the episode, and what its decoder found there that has not been read yet."""

    def __init__(self, begins: Seam | None, until: int | None, *, depth: int) -> None:
        self.begins, self.until = begins, until
        self.dropped = threading.Event()
        """Nobody reads it any more."""
        self._queue: queue.Queue[_Found | _End | BaseException] = queue.Queue(depth)

    def offer(self, item: _Found | _End | BaseException) -> bool:
        """Waits while it is full; False: nobody reads it any more."""
        while not self.dropped.is_set():
            try:
                self._queue.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def take(self) -> _Found | _End:
        """The next drawing, at last the end. Raises what went wrong."""
        item = self._queue.get()
        if isinstance(item, BaseException):
            raise item
        return item


class PartedFootage(Iterator[Drawing]):
    """Iterates over the drawings of an episode that several decoders read; a context manager.

    Shots and drawings are counted through. Raises EpisodeError where a part cannot be read.
    """

    def __init__(
        self,
        first: DecoderProcess,
        opened: Opened,
        another: Callable[[], DecoderProcess],
        *,
        borders: tuple[Seam, ...],
        decoders: int,
        clock: StageClock,
        pictures: bool,
        options: Mapping[str, Any],
    ) -> None:
        self._opened, self._another, self._clock = opened, another, clock
        self._pictures, self._options = pictures, options
        self._ahead = decoders if pictures else 2 * decoders
        picture = 3 * opened.episode.width * opened.episode.height
        depth = max(2, _WAITING_BYTES // (picture * self._ahead)) if pictures else _WAITING_UNSEEN
        ends = [*(border.index for border in borders), None]
        self._parts = [
            _Part(begins, until, depth=depth) for begins, until in zip((None, *borders), ends, strict=True)
        ]
        self._current, self._untaken = 0, 1  # the first part is begun here
        self._turn = threading.Condition()
        self._counts = FootageCounts()
        self._shot: tuple[int, int] | None = None  # stretch, and shot in it, of the newest drawing
        self._stretch = 0  # begun at a seam by another decoder than the one before it
        self._drawings = self._joined()
        begun = self._footage(first, self._parts[0])
        self.picture_area = begun.picture_area
        self._decoders = ExitStack()
        self._hired = [first]
        for _ in self._parts[1:decoders]:
            self._hired.append(self._decoders.enter_context(another()))
        self._threads = [
            threading.Thread(
                target=self._work,
                args=(decoder, begun if decoder is first else None),
                name="dougagen-part",
                daemon=True,
            )
            for decoder in self._hired
        ]
        for thread in self._threads:
            thread.start()

    def __next__(self) -> Drawing:
        return next(self._drawings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            self._current = self._untaken = len(self._parts)
            self._turn.notify_all()
        for part in self._parts:
            part.dropped.set()
        for decoder in self._hired:
            decoder.stop()
        self._drawings.close()
        for thread in self._threads:
            thread.join()
        self._decoders.close()

    @property
    def counts(self) -> FootageCounts:
        """What has been joined by now: right once it has ended, so far before that."""
        return self._counts

    # ---- the decoders, each in a thread ------------------------------------------------------------------
    def _work(self, decoder: DecoderProcess, begun: FarFootage | None) -> None:
        """Read one part after another; ``begun``: the first of them, where this decoder has begun it."""
        part: _Part | None = None
        try:
            if begun is None:
                decoder.open(self._opened)
            while (part := self._taken(first=begun is not None)) is not None:
                footage = begun or self._footage(decoder, part)
                begun = None
                for drawing in footage:
                    start = drawing.exposures[0].start
                    begins = part.begins is not None and start == part.begins.index
                    part.offer(_Found(drawing, begins or start in footage.seams))
                part.offer(_End(footage.ended_at, footage.counts))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the part is read
            while part is None or not part.offer(error):
                part = self._taken()
                if part is None:
                    return

    def _taken(self, *, first: bool = False) -> _Part | None:
        """The next part that nobody reads, once its turn is near; None: there is none."""
        if first:
            return self._parts[0]
        with self._turn:
            while True:
                self._untaken = max(self._untaken, self._current)
                if self._untaken >= len(self._parts):
                    return None
                if self._untaken < self._current + self._ahead:
                    self._untaken += 1
                    return self._parts[self._untaken - 1]
                self._turn.wait()

    def _footage(self, decoder: DecoderProcess, part: _Part) -> FarFootage:
        options = {**self._options, "until": part.until}
        if part.begins is not None:
            options["start"] = part.begins.time
        return decoder.footage(self._opened.episode, clock=self._clock, pictures=self._pictures, **options)

    # ---- joining -----------------------------------------------------------------------------------------
    def _joined(self) -> Generator[Drawing, None, None]:
        seam = yield from self._from(self._parts[0], None)
        while seam is not None:
            self._go_on_at(seam)
            seam = yield from self._from(self._parts[self._current], seam)

    def _go_on_at(self, seam: Seam) -> None:
        """It is the turn of the last part that begins at or before ``seam``; those before it are over."""
        with self._turn:
            begins = [part.begins.index if part.begins else 0 for part in self._parts]
            latest = max(n for n, index in enumerate(begins) if index <= seam.index)
            for part in self._parts[self._current : latest]:
                part.dropped.set()
            self._current = latest
            self._turn.notify_all()

    def _from(self, part: _Part, seam: Seam | None) -> Generator[Drawing, None, Seam | None]:
        """The drawings of a part from ``seam`` on; returns the seam at which the next has to go on."""
        item = part.take()
        while seam is not None:
            if isinstance(item, _End):
                if item.seam is not None and item.seam.index <= seam.index:
                    return seam
                return (yield from self._anew(seam, until=item.seam.index if item.seam else None))
            if item.start < seam.index:
                item = part.take()
            elif item.start == seam.index and item.at_seam:
                seam = None
            else:  # this part's search has not seen the seam
                seam = yield from self._anew(seam, until=max(item.start, seam.index + 1))
                if seam is None:
                    return None
        self._stretch += 1
        while isinstance(item, _Found):
            yield self._counted(item.drawing)
            item = part.take()
        self._add(item.counts)
        return item.seam

    def _anew(self, seam: Seam, *, until: int | None) -> Generator[Drawing, None, Seam | None]:
        """What lies between ``seam`` and the first seam from ``until`` on, by a decoder that begins there."""
        self._stretch += 1
        with self._another() as decoder:
            decoder.open(self._opened)
            footage = self._footage(decoder, _Part(seam, until, depth=1))
            for drawing in footage:
                yield self._counted(drawing)
            self._add(footage.counts)
            return footage.ended_at

    def _counted(self, drawing: Drawing) -> Drawing:
        """The drawing under its number in the whole."""
        shot, counts = (self._stretch, drawing.shot_index), self._counts
        self._counts = replace(
            counts,
            frames_decoded=counts.frames_decoded + sum(map(len, drawing.exposures)),
            shots_found=counts.shots_found + (shot != self._shot),
            drawings_found=counts.drawings_found + 1,
        )
        self._shot = shot
        return replace(drawing, shot_index=self._counts.shots_found - 1, drawing_index=counts.drawings_found)

    def _add(self, ended: FootageCounts) -> None:
        """What a decoder says at the end of its stretch."""
        counts = self._counts
        self._counts = replace(
            counts,
            frames_woven=counts.frames_woven + ended.frames_woven,
            frames_deinterlaced=counts.frames_deinterlaced + ended.frames_deinterlaced,
            packets_read=counts.packets_read + ended.packets_read,
            packets_damaged=counts.packets_damaged + ended.packets_damaged,
            truncated=counts.truncated or ended.truncated,
        )

"""EPISODE → FRAMES: every picture in presentation order, with its exact index and time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from types import TracebackType
from typing import Self

import av
from av import Packet, VideoFrame

from dougagen.domain import Episode, Frame
from dougagen.errors import EpisodeError
from dougagen.footage.color import ColorConverter
from dougagen.footage.containers import choose_stream, is_cut_short, open_container

_MOST_DAMAGE = 0.5  # share of the packets; above it the file is given up …
_DAMAGE_ALLOWED = 32  # … once this many packets were damaged
_MOST_READ_ERRORS = 16  # in a row; a demuxer that reports more has nothing behind them

_TIMESTAMP_RESET = Fraction(1)  # s; a jump back by more is a clock that began anew, by less a faulty stamp


def decode(
    episode: Episode, *, start: Fraction | None = None, stop: Fraction | None = None, threads: int = 0
) -> FrameStream:
    """The frames of ``[start, stop)``, in seconds from the first frame of the file; indices stay absolute.

    Frames before ``start`` are decoded and dropped: an index is a count, and no container's own word on
    where its frames lie can be trusted to agree with it (hidden frames, field pairs, damage). ``threads``
    is for the decoder, 0 = one for each core.
    Raises EpisodeError where not a single picture decodes, or where more than half of the file is damaged.
    """
    return FrameStream(episode, start=start, stop=stop, threads=threads)


class FrameStream(Iterator[Frame]):
    """Iterates over frames; the counts are right once it has ended, and so far before that."""

    frames_decoded: int
    """Frames handed out, all in [start, stop)."""
    packets_damaged: int
    """Packets, in the whole stretch that was read, that the decoder or demuxer could not use."""
    truncated: bool
    """The file ended before it should: known once the last frame was handed out."""

    def __init__(
        self,
        episode: Episode,
        *,
        start: Fraction | None = None,
        stop: Fraction | None = None,
        threads: int = 0,
    ) -> None:
        self.frames_decoded = self.packets_damaged = 0
        self.truncated = False
        self._episode, self._start, self._stop = episode, start, stop
        self._packets_read = self._read_errors = 0
        self._converter = ColorConverter(width=episode.width, height=episode.height)
        self._container = open_container(episode.path)
        self._stream = choose_stream(self._container, episode.path)
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = threads
        self._frames = self._run()

    def __next__(self) -> Frame:
        return next(self._frames)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; frames handed out stay valid."""
        self._frames.close()
        self._container.close()

    def _run(self) -> Generator[Frame, None, None]:
        index = -1
        for index, time, picture in self._timed_pictures():
            if self._stop is not None and time >= self._stop:
                return
            if self._start is None or time >= self._start:
                self.frames_decoded += 1
                yield self._frame(index, time, picture)
        if index < 0:
            raise EpisodeError(
                "not one picture of it decodes",
                where=self._episode.path,
                remedy="copy or encode the file again",
            )
        self.truncated |= is_cut_short(self._episode.path)

    def _frame(self, index: int, time: Fraction, picture: VideoFrame) -> Frame:
        converter = self._converter
        return Frame(index, time, converter.luma(picture), lambda: converter.rgb(picture))

    def _timed_pictures(self) -> Iterator[tuple[int, Fraction, VideoFrame]]:
        """Index, seconds from the first picture, picture. Times always grow.

        A missing or backward timestamp (joined transport streams) counts on by one announced frame.
        """
        usual = 1 / self._episode.frame_rate
        origin: Fraction | None = None
        time = Fraction(0)
        for index, picture in enumerate(self._pictures()):
            stamp = picture.pts * Fraction(self._stream.time_base or 0) if picture.pts is not None else None
            before, time = time, time + usual if index > 0 else time
            if stamp is not None and (origin is None or stamp - origin < before - _TIMESTAMP_RESET):
                origin = stamp - time
            if stamp is not None and origin is not None and stamp - origin > before:
                time = stamp - origin
            yield index, time, picture

    def _pictures(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            try:
                pictures = self._stream.codec_context.decode(packet)
            except av.InvalidDataError:
                self._count_damage()
                continue
            except EOFError:  # a second flush, after a read error at the end
                continue
            yield from pictures

    def _packets(self) -> Iterator[Packet]:
        """Packets of the stream, and last an empty one that flushes the decoder.

        After a read error the demuxer is asked again: transport streams and Matroska find their way back.
        """
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    self._packets_read += 1
                    self._read_errors = 0
                    yield packet
                return
            except av.FFmpegError:
                self._read_errors += 1
                self.truncated = True
                self._count_damage()
                if self._read_errors > _MOST_READ_ERRORS:
                    yield Packet()
                    return

    def _count_damage(self) -> None:
        self.packets_damaged += 1
        if self.packets_damaged > max(_DAMAGE_ALLOWED, _MOST_DAMAGE * self._packets_read):
            raise EpisodeError(
                f"{self.packets_damaged} of the first {self._packets_read} packets are damaged",
                where=self._episode.path,
                remedy="copy or encode the file again",
            )

"""EPISODE → FRAMES: every picture in presentation order, with its exact index and time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import Self

from av import VideoFrame

from dougagen.domain import Episode, FootageCounts, Frame, PictureArea
from dougagen.domain.timing import clock
from dougagen.errors import EpisodeError, quoted
from dougagen.footage.bars import find_picture_area, leaves_bars, whole_frame
from dougagen.footage.chapters import SkippedChapters, title_pattern
from dougagen.footage.clock import FrameClock, stamped
from dougagen.footage.color import ColorConverter
from dougagen.footage.fields import FieldConfig, Picture, Progressive
from dougagen.footage.geometry import Geometry
from dougagen.footage.hardware import DecodeOn
from dougagen.footage.pictures import PictureSource
from dougagen.footage.seeking import LOOK_BEHIND, find_entry, pictures_from

CHAPTER_SKIPPED = "--skip-chapters"
"""The reason under which the frames of skipped chapters are counted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeConfig:
    """Which frames of an episode are handed out, and in what shape."""

    square_pixels: bool = False
    """Resample pictures whose pixels are not square; the longer side of a pixel keeps its samples."""
    keep_bars: bool = False
    """Keep letterbox and pillarbox, which are cut where they are constant over the whole episode."""
    skip_chapters: str = ""
    """Regular expression, searched for in the titles of chapters in any case; empty skips none."""
    fields: FieldConfig = field(default_factory=FieldConfig)
    """When frames are taken for fields of different pictures, and become pictures."""

    def __post_init__(self) -> None:
        title_pattern(self.skip_chapters)


_USUAL = DecodeConfig()


def decode(
    episode: Episode,
    *,
    config: DecodeConfig = _USUAL,
    start: Fraction | None = None,
    stop: Fraction | None = None,
    decode_on: DecodeOn = "auto",
    threads: int = 0,
) -> FrameStream:
    """The frames of ``[start, stop)``, in seconds from the first frame of the file; indices stay absolute.

    An index is a count of pictures. Where the packets of the file can be shown to be its pictures, those
    before ``start`` are only counted; elsewhere they are decoded and dropped (``seeking``). ``decode_on``
    changes no picture. ``threads`` is for the decoder on the CPU, 0 = one for each core.
    Raises EpisodeError where not a single picture decodes, or where more than half of the file is damaged.
    """
    return FrameStream(episode, config=config, start=start, stop=stop, decode_on=decode_on, threads=threads)


class FrameStream(Iterator[Frame]):
    """Iterates over frames; the counts are right once it has ended, and so far before that."""

    picture_area: PictureArea
    """Where the frames lie in the decoded frame, in its upright pixels, before any resampling."""

    def __init__(
        self,
        episode: Episode,
        *,
        config: DecodeConfig,
        start: Fraction | None,
        stop: Fraction | None,
        decode_on: DecodeOn,
        threads: int,
    ) -> None:
        self._frames_decoded = self._chapter_frames = self._frames_in_bars = 0
        self._truncated = self._any_picture = False
        self._episode, self._start, self._stop = episode, start, stop
        self._skipped = SkippedChapters(episode, config.skip_chapters)
        self._source = PictureSource(episode, decode_on=decode_on, threads=threads)
        if self._source.is_hdr:
            _log.warning(
                "%s: its colours are HDR; they are written as coded, without tone mapping",
                quoted(episode.path.name),
            )
        self.picture_area = whole_frame(episode) if config.keep_bars else find_picture_area(episode)
        self._geometry = Geometry.of(episode, self.picture_area, square_pixels=config.square_pixels)
        width, height = episode.width, episode.height
        if self._geometry.orientation.swaps_sides:
            width, height = height, width
        self._converter = ColorConverter(
            width=width,
            height=height,
            matrix_tag=self._source.matrix_tag,
            range_tag=self._source.range_tag,
        )
        self._progressive = Progressive(self._pictures(), config=config.fields, luma_of=self._converter.luma)
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
        self._source.close()

    @property
    def counts(self) -> FootageCounts:
        """What has been decoded by now: everything but shots and drawings."""
        return FootageCounts(
            frames_decoded=self._frames_decoded,
            frames_skipped={CHAPTER_SKIPPED: self._chapter_frames} if self._chapter_frames else {},
            frames_woven=self._progressive.frames_woven,
            frames_deinterlaced=self._progressive.frames_deinterlaced,
            packets_read=self._source.packets_read,
            packets_damaged=self._source.packets_damaged,
            truncated=self._truncated,
        )

    @property
    def depends_on_the_past(self) -> bool:
        """Whether frames to come may differ from those of a stream that begins with them: after damage, or
        after a comb, which makes all pictures after it suspect."""
        return bool(self._source.packets_damaged) or self._progressive.remembers

    def _run(self) -> Generator[Frame, None, None]:
        for picture in self._progressive:
            if self._stop is not None and picture.time >= self._stop:
                break
            if self._start is not None and picture.time < self._start:
                continue
            if picture.time in self._skipped:
                self._chapter_frames += 1
                continue
            self._frames_decoded += 1
            yield self._frame(picture)
        else:
            self._truncated |= self._source.is_cut_short
        if not self._any_picture:
            raise EpisodeError(
                "not a single picture in it can be decoded",
                where=self._episode.path,
                remedy="copy or encode the file again",
            )
        if not self._frames_decoded and not self._chapter_frames:
            raise self._nothing_there()
        self._say_what_bars_hid()

    def _nothing_there(self) -> EpisodeError:
        """The part that was asked for has no frame: a slip of the hand, and no empty episode."""
        start, stop, frames = self._start or Fraction(0), self._stop, self._episode.announced_frames
        part = f"from {clock(start)} on" if stop is None else f"from {clock(start)} to {clock(stop)}"
        long = f"; it is {clock(frames / self._episode.frame_rate)} long" if frames else ""
        return EpisodeError(
            f"has no frame {part}{long}",
            where=self._episode.path,
            remedy="--start and --stop are seconds or h:mm:ss of the file",
        )

    def _frame(self, picture: Picture) -> Frame:
        converter, geometry, video = self._converter, self._geometry, picture.video
        if geometry.area != whole_frame(self._episode):
            black = 0 if self._episode.color_range == "full" else 16
            upright = geometry.orientation.upright(picture.luma)
            self._frames_in_bars += leaves_bars(upright, geometry.area, black=black)
        return Frame(
            picture.index,
            picture.time,
            geometry.picture(picture.luma),
            lambda: geometry.picture(converter.rgb(video)),
            damaged=video.is_corrupt,
        )

    def _pictures(self) -> Iterator[Picture]:
        """All pictures from the start on, and some before it for what looks behind."""
        behind: deque[tuple[int, Fraction, VideoFrame]] = deque(maxlen=LOOK_BEHIND)
        for index, time, video in self._numbered():
            self._any_picture = True
            behind.append((index, time, video))
            if self._start is None or time >= self._start:
                while behind:
                    number, moment, shown = behind.popleft()
                    yield Picture(number, moment, shown, self._converter.luma(shown))

    def _numbered(self) -> Iterator[tuple[int, Fraction, VideoFrame]]:
        """Index, seconds from the first picture, picture; from the first, or from a little before start."""
        clock = FrameClock(usual=1 / self._episode.frame_rate)
        first, pictures = 0, iter(self._source)
        entry = find_entry(self._episode, self._start) if self._start else None
        if entry is not None:
            head = pictures_from(self._source, entry)
            if head is None:
                self._source.restart()
            else:
                clock.time_of(entry.origin, None)
                first, pictures = head[0][0], chain((picture for _, picture in head), self._source)
        found = stamped(pictures, decoding_order=self._source.decoding_order)
        for index, (picture, stamp, following) in enumerate(found, start=first):
            yield index, clock.time_of(stamp, following), picture

    def _say_what_bars_hid(self) -> None:
        if self._frames_in_bars:
            _log.warning(
                "%s: %d frames show something in the bars that were cut; --keep-bars keeps it",
                quoted(self._episode.path.name),
                self._frames_in_bars,
            )

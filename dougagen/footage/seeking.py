"""Into the middle of an episode without decoding what lies before, where the frames' numbers can be proven.

An index is a count of pictures. Where every packet of the stream is one picture with a stamp of its own, the
packets can be counted instead, which costs reading but no decoding; a picture's index is then the rank of its
stamp. The first picture, and all pictures from the keyframe on, must agree with that count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from math import ceil

import av
from av import VideoFrame

from dougagen.domain import Episode
from dougagen.footage.containers import choose_stream, demuxed, only, open_container
from dougagen.footage.pictures import PictureSource

_CONTAINERS = {"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"}  # with an index; stamps are written, not guessed
_CODECS = {"h264", "hevc", "vp9", "av1", "libdav1d", "ffv1", "mjpeg", "prores"}  # a packet is a picture
_MOST_PACKETS = 2_000_000  # a day at 24 frames a second
_REORDERED = 32  # packets; H.264 and HEVC hold back at most 16 pictures, of two fields each
LOOK_BEHIND = 12  # pictures before the start that are handed out too, for steps that look behind


@dataclass(frozen=True, slots=True)
class Entry:
    """A keyframe, and what is known of the pictures up to the wanted one."""

    keyframe: int
    """Stamp, in the stream's time base."""
    stamps: tuple[int, ...]
    """Of all pictures from the first of the file to the wanted one, in presentation order."""
    base: Fraction
    """Seconds of one tick of a stamp."""

    @property
    def origin(self) -> Fraction:
        """The stamp of the first picture, in seconds."""
        return self.stamps[0] * self.base

    @property
    def index(self) -> int:
        """Of the keyframe."""
        return bisect_left(self.stamps, self.keyframe)


def find_entry(episode: Episode, start: Fraction) -> Entry | None:
    """The last keyframe from which the first frame at or after ``start`` seconds can be reached.

    None where nothing can be proven, or where the keyframe is the first picture anyway.
    """
    count = count_packets(episode, to=start)
    if count is None:
        return None
    stamps = count.stamps
    wanted = bisect_left(stamps, stamps[0] + ceil(start / count.base))
    if not LOOK_BEHIND < wanted < len(stamps):
        return None
    latest = stamps[wanted - LOOK_BEHIND]
    keyframe = max((k for k in count.keyframes if k <= latest), default=stamps[0])
    return Entry(keyframe, stamps[: wanted + 1], count.base) if keyframe > stamps[0] else None


@dataclass(frozen=True, slots=True)
class PacketCount:
    """The pictures of a file as its packets announce them, one picture a packet."""

    stamps: tuple[int, ...]
    """In presentation order, each once."""
    keyframes: tuple[int, ...]
    """Those of them at which decoding can begin."""
    base: Fraction
    """Seconds of one tick of a stamp."""


def count_packets(episode: Episode, *, to: Fraction | None = None) -> PacketCount | None:
    """The pictures up to some behind ``to`` seconds, or all; None where packets are not known to be pictures.

    Reads, and decodes nothing.
    """
    with open_container(episode.path) as container:
        stream = choose_stream(container, episode.path)
        base = stream.time_base
        known = container.format.name in _CONTAINERS and stream.codec_context.codec.name in _CODECS
        if not known or base is None or container.duration is None:
            return None
        only(container, stream)
        stamps: list[int] = []
        keyframes: list[int] = []
        later = 0  # packets in a row that are shown after the end
        try:
            for packet in islice(demuxed(container, stream), _MOST_PACKETS):
                if packet.size == 0:  # the flush at the end of the file
                    break
                if packet.pts is None or packet.is_corrupt:
                    return None
                if packet.is_discard:  # cut away by an edit list
                    continue
                stamps.append(packet.pts)
                if packet.is_keyframe:
                    keyframes.append(packet.pts)
                beyond = to is not None and (packet.pts - min(stamps[:_REORDERED])) * base > to
                later = later + 1 if beyond else 0
                if later > _REORDERED:
                    break
        except av.FFmpegError:
            return None
    stamps.sort()
    if not stamps or any(a == b for a, b in pairwise(stamps)):
        return None
    return PacketCount(tuple(stamps), tuple(sorted(keyframes)), base)


def pictures_from(source: PictureSource, entry: Entry) -> list[tuple[int, VideoFrame]] | None:
    """The wanted picture with its index, and some before it; ``source`` goes on with the one after.

    None where the pictures do not agree with the count of the packets; then ``source`` must be restarted.
    """
    first = next(source, None)
    if first is None or first.pts != entry.stamps[0]:
        return None
    try:
        source.seek(entry.keyframe)
    except av.FFmpegError:
        return None
    latest: deque[tuple[int, VideoFrame]] = deque(maxlen=LOOK_BEHIND + 1)
    expected = entry.index
    for picture in source:
        if picture.pts is None or picture.is_corrupt:
            return None
        if picture.pts < entry.keyframe:  # leading pictures of an open group, broken after a seek
            continue
        if picture.pts != entry.stamps[expected]:
            return None
        latest.append((expected, picture))
        expected += 1
        if expected == len(entry.stamps):
            return list(latest)
    return None

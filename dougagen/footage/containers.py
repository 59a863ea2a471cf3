"""Opening video files from strangers: local files only, known containers only, bounded, the right stream."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av import Packet
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from dougagen.errors import EpisodeError

CONTAINERS = (
    *("matroska", "webm", "mov", "mp4", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "ogg", "asf"),
    *("h264", "hevc", "m4v", "ivf", "obu", "nut", "mxf", "yuv4mpegpipe", "rm", "wtv", "dv"),
    *("mp3", "flac", "wav", "aac"),  # sound alone, so that the message can say what is missing
)
"""Demuxers that read one file and follow no name inside it. Playlists (``hls``), ``concat`` scripts and the
like are left out: a text file named .mkv opens as one of them otherwise, and reads other files."""

MOST_STREAMS = 500  # a disc holds tens, an episode with its fonts attached two hundred
MOST_SIDE = 8192  # px
MOST_PIXELS = 8192 * 4352  # px; a frame of 8K video. FFmpeg's own bound takes 3 GB for one picture
_MOST_BOXES = 100_000  # outermost MP4 boxes; a fragmented day at one a second

_PICTURE_ONLY = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_STILLS = {"mjpeg", "png", "apng", "bmp", "gif", "webp", "tiff", "jpegls", "jpeg2000", "jpegxl", "targa"}


def open_container(path: Path, *, hwaccel: HWAccel | None = None) -> InputContainer:
    """The demuxer of a local file. Raises EpisodeError where the file is no video that FFmpeg knows.

    With ``hwaccel`` its decoders run on that device; then av.FFmpegError and RuntimeError where they cannot.
    """
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(CONTAINERS),
        "max_streams": str(MOST_STREAMS),
        "max_pixels": str(MOST_PIXELS),  # for the decoders that probe the streams
    }
    try:
        # titles and tags that are no UTF-8 are no reason to refuse a picture
        return av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace", hwaccel=hwaccel)
    except (av.FFmpegError, OSError, ValueError) as error:
        if hwaccel is not None:
            raise
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise EpisodeError(
            f"is not a video that can be opened ({cause})",
            where=path,
            remedy="name a video file, or remux it with `ffmpeg -i FILE -c copy FILE.mkv`",
        ) from error


def choose_stream(container: InputContainer, path: Path) -> VideoStream:
    """The picture of the episode: never cover art; streams of moving-picture codecs before those of stills,
    the default stream first, then what runs for the whole length, then the largest.

    Raises EpisodeError where the container holds no such stream, or one too large to be decoded safely.
    """
    pictures = [stream for stream in container.streams.video if not (stream.disposition & _PICTURE_ONLY)]
    candidates = [stream for stream in pictures if _decodable(stream)]
    if pictures and not candidates:
        raise EpisodeError(
            "not a single picture in it can be decoded", where=path, remedy="copy or encode the file again"
        )
    if not candidates:
        found = ", ".join(sorted({str(stream.type) for stream in container.streams})) or "nothing"
        raise EpisodeError(
            f"has no video stream (holds {found})", where=path, remedy="name a file with a picture"
        )
    longest = max(_seconds(stream) for stream in candidates)

    def rank(stream: VideoStream) -> tuple[bool, bool, bool, int, int]:
        moving = stream.codec_context.name not in _STILLS
        default = bool(stream.disposition & Disposition.default)
        whole = _seconds(stream) >= longest / 2
        return moving, default, whole, stream.width * stream.height, -stream.index

    chosen = max(candidates, key=rank)
    if max(chosen.width, chosen.height) > MOST_SIDE or chosen.width * chosen.height > MOST_PIXELS:
        raise EpisodeError(
            f"its picture of {chosen.width}×{chosen.height} pixels is larger than 8K",
            where=path,
            remedy="scale it down with `ffmpeg -i FILE -vf scale=3840:-2 FILE.mkv`",
        )
    return chosen


def only(container: InputContainer, stream: VideoStream) -> None:
    """Tell the demuxer to pass over every other stream: sound and fonts are not even unpacked."""
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all


def demuxed(container: InputContainer, stream: VideoStream) -> Iterator[Packet]:
    """The packets of one stream, and last an empty one that flushes its decoder. Raises av.FFmpegError."""
    try:
        yield from container.demux(stream)
    except IndexError:
        # streams that came to light on the way (transport streams): PyAV 18.1 looks for them among those that
        # it knew at the beginning, at the very end
        yield Packet()


def _decodable(stream: VideoStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.format is not None and stream.width > 0


def _seconds(stream: VideoStream) -> Fraction:
    """How long a stream runs; where it does not say (Matroska), longer than any that does."""
    if stream.duration is None or stream.time_base is None:
        return Fraction(10**9)
    return stream.duration * stream.time_base


def is_cut_short(path: Path) -> bool:
    """Whether the container announces more bytes than the file holds.

    Reads the outermost structure only: the Matroska segment, MP4 boxes, the first RIFF chunk. FFmpeg
    itself ends such a file in silence, as if it were whole. Other containers do not say how long they are.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(0)
        if head[:4] == b"\x1a\x45\xdf\xa3":
            end = _matroska_end(file)
        elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            end = _boxes_end(file, size)
        elif head[:4] == b"RIFF":
            end = 8 + int.from_bytes(head[4:8], "little")
        else:
            return False
    return end > size


def _matroska_end(file: BinaryIO) -> int:
    """Where the first segment ends; 0 where its size was left open (live streams)."""
    file.seek(4)
    header = _matroska_size(file)
    file.seek(header or 0, 1)
    if file.read(4) != b"\x18\x53\x80\x67":
        return 0
    segment = _matroska_size(file)
    return 0 if segment is None else file.tell() + segment


def _matroska_size(file: BinaryIO) -> int | None:
    """EBML variable-length size: the leading zeros of the first byte say how many bytes follow (RFC 8794)."""
    first = int.from_bytes(file.read(1), "big")
    length = 9 - first.bit_length()
    value = first & ((1 << (8 - length)) - 1) if length <= 8 else 0
    value = (value << 8 * (length - 1)) | int.from_bytes(file.read(length - 1), "big")
    unknown = (1 << 7 * length) - 1
    return None if value == unknown else value


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Where the last outermost MP4 box ends, by its own word (ISO/IEC 14496-12, 4.2)."""
    position = 0
    for _ in range(_MOST_BOXES):
        if position + 8 > size:
            break
        file.seek(position)
        length = int.from_bytes(file.read(4), "big")
        kind = file.read(4)
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
        if length == 0 or not kind.isalnum():  # "to the end of the file", or padding behind the boxes
            return size
        position += max(length, 8)
    return position

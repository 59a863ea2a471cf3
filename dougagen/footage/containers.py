"""Opening video files from strangers: local files only, known containers only, the right stream."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from dougagen.errors import EpisodeError

CONTAINERS = (
    *("matroska", "webm", "mov", "mp4", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "ogg", "asf"),
    *("h264", "hevc", "m4v", "ivf", "obu", "nut", "mxf", "yuv4mpegpipe", "rm", "wtv", "dv"),
    *("mp3", "flac", "wav", "aac"),  # sound alone, so that the message can say what is missing
)
"""Demuxers that read one file and follow no name inside it. Playlists (``hls``), ``concat`` scripts and the
like are left out: a text file named .mkv opens as one of them otherwise, and reads other files."""

_PICTURE_ONLY = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def open_container(path: Path) -> InputContainer:
    """The demuxer of a local file. Raises EpisodeError where the file is no video that FFmpeg knows."""
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(CONTAINERS)}
    try:
        return av.open(f"file:{path.absolute()}", options=options)
    except (av.FFmpegError, OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise EpisodeError(
            f"is no video that can be opened ({cause})",
            where=path,
            remedy="name a video file, or remux it with `ffmpeg -i FILE -c copy FILE.mkv`",
        ) from error


def choose_stream(container: InputContainer, path: Path) -> VideoStream:
    """The picture of the episode: never cover art; the default stream first, then the largest.

    Raises EpisodeError where the container holds no such stream.
    """
    pictures = [stream for stream in container.streams.video if not (stream.disposition & _PICTURE_ONLY)]
    candidates = [stream for stream in pictures if _decodable(stream)]
    if pictures and not candidates:
        raise EpisodeError(
            "not one picture of it decodes", where=path, remedy="copy or encode the file again"
        )
    if not candidates:
        found = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise EpisodeError(
            f"has no video stream (holds {found})", where=path, remedy="name a file with a picture"
        )

    def rank(stream: VideoStream) -> tuple[bool, int, int]:
        return bool(stream.disposition & Disposition.default), stream.width * stream.height, -stream.index

    return max(candidates, key=rank)


def _decodable(stream: VideoStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.format is not None and stream.width > 0


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
    while position + 8 <= size:
        file.seek(position)
        length = int.from_bytes(file.read(4), "big")
        kind = file.read(4)
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
        if length == 0 or not kind.isalnum():  # "to the end of the file", or padding behind the boxes
            return size
        position += max(length, 8)
    return position

"""An episode: one local video file, known by its content and by what it says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from dougagen.domain import Episode
from dougagen.errors import EpisodeError
from dougagen.files import open_file
from dougagen.footage.chapters import read_chapters
from dougagen.footage.color import UNTAGGED, UNTAGGED_RANGE, is_full_range, matrix_of
from dougagen.footage.containers import choose_stream, demuxed, only, open_container
from dougagen.footage.geometry import Orientation, believable_aspect, orientation_of
from dougagen.footage.likeness import require_likeness

_HASHED_AT_ONCE = 1 << 20  # bytes
_USUAL_RATE = Fraction(24000, 1001)  # what nearly all animation is broadcast from, where a file says nothing
_HIGHEST_RATE = 1000  # frames a second; beyond lies a time base that was taken for a rate
_PACKETS_TO_FIRST = 300  # a recording that begins in the middle of a group of pictures


def open_episode(path: Path, *, on_read: Callable[[int], None] = lambda _: None) -> Episode:
    """Read what a video file says of itself; decodes the first picture, for what only pictures say.

    The whole file is hashed, once it has turned out to be a video: ``on_read`` is told how many bytes of it
    have been read.
    Raises EpisodeError in one line with a remedy: missing, a folder, empty, no video, no video stream.
    """
    path = Path(path)
    require_likeness(path)
    with open_container(path) as container:
        stream = choose_stream(container, path)
        codec = stream.codec_context
        layout = codec.format
        assert layout is not None, "choose_stream takes no stream without a pixel format"
        width, height = stream.width, stream.height
        matrix_tag, range_tag = int(codec.colorspace), int(codec.color_range)
        aspect = believable_aspect(stream.sample_aspect_ratio)
        announced = _announced_frames(container, stream)
        first = _first_picture(container, stream)
        orientation, origin = Orientation(), Fraction(0)
        if first is not None:
            orientation = orientation_of(first)
            matrix_tag = _first_said(int(first.colorspace), matrix_tag, unsaid=UNTAGGED)
            range_tag = _first_said(int(first.color_range), range_tag, unsaid=UNTAGGED_RANGE)
            if first.pts is not None and stream.time_base is not None:
                origin = first.pts * stream.time_base
        matrix, _ = matrix_of(matrix_tag, width=width, height=height, pixel_format=layout)
        if orientation.swaps_sides:
            width, height, aspect = height, width, 1 / aspect if aspect else None
        return Episode(
            episode_id=_content_digest(path, on_read)[:16],
            path=path,
            width=width,
            height=height,
            frame_rate=_frame_rate(stream),
            pixel_format=layout.name,
            color_matrix=matrix,
            color_range="full" if is_full_range(range_tag, pixel_format=layout) else "limited",
            sample_aspect_ratio=aspect,
            announced_frames=announced if announced and announced > 0 else None,
            chapters=read_chapters(container, origin=origin),
            rotation=orientation.rotation,
            mirrored=orientation.mirrored,
        )


def _first_picture(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The first picture that decodes within the first packets; whether any does is for ``decode`` to say."""
    only(container, stream)
    stream.codec_context.thread_count = 1
    try:
        for packet in islice(demuxed(container, stream), _PACKETS_TO_FIRST):
            with suppress(av.FFmpegError):
                for picture in stream.codec_context.decode(packet):
                    return picture
    except av.FFmpegError:
        pass  # decode meets the same read error again, and counts it
    return None


def _first_said(*tags: int, unsaid: int) -> int:
    return next((tag for tag in tags if tag != unsaid), unsaid)


def _frame_rate(stream: VideoStream) -> Fraction:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= _HIGHEST_RATE:
            return Fraction(rate)
    return _USUAL_RATE


def _content_digest(path: Path, on_read: Callable[[int], None]) -> str:
    """SHA-256 of the file in hex."""
    try:
        with open_file(path) as file:
            digest = hashlib.sha256()
            while block := file.read(_HASHED_AT_ONCE):
                digest.update(block)
                on_read(file.tell())
            return digest.hexdigest()
    except FileNotFoundError as error:
        raise EpisodeError("no such file", where=path, remedy="check the path") from error
    except OSError as error:
        remedy = "check its permissions and the disk"
        raise EpisodeError(f"cannot be read ({error.strerror})", where=path, remedy=remedy) from error


def _announced_frames(container: InputContainer, stream: VideoStream) -> int | None:
    """The number of frames by the container's word: its counter (MP4), else duration × rate (Matroska)."""
    if stream.frames:
        return int(stream.frames)
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        return None
    if stream.duration is not None and stream.time_base is not None:
        return round(stream.duration * stream.time_base * rate)
    if container.duration is not None and container.duration > 0:
        return round(Fraction(container.duration, 1_000_000) * rate)  # AV_TIME_BASE: microseconds
    return None

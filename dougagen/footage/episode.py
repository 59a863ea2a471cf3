"""An episode: one local video file, known by its content and by what it says of itself."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from dougagen.domain import Episode
from dougagen.errors import EpisodeError
from dougagen.footage.color import is_full_range, matrix_of
from dougagen.footage.containers import choose_stream, open_container

_USUAL_RATE = Fraction(24000, 1001)  # what nearly all animation is broadcast from, where a file says nothing


def open_episode(path: Path) -> Episode:
    """Read what a video file says of itself; decodes nothing.

    Raises EpisodeError in one line with a remedy: missing, a folder, empty, no video, no video stream.
    """
    path = Path(path)
    episode_id = _content_digest(path)[:16]
    with open_container(path) as container:
        stream = choose_stream(container, path)
        codec = stream.codec_context
        layout = codec.format
        assert layout is not None, "choose_stream takes no stream without a pixel format"
        matrix, _ = matrix_of(int(codec.colorspace), height=stream.height, pixel_format=layout)
        full = is_full_range(int(codec.color_range), pixel_format=layout)
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate
        aspect = stream.sample_aspect_ratio
        return Episode(
            episode_id=episode_id,
            path=path,
            width=stream.width,
            height=stream.height,
            frame_rate=Fraction(rate) if rate else _USUAL_RATE,
            pixel_format=layout.name,
            color_matrix=matrix,
            color_range="full" if full else "limited",
            sample_aspect_ratio=Fraction(aspect) if aspect else None,
            announced_frames=_announced_frames(container, stream),
        )


def _content_digest(path: Path) -> str:
    """SHA-256 of the file in hex, after the checks that need no demuxer."""
    if path.is_dir():
        raise EpisodeError("is a folder, not a video file", where=path, remedy="name the files in it")
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise EpisodeError("is empty", where=path, remedy="copy the file again")
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()
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

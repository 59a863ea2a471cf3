"""A look at the beginning of a file: what FFmpeg would open always passes, and junk costs no process."""

from __future__ import annotations

import gzip
import os
import random
import socket
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from faults import mutated

from dougagen.errors import EpisodeError
from dougagen.footage import open_episode
from dougagen.footage.containers import choose_stream, open_container
from dougagen.footage.likeness import LARGEST_FILE, looks_like_video, require_likeness

CONTAINERS = [
    ("clip.mkv", None, "libx264"),
    ("clip.webm", None, "libvpx"),
    ("clip.mp4", None, "libx264"),
    ("clip.mov", None, "prores"),
    ("clip.3gp", None, "mpeg4"),
    ("clip.avi", None, "mpeg4"),
    ("clip.ts", None, "libx264"),
    ("clip.m2ts", None, "libx264"),
    ("clip.mpg", "mpeg", "mpeg2video"),
    ("clip.vob", "vob", "mpeg2video"),
    ("clip.m2v", "mpeg2video", "mpeg2video"),
    ("clip.m4v", "m4v", "mpeg4"),
    ("clip.h264", "h264", "libx264"),
    ("clip.hevc", "hevc", "libx265"),
    ("clip.flv", None, "flv"),
    ("clip.ogv", "ogg", "libvpx"),
    ("clip.wmv", "asf", "wmv2"),
    ("clip.ivf", "ivf", "libvpx"),
    ("clip.obu", "obu", "libsvtav1"),
    ("clip.nut", "nut", "ffv1"),
    ("clip.mxf", "mxf", "mpeg2video"),
    ("clip.y4m", "yuv4mpegpipe", "rawvideo"),
    ("clip.wtv", "wtv", "mpeg2video"),
    ("clip.dv", "dv", "dvvideo"),
]
_FORMS: dict[str, dict[str, Any]] = {
    "dvvideo": {"width": 720, "height": 576, "pix_fmt": "yuv420p"},
    "prores": {"pix_fmt": "yuv422p10le"},
}


def written(path: Path, form: str | None, codec: str, frames: int = 8) -> Path:
    """A clip of noise; skipped where this FFmpeg has no such writer."""
    noise = np.random.default_rng(0)
    look: dict[str, Any] = {"width": 352, "height": 288, "pix_fmt": "yuv420p"} | _FORMS.get(codec, {})
    try:
        with av.open(str(path), "w", format=form) as container:
            stream: Any = container.add_stream(codec, rate=25)
            for name, value in look.items():
                setattr(stream, name, value)
            stream.codec_context.time_base = Fraction(1, 25)
            for index in range(frames):
                picture = noise.integers(0, 256, (look["height"], look["width"], 3), np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = index
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:
        pytest.skip(f"this FFmpeg does not write {form or path.suffix} with {codec}: {error}")
    return path


@pytest.mark.parametrize(("name", "form", "codec"), CONTAINERS)
def test_every_container_that_is_read_passes(name, form, codec, tmp_path) -> None:
    path = written(tmp_path / name, form, codec)
    require_likeness(path)
    with open_container(path) as container:
        choose_stream(container, path)


def test_every_container_passes_from_the_middle_of_a_recording_on(tmp_path) -> None:
    stream = written(tmp_path / "clip.ts", None, "mpeg2video", frames=30).read_bytes()
    packets = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    for cut in (1, 77, 187, 188 * 40 + 5):
        assert looks_like_video(stream[cut : cut + 2**20])
    assert looks_like_video(b"".join(b"\0\0\0\7" + packet for packet in packets))  # of a Blu-ray
    assert looks_like_video(b"".join(packet + bytes(16) for packet in packets))  # with parity
    program = written(tmp_path / "clip.mpg", "mpeg", "mpeg2video").read_bytes()
    assert looks_like_video(random.Random(0).randbytes(100_000) + program)


def test_whatever_ffmpeg_opens_of_damaged_files_passes(tmp_path) -> None:
    rng, opened = random.Random(11), 0
    seeds = [
        written(tmp_path / f"seed.{suffix}", None, "mpeg2video").read_bytes()
        for suffix in ("mkv", "mp4", "avi", "ts", "mpg", "mov")
    ]
    for number in range(90):
        path = tmp_path / "damaged.bin"
        path.write_bytes(mutated(seeds[number % len(seeds)], rng))
        try:
            with open_container(path) as container:
                choose_stream(container, path)
        except EpisodeError:
            continue
        opened += 1
        require_likeness(path)
    assert opened > 30


def junk(folder: Path) -> list[Path]:
    """Files of a home folder that are no video."""
    rng = random.Random(3)
    files = {
        "prose.mkv": b"no video at all\n" * 50,
        "playlist.mkv": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\nreal.mkv\n",
        "script.mp4": b"ffconcat version 1.0\nfile real.mkv\n",
        "page.mkv": b"<!doctype html><title>404</title>",
        "noise.mkv": bytes(b or 1 for b in rng.randbytes(5000)),
        "zeros.mkv": bytes(5000),
        "packed.mkv": gzip.compress(rng.randbytes(4000), mtime=0),
        "table.mkv": b"PAR1" + b"\x15" * 99 + b"PAR1",
        "document.mkv": b"%PDF-1.7\n" + b"x" * 999,
        "database.mkv": b"SQLite format 3\0" + b"x" * 999,
        "byte.mkv": b"\x47",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with zipfile.ZipFile(folder / "archive.mkv", "w") as archive:
        archive.writestr("a", "b" * 5000)
    return sorted(folder.iterdir())


def test_junk_is_refused_in_a_line_and_not_hashed(tmp_path) -> None:
    read: list[int] = []
    for path in junk(tmp_path):
        with pytest.raises(EpisodeError, match="is not a video that can be opened") as caught:
            open_episode(path, on_read=read.append)
        assert "\n" not in str(caught.value)
        assert caught.value.remedy
    assert read == []


def test_what_begins_like_a_video_and_is_none_is_not_hashed_either(tmp_path) -> None:
    read: list[int] = []
    path = tmp_path / "a.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(9000))
    with pytest.raises(EpisodeError, match="is not a video"):
        open_episode(path, on_read=read.append)
    assert read == []


def test_a_file_of_terabytes_that_were_never_written_is_not_hashed(tmp_path) -> None:
    read: list[int] = []
    path = written(tmp_path / "clip.mkv", None, "libx264")
    os.truncate(path, 2 << 40)
    with pytest.raises(EpisodeError, match=r"claims 2199 GB, of which 0\.0 GB were ever written"):
        open_episode(path, on_read=read.append)
    os.truncate(path, LARGEST_FILE + 1)
    with pytest.raises(EpisodeError, match="an episode may have"):
        open_episode(path, on_read=read.append)
    assert read == []


def test_a_small_hole_in_a_file_is_no_reason_to_refuse_it(tmp_path) -> None:
    path = written(tmp_path / "clip.mkv", None, "libx264")
    os.truncate(path, path.stat().st_size + (64 << 20))
    require_likeness(path)


def test_what_is_no_file_is_told_without_waiting_for_it(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.mkv")
    (tmp_path / "zero.mkv").symlink_to("/dev/zero")
    (tmp_path / "loop.mkv").symlink_to("loop.mkv")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.mkv"))
    wanted = {"pipe": "is a pipe", "zero": "is a pipe", "socket": "is a pipe", "loop": "cannot be read"}
    for name, says in wanted.items():
        with pytest.raises(EpisodeError, match=says):
            require_likeness(tmp_path / f"{name}.mkv")

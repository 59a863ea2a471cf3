"""Where video is decoded: on the CPU, or on an NVIDIA GPU where that gives the same pictures."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import av
from av.codec import Codec
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from dougagen.errors import ConfigError, quoted
from dougagen.footage.containers import choose_stream, demuxed, open_container

DecodeOn = Literal["auto", "cpu", "cuda"]

_EXACT_CODECS = {"h264", "hevc", "vp8", "vp9", "av1"}
"""Standards that fix every bit of the output. MPEG-2, MPEG-4 and VC-1 leave the inverse DCT free."""

_SAME_FORMATS = {"nv12", "p010le"}
"""What 4:2:0 comes back as; converts to the same RGB as yuv420p and yuv420p10le (tested). 10 bits of 4:4:4
come back in 16, which rounds differently."""

_PACKETS_TO_TRY = 300  # without a picture in so many the GPU is not trusted

_log = logging.getLogger(__name__)


def require_decode_on(where: str) -> DecodeOn:
    """``auto``, ``cpu`` or ``cuda``, or ConfigError."""
    for known in get_args(DecodeOn):
        if where == known:
            return known
    raise ConfigError(f"--decode takes {', '.join(get_args(DecodeOn))}, got {quoted(where)}")


def open_for_decoding(path: Path, *, decode_on: DecodeOn) -> tuple[InputContainer, bool]:
    """A container whose decoders run where asked, and whether that is the GPU.

    Falls back to the CPU where there is no GPU, or none that gives this file's pictures bit for bit: in
    silence for ``auto``, with a warning for ``cuda``. Raises EpisodeError as ``open_container`` does.
    """
    if decode_on == "cpu":
        return open_container(path), False
    refusal = _why_not_on_gpu(path)
    if not refusal:
        return open_container(path, hwaccel=HWAccel(device_type="cuda")), True
    level = logging.WARNING if decode_on == "cuda" else logging.DEBUG
    _log.log(level, "%s is decoded on the CPU: %s", quoted(path.name), refusal)
    return open_container(path), False


@cache
def why_no_cuda() -> str:
    """Empty where a CUDA device can be opened; asked once, since a driver does not come and go."""
    try:
        HWAccel(device_type="cuda").create(Codec("h264", "r"))
    except (av.FFmpegError, RuntimeError, NotImplementedError, OSError) as error:
        return f"no CUDA device here ({getattr(error, 'strerror', None) or error})"
    return ""


def _why_not_on_gpu(path: Path) -> str:
    """Empty if the first picture comes from the GPU in a format that changes nothing."""
    if absent := why_no_cuda():
        return absent
    with open_container(path) as container:
        codec = choose_stream(container, path).codec_context.codec.name
        canonical = codec.removeprefix("lib").replace("dav1d", "av1")
        if canonical not in _EXACT_CODECS:
            return f"{codec} is not decoded to the bit everywhere"
    try:
        with open_container(path, hwaccel=HWAccel(device_type="cuda")) as container:
            stream = choose_stream(container, path)
            stream.codec_context.thread_count = 1
            if not stream.codec_context.is_hwaccel:
                return f"no CUDA decoder for {codec}"
            for number, packet in enumerate(demuxed(container, stream)):
                for picture in stream.codec_context.decode(packet):
                    known = picture.format.name in _SAME_FORMATS
                    return "" if known else f"the GPU gives {picture.format.name}"
                if number > _PACKETS_TO_TRY:
                    break
    except (av.FFmpegError, RuntimeError, NotImplementedError, OSError) as error:
        return f"the GPU does not decode it ({getattr(error, 'strerror', None) or error})"
    return "the GPU gave no picture"

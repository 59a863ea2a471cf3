"""Clips in files: progressive, of variable frame rate, interlaced, or film telecined to 60 fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from dougagen.errors import ConfigError, UsageError
from dougagen.files import new_file, refused_as
from dougagen.studio.delivery.coding import (
    H273,
    LIMITED,
    REPEATABLE_X264,
    Picture,
    joined_options,
    yuv_frame,
)

Scan = Literal["progressive", "interlaced", "telecined", "repeated", "doubled"]
"""``repeated``: 24 pictures a second as 30 whole frames, every fourth shown twice; ``doubled``: every picture
twice, as careless re-encodes have them."""
_IN_FIELDS = ("interlaced", "telecined")
FILM_RATE = Fraction(24000, 1001)


@dataclass(frozen=True, slots=True)
class ClipDelivery:
    """How a clip is coded."""

    codec: str = "libx264"
    """An encoder of FFmpeg: ``libx264``, ``libx265``, ``mpeg2video``, ``ffv1`` …"""
    pixel_format: str = "yuv420p"
    crf: int = 20
    """libx264's scale; translated to quantisers for MPEG-2."""
    matrix: str = "bt709"
    preset: str = "medium"
    scan: Scan = "progressive"
    options: dict[str, str] = field(default_factory=dict)
    """For the encoder, on top of ours."""

    def source_frame(self, filmed: int) -> int:
        """The index in the file of the picture that was filmed as number ``filmed``.

        Telecined (2:3 pulldown, A A | B B | B C | C D | D D): four film frames lie in five source frames, a
        film frame takes the index of the first that holds one of its fields. Interlaced:
        every filmed picture is one field. Repeated: A B C D D.
        """
        if self.scan == "doubled":
            return 2 * filmed
        if self.scan in ("telecined", "repeated"):
            return 5 * (filmed // 4) + filmed % 4
        return filmed // 2 if self.scan == "interlaced" else filmed

    def source_frames(self, filmed: int) -> int:
        """How many frames the file of ``filmed`` pictures has.

        At the end of a telecined clip the last field that has no partner is repeated.
        """
        if self.scan == "doubled":
            return 2 * filmed
        if self.scan == "repeated":
            return filmed + filmed // 4
        if self.scan == "telecined":
            whole, rest = divmod(filmed, 4)
            return 5 * whole + (0, 1, 3, 4)[rest]
        return -(-filmed // 2) if self.scan == "interlaced" else filmed

    def source_rate(self, filmed: Fraction) -> Fraction:
        """Frames a second of the file, for ``filmed`` pictures a second."""
        if self.scan == "doubled":
            return 2 * filmed
        if self.scan in ("telecined", "repeated"):
            return filmed * 5 / 4
        return filmed / 2 if self.scan == "interlaced" else filmed


def write_clip(
    path: Path | str,
    frames: Iterable[Picture],
    *,
    frame_rate: Fraction = FILM_RATE,
    crf: int = 18,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    matrix: str = "bt709",
    preset: str = "medium",
    options: dict[str, str] | None = None,
) -> int:
    """Write ``frames`` (uint8[H, W, 3] RGB, all of one even size) as Matroska; return how many.

    The colour is converted with ``matrix`` and the file says so. One thread and libavformat's bitexact
    mode: the same frames give the same bytes. ``options`` go to the encoder on top of ours.
    Raises ConfigError for no frames, odd sizes, or frames of different sizes.
    """
    delivery = ClipDelivery(codec, pixel_format, crf, matrix, preset, options=options or {})
    return deliver_clip(path, frames, delivery, frame_rate=frame_rate)


def deliver_clip(
    path: Path | str,
    frames: Iterable[Picture],
    delivery: ClipDelivery,
    *,
    frame_rate: Fraction = FILM_RATE,
    times: Sequence[Fraction] | None = None,
) -> int:
    """Write ``frames`` as ``write_clip`` does, in any scan; return how many frames the file has.

    ``frame_rate`` is that of the pictures given; ``times`` (seconds, rising, one a frame) makes the rate
    variable, and Matroska rounds them to milliseconds. Interlaced and telecined files are top field first;
    their height must be divisible by four, for 4:2:0 has its chroma in fields too.
    """
    stream_of_frames = iter(frames)
    first = next(stream_of_frames, None)
    if first is None:
        raise ConfigError("a clip needs at least one frame", where=path)
    height, width = first.shape[:2]
    fields = delivery.scan in _IN_FIELDS
    if height % (4 if fields else 2) or width % 2:
        what = "not 4 lines a step" if fields and height % 2 == 0 else "an odd side"
        raise ConfigError(f"{width}×{height} has {what}", where=path, remedy="crop to even sides")
    pictures = _of_one_size(chain([first], stream_of_frames), path)
    rate = delivery.source_rate(frame_rate)
    base = 1 / rate if times is None else Fraction(1, 1000)
    count = 0
    with (
        refused_as(UsageError, Path(path), what="the clip cannot be written"),
        new_file(Path(path)) as file,
        av.open(file, "w", format="matroska", options={"fflags": "+bitexact"}) as container,
    ):
        stream = _stream(container, delivery, rate, (width, height))
        for frame in _coded_frames(pictures, delivery):
            frame.pts = count if times is None else round(times[count] / base)
            frame.time_base = base
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count


def _of_one_size(frames: Iterable[Picture], path: Path | str) -> Iterator[Picture]:
    shape: tuple[int, ...] | None = None
    for count, rgb in enumerate(frames):
        shape = shape or rgb.shape
        if rgb.shape != shape:
            raise ConfigError(f"frame {count} is {rgb.shape}, the first was {shape}", where=path)
        yield rgb


def _coded_frames(pictures: Iterator[Picture], delivery: ClipDelivery) -> Iterator[Any]:
    """av.VideoFrames in the scan of ``delivery``."""
    reformatter = VideoReformatter()
    pixel_format, matrix = delivery.pixel_format, delivery.matrix
    if delivery.scan not in _IN_FIELDS:
        for number, rgb in enumerate(pictures):
            for _ in range(delivery.source_frames(number + 1) - delivery.source_frames(number)):
                yield yuv_frame(reformatter, rgb, pixel_format, matrix, ColorRange.MPEG)
        return
    mark = _field_marker()
    pairs = _telecined(pictures) if delivery.scan == "telecined" else _paired(pictures)
    for top, bottom in pairs:
        # each field is converted alone: interlaced 4:2:0 has the chroma of a field beside its own lines
        halves = [
            yuv_frame(
                reformatter, np.ascontiguousarray(rgb[parity::2]), pixel_format, matrix, ColorRange.MPEG
            )
            for parity, rgb in enumerate((top, bottom))
        ]
        yield mark(_interleaved(*halves))


def _telecined(pictures: Iterator[Picture]) -> Iterator[tuple[Picture, Picture]]:
    """(top, bottom) of each video frame: 2:3 pulldown, A A | B B | B C | C D | D D."""
    while group := [picture for _, picture in zip(range(4), pictures, strict=False)]:
        a, b, c, d = (group + [group[-1]] * 3)[:4]
        video = ((a, a), (b, b), (b, c), (c, d), (d, d))
        yield from video[: (0, 1, 3, 4, 5)[len(group)]]


def _paired(pictures: Iterator[Picture]) -> Iterator[tuple[Picture, Picture]]:
    """(top, bottom): every picture gives one field; the last may stand alone."""
    for top in pictures:
        yield top, next(pictures, top)


def _interleaved(top: Any, bottom: Any) -> Any:
    """Two fields (av.VideoFrames of half the height) as one frame."""
    frame = av.VideoFrame(top.width, 2 * top.height, top.format.name)
    planes: list[Any] = list(frame.planes)
    for plane, upper, lower in zip(planes, top.planes, bottom.planes, strict=True):
        lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        for parity, half in enumerate((upper, lower)):
            rows = np.frombuffer(half, np.uint8).reshape(half.height, half.line_size)
            least = min(lines.shape[1], rows.shape[1])
            lines[parity::2, :least] = rows[:, :least]
    return frame


def _field_marker() -> Any:
    """A function that marks a frame as interlaced, top field first: PyAV cannot, the filter setfield can."""
    graphs: list[tuple[Any, Any, Any]] = []

    def mark(frame: Any) -> Any:
        if not graphs:
            graph = av.filter.Graph()
            source = graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
            )
            setfield, sink = graph.add("setfield", "mode=tff"), graph.add("buffersink")
            source.link_to(setfield)
            setfield.link_to(sink)
            graph.configure()
            graphs.append((graph, source, sink))
        _, source, sink = graphs[0]
        frame.pts = 0
        source.push(frame)
        return sink.pull()

    return mark


def _options(delivery: ClipDelivery) -> dict[str, str]:
    fields = delivery.scan in _IN_FIELDS
    ours: dict[str, str] = {"flags": "+ilme+ildct"} if fields else {}
    if delivery.codec == "libx264":
        ours |= {"crf": str(delivery.crf), "preset": delivery.preset}
        ours |= {"x264-params": "tff=1:" + REPEATABLE_X264 if fields else REPEATABLE_X264}
    elif delivery.codec == "libx265":
        quiet = "log-level=none:pools=none:frame-threads=1"
        ours |= {"preset": delivery.preset, "x265-params": f"crf={delivery.crf}:{quiet}"}
    elif delivery.codec == "mpeg2video":
        ours |= {"bf": "2", "g": "15"}
    return joined_options(ours, delivery.options)


def _stream(container: Any, delivery: ClipDelivery, rate: Fraction, size: tuple[int, int]) -> Any:
    stream = container.add_stream(delivery.codec, rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = delivery.pixel_format
    context = stream.codec_context
    context.thread_count = 1
    context.color_primaries, context.color_trc, context.colorspace = H273[delivery.matrix]
    context.color_range = LIMITED
    context.flags |= int(av.codec.context.Flags.bitexact)
    if delivery.codec == "mpeg2video":
        # quantiser scales: crf 12 looks like q 2, crf 30 like q 12
        quantiser = max(round(float(np.interp(delivery.crf, [12, 30], [2, 12]))), 2)
        context.qmin, context.qmax = quantiser, quantiser + 3
        context.bit_rate = 9_000_000 * size[0] * size[1] // (720 * 480)
    stream.options = _options(delivery)
    return stream

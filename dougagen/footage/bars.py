"""Letterbox and pillarbox: where the picture lies when bars stand around it for the whole episode.

The keyframes of the file are looked at, and of each pixel the brightest it ever was. Encoders set a keyframe
at every cut, so a shot that uses the bars, a subtitle or a logo in them is met, while black openings, fades
and dark scenes darken nothing that another shot lit. Bars are cut where they come in pairs, stay black, and
end in an edge that is lit along its whole length: whenever that is in doubt, nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from dougagen.domain import Episode, PictureArea
from dougagen.footage.color import ColorConverter
from dougagen.footage.containers import MOST_PIXELS, choose_stream, demuxed, only, open_container
from dougagen.footage.geometry import Orientation

_DECODE_ALL = {"vp8", "vp9"}  # decoders that do not skip what is no keyframe when they are told to


@dataclass(frozen=True, slots=True, kw_only=True)
class BarConfig:
    """When a dark border is a bar. Levels are 8-bit luma levels above black."""

    level: int = 20  # levels that coding noise and ringing reach in a bar
    specks: float = 0.01  # share of a row that may be brighter: dust, a damaged block
    least: int = 4  # px; narrower borders are left
    least_kept: float = 0.4  # share of each side that must stay
    edge: int = 4  # px within which the picture begins behind a bar …
    lit: float = 0.6  # … and is lit along this share of the edge
    least_frames: int = 3  # frames with something on them
    short: int = 720  # frames; files no longer are looked at whole, of longer ones the keyframes …
    apart: int = 12  # … so many frames apart where every frame is one, as in FFV1 …
    most: int = 3000  # … and further apart where that were more


_USUAL = BarConfig()


def whole_frame(episode: Episode) -> PictureArea:
    """The upright frame, bars and all."""
    return PictureArea(0, 0, episode.width, episode.height)


def find_picture_area(episode: Episode, *, config: BarConfig = _USUAL) -> PictureArea:
    """The picture between constant bars, in pixels of the upright frame; the whole frame where none are.

    Stops at the first frames that show there are no bars; only an episode that has them is read to its end.
    """
    whole = whole_frame(episode)
    brightest: NDArray[np.uint8] | None = None
    black = 0 if episode.color_range == "full" else 16
    area, lit_frames = whole, 0
    for luma in _sampled_lumas(episode, config):
        brightest = luma.copy() if brightest is None else np.maximum(brightest, luma)
        lit = brightest > black + config.level
        area = _between_bars(lit, config)
        if area == whole:
            return whole
        lit_frames += bool(np.mean(luma > black + config.level) > config.specks)
    if brightest is None or lit_frames < config.least_frames or not _edges_are_lit(lit, area, config):
        return whole
    return area


def leaves_bars(
    luma: NDArray[np.uint8], area: PictureArea, *, black: int, config: BarConfig = _USUAL
) -> bool:
    """Whether a whole upright frame shows something outside of ``area``."""
    strips = (
        luma[: area.y],
        luma[area.y + area.height :],
        luma[:, : area.x],
        luma[:, area.x + area.width :],
    )
    for strip in strips:
        if strip.size and int(strip.max()) > black + config.level:
            along = 1 if strip.shape[0] < strip.shape[1] else 0
            share = np.mean(strip > black + config.level, axis=along)
            if float(share.max()) > config.specks:
                return True
    return False


def _between_bars(lit: NDArray[np.bool_], config: BarConfig) -> PictureArea:
    """The area within pairs of bars; bars on one side only are drawn, not added."""
    height, width = lit.shape
    top, bottom = _pair(lit.mean(axis=1) <= config.specks, config)
    left, right = _pair(lit[top : height - bottom].mean(axis=0) <= config.specks, config)
    return PictureArea(left, top, width - left - right, height - top - bottom)


def _pair(dark: NDArray[np.bool_], config: BarConfig) -> tuple[int, int]:
    """How many lines are dark at the beginning and at the end of a side; 0, 0 where that is no pair of bars.

    Never more than leaves the share that must stay: so much is dark only until a brighter frame comes.
    """
    most = int(dark.size * (1 - config.least_kept) / 2)
    lines = np.flatnonzero(~dark)
    if lines.size == 0:
        return most, most
    first, last = min(int(lines[0]), most), min(int(dark.size - 1 - lines[-1]), most)
    return (first, last) if min(first, last) >= config.least else (0, 0)


def _edges_are_lit(lit: NDArray[np.bool_], area: PictureArea, config: BarConfig) -> bool:
    """Whether the picture begins behind each bar along the whole bar: a night sky's edge is ragged."""
    height, width = lit.shape
    picture = lit[area.y : area.y + area.height, area.x : area.x + area.width]
    n = config.edge
    edges = []
    if area.height < height:
        edges += [picture[:n].any(axis=0), picture[-n:].any(axis=0)]
    if area.width < width:
        edges += [picture[:, :n].any(axis=1), picture[:, -n:].any(axis=1)]
    return all(float(edge.mean()) >= config.lit for edge in edges)


def _sampled_lumas(episode: Episode, config: BarConfig) -> Iterator[NDArray[np.uint8]]:
    """Upright luma of every frame of a short file, of keyframes over the whole length of a longer one."""
    orientation = Orientation(episode.rotation, episode.mirrored)
    width, height = episode.width, episode.height
    if orientation.swaps_sides:
        width, height = height, width
    with open_container(episode.path) as container:
        stream = choose_stream(container, episode.path)
        only(container, stream)
        codec = stream.codec_context
        converter = ColorConverter(
            width=width, height=height, matrix_tag=int(codec.colorspace), range_tag=int(codec.color_range)
        )
        frames = episode.announced_frames
        apart = 0 if frames is not None and frames <= config.short else config.apart
        apart = max(apart, (frames or 0) // config.most)
        codec.options = {"max_pixels": str(MOST_PIXELS)}
        codec.thread_type = "SLICE"  # threads by frame would hold the first pictures back
        sampled = frames is None or frames > config.short
        if sampled:
            codec.skip_frame = "NONKEY"
        yet, number = 0, 0
        try:
            for packet in demuxed(container, stream):
                number += 1
                too_soon = packet.is_keyframe and number < yet
                unskipped = sampled and not packet.is_keyframe and codec.name in _DECODE_ALL
                if packet.size and (too_soon or unskipped):
                    continue
                for picture in _pictures(codec, packet):
                    if picture.key_frame:
                        yet = number + apart
                    yield orientation.upright(converter.luma(picture))
        except av.FFmpegError:
            return  # decode meets the same error, and counts it


def _pictures(codec: VideoCodecContext, packet: av.Packet) -> list[VideoFrame]:
    try:
        return codec.decode(packet)
    except (av.FFmpegError, EOFError):
        return []  # decode counts the damage

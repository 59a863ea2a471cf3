"""Known patches come back within two levels: every matrix and range, tagged and not, at every depth."""

from __future__ import annotations

import logging

import av
import numpy as np
import pytest

from dougagen.footage import decode, open_episode
from dougagen.footage.color import ColorConverter, matrix_of

WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087)}
WEIGHTS |= {9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
"""AVColorSpace → the weights of red and blue in luma (ITU-T H.273, table 4)."""
NAMES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
LIMITED, FULL = 1, 2

PATCHES = np.array(
    [
        *[(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)],
        *[(255, 0, 255), (128, 128, 128), (235, 205, 185), (40, 60, 110), (96, 56, 24)],
        *np.random.default_rng(0).integers(0, 256, (12, 3)).tolist(),
    ],
    float,
)  # 24 patches: 4 rows of 6
ROWS, COLUMNS, PATCH = 4, 6, 16


def components(matrix: int, color_range: int, bits: int) -> list[np.ndarray]:
    """Y, Cb and Cr of the patches as the standards define them (ITU-T H.273, 8.3)."""
    red, blue = WEIGHTS[matrix]
    r, g, b = (PATCHES / 255).T
    y = red * r + (1 - red - blue) * g + blue * b
    cb, cr = (b - y) / (2 * (1 - blue)), (r - y) / (2 * (1 - red))
    most, half, scale = 2**bits - 1, 2 ** (bits - 1), 2 ** (bits - 8)
    if color_range == FULL:
        values = [y * most, cb * most + half, cr * most + half]
    else:
        values = [(16 + 219 * y) * scale, (128 + 224 * cb) * scale, (128 + 224 * cr) * scale]
    return [np.clip(np.round(v), 0, most).astype(np.uint16) for v in values]


def patches_frame(pixel_format: str, matrix: int, color_range: int, *, tagged: bool = True, height: int = 0):
    """A frame whose planes hold the patches; ``height`` repeats the last row of patches below."""
    width, needed = COLUMNS * PATCH, ROWS * PATCH
    frame = av.VideoFrame(width, height or needed, pixel_format)
    bits = frame.format.components[0].bits
    high = 16 - bits if pixel_format.startswith("p0") else 0
    dtype = np.uint16 if bits > 8 else np.uint8

    def put(plane, values):
        stored = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // np.dtype(dtype).itemsize)
        stored[: values.shape[0], : values.shape[1]] = values << high

    painted = []
    for values in components(matrix, color_range, bits):
        area = values.reshape(ROWS, COLUMNS).repeat(PATCH, 0).repeat(PATCH, 1)
        painted.append(np.pad(area, ((0, frame.height - needed), (0, 0)), "edge"))
    across = frame.width // frame.format.components[1].width
    down = frame.height // frame.format.components[1].height
    put(frame.planes[0], painted[0])
    chroma = [values[::down, ::across] for values in painted[1:]]
    if len(frame.planes) == 2:
        put(frame.planes[1], np.stack(chroma, axis=2).reshape(chroma[0].shape[0], -1))
    else:
        put(frame.planes[1], chroma[0])
        put(frame.planes[2], chroma[1])
    frame.colorspace, frame.color_range = (matrix, color_range) if tagged else (2, 0)
    return frame


def worst_error(rgb: np.ndarray) -> int:
    half = PATCH // 2
    centres = rgb[half : ROWS * PATCH : PATCH, half::PATCH].reshape(-1, 3).astype(int)
    return int(np.abs(centres - PATCHES).max())


FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv444p12le"]


@pytest.mark.parametrize("matrix", NAMES, ids=NAMES.get)
@pytest.mark.parametrize("color_range", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", [*FORMATS, "nv12", "p010le"])
def test_tagged_patches_come_back_within_two_levels(matrix, color_range, pixel_format):
    frame = patches_frame(pixel_format, matrix, color_range)
    assert worst_error(ColorConverter(width=frame.width, height=frame.height).rgb(frame)) <= 2


@pytest.mark.parametrize(("height", "matrix"), [(480, 6), (576, 6), (720, 1), (1080, 1)])
@pytest.mark.parametrize("color_range", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_untagged_patches_go_by_the_size(height, matrix, color_range, pixel_format):
    frame = patches_frame(pixel_format, matrix, color_range, tagged=False, height=height)
    frame.color_range = color_range if color_range == FULL else 0
    assert worst_error(ColorConverter(width=frame.width, height=frame.height).rgb(frame)) <= 2


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (720, 480, "smpte170m (assumed)"),
        (1024, 576, "smpte170m (assumed)"),
        (960, 720, "bt709 (assumed)"),
        (1280, 536, "bt709 (assumed)"),  # a film without its bars
    ],
)
def test_what_is_assumed_says_so(width, height, name):
    layout = av.VideoFormat("yuv420p", width, height)
    assert matrix_of(2, width=width, height=height, pixel_format=layout)[0] == name


@pytest.mark.parametrize("matrix", [1, 6, 9], ids=NAMES.get)
def test_the_tags_of_the_container_hold_for_frames_without_any(matrix):
    frame = patches_frame("yuv420p", matrix, FULL, tagged=False)
    converter = ColorConverter(width=frame.width, height=frame.height, matrix_tag=matrix, range_tag=FULL)
    assert worst_error(converter.rgb(frame)) <= 2


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuvj420p", "yuv420p10le"])
@pytest.mark.parametrize(("width", "height"), [(97, 65), (96, 65), (33, 2), (2, 33)])
def test_chroma_of_odd_sizes_reaches_the_last_row_and_column(pixel_format, width, height):
    """The left half of the picture is red, the right half blue; the edge may blend over a few pixels."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = (200, 30, 30), (30, 40, 200)
    full = pixel_format.startswith("yuvj")
    coded = coded_by_hand(picture, pixel_format, full=full)
    coded.colorspace, coded.color_range = 1, FULL if full else LIMITED
    rgb = ColorConverter(width=width, height=height).rgb(coded)
    assert rgb.shape == picture.shape
    off = np.abs(rgb.astype(int) - picture).max(axis=(0, 2))
    beside = np.abs(np.arange(width) - width // 2 + 0.5) > 4
    assert off[beside].max(initial=0) <= 3


def coded_by_hand(picture: np.ndarray, pixel_format: str, *, full: bool) -> av.VideoFrame:
    """BT.709, chroma of every second pixel. FFmpeg's converter to yuv420p10le leaves eight pixels of odd
    sizes as they lay in memory, once in thirty runs (swscale of FFmpeg 8.1)."""
    height, width, _ = picture.shape
    red, green, blue = np.moveaxis(picture.astype(float) / 255, 2, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    planes = luma, (blue - luma) / 1.8556, (red - luma) / 1.5748
    frame = av.VideoFrame(width, height, pixel_format)
    step = 4 if pixel_format.endswith("10le") else 1
    for number, (plane, values) in enumerate(zip(frame.planes, planes, strict=True)):
        scale, zero = ((255, 0) if full else (219, 16)) if number == 0 else ((255 if full else 224), 128)
        down, across = -(-height // plane.height), -(-width // plane.width)
        samples = np.round((scale * values[::down, ::across] + zero) * step)
        dtype = np.uint16 if step > 1 else np.uint8
        stored = np.frombuffer(plane, dtype).reshape(plane.height, plane.line_size // dtype().itemsize)
        stored[:, : plane.width] = samples.astype(dtype)
    return frame


def test_chroma_is_taken_from_where_it_lies():
    """A ramp of Cb along a row: on every second column, between rows; and between columns in JPEG's way."""
    for pixel_format, first in (("yuv420p", 0.0), ("yuvj420p", 0.5)):
        frame = av.VideoFrame(32, 4, pixel_format)
        for plane, value in zip(frame.planes, (128, None, 128), strict=True):
            stored = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            stored[:] = 128 if value else 0
            if value is None:
                stored[:, :16] = 80 + 4 * np.arange(16)  # 2 levels a luma column
        frame.colorspace, frame.color_range = 1, FULL
        blue = ColorConverter(width=32, height=4).rgb(frame)[1, 4:28, 2].astype(float)
        wanted = 128 + (80 + 2 * (np.arange(4, 28) - first) - 128) * 2 * (1 - WEIGHTS[1][1])
        assert np.abs(blue - wanted).max() <= 1.5, pixel_format


@pytest.mark.parametrize("planar", ["yuv420p", "yuv420p10le"])
def test_what_a_gpu_gives_back_converts_to_the_very_same_pixels(planar):
    """nv12 and p010 hold the planes of yuv420p and yuv420p10le otherwise arranged: rows must not differ."""
    packed = {"yuv420p": "nv12", "yuv420p10le": "p010le"}[planar]
    for matrix in (1, 6, 9):
        for color_range in (LIMITED, FULL):
            one, other = (patches_frame(f, matrix, color_range) for f in (planar, packed))
            converter = ColorConverter(width=one.width, height=one.height)
            assert np.array_equal(converter.rgb(one), converter.rgb(other))
            assert np.array_equal(converter.luma(one), converter.luma(other))


@pytest.mark.parametrize("color_range", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", ["yuyv422", "uyvy422", "y210le", "ayuv64le"])
def test_packed_pictures_have_the_luma_of_planar_ones(pixel_format, color_range):
    planar = patches_frame("yuv444p", 1, color_range)
    ranges = {"src_color_range": color_range, "dst_color_range": color_range}
    packed = planar.reformat(format=pixel_format, src_colorspace=1, dst_colorspace=1, **ranges)
    packed.colorspace, packed.color_range = 1, color_range
    converter = ColorConverter(width=planar.width, height=planar.height)
    assert np.abs(converter.luma(packed).astype(int) - converter.luma(planar)).max() <= 1
    assert worst_error(converter.rgb(packed)) <= 3


@pytest.mark.parametrize("color_range", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", ["gray", "gray10le"])
def test_grey_pictures_keep_black_and_white(pixel_format, color_range):
    frame = av.VideoFrame(32, 16, pixel_format)
    bits = frame.format.components[0].bits
    black, white = (0, 2**bits - 1) if color_range == FULL else (16 << (bits - 8), 235 << (bits - 8))
    plane = np.frombuffer(frame.planes[0], np.uint16 if bits > 8 else np.uint8)
    stored = plane.reshape(16, -1)
    stored[:, :16], stored[:, 16:] = black, white
    frame.color_range = color_range
    rgb = ColorConverter(width=32, height=16).rgb(frame)
    assert (rgb[:, :16].max(), rgb[:, 16:].min(), rgb.shape) == (0, 255, (16, 32, 3))


@pytest.mark.parametrize(
    ("codec", "pixel_format"), [("libx264rgb", "rgb24"), ("ffv1", "bgr0"), ("png", "rgb24")]
)
def test_rgb_video_comes_back_as_it_was(codec, pixel_format, encode):
    picture = PATCHES.reshape(ROWS, COLUMNS, 3).repeat(PATCH, 0).repeat(PATCH, 1).astype(np.uint8)
    options = {"crf": "0"} if codec == "libx264rgb" else {}
    episode = open_episode(
        encode(
            "clip.mov" if codec == "png" else "clip.mkv",
            codec,
            pictures=[picture] * 2,
            pixel_format=pixel_format,
            options=options,
        )
    )
    assert (episode.color_matrix, episode.color_range) == ("rgb", "full")
    assert np.array_equal(next(decode(episode)).rgb(), picture)


CODED = [
    ("libx264", "yuv420p"),
    ("libx264", "yuv420p10le"),
    ("libx265", "yuv420p10le"),
    ("ffv1", "yuv444p10le"),
]


@pytest.mark.parametrize("matrix", [1, 6, 9], ids=NAMES.get)
@pytest.mark.parametrize("color_range", [LIMITED, FULL], ids=["limited", "full"])
@pytest.mark.parametrize(
    ("codec", "pixel_format"), [*CODED, ("libsvtav1", "yuv420p10le"), ("libvpx-vp9", "yuv420p")]
)
def test_tags_travel_through_codec_and_container(matrix, color_range, codec, pixel_format, tmp_path):
    path = tmp_path / "clip.mkv"
    options = {"libx264": {"crf": "2"}, "libvpx-vp9": {"crf": "4", "b": "0", "cpu-used": "8"}}.get(codec, {})
    options |= {"x265-params": "log-level=none:crf=4"} if codec == "libx265" else {}
    options |= {"preset": "10", "crf": "4"} if codec == "libsvtav1" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = COLUMNS * PATCH, ROWS * PATCH, pixel_format
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, color_range
        for index in range(2):
            frame = patches_frame(pixel_format, matrix, color_range)
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    episode = open_episode(path)
    assert episode.color_matrix == NAMES[matrix]
    assert episode.color_range == {LIMITED: "limited", FULL: "full"}[color_range]
    assert worst_error(next(decode(episode)).rgb()) <= 2


def test_hdr_is_written_as_coded_and_said_so(encode, caplog):
    clip = encode(
        "clip.mkv",
        "libx265",
        frames=2,
        pixel_format="yuv420p10le",
        prepare=lambda c, s: setattr(s.codec_context, "color_trc", 16),
    )
    with caplog.at_level(logging.WARNING), decode(open_episode(clip)) as stream:
        assert len(list(stream)) == 2
    assert "HDR; they are written as coded, without tone mapping" in caplog.text

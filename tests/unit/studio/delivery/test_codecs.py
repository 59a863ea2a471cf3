"""ClipDelivery: real codecs, right colours, edges that stay, clips that say what they are."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dougagen.errors import ConfigError
from dougagen.studio.delivery.clips import write_clip
from dougagen.studio.delivery.stills import degrade, encode_still

CODECS = ("h264", "hevc", "mpeg2video", "mjpeg")


def _edge_of(picture: np.ndarray) -> float:
    """Where the mean luma of the rows crosses the middle between left and right, in pixels."""
    row = picture[8:-8].mean(axis=(0, 2))
    middle = (row[:40].mean() + row[-40:].mean()) / 2
    i = int(np.flatnonzero(np.diff(np.sign(row - middle)))[0])
    return i + (middle - row[i]) / (row[i + 1] - row[i])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("shape", [(64, 96), (61, 97)])
def test_a_picture_comes_back_in_its_size(codec: str, shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 120, np.uint8)
    for seed in (None, 0, 1, 2):
        rng = None if seed is None else np.random.default_rng(seed)
        assert encode_still(picture, codec=codec, rng=rng).shape == (*shape, 3)


@pytest.mark.parametrize("codec", CODECS)
def test_colours_survive_whichever_matrix_was_drawn(codec: str) -> None:
    for color in ((200, 60, 30), (20, 160, 60), (40, 60, 210), (250, 250, 250), (5, 5, 5)):
        picture = np.full((64, 64, 3), color, np.uint8)
        for seed in range(6):
            back = encode_still(picture, codec=codec, crf=12, rng=np.random.default_rng(seed))
            assert np.abs(back.astype(int).mean(axis=(0, 1)) - color).max() <= 5


def test_a_higher_crf_loses_more() -> None:
    rng = np.random.default_rng(0)
    picture = np.kron(rng.integers(0, 256, (16, 16, 3), np.uint8), np.ones((6, 6, 1), np.uint8))
    for codec in CODECS:
        error = [
            np.abs(encode_still(picture, codec=codec, crf=crf).astype(int) - picture).mean()
            for crf in (12, 30)
        ]
        assert error[0] < error[1]


def test_an_unknown_codec_is_named() -> None:
    with pytest.raises(ConfigError, match="unknown codec 'vhs'"):
        encode_still(np.zeros((16, 16, 3), np.uint8), codec="vhs")


def test_no_delivery_moves_a_luma_edge_by_half_a_pixel() -> None:
    picture = np.full((80, 160, 3), 30, np.uint8)
    picture[:, 77:] = 220
    truth = _edge_of(picture)
    found = [_edge_of(degrade(np.random.default_rng(seed), picture)) for seed in range(120)]
    assert np.abs(np.array(found) - truth).max() < 0.5


def test_degradation_repeats_and_is_sometimes_none() -> None:
    picture = np.random.default_rng(5).integers(0, 256, (64, 96, 3), np.uint8)
    same = 0
    for seed in range(60):
        one = degrade(np.random.default_rng(seed), picture)
        assert np.array_equal(one, degrade(np.random.default_rng(seed), picture))
        same += np.array_equal(one, picture)
    assert 2 <= same <= 25


def _gradient_frames(count: int) -> list[np.ndarray]:
    x = np.linspace(20, 230, 96).astype(np.uint8)
    base = np.broadcast_to(x, (64, 96))
    return [np.stack([np.roll(base, 4 * i, 1), base, base[:, ::-1]], axis=2) for i in range(count)]


def test_a_clip_says_what_it_is_and_shows_what_was_given(tmp_path: Path) -> None:
    frames = _gradient_frames(7)
    path = tmp_path / "clip.mkv"
    assert write_clip(path, frames, crf=4) == 7
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == Fraction(24000, 1001)
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (
            1,
            1,
            1,
            1,
        )
        decoded = [f.to_ndarray(format="rgb24") for f in container.decode(stream)]
    assert len(decoded) == 7
    for got, want in zip(decoded, frames, strict=True):
        assert np.abs(got.astype(int) - want).mean() < 4


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):
        write_clip(tmp_path / name, iter(_gradient_frames(4)))
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


def test_ten_bit_hevc_and_bt601_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ten.mkv"
    write_clip(
        path,
        _gradient_frames(3),
        codec="libx265",
        pixel_format="yuv420p10le",
        matrix="bt601",
        preset="ultrafast",
    )
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context.pix_fmt == "yuv420p10le"
        assert context.colorspace == 6


@pytest.mark.parametrize(
    ("frames", "why"),
    [([], "at least one frame"), ([np.zeros((63, 96, 3), np.uint8)], "odd side"),
     ([np.zeros((64, 96, 3), np.uint8), np.zeros((64, 98, 3), np.uint8)], "frame 1 is")],
)  # fmt: skip
def test_frames_that_make_no_clip_are_refused(tmp_path: Path, frames: list[np.ndarray], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        write_clip(tmp_path / "bad.mkv", frames)

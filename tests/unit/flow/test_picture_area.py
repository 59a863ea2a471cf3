"""What was cut, stretched and skipped stands in the rows and in the report."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.config import ExtractConfig
from dougagen.domain import CelMask, Douga, PictureArea, Reconstruction
from dougagen.footage import DecodeConfig, FootageConfig, open_episode
from dougagen.pipeline import extract_episode
from dougagen.shards import read_records

WIDTH, HEIGHT, BAR = 192, 128, 16


class NoNetworks:
    """Finds a cel everywhere and draws nothing."""

    batch_size, models = 4, "none"

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        return [
            Reconstruction(
                CelMask(np.ones(p.shape[:2], np.bool_)), Douga(np.zeros(p.shape[:2], np.uint8)), 1, 1
            )
            for p in pictures
        ]


@pytest.fixture
def letterboxed(tmp_path: Path) -> Path:
    """Four shots of six frames in pixels of 4:3, between bars; the second one is a chapter, "Opening"."""
    path = tmp_path / "boxed.mkv"
    rng = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.sample_aspect_ratio = Fraction(4, 3)
        opening = {
            "id": 1,
            "start": 6,
            "end": 12,
            "time_base": Fraction(1, 24),
            "metadata": {"title": "Opening"},
        }
        container.set_chapters([opening])
        for shot in range(4):
            blocks = rng.integers(60, 256, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            picture[:BAR] = picture[-BAR:] = 0
            for held in range(6):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = 6 * shot + held
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def extracted(path: Path, out: Path, **decoding):
    config = ExtractConfig(footage=FootageConfig(decoding=DecodeConfig(**decoding)))
    report = extract_episode(
        open_episode(path), out, reconstructor=NoNetworks(), config=config, digest="0" * 64
    )
    return report, list(read_records(out))


def test_rows_say_where_their_picture_lies_in_the_frame(letterboxed, tmp_path):
    _, records = extracted(letterboxed, tmp_path / "out")
    assert {r.provenance.picture_area for r in records} == {PictureArea(0, BAR, WIDTH, HEIGHT - 2 * BAR)}
    assert {r.triplet.color.shape for r in records} == {(HEIGHT - 2 * BAR, WIDTH, 3)}
    _, whole = extracted(letterboxed, tmp_path / "whole", keep_bars=True)
    assert {r.provenance.picture_area for r in whole} == {PictureArea(0, 0, WIDTH, HEIGHT)}


def test_squared_pixels_keep_the_original_size_and_shape_on_record(letterboxed, tmp_path):
    _, records = extracted(letterboxed, tmp_path / "out", square_pixels=True)
    assert {r.triplet.color.shape for r in records} == {(HEIGHT - 2 * BAR, WIDTH * 4 // 3, 3)}
    assert {r.provenance.picture_area for r in records} == {PictureArea(0, BAR, WIDTH, HEIGHT - 2 * BAR)}
    assert {r.provenance.sample_aspect_ratio for r in records} == {"4:3"}


def test_skipped_chapters_are_in_the_report_and_in_no_exposure(letterboxed, tmp_path):
    report, records = extracted(letterboxed, tmp_path / "out", skip_chapters="opening")
    assert (report.frames_decoded, report.frames_in_exposures) == (24, 18)
    assert dict(report.frames_skipped) == {"--skip-chapters": 6}
    shown = sorted((s.start, s.stop) for r in records for s in r.provenance.exposures)
    assert shown == [(0, 6), (12, 18), (18, 24)]
    assert [r.provenance.shot_index for r in records] == [0, 1, 2]

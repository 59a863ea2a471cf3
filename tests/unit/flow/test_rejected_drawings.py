"""Rejected drawings become no record; their exposures stay in the ledger, and the counts add up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.config import ExtractConfig, config_digest
from dougagen.domain import CelMask, Douga, FrameSpan, Reconstruction
from dougagen.errors import ConfigError
from dougagen.footage import open_episode
from dougagen.pipeline import extract_episode
from dougagen.processes.headway import Progress
from dougagen.shards import read_ledger, read_records

HELD = 12
SHOTS = ("drawn", "dark", "empty", "pale", "drawn")


class BlueIsCel:
    """Takes for cel what is blue."""

    batch_size, models = 2, "none"

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        return [
            Reconstruction(
                CelMask((p[..., 2] > 150) & (p[..., 0] < 100)), Douga(np.zeros(p.shape[:2], np.uint8)), 1, 1
            )
            for p in pictures
        ]


class Slow(BlueIsCel):
    """Long enough at each batch to be seen at it."""

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        time.sleep(0.8)
        return super().reconstruct(pictures)


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five shots: drawn, dark, without a cel, pale, drawn."""
    path = tmp_path_factory.mktemp("rejected") / "episode.mkv"
    rng = np.random.default_rng(4)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 192, 128, "yuv420p"
        for number, kind in enumerate(SHOTS):
            blocks = rng.integers(60, 230, (8, 12, 1), np.uint8).repeat(3, axis=2)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            if kind == "drawn":
                picture[32:96, 48:96] = (30, 40, 220)
            if kind == "dark":
                picture = (picture * 0.15).astype(np.uint8)
            if kind == "pale":
                picture = (255 - (255.0 - picture) * 0.25).astype(np.uint8)
            for held in range(HELD):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = HELD * number + held
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def extracted(episode: Path, out: Path, *reject: str):
    opened = open_episode(episode)
    config = ExtractConfig(reject=reject)
    report = extract_episode(opened, out, reconstructor=BlueIsCel(), config=config, digest="0" * 64)
    entry = read_ledger(out, opened.episode_id)
    assert entry is not None
    assert entry.report() == report
    return report, entry, list(read_records(out))


def test_by_default_everything_is_kept_and_marked(episode: Path, tmp_path: Path) -> None:
    report, entry, records = extracted(episode, tmp_path)
    assert report.drawings == report.records == len(SHOTS)
    assert report.drawings_rejected == {}
    assert entry.rejected == {}
    flags = [set(record.provenance.flags) for record in records]
    assert "no_cel" not in flags[0]
    assert flags[1] >= {"dark", "no_cel"}
    assert flags[2] & {"no_cel", "bright", "dark"} == {"no_cel"}
    assert flags[3] >= {"bright", "no_cel"}
    measures = dict(records[1].provenance.measures)
    assert measures["luma_high"] < 40


def test_a_rejected_drawing_is_counted_by_its_first_reason_and_keeps_its_exposure(
    episode: Path, tmp_path: Path
) -> None:
    report, entry, records = extracted(episode, tmp_path, "bright", "no_cel", "dark")
    assert [record.provenance.drawing_index for record in records] == [0, 4]
    assert report.drawings_rejected == {"bright": 1, "dark": 1, "no_cel": 1}
    assert entry.rejected == {"bright": (3,), "dark": (1,), "no_cel": (2,)}
    assert report.frames_decoded == report.frames_in_exposures == HELD * len(SHOTS)
    assert list(entry.exposures()) == [
        (shot, shot, FrameSpan(HELD * shot, HELD * (shot + 1))) for shot in range(len(SHOTS))
    ]


def test_what_is_rejected_is_part_of_the_digest(episode: Path) -> None:
    facts = {"schema_version": 2, "reconstruction": {"cel": "0"}}
    digests = {
        config_digest(ExtractConfig(reject=reject), **facts) for reject in ((), ("dark",), ("dark", "text"))
    }
    assert len(digests) == 3


def test_a_flag_that_nobody_sets_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"gloomy.*dark, bright"):
        ExtractConfig(reject=("gloomy",))


class Reduces(BlueIsCel):
    """Says of every picture that it was read at a fraction of its size."""

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        return [replace(read, flags=("scaled",)) for read in super().reconstruct(pictures)]


def test_what_reconstruction_says_of_a_picture_stands_in_its_flags_and_can_be_rejected(
    episode, tmp_path
) -> None:
    opened = open_episode(episode)
    for name, reject, kept in (("all", (), len(SHOTS)), ("none", ("scaled",), 0)):
        config = ExtractConfig(reject=reject)
        extract_episode(opened, tmp_path / name, reconstructor=Reduces(), config=config, digest="0" * 64)
        records = list(read_records(tmp_path / name)) if kept else []
        assert len(records) == kept
        assert all("scaled" in record.provenance.flags for record in records)
        entry = read_ledger(tmp_path / name, opened.episode_id)
        assert entry is not None
        assert entry.records == kept


def test_progress_never_says_more_than_is_written_and_ends_at_the_last_frame(
    episode: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    report = extract_episode(
        open_episode(episode),
        tmp_path,
        reconstructor=Slow(),
        config=ExtractConfig(reject=("dark",)),
        digest="0" * 64,
        on_progress=told.append,
    )
    assert told
    assert [one.frames for one in told] == sorted(one.frames for one in told)
    for one in told:
        assert one.frames <= HELD * (one.records + 1), "the dark one is passed over"
        assert one.frames_expected == HELD * len(SHOTS)
        assert one.stage in ("decoding", "networks", "writing", "committing")
    assert {"networks"} <= {one.stage for one in told}
    assert report.records == len(SHOTS) - 1

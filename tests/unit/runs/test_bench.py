"""``bench`` times the flow of ``extract`` itself, in turn and overlapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from dougagen.config import ExtractConfig
from dougagen.footage import open_episode
from dougagen.pipeline import extract_episode
from dougagen.runs.bench import STAGES, bench_episode


@pytest.fixture(scope="module")
def clip(tmp_path_factory, tiny) -> Path:
    return tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 3, frames=24)


def shards_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "data").iterdir()}


@pytest.mark.parametrize("options", [{}, {"max_drawings": 3}, {"reject": ("no_cel",)}])
def test_the_rows_are_the_same_whether_stages_overlap_or_run_in_turn(clip, tiny, tmp_path, options) -> None:
    counts = {}
    for stages in ("overlapping", "in turn"):
        counts[stages] = extract_episode(
            open_episode(clip),
            tmp_path / stages,
            reconstructor=tiny.Load()(0, 1),
            config=ExtractConfig(**options),
            digest="0" * 64,
            stages=stages,
        )
    assert shards_of(tmp_path / "in turn") == shards_of(tmp_path / "overlapping")
    assert counts["in turn"].records == counts["overlapping"].records > 0


def test_every_stage_has_its_seconds_and_the_counts_are_those_of_extract(clip, tiny, tmp_path) -> None:
    networks = tiny.Load()(0, 1)
    config = ExtractConfig()
    wanted = extract_episode(
        open_episode(clip), tmp_path, reconstructor=networks, config=config, digest="0" * 64
    )
    report = bench_episode(clip, reconstructor=networks, config=config, device="cpu")
    assert (report.frames, report.drawings) == (wanted.frames_decoded, wanted.drawings)
    assert tuple(report.stage_seconds) == STAGES
    assert all(seconds > 0 for seconds in report.stage_seconds.values())
    assert report.limit in STAGES

"""Drawings that are read together with their shot become the same rows however an episode is divided."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from av.video.frame import PictureType

from dougagen.config import ExtractConfig
from dougagen.footage import likely_borders, open_episode
from dougagen.runs import SILENT, Plan, extract_all

CUT, FRAMES, ON = 620, 920, 20
KEYFRAMES = (0, 560, CUT)
"""A part begins 600 frames from the beginning, at a keyframe that comes early, 300 from the end."""
COUNTED = ["shot_index", "drawing_index", "config_digest"]
"""Columns that count from where an extraction began, or say so."""


def board(shot: int) -> np.ndarray:
    rough = np.random.default_rng(shot).integers(20, 110, (12, 40, 3)).astype(np.uint8)
    return cv2.resize(rough, (320, 96), interpolation=cv2.INTER_CUBIC)


def picture(index: int) -> np.ndarray:
    """A bright square on a board that pans before the cut and stands behind it."""
    shot = int(index >= CUT)
    step = (index - CUT * shot) // ON
    x, y = np.random.default_rng((shot, step)).integers(8, (120, 60)).tolist()
    left = 0 if shot else 3 * step
    shown = np.clip(board(shot)[:, left : left + 160], 0, 115)
    shown[y : y + 24, x : x + 24] = (235, 225, 215)
    return shown


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shots") / "clip.mkv"
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "12", "sc_threshold": "0", "g": "900"}
        stream: Any = container.add_stream("libx264", rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(index), format="rgb24")
            frame.pict_type = PictureType.I if index in KEYFRAMES else PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def extracted(clip: Path, out: Path, load: Any, *, jobs: int = 1, start: int | None = None) -> Path:
    config = ExtractConfig(start=None if start is None else Fraction(start, 24))
    report = extract_all([clip], Plan(out, config), load=load, events=SILENT, jobs=jobs)
    assert (len(report.extracted), report.exit_code) == (1, 0)
    return out


@pytest.fixture(scope="module")
def whole(clip: Path, tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extracted(clip, tmp_path_factory.mktemp("whole") / "out", tiny.LoadForShots())


def shards(out: Path) -> dict[str, bytes]:
    found = sorted((*(out / "data").iterdir(), *(out / "backgrounds").iterdir()))
    return {str(path.relative_to(out)): path.read_bytes() for path in found}


def rows(out: Path, table: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted((out / table).glob("*.parquet"))])


def of_the_second_shot(out: Path) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Its rows without what counts from the beginning of an extraction, and its plates."""
    table = rows(out, "data")
    table = table.filter(pc.greater_equal(table["frame_index"], CUT))
    plates = rows(out, "backgrounds").to_pylist()
    later = [plate for plate in plates if plate["placements"][0]["frame_index"] >= CUT]
    for plate in later:
        del plate["shot_index"], plate["background_id"]
    counted = [name for name in table.column_names if name in COUNTED or name.endswith("_id")]
    return table.drop_columns(counted), later


def test_the_shot_changes_rows_of_this_clip(
    clip: Path, tiny: ModuleType, whole: Path, tmp_path: Path
) -> None:
    """Else nothing here would test anything."""
    alone = extracted(clip, tmp_path / "out", tiny.LoadForShots(together=False))
    masks, others = (rows(out, "data")["cel_mask"].to_pylist() for out in (whole, alone))
    assert len(masks) == FRAMES // ON
    assert sum(one != other for one, other in zip(masks, others, strict=True)) >= 5
    assert {plate["shot_index"] for plate in rows(whole, "backgrounds").to_pylist()} == {0, 1}
    assert any(moves for moves in rows(whole, "data")["layer_moves"].to_pylist())


def test_jobs_change_no_byte_of_drawings_and_plates(
    clip: Path, tiny: ModuleType, whole: Path, tmp_path: Path
) -> None:
    assert [index for index, _ in likely_borders(open_episode(clip), apart=600)] == [CUT]
    assert shards(extracted(clip, tmp_path / "out", tiny.LoadForShots(), jobs=2)) == shards(whole)


def test_the_size_of_batches_changes_no_byte(
    clip: Path, tiny: ModuleType, whole: Path, tmp_path: Path
) -> None:
    assert shards(extracted(clip, tmp_path / "out", tiny.LoadForShots(batch_size=3))) == shards(whole)


@pytest.mark.parametrize("start", [130, 470])
def test_a_start_within_one_shot_leaves_the_rows_of_the_next_as_they_are(
    clip: Path, tiny: ModuleType, whole: Path, tmp_path: Path, start: int
) -> None:
    """470 lies in another window of the first shot than 130: the shot behind the cut begins anew."""
    begun = extracted(clip, tmp_path / "out", tiny.LoadForShots(), start=start)
    drawings, plates = of_the_second_shot(begun)
    theirs, theirs_plates = of_the_second_shot(whole)
    assert drawings.num_rows == (FRAMES - CUT) // ON
    assert drawings.equals(theirs)
    assert plates == theirs_plates
    assert plates

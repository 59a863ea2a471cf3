"""The figures of stats on datasets that one can count by hand."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import plate_of

from dougagen.domain import LayerMove, Origin
from dougagen.errors import ShardError
from dougagen.report import dataset_stats
from dougagen.shards import reader
from dougagen.shards.schema import IMAGE_COLUMNS, SCHEMA

OTHER = "f" * 16


@pytest.fixture
def dataset(tmp_path, drawing, commit_episode):
    """Two episodes, five drawings, seven exposures: ones 2, twos 2, threes 1, longer 2 (4 and 12 frames)."""
    commit_episode(
        tmp_path,
        [
            drawing([(0, 1)], cel=0, classes=[1, 1]),
            drawing([(1, 3), (9, 10)], cel=1, classes=[1], cel_confidence=0.25, flags=("dark",)),
            drawing([(3, 6)], cel=7, cel_confidence=0.5, flags=("dark", "truncated")),
        ],
        row_group_bytes=1,
        shard_bytes=1,
    )
    commit_episode(
        tmp_path,
        [
            drawing(
                [(0, 2), (4, 8)], width=20, cel=20, classes=[6] * 5, episode_id=OTHER, cel_confidence=0.75
            ),
            drawing([(8, 20)], episode_id=OTHER, cel=1, origin=Origin.STUDIO, models=""),
        ],
        episode_id=OTHER,
    )
    return tmp_path


def test_episodes_records_frames_and_shots_are_counted(dataset) -> None:
    stats = dataset_stats(dataset)
    assert (stats.episodes, stats.records, stats.shots) == (2, 5, 4)
    assert stats.frames == 1 + 3 + 3 + 6 + 12
    assert stats.frames_decoded == stats.frames + 10


def test_backgrounds_are_counted_with_what_is_seen_of_them(tmp_path, drawing, commit_episode) -> None:
    moves = (LayerMove(0, 0, 0.0, 0.0, 1.0),)
    half = np.arange(12).reshape(2, 6) % 2 == 0
    blind = plate_of(1, known=half, image=np.zeros((2, 6, 3), np.uint8), placements=())
    commit_episode(
        tmp_path,
        [drawing([(0, 2)], layer_moves=moves), drawing([(2, 4)])],
        plates=[plate_of(width=10), plate_of(number=1, width=10, placements=()), blind],
    )
    stats = dataset_stats(tmp_path)
    found = stats.backgrounds
    assert (found.plates, found.shots, found.placements) == (3, 2, 2)
    assert found.seen_fraction == pytest.approx((0.9 + 0.9 + 0.5) / 3)
    assert found.bytes == sum(path.stat().st_size for path in (tmp_path / "backgrounds").iterdir())
    assert stats.records_with_layer_moves == 1
    plain = json.loads(json.dumps(stats.to_json()))
    assert plain["backgrounds"]["plates"] == 3
    (table,) = (table for table in stats.tables() if table.title == "Backgrounds and moves")
    assert ("plates", "3") in table.rows
    assert ("seen of a plate, mean", "76.7 %") in table.rows
    assert ("records with moves", "1 (50.0 %)") in table.rows


def test_a_damaged_table_of_backgrounds_is_named_and_the_records_are_counted(
    tmp_path, drawing, commit_episode
) -> None:
    entry = commit_episode(tmp_path, [drawing([(0, 2)])], plates=[plate_of(placements=())])
    shard = tmp_path / "backgrounds" / entry.backgrounds[0].name
    shard.write_bytes(shard.read_bytes()[:100])
    stats = dataset_stats(tmp_path)
    assert (stats.records, stats.backgrounds) == (1, None)
    (line,) = stats.damaged
    assert "backgrounds" in line
    shard.unlink()
    assert "missing" in dataset_stats(tmp_path).damaged[0]


def test_a_dataset_without_backgrounds_says_none(dataset) -> None:
    stats = dataset_stats(dataset)
    assert stats.to_json()["backgrounds"] is None
    assert "Backgrounds and moves" not in [table.title for table in stats.tables()]


def test_holds_are_counted_by_exposure(dataset) -> None:
    holds = dataset_stats(dataset).holds
    assert (holds.ones, holds.twos, holds.threes, holds.longer) == (2, 2, 1, 2)
    assert holds.longest == 12
    assert holds.shares()["twos"] == pytest.approx(2 / 7)
    assert sum(holds.shares().values()) == pytest.approx(1)


def test_resolutions_are_counted_with_the_most_frequent_first(dataset) -> None:
    assert list(dataset_stats(dataset).resolutions.items()) == [("10×1", 4), ("20×1", 1)]


def test_cel_coverage_falls_into_ten_bins_with_whole_pictures_in_the_last(dataset) -> None:
    stats = dataset_stats(dataset)
    # shares 0, 0.1, 0.7, 1.0 and 0.1
    assert stats.cel_coverage_histogram == (1, 2, 0, 0, 0, 0, 0, 1, 0, 1)
    assert stats.cel_coverage_mean == pytest.approx(1.9 / 5)


def test_every_tenth_of_coverage_begins_its_own_bin(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path, [drawing([(i, i + 1)], cel=i) for i in range(10)])
    assert dataset_stats(tmp_path).cel_coverage_histogram == (1,) * 10


def test_class_frequencies_weigh_a_picture_by_its_pixels(dataset) -> None:
    frequencies = dataset_stats(dataset).class_frequencies
    assert frequencies["visible line"] == pytest.approx(3 / 60)
    assert frequencies["shading fill"] == pytest.approx(5 / 60)
    assert frequencies["flat area"] == pytest.approx(52 / 60)
    assert sum(frequencies.values()) == pytest.approx(1)
    assert len(frequencies) == 10


def test_confidence_is_of_the_records_that_a_network_read(dataset) -> None:
    cel = dataset_stats(dataset).cel_confidence
    assert cel is not None
    assert cel.mean == pytest.approx((1 + 0.25 + 0.5 + 0.75) / 4)
    assert cel.quantiles["p50"] == pytest.approx(0.625)


def test_no_confidence_where_no_network_spoke(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path, [drawing([(0, 1)], models="", origin=Origin.STUDIO)])
    assert dataset_stats(tmp_path).cel_confidence is None


def test_flags_origins_and_models_are_counted(dataset) -> None:
    stats = dataset_stats(dataset)
    assert stats.flags == {"dark": 2, "truncated": 1}
    assert stats.origins == {"episode": 4, "studio": 1}
    assert stats.models == {"thinline 1a2b3c4d": 4, "": 1}


def test_size_is_that_of_the_shards_on_the_disk(dataset) -> None:
    stats = dataset_stats(dataset)
    assert stats.bytes == sum(path.stat().st_size for path in (dataset / "data").iterdir())
    assert 0 < stats.bytes_by_column["color"] < stats.bytes
    assert sum(stats.bytes_by_column.values()) < stats.bytes


def test_no_picture_is_read(dataset, monkeypatch) -> None:
    read = reader.pq.ParquetFile.read
    asked: list[str] = []

    def watched(self, columns=None, **options):
        asked.extend(columns)
        return read(self, columns=columns, **options)

    monkeypatch.setattr(reader.pq.ParquetFile, "read", watched)
    monkeypatch.setattr(reader.pq.ParquetFile, "iter_batches", None)
    dataset_stats(dataset)
    assert asked
    assert not set(asked) & set(IMAGE_COLUMNS)


def test_pictures_of_garbage_do_not_change_a_figure(dataset) -> None:
    before = dataset_stats(dataset)
    for shard in (dataset / "data").glob("*.parquet"):
        rows = [
            row | {name: {"bytes": b"garbage", "path": None} for name in IMAGE_COLUMNS}
            for row in pq.read_table(shard).to_pylist()
        ]
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), shard)
    after = dataset_stats(dataset).to_json()
    sizes = ("bytes", "bytes_by_column")
    assert {k: v for k, v in after.items() if k not in sizes} == {
        k: v for k, v in before.to_json().items() if k not in sizes
    }


def test_the_figures_are_plain_json(dataset) -> None:
    plain = dataset_stats(dataset).to_json()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["holds"]["twos"] == 2
    assert plain["holds"]["shares"]["twos"] == pytest.approx(2 / 7)
    assert plain["class_frequencies"]["visible line"] == pytest.approx(0.05)


def test_a_plain_folder_is_counted_without_what_only_ledgers_know(dataset) -> None:
    stats = dataset_stats(dataset / "data")
    assert (stats.episodes, stats.records) == (2, 5)
    assert stats.shots is None
    assert stats.frames_decoded is None


def test_an_episode_without_drawings_gives_figures_of_nothing(tmp_path, commit_episode) -> None:
    commit_episode(tmp_path, [])
    stats = dataset_stats(tmp_path)
    assert (stats.episodes, stats.records, stats.frames, stats.holds.longest) == (1, 0, 0, 0)
    assert stats.frames_decoded == 5
    assert json.loads(json.dumps(stats.to_json())) == stats.to_json()
    assert [table.title for table in stats.tables()] == ["Dataset"]


def test_a_folder_without_a_dataset_is_one_line_with_the_remedy(tmp_path) -> None:
    with pytest.raises(ShardError) as caught:
        dataset_stats(tmp_path)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_text_that_is_no_text_is_named(tmp_path, drawing, commit_episode) -> None:
    entry = commit_episode(tmp_path, [drawing([(0, 1)], models="QQQQQQQQ")])
    shard = tmp_path / "data" / entry.shards[0].name
    table = pq.read_table(shard)
    spoilt = pa.array([b"\xd3\xff"]).view(pa.string())
    at = table.column_names.index("models")
    pq.write_table(table.set_column(at, table.schema.field("models"), spoilt), shard)
    with pytest.raises(ShardError, match=shard.name):
        dataset_stats(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("exposures", None, "column exposures has empty cells"),
        ("exposures", [{"start": 1, "stop": None}], "exposures"),
        ("flags", [None], "flags"),
        ("cel_fraction", float("nan"), "finite"),
        ("cel_fraction", float("inf"), "finite"),
        ("class_fractions", [0.5, 0.5], "10 finite shares"),
        ("class_fractions", [None] * 10, "class_fractions"),
        ("width", None, "column width has empty cells"),
        ("origin", None, "column origin has empty cells"),
    ],
)
def test_a_strangers_shard_with_holes_is_named(
    tmp_path, drawing, commit_episode, column, value, message
) -> None:
    entry = commit_episode(tmp_path, [drawing([(0, 1)]), drawing([(1, 2)])])
    shard = tmp_path / "data" / entry.shards[0].name
    rows = pq.read_table(shard).to_pylist()
    rows[1][column] = value
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), shard)
    with pytest.raises(ShardError, match=message) as caught:
        dataset_stats(tmp_path)
    assert shard.name in str(caught.value)


def test_shot_lengths_are_counted_across_shards_and_drawings_that_come_back(
    tmp_path, drawing, commit_episode
) -> None:
    commit_episode(
        tmp_path,
        [
            drawing([(0, 2), (9, 13)], shot_index=0),  # comes back, and ends the shot: 13 frames
            drawing([(2, 9)], shot_index=0),
            drawing([(13, 14)], shot_index=1),  # one frame
        ],
        row_group_bytes=1,
        shard_bytes=1,
    )
    stats = dataset_stats(tmp_path)
    assert {name: n for name, n in stats.shot_lengths.items() if n} == {"1–11": 1, "12–23": 1}
    assert stats.median_shot == 7
    assert {name: n for name, n in stats.hold_lengths.items() if n} == {"1": 1, "2": 1, "4": 1, "6–7": 1}


def test_the_time_that_the_runs_took_is_summed(tmp_path, drawing, commit_episode) -> None:
    commit_episode(tmp_path, [drawing([(0, 15)])])
    ledger = tmp_path / "episodes" / "0123456789abcdef.json"
    plain = json.loads(ledger.read_text())
    ledger.write_text(json.dumps(plain | {"seconds": {"total": 4.0, "holds": 1.0}}))
    ran = dataset_stats(tmp_path).throughput
    assert ran is not None
    assert (ran.episodes, ran.frames, ran.frames_per_second) == (1, 20, 5.0)
    assert ran.stage_seconds == {"holds": 1.0}


def test_a_damaged_shard_is_passed_over_and_named_and_the_rest_is_counted(dataset) -> None:
    whole = dataset_stats(dataset)
    shard = next((dataset / "data").glob(f"*{OTHER}*.parquet"))
    shard.write_bytes(shard.read_bytes()[:40])
    stats = dataset_stats(dataset)
    assert stats.records == 3 < whole.records
    assert len(stats.damaged) == 1
    assert shard.name in stats.damaged[0]
    assert "damaged" in stats.tables()[-1].title


def test_a_missing_shard_is_named_too(dataset) -> None:
    next((dataset / "data").glob(f"*{OTHER}*.parquet")).unlink()
    assert "not in the folder" in dataset_stats(dataset).damaged[0]

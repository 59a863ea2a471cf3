"""Episodes and drawings as the light table leafs through them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from light_tables import SECOND, TENTH, drawn, lay_table, spoil
from records import commit, entry_of

from dougagen.errors import NoRecordError, ShardError
from dougagen.shards import open_dataset
from dougagen.view import Catalog
from dougagen.view.catalog import by_name


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return lay_table(tmp_path / "shards")


def drawings_of(catalog: Catalog, episode: int = 0) -> list[dict]:
    (page,) = catalog.episodes[episode].pages
    return catalog.drawings(page.shard, page.start)["drawings"]


def test_episodes_stand_by_name_as_people_count_and_not_by_hash(out: Path) -> None:
    cards = Catalog(open_dataset(out)).episodes
    assert [(card.label, card.drawings) for card in cards] == [("ep 2.mkv", 3), ("ep 10.mkv", 1)]


def test_names_are_sorted_by_the_numbers_in_them() -> None:
    names = ["s2 e1", "S1 e10", "s1 e9", "extra", "10", "9"]
    assert sorted(names, key=lambda name: by_name(name, "")) == [
        "9",
        "10",
        "extra",
        "s1 e9",
        "S1 e10",
        "s2 e1",
    ]


def test_two_episodes_of_one_name_are_told_apart(tmp_path: Path) -> None:
    out = lay_table(tmp_path / "shards", second="ep 10.mkv")
    cards = Catalog(open_dataset(out)).episodes
    assert [card.source for card in cards] == ["ep 10.mkv"] * 2
    assert [card.label for card in cards] == [f"ep 10.mkv · {TENTH[:8]}", f"ep 10.mkv · {SECOND[:8]}"]


def test_a_drawing_has_the_number_that_probe_gives_it_whatever_became_no_record(out: Path) -> None:
    catalog = Catalog(open_dataset(out))
    assert [(facts["shot"], facts["number"]) for facts in drawings_of(catalog)] == [(0, 1), (0, 2), (1, 2)]


def test_a_shot_is_as_long_as_the_timesheet_says(out: Path) -> None:
    catalog = Catalog(open_dataset(out))
    (page,) = catalog.episodes[0].pages
    assert catalog.drawings(page.shard, 0)["sheets"] == {SECOND: {0: [0, 9, 2], 1: [9, 15, 2]}}


def test_a_page_holds_so_many_rows_and_the_pages_hold_all_of_them(tmp_path: Path) -> None:
    records = [drawn(n % 9, [(n, n + 1)]) for n in range(7)]
    commit(tmp_path, records, entry_of(7, frames=7), row_group_bytes=20_000)
    catalog = Catalog(open_dataset(tmp_path), page_rows=3)
    pages = catalog.episodes[0].pages
    assert [(page.start, page.rows) for page in pages] == [(0, 3), (3, 3), (6, 1)]
    frames = [
        facts["frame"] for page in pages for facts in catalog.drawings(page.shard, page.start)["drawings"]
    ]
    assert frames == [*range(7)]


def test_a_plain_folder_of_shards_has_its_episodes_too(out: Path) -> None:
    cards = Catalog(open_dataset(out / "data")).episodes
    assert [(card.label, card.drawings, card.shots) for card in cards] == [
        ("ep 2.mkv", 3, None),
        ("ep 10.mkv", 1, None),
    ]
    assert cards[0].rate == 24  # by the time of a frame


def test_an_old_shard_without_newer_columns_is_shown(out: Path) -> None:
    (shard,) = (out / "data").glob(f"*{SECOND}*")
    table = pq.read_table(shard).drop_columns(["measures", "fingerprint", "repeats"])
    metadata = table.schema.metadata | {b"dougagen_schema_version": b"1"}
    pq.write_table(table.replace_schema_metadata(metadata), shard)
    assert [facts["repeats"] for facts in drawings_of(Catalog(open_dataset(out)))] == ["", "", ""]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"exposures": []}, "no exposure"),
        ({"exposures": [{"start": 5, "stop": 5}]}, "not in order"),
        ({"exposures": [{"start": 5, "stop": 7}, {"start": 6, "stop": 9}]}, "not in order"),
        ({"exposures": [{"start": -(2**62), "stop": 2}]}, "not in order"),
        ({"exposures": [{"start": n, "stop": n + 1} for n in range(5000)]}, "more than"),
        ({"width": 0}, "0×90"),
    ],
)
def test_what_a_page_could_not_count_with_is_said(out: Path, cells: dict, says: str) -> None:
    spoil(out, SECOND, 1, **cells)
    before, spoilt, after = drawings_of(Catalog(open_dataset(out)))
    assert says in spoilt["damage"]
    assert spoilt["spans"] == []
    assert "damage" not in before
    assert "damage" not in after


def test_facts_are_json_whatever_the_cells_say(out: Path) -> None:
    nan, endless = float("nan"), float("inf")
    spoil(
        out, SECOND, 0, time=nan, cel_fraction=endless, class_fractions=[nan] * 10, cel_confidence=-endless,
        source="x" * 5000, flags=["f"] * 500, shot_index=-(2**31), frame_index=2**63 - 1,
    )  # fmt: skip
    facts = drawings_of(Catalog(open_dataset(out)))[0]
    assert json.loads(json.dumps(facts, allow_nan=False))["time"] == 0
    assert len(facts["source"]) == 1000
    assert len(facts["flags"]) == 64
    assert facts["frame"] == 2**53


def test_a_page_that_is_not_there_and_a_shard_that_is_damaged_are_named(out: Path) -> None:
    catalog = Catalog(open_dataset(out))
    with pytest.raises(NoRecordError):
        catalog.drawings(9, 0)
    with pytest.raises(NoRecordError):
        catalog.drawings(0, 4000)
    (shard,) = (out / "data").glob(f"*{SECOND}*")
    shard.write_bytes(b"PAR1")
    with pytest.raises(ShardError, match=shard.name):
        drawings_of(Catalog(open_dataset(out)))

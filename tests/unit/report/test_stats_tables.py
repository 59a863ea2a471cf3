"""The tables of stats say in words what the figures say in numbers."""

from __future__ import annotations

import dataclasses

import pytest

from dougagen.report import Table, dataset_stats, file_size


def test_the_tables_hold_the_figures(tmp_path, drawing, commit_episode) -> None:
    commit_episode(
        tmp_path,
        [
            drawing([(0, 2)], width=1000, cel=300, classes=[1] * 20 + [4], flags=("dark",)),
            drawing([(2, 4), (6, 11)], width=1000),
        ],
    )
    tables = {table.title.split(",")[0]: table for table in dataset_stats(tmp_path).tables()}
    assert list(tables) == [
        "Dataset",
        "Holds",
        "Hold lengths",
        "Shots",
        "Resolutions",
        "Cel coverage",
        "Douga classes",
        "Confidence",
        "Flags",
        "Origins",
        "Size",
    ]
    assert ("records", "2") in tables["Dataset"].rows
    assert ("frames a drawing", "4.50") in tables["Dataset"].rows
    assert tables["Holds"].rows[1] == ("twos", "2", "66.7 %")
    assert tables["Holds"].rows[4] == ("longest (frames)", "5", "")
    assert tables["Hold lengths"].rows == (("2", "2", "66.7 %"), ("5", "1", "33.3 %"))
    assert tables["Shots"].rows == (("1–11", "1", "100.0 %"),)
    assert tables["Resolutions"].rows == (("1000×1", "2", "100.0 %"),)
    assert tables["Cel coverage"].rows[3] == ("30–40 %", "1", "50.0 %")
    assert tables["Cel coverage"].title == "Cel coverage, mean 15.0 %"
    assert ("visible line", "1.0 %", "2 %") in tables["Douga classes"].rows
    assert ("highlight line", "0.050 %", "about 0.1 %") in tables["Douga classes"].rows
    assert tables["Confidence"].columns == ("network", "mean", "p05", "p25", "p50", "p75", "p95")
    assert tables["Confidence"].rows[0] == ("cel", *["1.000"] * 6)
    assert tables["Flags"].rows == (("dark", "1", "50.0 %"),)
    assert [row[0] for row in tables["Size"].rows] == ["color", "cel_mask", "douga", "all other columns"]


def test_every_row_has_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match="has 2 columns, a row 1 cells"):
        Table("t", ("a", "b"), (("1",),))


def test_a_table_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Table("t", (), ()).title = "u"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_500_000, "1.5 MB"), (2_000_000_000_000, "2.0 TB")],
)
def test_sizes_read_as_disks_are_sold(size: int, text: str) -> None:
    assert file_size(size) == text
